import AIoTBase
import AIoTPhy
import Genie

/// One row of the table. Devices reflect on-off and two-phase in turns.
struct Combination {
    static let codings = ["uncoded", "repeated", "coded", "coded+repeated"]

    var octets: Int
    var coding: String
    var periods: Int
    /// Samples per half-period of the stream; 8 is about what the receiver's decimation leaves of any more.
    var samplesPerHalf = 8.0

    static var all: [Combination] {
        [20, 60].flatMap { octets in
            codings.flatMap { coding in
                [1, 2, 4, 8].map { Combination(octets: octets, coding: coding, periods: $0) }
            }
        }
    }

    var name: String { "\(octets),\(coding),\(periods)" }

    private var format: D2RBurstFormat {
        D2RBurstFormat(
            rateCode: 4, subcarrierPeriods: periods, fec: coding.hasPrefix("coded"),
            repetition: coding.hasSuffix("repeated"), transportBlockOctets: octets)
    }

    static func reflection(_ index: Int) -> ReflectionKind { index.isMultiple(of: 2) ? .onOff : .twoPhase }

    /// A burst, the same in every run; those below zero are for the search of the points.
    func trial(_ index: Int, _ normals: Normals) -> Trial {
        let key = name.utf8.reduce(14_695_981_039_346_656_037 as UInt64) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        let seed = key &+ UInt64(truncatingIfNeeded: index) &* 0x9E37_79B9_7F4A_7C15
        return Trial(
            Trial.Setup(format, Self.reflection(index), samplesPerHalf: samplesPerHalf), seed: seed, normals: normals)
    }
}
