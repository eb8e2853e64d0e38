package import AIoTBase

/// The times of a link (*ours*; `spec/3 "Transports"` asks for bounds and leaves them open).
package struct LinkTimes: Hashable, Sendable {
    /// For a transport to stand, TLS handshake included.
    package var connect: AirDuration = .milliseconds(3_000)
    /// For the answer to the NG Setup Request, from when the transport stands.
    package var setup: AirDuration = .milliseconds(5_000)
    /// Silence, in either direction, after which a probe is sent.
    package var silence: AirDuration = .milliseconds(750)
    /// From a PDU to the probe that asks for its confirmation, so that one probe serves many.
    package var confirmation: AirDuration = .milliseconds(100)
    /// For the answer to a probe, from the last that was heard; with `silence` before it, a dead peer is noticed within
    /// 5 s, and one that is slow but talks is not taken for dead.
    package var probeAnswer: AirDuration = .milliseconds(4_000)
    /// For the answer to a probe, whatever else is heard.
    package var longestProbeAnswer: AirDuration = .milliseconds(60_000)
    /// A probe unanswered for that long says that the peer is slow.
    package var slowAnswer: AirDuration = .milliseconds(1_000)
    /// The first wait after all endpoints have failed; doubles up to `longestBackOff`.
    package var firstBackOff: AirDuration = .milliseconds(250)
    package var longestBackOff: AirDuration = .milliseconds(30_000)
    /// A link that has been up for that long counts as good: waits start from the first again.
    package var good: AirDuration = .milliseconds(10_000)
    /// Between attempts to return to a more preferred endpoint; doubles while returns do not last.
    package var returning: AirDuration = .milliseconds(30_000)

    package init() {}
}
