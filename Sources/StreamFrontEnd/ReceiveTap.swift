package import RadioFrontEnd
package import Transceiver

/// Takes a copy of everything that a stream front end receives, as a recorder does.
///
/// Calls come one after the other on the receive thread of the front end: a slow tap makes samples overflow.
package protocol ReceiveTap: AnyObject, Sendable {
    /// Streaming begins, or begins anew: samples are counted from zero.
    func started(format: StreamFormat, sampleRateHz: Double)
    /// Whole samples as they came, with the number of the first.
    func received(_ octets: UnsafeRawBufferPointer, firstSample: Int64)
    /// Samples were lost before the ones to come, whose numbers go on without them; nil: nobody knows how many.
    func lost(samples: Int64?)
    /// A transmission and its windows are over; `receiveSamples` reach from its frame to the end of its windows.
    func ended(_ outcome: RadioOutcome, receiveSamples: Range<Int64>)
}
