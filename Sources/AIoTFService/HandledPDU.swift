import TraceFile

/// A PDU of a reader that was handled; times are CLOCK_MONOTONIC in nanoseconds.
struct HandledPDU: Sendable {
    var message: String
    var correlation: Int
    /// RAN-AIOT-Device-NGAP-ID.
    var exchange: UInt32
    /// Put into the mailbox.
    var arrived: Int64
    /// The loop has it.
    var taken: Int64
    var decided = Int64(0)
    /// What was decided is durable.
    var committed = Int64(0)
    /// The Command Request that answers it was handed to the link; nil: there was none.
    var sent: Int64?
    /// Place of that among what the loop is to do.
    var answerPlace: Int?
    /// `taken` on the wall clock, UTC since 1970.
    var wall: Int64

    func write(line text: inout TraceText) {
        text.add("{\"message\":\"\(message)\",\"correlation\":")
        text.add(correlation)
        text.add(",\"exchange\":")
        text.add(Int64(exchange))
        text.add(",\"arrivedNS\":")
        text.add(arrived)
        text.add(",\"takenNS\":")
        text.add(taken)
        text.add(",\"decidedNS\":")
        text.add(decided)
        text.add(",\"committedNS\":")
        text.add(committed)
        text.add(",\"sentNS\":", sent)
        text.add(",\"wallNS\":")
        text.add(wall)
        text.add("}\n")
    }
}
