import Testing

@testable import SDR

@Suite struct IIOCodecTests {
    private static let attribute = IIOAttribute("ad9361-phy", .output, "altvoltage0", "frequency")

    @Test(
        arguments: [
            (.version, "VERSION\r\n", ""), (.print, "PRINT\r\n", ""),
            (.timeout(milliseconds: 500), "TIMEOUT 500\r\n", ""),
            (.read(attribute), "READ ad9361-phy OUTPUT altvoltage0 frequency\r\n", ""),
            (.write(attribute, "920600000"), "WRITE ad9361-phy OUTPUT altvoltage0 frequency 9\r\n", "920600000"),
            (.write(IIOAttribute("d", debugging: "a"), "1"), "WRITE d DEBUG a 1\r\n", "1"),
            (.open(device: "cf-ad9361-lpc", samples: 2_048, mask: 3), "OPEN cf-ad9361-lpc 2048 00000003\r\n", ""),
            (.readBuffer(device: "cf-ad9361-lpc", octets: 8_192), "READBUF cf-ad9361-lpc 8192\r\n", ""),
            (.writeBuffer(device: "d", octets: 8_192), "WRITEBUF d 8192\r\n", ""),
            (.close(device: "d"), "CLOSE d\r\n", ""),
        ] as [(IIOCommand, String, String)])
    func aCommandIsALineAndForAWriteItsValue(command: IIOCommand, line: String, data: String) {
        #expect(command.line == Array(line.utf8))
        #expect(command.data == Array(data.utf8))
    }

    /// Feeds `answer` in pieces of `size` octets.
    /// - Returns: the answer, and the octets that were left.
    private func converse(
        _ command: IIOCommand, _ answer: String, piecesOf size: Int
    ) throws(IIOFailure) -> (IIOConversation.Answer?, left: Int) {
        var conversation = IIOConversation(command)
        var octets = Array(answer.utf8)[...]
        while !octets.isEmpty, conversation.answer == nil {
            #expect(conversation.wanted > 0)
            let piece = Array(octets.prefix(size))
            let used = try piece.withUnsafeBufferPointer { (piece) throws(IIOFailure) in
                try conversation.take(UnsafeRawBufferPointer(piece))
            }
            octets = octets.dropFirst(used)
        }
        return (conversation.answer, octets.count)
    }

    @Test(arguments: [1, 2, 3, 7, 1_000])
    func anAnswerIsUnderstoodInPiecesOfAnySize(size: Int) throws {
        for (command, answer, expected) in [
            (.version, "0.24.v0.24  \n", .text("0.24.v0.24  ")), (.print, "5\n<a/>x\n", .text("<a/>x")),
            (.read(Self.attribute), "9\n920600000\n", .text("920600000")),
            (.read(Self.attribute), "11\n920600000\n\0\n", .text("920600000")),
            (.read(Self.attribute), "0\n\n", .text("")),
            (.close(device: "d"), "0\n", .number(0)), (.close(device: "d"), "\n\n12\n", .number(12)),
            (.timeout(milliseconds: 1), "0\r\n", .number(0)),
        ] as [(IIOCommand, String, IIOConversation.Answer)] {
            let (result, left) = try converse(command, answer, piecesOf: size)
            #expect(result == expected)
            #expect(left == 0)
        }
    }

    @Test func whatComesAfterAnAnswerIsLeft() throws {
        let (answer, left) = try converse(.close(device: "d"), "0\n123", piecesOf: 100)
        #expect(answer == .number(0))
        #expect(left == 3)
    }

    @Test func anAnswerThatIsNotCompleteIsNone() throws {
        #expect(try converse(.print, "5\n<a/>x", piecesOf: 100).0 == nil)
        #expect(try converse(.version, "0.24", piecesOf: 100).0 == nil)
        #expect(try converse(.close(device: "d"), "12", piecesOf: 100).0 == nil)
    }

    @Test(
        arguments: [
            ("-22\n", .refused(errno: 22)), ("-110\n", .refused(errno: 110)), ("x\n", .noNumber), ("--1\n", .noNumber),
            ("-\n", .noNumber), ("1-\n", .noNumber), ("12345678901\n", .noNumber), ("0x1\n", .noNumber),
            (String(repeating: "\n", count: 17), .noNumber), ("1048577\n", .tooLong), ("9999999999\n", .tooLong),
        ] as [(String, IIOFailure)])
    func whatIsNoAnswerIsThrown(text: String, failure: IIOFailure) {
        #expect(throws: failure) { try converse(.print, text, piecesOf: 100) }
    }

