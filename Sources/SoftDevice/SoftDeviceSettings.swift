package import AIoTPhy

/// How devices behind a box answer.
package struct SoftDeviceSettings: Hashable, Sendable {
    package var profile = AirProfile.oursV0
    /// Of a burst while its device reflects; 1 is full scale.
    package var amplitude: Float = 0.25
    /// The transmitted sample n is received as sample n + this; nil: measured in the box's own leak.
    package var latencySamples: Int64?

    package init() {}
}
