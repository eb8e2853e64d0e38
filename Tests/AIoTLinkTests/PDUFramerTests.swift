import AIoTBase
import AIoTLink
import Testing

/// Frames out of a stream.
@Suite struct PDUFramerTests {
    private func frames(_ octets: [UInt8], pieces: Int) throws -> [[UInt8]] {
        var framer = PDUFramer()
        var frames: [[UInt8]] = []
        var rest = octets[...]
        while !rest.isEmpty {
            framer.append(rest.prefix(pieces))
            rest = rest.dropFirst(pieces)
            while let frame = try framer.next() { frames.append(frame) }
        }
        return frames
    }

    @Test(arguments: [1, 2, 3, 5, 7, 64, 100_000]) func framesAreTheSameInPiecesOfAnySize(pieces: Int) throws {
        var generator = SeededGenerator(seed: 1)
        let pdus = [0, 1, 3, 4, 5, 255, 256, 65_535, 0, 0].map { generator.octets($0) }
        let octets = pdus.compactMap { PDUFramer.frame($0) }.flatMap { $0 }
        #expect(try frames(octets, pieces: pieces) == pdus)
    }

    @Test(arguments: [65_536, 0x0100_0000, 0xFFFF_FFFF] as [UInt32])
    func aLengthPastTheLimitEndsTheStreamForGood(length: UInt32) throws {
        var framer = PDUFramer()
        framer.append(withUnsafeBytes(of: length.bigEndian) { Array($0) })
        #expect(throws: PDUFramingError.tooLong(Int(length))) { try framer.next() }
        framer.append([0, 0, 0, 0])
        #expect(throws: PDUFramingError.tooLong(Int(length))) { try framer.next() }
        #expect(framer.waitingOctets == 0)
    }

    @Test func halfAFrameWaitsAndTakesNoMoreRoomThanItHas() throws {
        var framer = PDUFramer()
        framer.append([0, 0, 0xFF])
        #expect(try framer.next() == nil)
        framer.append([0xFF] + [UInt8](repeating: 7, count: 65_534))
        #expect(try framer.next() == nil)
        #expect(framer.waitingOctets == 65_538)
        framer.append([7])
        #expect(try framer.next()?.count == 65_535)
        #expect(framer.waitingOctets == 0)
    }

    @Test func whatIsTooLongForAFrameIsNotFramed() {
        #expect(PDUFramer.frame([UInt8](repeating: 0, count: 65_536)) == nil)
        #expect(PDUFramer.frame([]) == [0, 0, 0, 0])
    }
}
