import Transceiver

/// One box's part of a `BoxAir`: its samples of the block at hand, by its own clock and by the air's.
final class BoxLane {
    let box: AirBox
    let transmitConverter: SampleConverter
    private let receiveConverter: SampleConverter
    /// Own samples in one of the air.
    let rate: Double
    /// By its own clock, interleaved: the last `history` samples of the block before, then the block.
    let own: FloatBuffer
    /// By the air's clock: what it transmits.
    let onAir: FloatBuffer
    /// By the air's clock: what it hears, behind the last sample of the block before.
    let heard: FloatBuffer
    /// By its own clock: what it receives.
    private let received: FloatBuffer
    /// Samples that it has been given for the next block.
    var filled = 0
    /// Of what it transmits in the block at hand.
    var isSilent = true
    private var wasSilent = true
    /// Samples of the air heard in the block before.
    var heardCount = 0
    private var noise: NoiseTable

    /// Own samples before those of the block that interpolation reaches back to.
    static let history = 2

    init(_ box: AirBox, blockLimit: Int, seed: UInt64) {
        self.box = box
        transmitConverter = SampleConverter(box.transmitFormat)
        receiveConverter = SampleConverter(box.receiveFormat)
        rate = box.ownRate
        own = FloatBuffer(count: 2 * (Self.history + BoxAir.ownLimit(blockLimit)))
        onAir = FloatBuffer(count: 2 * blockLimit)
        heard = FloatBuffer(count: 2 * (1 + blockLimit))
        received = FloatBuffer(count: 2 * BoxAir.ownLimit(blockLimit))
        noise = NoiseTable(deviation: box.noiseDeviation, seed: seed)
    }

    /// The number of its first sample at or after the air's sample `position`.
    func firstSample(at position: Int64) -> Int64 {
        rate == 1 ? position : Int64((Double(position) * rate).rounded(.up))
    }

    /// Its samples of the block.
    var ownBlock: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(rebasing: own.values[(2 * Self.history)...])
    }

    /// Puts the last sample of the block before in front of the next one.
    func keepLast() {
        heard.values[0] = heard.values[2 * heardCount]
        heard.values[1] = heard.values[2 * heardCount + 1]
    }

    /// The block as it hears it.
    var heardBlock: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(rebasing: heard.values[2...])
    }
}

// MARK: - Between the clocks, by linear interpolation

extension BoxLane {
    /// Puts what it was given for `block` on the air; what it was not given is zero.
    func transmit(_ block: AirBlock) {
        let first = firstSample(at: block.first)
        let count = Int(firstSample(at: block.end) - first)
        if filled < count { ownBlock[(2 * filled)..<(2 * count)].update(repeating: 0) }
        isSilent = filled == 0 && wasSilent
        wasSilent = filled == 0
        filled = 0
        guard !isSilent else { return }
        guard rate != 1 else {
            _ = onAir.values.update(fromContentsOf: ownBlock[..<(2 * block.count)])
            return
        }
        // Of the sample before, so that none of the next block is needed.
        let origin = Double(block.first) * rate - Double(first) + 1
        for index in 0..<block.count {
            let place = origin + Double(index) * rate
            let whole = min(Int(place), count)
            let part = Float(place - Double(whole))
            let from = 2 * whole
            onAir.values[2 * index] = own.values[from] * (1 - part) + own.values[from + 2] * part
            onAir.values[2 * index + 1] = own.values[from + 1] * (1 - part) + own.values[from + 3] * part
        }
        for index in 0..<2 * Self.history { own.values[index] = own.values[2 * count + index] }
    }

    /// Writes what it hears of `block` by its own clock, with noise, in its format.
    /// - Returns: samples written.
    func receive(_ block: AirBlock, into octets: UnsafeMutableRawBufferPointer) -> Int {
        let first = firstSample(at: block.first)
        let count = Int(firstSample(at: block.end) - first)
        let samples = UnsafeMutableBufferPointer(rebasing: received.values[..<(2 * count)])
        if rate == 1 {
            _ = samples.update(fromContentsOf: heardBlock[..<(2 * count)])
        } else {
            let step = 1 / rate
            let origin = (Double(first) - Double(block.first) * rate) * step
            for index in 0..<count {
                let place = origin + Double(index) * step
                let whole = min(Int(place), block.count - 1)
                let part = Float(place - Double(whole))
                let from = 2 * whole
                samples[2 * index] = heard.values[from] * (1 - part) + heard.values[from + 2] * part
                samples[2 * index + 1] = heard.values[from + 1] * (1 - part) + heard.values[from + 3] * part
            }
        }
        noise.add(to: samples, constant: box.dcOffset)
        return receiveConverter.convert(UnsafeBufferPointer(samples), into: octets)
    }
}