    @Test func aLineWithoutAnEndIsNotCollectedForEver() {
        #expect(throws: IIOFailure.tooLong) {
            try converse(.version, String(repeating: "a", count: 1_025), piecesOf: 100)
        }
    }

    @Test func textIsWantedWithItsLineFeedSoThatNoTransferWaitsForMore() throws {
        var conversation = IIOConversation(.print)
        #expect(conversation.wanted == 1)
        let octets = Array("1000\nabc".utf8)
        _ = try octets.withUnsafeBufferPointer { (octets) throws(IIOFailure) in
            try conversation.take(UnsafeRawBufferPointer(octets))
        }
        #expect(conversation.wanted == 998)
    }

    /// Feeds `answer` in pieces of `size` octets to a block of `room` octets.
    private func read(
        _ answer: [UInt8], piecesOf size: Int, room: Int
    ) throws(IIOFailure) -> (block: [UInt8], isComplete: Bool, left: Int) {
        var reader = IIOBlockReader(mask: 3)
        var block = [UInt8](repeating: 0xEE, count: room)
        var octets = answer[...]
        while !octets.isEmpty, !reader.isComplete {
            #expect(reader.wanted > 0 && reader.wanted <= max(room, 1))
            let piece = Array(octets.prefix(size))
            let used = try piece.withUnsafeBufferPointer { (piece) throws(IIOFailure) in
                try block.withUnsafeMutableBufferPointer { (block) throws(IIOFailure) in
                    try reader.take(UnsafeRawBufferPointer(piece), into: UnsafeMutableRawBufferPointer(block))
                }
            }
            octets = octets.dropFirst(used)
        }
        return (Array(block.prefix(reader.filled)), reader.isComplete, octets.count)
    }

    @Test(arguments: [1, 2, 3, 5, 1_000])
    func aBlockIsReadFromChunksInPiecesOfAnySize(size: Int) throws {
        // Samples that look like the text of the protocol.
        let answer = Array("8\n00000003\n12\n3456\n4\n78\n0".utf8)
        let read = try read(answer, piecesOf: size, room: 12)
        #expect(read.block == Array("12\n3456\n78\n0".utf8))
        #expect(read.isComplete)
        #expect(read.left == 0)
    }

    @Test func aBlockEndsEarlyWhereTheDeviceHasNoMore() throws {
        let read = try read(Array("4\n00000003\nabcd0\nrest".utf8), piecesOf: 100, room: 12)
        #expect(read.block == Array("abcd".utf8))
        #expect(read.isComplete)
        #expect(read.left == 4)
        #expect(try self.read(Array("0\n".utf8), piecesOf: 1, room: 12).isComplete)
    }

    @Test(
        arguments: [
            ("-32\n", .refused(errno: 32)), ("13\n", .otherLength(13)), ("8\n00000003\nabcdefgh5\n", .otherLength(5)),
            ("8\n00000001\n", .otherChannels), ("8\n0000000x\n", .otherChannels), ("8\n\n", .otherChannels),
            ("8\n" + String(repeating: "0", count: 65), .otherChannels), ("x", .noNumber),
        ] as [(String, IIOFailure)])
    func whatIsNoBlockIsThrown(text: String, failure: IIOFailure) {
        #expect(throws: failure) { try read(Array(text.utf8), piecesOf: 3, room: 12) }
    }

    @Test func noOctetsTrap() throws {
        var generator = SplitMix(state: 0x5EED)
        let texts = Array("0123456789-\n\r 3f".utf8)
        for round in 0..<4_000 {
            let count = Int.random(in: 1...40, using: &generator)
            let octets = (0..<count).map { _ in
                round % 2 == 0
                    ? UInt8.random(in: 0...255, using: &generator)
                    : texts[Int.random(in: texts.indices, using: &generator)]
            }
            let size = Int.random(in: 1...40, using: &generator)
            let room = Int.random(in: 0...40, using: &generator)
            if let read = try? read(octets, piecesOf: size, room: room) { #expect(read.block.count <= room) }
            let text = String(decoding: octets, as: UTF8.self)
            for command in [IIOCommand.version, .print, .close(device: "d")] {
                _ = try? converse(command, text, piecesOf: size)
            }
            _ = PlutoIdentity(version: text, description: FakePluto.xml.prefix(count * 10) + text)
        }
    }
}

/// A seeded generator, so that what fails fails again.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}
