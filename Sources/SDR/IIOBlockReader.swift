/// The answer to one READBUF as its octets come in, in pieces of any size: a count, before the first chunk the mask of
/// channels, the samples, and again until all are there. It does no input or output and allocates nothing.
struct IIOBlockReader: Hashable, Sendable {
    private enum Stage: Hashable {
        case count(IIONumber)
        case mask(value: UInt32, digits: Int)
        case samples(left: Int)
    }

    private let mask: UInt32
    private var stage = Stage.count(IIONumber())
    /// The count of the chunk whose mask is still to come.
    private var pending = 0
    private var isMaskKnown = false
    /// Octets of samples that have come.
    private(set) var filled = 0
    private(set) var isComplete = false

    init(mask: UInt32) {
        self.mask = mask
    }

    /// How many octets may be asked for at most, so that a full transfer is not waited for in vain.
    var wanted: Int {
        if case .samples(let left) = stage { left } else { 1 }
    }

    /// Takes what has come, and puts the samples of it into `block`, until that is full or the device has no more.
    /// - Returns: how much of it belonged to the block.
    mutating func take(
        _ piece: UnsafeRawBufferPointer, into block: UnsafeMutableRawBufferPointer
    ) throws(IIOFailure) -> Int {
        var used = 0
        while !isComplete, used < piece.count {
            if case .samples(let left) = stage {
                let count = min(left, piece.count - used)
                let target = UnsafeMutableRawBufferPointer(rebasing: block[filled..<filled + count])
                target.copyMemory(from: UnsafeRawBufferPointer(rebasing: piece[used..<used + count]))
                used += count
                filled += count
                stage = count == left ? .count(IIONumber()) : .samples(left: left - count)
                isComplete = filled == block.count
            } else {
                try take(piece[used], room: block.count - filled)
                used += 1
            }
        }
        return used
    }

    /// Of a count or a mask.
    private mutating func take(_ octet: UInt8, room: Int) throws(IIOFailure) {
        switch stage {
        case .count(var number):
            let value = try number.take(octet)
            stage = .count(number)
            guard let value else { return }
            guard value >= 0 else { throw .refused(errno: -value) }
            guard value <= room else { throw .otherLength(value) }
            isComplete = value == 0
            pending = value
            stage = isMaskKnown ? .samples(left: value) : .mask(value: 0, digits: 0)
        case .mask(let value, let digits):
            if octet == UInt8(ascii: "\n") {
                guard value == mask else { throw .otherChannels }
                isMaskKnown = true
                stage = .samples(left: pending)
            } else {
                guard digits < 64, let digit = Character(Unicode.Scalar(octet)).hexDigitValue else {
                    throw .otherChannels
                }
                stage = .mask(value: value << 4 | UInt32(digit), digits: digits + 1)
            }
        case .samples: break
        }
    }
}
