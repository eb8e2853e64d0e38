package import AIoTMac
package import AIoTPhy
package import RadioFrontEnd

/// Something worth showing of devices behind a box.
package enum SoftDeviceEvent: Sendable {
    /// Told at each change of the box; `ready` means that the devices listen and can answer.
    case stateChanged(RadioState, why: String)
    /// What a person should know of the boxes; told when they listen, and again only where it is new.
    case note(String)
    /// How the counters of the box go together is known: the transmitted sample n is received as n + `latency`.
    case related(latency: Int64)
    /// It has to be measured anew: samples were lost.
    case unrelated
    /// A frame with a right CRC, and how many devices answer it.
    case heard(R2DMessage, R2DFrame, answers: Int)
    /// Every session has ended.
    case carrierLost
    /// Bursts were not sent, so many since the start of streaming; the text says what to do.
    case late(total: Int, remedy: String)
}
