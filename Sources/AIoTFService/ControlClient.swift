package import ControlSocket

extension ControlledService {
    /// The AIoTF as a process.
    package static let aiotf = ControlledService(
        name: "AIoTF", start: "aiot-reader aiotf --control PATH ...",
        afterwards: "what it has taken is kept, see `aiot-reader aiotf results`")
}

extension ControlSocketFailure: ServiceFailure {}

extension ControlClient {
    /// - Throws: `ControlSocketFailure` where no AIoTF listens at `path`.
    package init(path: String) throws(ControlSocketFailure) { try self.init(path: path, service: .aiotf) }

    package func send(_ request: ControlRequest) throws(ControlSocketFailure) { try send(line: request.line) }
}
