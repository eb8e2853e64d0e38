import AIoTBase
import AIoTPhy
import Foundation
import Testing

@Suite struct CollisionTests {
    static let scenes = ProcessInfo.processInfo.environment["AIOT_COLLISION_OCCASIONS"].flatMap { Int($0) } ?? 40

    @Test func table() {
        for fec in [false, true] {
            for code in [1, 4] {
                for periods in [1, 2, 4, 8] where code == 4 || periods < 8 {
                    let format = D2RBurstFormat(
                        rateCode: code, subcarrierPeriods: periods, fec: fec, transportBlockOctets: 2)
                    var list: [(String, [Double], Double)] = [("idle", [], 10)]
                    for snr in [10.0, 20, 30, 40] { list.append(("one \(snr)", [0], snr)) }
                    for power in [0.0, 1, 3, 6, 10, 20] { list.append(("two \(power)", [0, power], 10)) }
                    list.append(("two 3 at 20", [0, 3], 20))
                    list.append(("three 3 6", [0, 3, 6], 10))
                    for (name, powers, snr) in list {
                        let bench = CollisionBench(format: format, weakestSNRDB: snr, powersDB: powers)
                        let c = bench.counts(occasions: Self.scenes, seed: 7)
                        print(
                            "TAB fec \(fec) rate \(code) R \(periods) \(name): idle \(c.idle) decoded \(c.decoded) collision \(c.collisions) undec \(c.undecodable) | strongest \(c.strongestRead) two \(c.twoRead) wrong \(c.wrong)"
                        )
                    }
                }
            }
        }
    }
}
