import Transceiver

/// The thread's side of one box: its buffers, its sample numbers and what is on its way to the antenna.
final class BoxStreams {
    private let box: AirBox
    private let latency: Int
    private let buffer: UnsafeMutableRawBufferPointer
    private var underWay: OctetRing
    private var session = 0
    private var transmitCount: Int64 = 0
    private var receiveCount: Int64 = 0
    /// Received samples still to be lost.
    private var gap = 0
    /// Zeros still to be sent in place of samples.
    private var underrun = 0

    init(_ box: AirBox, latency: Int, blockSamples: Int) {
        self.box = box
        self.latency = max(latency, 0)
        let samples = BoxAir.ownLimit(blockSamples)
        let octets = max(box.transmitFormat.octetsPerSample, box.receiveFormat.octetsPerSample)
        buffer = .allocate(byteCount: samples * octets, alignment: 16)
        underWay = OctetRing(capacity: (self.latency + samples) * box.transmitFormat.octetsPerSample)
    }

    deinit { buffer.deallocate() }

    /// Takes what the host and the test have asked for since the last block.
    func take(_ state: inout BoxState) {
        if state.session != session {
            session = state.session
            (transmitCount, receiveCount, gap, underrun) = (0, 0, 0, 0)
            underWay.reset(zeros: latency * box.transmitFormat.octetsPerSample)
        }
        gap += state.gap
        underrun += state.underrun
        (state.gap, state.underrun) = (0, 0)
    }

    /// Asks the host for samples and gives those whose time has come, `count` of them.
    func transmit(_ streams: TransceiverStreams, count: Int) -> UnsafeRawBufferPointer {
        let size = box.transmitFormat.octetsPerSample
        let starved = min(underrun, count)
        underrun -= starved
        let fresh = count - starved
        if fresh > 0 {
            let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(fresh * size)])
            streams.transmit(part, transmitCount)
            transmitCount += Int64(fresh)
            underWay.append(UnsafeRawBufferPointer(part))
        }
        let sent = UnsafeMutableRawBufferPointer(rebasing: buffer[..<(count * size)])
        for index in 0..<starved * size { sent[index] = 0 }
        underWay.take(into: UnsafeMutableRawBufferPointer(rebasing: sent[(starved * size)...]))
        return UnsafeRawBufferPointer(sent)
    }

    /// Room for what the air gives.
    var received: UnsafeMutableRawBufferPointer { buffer }

    /// Gives the host `count` samples that stand in `received`, but for those that are to be lost.
    func receive(_ streams: TransceiverStreams, count: Int) {
        let lost = min(gap, count)
        gap -= lost
        guard lost < count else { return }
        let size = box.receiveFormat.octetsPerSample
        streams.receive(UnsafeRawBufferPointer(rebasing: buffer[(lost * size)..<(count * size)]), receiveCount)
        receiveCount += Int64(count - lost)
    }
}
