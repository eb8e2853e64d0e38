import Synchronization
package import Transceiver
import USBTransport

extension Pluto {
    /// Finds it, opens the pipe for commands, and sets it up; nothing is sent or received yet.
    package func open() throws(TransceiverFailure) {
        close()
        let setup = try PlutoSetup(settings)
        let port = try finder.open()
        do {
            let interface = try IIOInterface(of: port.description)
            try telling { () throws(USBError) in try port.claim(interface: interface.number) }
            // A program that has died may have left pipes open and the transmitter on.
            try interface.send(.resetPipes, to: port)
            try interface.send(.openPipe, pipe: 0, to: port)
            let commands = IIOPipe(interface.pipes[0], on: port)
            let identity = try identify(by: commands)
            try setUp(setup, by: commands)
            presence.opened(port.description)
            state.withLock { state in
                state.port = port
                state.interface = interface
                state.commands = commands
                state.identity = identity
                state.notes =
                    identity.tellsLosses
                    ? []
                    : ["its firmware has no register of losses, so that lost samples go unseen: flash 0.37 or later"]
            }
        } catch {
            port.close()
            throw error
        }
    }

    private func identify(by commands: IIOPipe) throws(TransceiverFailure) -> PlutoIdentity {
        guard case .text(let version) = try commands.perform(.version) else { throw silence }
        try commands.perform(.timeout(milliseconds: commands.milliseconds / 2))
        guard case .text(let description) = try commands.perform(.print) else { throw silence }
        for device in [PlutoSetup.phy, PlutoSetup.receiver, PlutoSetup.transmitter] {
            guard description.contains("name=\"\(device)\"") else {
                throw TransceiverFailure(
                    .unsupported, "the firmware of the Pluto knows no device \(device): flash firmware 0.37 or later")
            }
        }
        return PlutoIdentity(version: version, description: description)
    }

    private var silence: TransceiverFailure {
        TransceiverFailure(.failed, "the Pluto does not say what it is: open it again")
    }

    private func setUp(_ setup: PlutoSetup, by commands: IIOPipe) throws(TransceiverFailure) {
        for command in setup.frequencies { try commands.perform(command) }
        try setRate(setup.rateHertz, by: commands)
        for command in setup.filtersAndGains { try commands.perform(command) }
    }

    /// Sets the rate of converters and fabric.
    ///
    /// Without a filter loaded the converters take 25/12 MS/s and more; below that they run at 8 times the rate, and the
    /// fabric decimates and interpolates. It takes what the converters have made of their rate, or an eighth of that.
    private func setRate(_ hertz: Int, by commands: IIOPipe) throws(TransceiverFailure) {
        var factor = 1
        do throws(TransceiverFailure) {
            try commands.perform(.write(PlutoSetup.rate, String(hertz)))
        } catch  where error.kind == .unsupported && hertz * 12 < 25_000_000 {
            factor = 8
            try commands.perform(.write(PlutoSetup.rate, String(factor * hertz)))
        }
        guard case .text(let text) = try commands.perform(.read(PlutoSetup.rate)), let actual = Int(text),
            hertz - 20...hertz + 20 ~= actual / factor
        else {
            throw TransceiverFailure(
                .unsupported, "the Pluto does not take \(hertz) samples per second: correct sample-rate-hz")
        }
        for attribute in PlutoSetup.fabricRates {
            do throws(TransceiverFailure) {
                try commands.perform(.read(attribute))
            } catch  where error.kind == .unsupported && factor == 1 {
                // Firmware without that stage has nothing to set.
                continue
            }
            try commands.perform(.write(attribute, String(actual / factor)))
        }
    }

    package func close() {
        stop()
        let (port, interface) = state.withLock { state in
            state.commands = nil
            return (state.port.take(), state.interface)
        }
        guard let port else { return }
        try? interface?.send(.closePipe, pipe: 0, to: port)
        port.close()
    }
}
