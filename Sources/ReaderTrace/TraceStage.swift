package import AIoTBase

/// A stretch of an exchange's timeline, named by what it was spent on.
package struct TraceStage: Hashable, Sendable {
    package enum Name: String, CaseIterable, Sendable {
        /// The burst with which the device came: its random ID, or in direct access its access response.
        case msg1
        /// Further windows of the same frame, in which other devices may send.
        case window
        /// From the end of the last window until the radio has told what it heard.
        case decode
        /// In the inbox of the reader's loop.
        case inbox
        /// The exchange wants the air, and others have it.
        case airWait = "air-wait"
        /// From the order to the radio until its frame is on the air.
        case frontEnd = "front-end"
        case r2d
        /// The device's turnaround, and the start offset that it was given.
        case device
        case d2r
        /// Its windows passed without a burst that could be decoded.
        case noBurst = "no-burst"
        /// From the message to the AIoTF until its Command Request is in the inbox; a joined trace has the next five.
        case aiotf
        /// From the reader's loop into the mailbox of the AIoTF.
        case linkOut = "link-out"
        /// In the mailbox of the AIoTF.
        case queue
        case decide
        /// Until what was decided is durable, and the answer handed to the link.
        case commit
        /// From the AIoTF into the inbox of the reader's loop.
        case linkBack = "link-back"
        /// Until the last message is durable at the reader.
        case spool
        /// Until the Acknowledgement is ordered.
        case ackWait = "ack-wait"
        case ack
        /// An overlap only: until the AIoTF has confirmed the last message.
        case link
    }

    /// Where the time is spent; a process of a Chrome trace.
    package enum Row: Int, CaseIterable, Sendable {
        case air = 1
        case reader
        case link
        case aiotf
        case spool

        package var title: String {
            switch self {
            case .air: "air"
            case .reader: "reader"
            case .link: "link"
            case .aiotf: "AIoTF"
            case .spool: "spool"
            }
        }
    }

    package var name: Name
    package var start: AirTime
    package var end: AirTime

    package init(_ name: Name, _ start: AirTime, _ end: AirTime) {
        self.name = name
        self.start = start
        self.end = end
    }

    package var length: AirDuration { end - start }
}

extension TraceStage.Name {
    package var row: TraceStage.Row {
        switch self {
        case .msg1, .window, .r2d, .device, .d2r, .noBurst, .ack: .air
        case .decode, .inbox, .airWait, .frontEnd, .ackWait: .reader
        case .linkOut, .linkBack, .link: .link
        case .aiotf, .queue, .decide, .commit: .aiotf
        case .spool: .spool
        }
    }
}
