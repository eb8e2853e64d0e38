import AIoTBase
import AIoTPhy
import AIoTReplay

/// Any samples, in pieces of any size, with expected bursts of any shape: the receiver takes them all.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let octets = Array(UnsafeBufferPointer(start: start, count: count))
    guard octets.count > 8 else { return 0 }
    let format = D2RBurstFormat(
        rateCode: Int(octets[0] & 15), subcarrierPeriods: 1 << Int(octets[1] & 7), fec: octets[2] & 1 == 1,
        repetition: octets[2] & 2 == 2, midamble: octets[2] & 4 == 4, transportBlockOctets: Int(octets[3]))
    var receiver = StreamReceiver(profile: .oursV0, sampleRateHz: 1_920_000)
    receiver.expect(
        [ExpectedBurst(format: format, delay: .microseconds(Int64(octets[4]) * 8))], afterSample: Double(octets[5]))
    var decoder = RecordingDecoder(profile: .oursV0, sampleRateHz: 1_920_000)
    // Each octet is held for a few samples, so that the input reaches keying at chip rates.
    let hold = Int(octets[6] & 15) + 1
    var samples: [Float] = []
    for octet in octets.dropFirst(8).prefix(1_000) {
        let value = Float(Int8(bitPattern: octet)) / 64
        for _ in 0..<hold { samples += [value, -value / 2] }
    }
    let piece = 2 * (Int(octets[7]) + 1)
    var offset = 0
    while offset < samples.count {
        let block = Array(samples[offset..<min(offset + piece, samples.count)])
        _ = receiver.push(block)
        _ = decoder.push(block)
        offset += piece
    }
    _ = receiver.finish()
    _ = decoder.finish()
    return 0
}
