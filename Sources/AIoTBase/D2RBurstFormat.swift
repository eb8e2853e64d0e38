/// What a receiver must know of a D2R burst before it arrives: the parts of `SCHED` that shape it.
package struct D2RBurstFormat: Hashable, Sendable {
    /// 0...7: base rate * 2^code bit/s.
    package var rateCode: Int
    /// R, periods of the subcarrier per bit, frequency position included: 1, 2, 4 ... 64.
    package var subcarrierPeriods: Int
    package var fec: Bool
    package var repetition: Bool
    package var midamble: Bool
    /// Octets of the D2R message, 1...255.
    package var transportBlockOctets: Int

    package init(
        rateCode: Int, subcarrierPeriods: Int, fec: Bool = false, repetition: Bool = false, midamble: Bool = false,
        transportBlockOctets: Int
    ) {
        self.rateCode = rateCode
        self.subcarrierPeriods = subcarrierPeriods
        self.fec = fec
        self.repetition = repetition
        self.midamble = midamble
        self.transportBlockOctets = transportBlockOctets
    }
}
