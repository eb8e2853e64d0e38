/// What listens at a control socket, as failures name it and say what to do.
package struct ControlledService: Hashable, Sendable {
    /// As in `no AIoTF is there`.
    package var name: String
    /// The command that starts it; PATH in it becomes the path of the socket.
    package var start: String
    /// What to do where it went away before it had said all.
    package var afterwards: String

    package init(name: String, start: String, afterwards: String) {
        self.name = name
        self.start = start
        self.afterwards = afterwards
    }
}
