package import AIoTBase
package import AIoTCapture
import AIoTPhy
package import RadioFrontEnd

extension FrameRecord {
    /// The capture's view of a frame of the air.
    package init(_ frame: AirFrame, transactionID: TransactionID) {
        switch frame.direction {
        case .r2d(let chipsPerSymbol):
            self.init(
                direction: .r2d, flags: .crcRight, rate: UInt8(clamping: chipsPerSymbol),
                transactionID: transactionID, message: frame.octets)
        case .d2r(let format, let measurement, let occasion, let isMsg1OfCBRA):
            var flags: Flags = .crcRight
            if measurement.isCollided { flags.insert(.collisionSeen) }
            if format.fec { flags.insert(.fec) }
            if format.repetition { flags.insert(.repetition) }
            if format.midamble { flags.insert(.midamble) }
            if isMsg1OfCBRA { flags.insert(.bareRandomID) }
            self.init(
                direction: .d2r, flags: flags, rate: UInt8(clamping: format.rateCode),
                subcarrierPeriodsPerBit: UInt8(clamping: format.subcarrierPeriods), transactionID: transactionID,
                occasion: occasion.flatMap { UInt16(exactly: $0) },
                relativePowerDeciDB: Self.field(measurement.powerDB, steps: 0.1),
                snrDeciDB: Self.field(measurement.snrDB, steps: 0.1),
                clockErrorTenPPM: Self.field(measurement.clockError, steps: 1e-5),
                carrierOffsetHz: Self.field(measurement.carrierOffsetHz, steps: 1), message: frame.octets)
        }
    }
}
