/// The answer to one command as its octets come in, in pieces of any size. It does no input or output.
struct IIOConversation: Sendable {
    enum Answer: Hashable, Sendable {
        /// 0 and up; less is thrown as `IIOFailure.refused`.
        case number(Int)
        case text(String)
    }

    private enum Stage {
        case line
        case number(IIONumber, thenText: Bool)
        /// This many octets and a line feed.
        case text(Int)
    }

    /// No line is longer.
    static let longestLine = 1_024
    /// The description of a Pluto has about 30 thousand octets.
    static let longestText = 1 << 20

    private var stage: Stage
    private var octets: [UInt8] = []
    private(set) var answer: Answer?

    init(_ command: IIOCommand) {
        switch command {
        case .version: stage = .line
        case .print, .read: stage = .number(IIONumber(), thenText: true)
        default: stage = .number(IIONumber(), thenText: false)
        }
    }

    /// How many octets may be asked for at most, so that a full transfer is not waited for in vain.
    var wanted: Int {
        if case .text(let count) = stage { count + 1 - octets.count } else { 1 }
    }

    /// Takes what has come, until the answer is complete.
    /// - Returns: how much of it belonged to the answer.
    mutating func take(_ piece: UnsafeRawBufferPointer) throws(IIOFailure) -> Int {
        var used = 0
        while answer == nil, used < piece.count {
            try take(piece[used])
            used += 1
        }
        return used
    }

    private mutating func take(_ octet: UInt8) throws(IIOFailure) {
        switch stage {
        case .line:
            if octet == UInt8(ascii: "\n") {
                answer = .text(String(decoding: octets, as: UTF8.self))
            } else if octets.count < Self.longestLine {
                octets.append(octet)
            } else {
                throw .tooLong
            }
        case .number(var number, let thenText):
            let value = try number.take(octet)
            stage = .number(number, thenText: thenText)
            guard let value else { return }
            guard value >= 0 else { throw .refused(errno: -value) }
            guard thenText else {
                answer = .number(value)
                return
            }
            guard value <= Self.longestText else { throw .tooLong }
            stage = .text(value)
        case .text(let count):
            guard octets.count == count else {
                octets.append(octet)
                return
            }
            // Attributes end with a line feed or a zero.
            while let last = octets.last, last == 0 || last == UInt8(ascii: "\n") { octets.removeLast() }
            answer = .text(String(decoding: octets, as: UTF8.self))
        }
    }
}
