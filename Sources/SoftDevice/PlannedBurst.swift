import AIoTPhy

/// A burst of a device, placed on the transmit counter.
struct PlannedBurst {
    /// 0 while the device absorbs, 1 while it reflects.
    var waveform: KeyedWaveform
    /// Place of its first edge, and of the end of the R2D frame that it answers, on the transmit counter.
    var start: Double
    var frameEnd: Double
    /// Phase of the reader's carrier at `start`, and its advance per sample, in radians.
    var phase: Double
    var turn: Double
    /// Of the carrier that it belongs to: it ends with it.
    var session = 0
}
