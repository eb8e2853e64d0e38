import Spool
import Testing

/// Damage ends a segment: what stands before it counts, the rest does not, and the report says so.
@Suite struct SpoolDamageTests {
    private static let name = "0000000000000001.spool"

    private func segment(_ records: Int) throws -> [UInt8] {
        var model = try SpoolModel(limit: 10_000)
        for _ in 0..<records { model.append(octets: 10) }
        model.settle()
        return try #require(model.disk.contents[Self.name])
    }

    private func scan(_ octets: [UInt8]) throws -> (records: [SpoolRecord], recovery: SpoolRecovery) {
        let disk = ModelDisk(file: Self.name, octets)
        let scan = try SpoolModel.scan(disk)
        return (SpoolLog(scan, limitOctets: 10_000, folder: "spool").pending(owner: [1]), scan.recovery)
    }

    @Test func aFlippedBitLosesItsRecordAndThoseBehindIt() throws {
        let whole = try segment(5)
        let frame = (whole.count - 32) / 5
        for bit in 0..<8 * whole.count {
            var octets = whole
            octets[bit / 8] ^= 1 << (bit % 8)
            let (records, recovery) = try scan(octets)
            let intact = max(0, bit / 8 - 32) / frame
            #expect(records.map(\.sequence) == (0..<UInt64(intact)).map { $0 + 1 }, "bit \(bit)")
            let start = bit / 8 < 32 ? 0 : 32 + intact * frame
            #expect(
                recovery.damages.map(\.offset) == [start] && recovery.damages[0].octets == whole.count - start,
                "bit \(bit)")
        }
    }

    @Test func aCutFileLosesOnlyTheTornRecord() throws {
        let whole = try segment(3)
        let frame = (whole.count - 32) / 3
        for count in 32...whole.count {
            let (records, recovery) = try scan(Array(whole.prefix(count)))
            #expect(records.count == (count - 32) / frame)
            #expect(recovery.damages.isEmpty == ((count - 32) % frame == 0))
            #expect(recovery.records == records.count)
        }
    }

    @Test func zerosBehindTheLastRecordAreATornTail() throws {
        let whole = try segment(2)
        let (records, recovery) = try scan(whole + [UInt8](repeating: 0, count: 4_096))
        #expect(records.count == 2)
        #expect(recovery.damages.map(\.octets) == [4_096])
        #expect(recovery.description.contains("cut off"))
    }

    @Test func aRecordThatStandsTwiceIsDamage() throws {
        let whole = try segment(1)
        let (records, recovery) = try scan(whole + whole[32...])
        #expect(records.count == 1)
        #expect(recovery.damages.count == 1)
    }

    @Test func theDamagedFileIsKeptAndTheSpoolGoesOn() throws {
        let octets = try segment(3).dropLast()
        var model = try SpoolModel(limit: 10_000, disk: ModelDisk(file: Self.name, Array(octets)))
        model.settle()
        #expect(model.disk.contents.keys.sorted() == ["0000000000000002.spool", "damaged"])
        #expect(model.disk.contents["damaged"] == Array(octets))
        let recovery = try SpoolModel.scan(model.disk).recovery
        #expect(recovery.records == 2)
        #expect(recovery.damages.isEmpty)
    }

    @Test func aLaterVersionIsNotTouched() throws {
        #expect(check(Array("123456789".utf8)) == [0xE3, 0x06, 0x92, 0x83], "the check value of CRC-32C")
        // Version 2, and the CRC-32C of that header.
        let header: [UInt8] =
            Array("AIoTSpol".utf8) + [0, 0, 0, 2] + [0, 0, 0, 0, 0, 0, 0, 1] + [0, 0, 0, 0, 0, 0, 0, 1]
        let disk = ModelDisk(file: Self.name, header + check(header))
        #expect(throws: SpoolError.newerVersion(version: 2, path: Self.name)) { try SpoolModel.scan(disk) }
    }

    @Test func noOctetsTrap() throws {
        var generator = Generator(seed: 1)
        for length in 0..<600 {
            let octets = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            let (records, recovery) = try scan(octets)
            #expect(records.isEmpty)
            #expect(recovery.damages.map(\.octets) == [length])
            _ = try scan(try segment(1) + octets)
        }
    }

    /// CRC-32C bit by bit.
    private func check(_ octets: [UInt8]) -> [UInt8] {
        var value = UInt32.max
        for octet in octets {
            value ^= UInt32(octet)
            for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
        }
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: ~value >> $0) }
    }
}
