import AIoTBase
import AIoTPhy
import Genie

/// One row of the table: a format, and how the device reflects.
struct Combination {
    /// The codings in order of their strength.
    static let codings = ["uncoded", "repeated", "coded", "coded+repeated"]

    var octets: Int
    var coding: String
    var periods: Int
    var reflection: ReflectionKind
    /// Samples per half-period of the stream; 8 is what the receiver's decimation leaves of any more.
    var samplesPerHalf = 8.0

    static var all: [Combination] {
        [20, 60].flatMap { octets in
            codings.flatMap { coding in
                [1, 2, 4, 8].flatMap { periods in
                    [ReflectionKind.onOff, .twoPhase].map {
                        Combination(octets: octets, coding: coding, periods: periods, reflection: $0)
                    }
                }
            }
        }
    }

    var reflectionName: String { reflection == .onOff ? "on-off" : "two-phase" }
    var name: String { "\(octets),\(coding),\(periods),\(reflectionName)" }

    var setup: Trial.Setup {
        Trial.Setup(
            D2RBurstFormat(
                rateCode: 4, subcarrierPeriods: periods, fec: coding.hasPrefix("coded"),
                repetition: coding.hasSuffix("repeated"), transportBlockOctets: octets),
            reflection, samplesPerHalf: samplesPerHalf)
    }

    /// The seed of a trial, the same in every run.
    func seed(_ index: Int) -> UInt64 {
        let key = name.utf8.reduce(14_695_981_039_346_656_037 as UInt64) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        return key &+ UInt64(truncatingIfNeeded: index) &* 0x9E37_79B9_7F4A_7C15
    }
}
