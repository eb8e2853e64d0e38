import RadioFrontEnd
import StreamFrontEnd
import Synchronization
import Transceiver

/// The thread on which the devices hear and decide.
extension SoftDevices {
    func listen() {
        let floats = UnsafeMutableBufferPointer<Float>.allocate(capacity: 2 * DeviceListener.pieceSamples)
        defer { floats.deallocate() }
        let size = boxes.receiver.capabilities.receiveFormat.octetsPerSample
        var listener: DeviceListener?
        while !isStopping {
            switch queue.next() {
            case nil: queue.wait(milliseconds: 50)
            case .restarted:
                end(listener)
                listener = makeListener(floats)
            case .lost: listener?.loseSamples()
            case .block(let firstSample, let first, let second):
                listener?.take(first, first: firstSample)
                listener?.take(second, first: firstSample + Int64(first.count / size))
            }
            publish(listener)
        }
        end(listener)
    }

    private func makeListener(_ floats: UnsafeMutableBufferPointer<Float>) -> DeviceListener? {
        let (devices, timeline, session) = shared.withLock { ($0.devices, $0.timeline, $0.session) }
        guard let timeline else { return nil }
        return DeviceListener(
            devices: devices, settings: settings, format: boxes.receiver.capabilities.receiveFormat,
            sampleRateHz: boxes.sampleRateHz, timeline: timeline,
            transmitLatency: boxes.transmitter.capabilities.transmitLatencySamples, floats: floats, keep: keep
        ) { [self] event in
            switch event {
            case .related: happen(.hears(true), session: session)
            case .unrelated: happen(.hears(false), session: session)
            default: break
            }
            tell(event)
        }
    }

    private func publish(_ listener: DeviceListener?) {
        guard let listener else { return }
        shared.withLock { shared in
            shared.devices = listener.devices
            shared.sessionCounters = listener.counters
        }
    }

    /// The streams are over, and every session with them.
    private func end(_ listener: DeviceListener?) {
        guard var listener else { return }
        listener.carrierLost()
        publish(listener)
        shared.withLock { shared in
            shared.counters = shared.counters + shared.sessionCounters
            shared.sessionCounters = SoftDeviceCounters()
        }
    }
}

/// What the transceivers call, on threads of their own.
extension SoftDevices {
    func streams(_ timeline: BurstTimeline?, session: Int, receives: Bool, transmits: Bool) -> TransceiverStreams {
        TransceiverStreams(
            receive: { [self] octets, firstSample in
                guard receives else { return }
                received.add(1, ordering: .relaxed)
                queue.put(octets, firstSample: firstSample)
            },
            transmit: { [self] octets, firstSample in
                guard transmits else { return }
                transmitted.add(1, ordering: .relaxed)
                timeline?.render(octets, first: firstSample)
            },
            trouble: { [self] trouble in
                switch trouble {
                case .receiveGap(let samples):
                    queue.markLoss(samples: samples)
                    happen(.lost("received samples were lost"), session: session)
                case .transmitUnderrun:
                    // What has been planned would come late by as much, and meet what others send.
                    timeline?.endBursts()
                    queue.markLoss(samples: nil)
                    happen(.lost("the transmitter ran out of samples"), session: session)
                case .failed(let failure): happen(.failed(failure), session: session)
                }
            })
    }
}
