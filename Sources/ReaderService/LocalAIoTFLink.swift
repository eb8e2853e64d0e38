package import AIoTLink

/// A link over the control socket, to an AIoTF of this machine that does not come back once it has gone.
///
/// So nothing is spooled for it: a device is acknowledged once the AIoTF has confirmed its last message, and what is open
/// ends with the connection.
package protocol LocalAIoTFLink: AIoTFLink {
    /// What it tells from now on; called once, before the loop begins.
    func start(_ events: @escaping @Sendable (LinkEvent) -> Void)
}
