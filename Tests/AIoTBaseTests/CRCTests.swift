import AIoTBase
import Testing

@Suite struct CRCTests {
    @Test func theRemainderOfAMessageWithItsCheckBitsIsZero() {
        var generator = SeededGenerator(seed: 1)
        let crc = CRC(width: 16, polynomial: 0x1021)
        for count in 1..<40 {
            let bits = Bits.unpacked(generator.octets(count))
            #expect(crc.remainder(of: bits + crc.checkBits(of: bits)) == 0)
        }
    }

    @Test func crc16HasTheCheckValueOfXmodem() {
        #expect(CRC(width: 16, polynomial: 0x1021).remainder(of: Bits.unpacked(Array("123456789".utf8))) == 0x31C3)
    }
}
