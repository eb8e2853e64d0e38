package import RadioFrontEnd
package import Transceiver

/// Takes what a front end receives, for recordings.
package protocol ReceiveTap: AnyObject, Sendable {
    /// Streaming begins; samples are counted anew from here.
    func started(format: StreamFormat, sampleRateHz: Double)
    /// Whole samples as they came, with the number of the first; on a thread that must not be blocked.
    func received(_ octets: UnsafeRawBufferPointer, firstSample: Int64)
    /// Samples were lost before the ones to come, whose numbers go on without them; nil: nobody knows how many.
    func lost(samples: Int64?)
    /// A frame and its windows are over; they lie in these samples, the first of them the first of the R2D frame.
    func ended(_ outcome: RadioOutcome, receiveSamples: Range<Int64>)
}
