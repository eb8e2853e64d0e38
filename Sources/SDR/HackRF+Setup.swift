import Synchronization
package import Transceiver
import USBTransport

extension HackRF {
    /// A control transfer that takes longer is a failure.
    private static let milliseconds = 1_000

    /// Finds it, sees that it is one that we can use, and sets it up; nothing goes on the air yet.
    package func open() throws(TransceiverFailure) {
        close()
        let setup = try HackRFSetup(settings, role: role)
        let port = try finder.open()
        do {
            try telling { () throws(USBError) in try port.claim(interface: 0) }
            let identity = try identify(port)
            let notes = try setUp(port, as: setup, api: identity)
            presence.opened(port.description)
            state.withLock { state in
                state.port = port
                state.identity = identity
                state.shortSerial = String(identity.serial.suffix(8))
                state.notes = notes
            }
        } catch {
            port.close()
            throw error
        }
    }

    private func identify(_ port: any USBPort) throws(TransceiverFailure) -> HackRFIdentity {
        let boardID = try ask(.boardID, of: port)
        let version = try ask(.version, of: port)
        let serial = try ask(.partIDAndSerial, of: port)
        return try HackRFIdentity(
            of: port.description, boardID: boardID, version: version, partIDAndSerial: serial)
    }

    /// - Returns: the notes.
    private func setUp(
        _ port: any USBPort, as setup: HackRFSetup, api identity: HackRFIdentity
    ) throws(TransceiverFailure) -> [String] {
        var notes = setup.notes
        // A program that has died may have left it transmitting.
        try send(.mode(.off), to: port)
        try send(.sampleRate(setup.rate), to: port)
        try send(.basebandFilter(hertz: setup.rate.filterHertz), to: port)
        try send(.frequency(hertz: setup.frequencyHertz), to: port)
        try send(.amplifier(settings.hasAmplifier), to: port)
        for (request, what) in setup.gains {
            guard try ask(request, of: port) == [1] else {
                throw TransceiverFailure(.unsupported, "\(name) refuses \(what): \(HackRFIdentity.flash)")
            }
        }
        if identity.api >= HackRFIdentity.apiOfSync {
            try send(.hardwareSync(settings.waitsForTrigger), to: port)
        } else if settings.waitsForTrigger {
            throw TransceiverFailure(
                .unsupported,
                "the firmware of \(name) (API \(identity.apiText)) knows no trigger, 1.02 does: \(HackRFIdentity.flash)"
            )
        }
        if identity.api < HackRFIdentity.apiOfShortfalls {
            // Such firmware sends its buffer again and again when no samples come (greatscottgadgets/hackrf#982).
            let effect =
                role == .transmitter
                ? "fills them with old samples: its carrier may outlive this program" : "lost samples go unseen"
            notes.append(
                "its firmware (API \(identity.apiText)) counts no shortfalls, and \(effect); \(HackRFIdentity.flash)")
        }
        return notes
    }

    func send(
        _ request: HackRFRequest, to port: any USBPort, within milliseconds: Int = HackRF.milliseconds
    ) throws(TransceiverFailure) {
        try telling { () throws(USBError) in
            try port.control(request.setup, sending: request.data, timeoutMilliseconds: milliseconds)
        }
    }

    func ask(_ request: HackRFRequest, of port: any USBPort) throws(TransceiverFailure) -> [UInt8] {
        try telling { () throws(USBError) in
            try port.control(request.setup, length: request.length, timeoutMilliseconds: Self.milliseconds)
        }
    }
}
