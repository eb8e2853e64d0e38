package import Logging
import TraceFile

/// A file with a line for each PDU that the AIoTF has handled, and when: the AIoTF's half of `aiot-reader trace join`.
package final class AIoTFTrace: Sendable {
    private let file: TraceFile<HandledPDU>
    private let path: String
    private let log: Logger

    /// Octets of the file and the one before it.
    private static let limitOctets = 1_073_741_824

    /// - Throws: `TraceFileFailure`.
    package init(path: String, log: Logger) throws {
        self.path = path
        self.log = log
        file = try TraceFile(
            path: path, limitOctets: Self.limitOctets, form: TraceForm(), encode: { $0.write(line: &$1) },
            ended: { log.error("the trace has ended: \($0)") })
    }

    func add(_ handled: [HandledPDU]) { file.add(handled) }

    /// Writes what waits, two seconds at most.
    func close() {
        file.close()
        log.info("trace: \(file.totals.written) PDUs in \(path), \(file.totals.leftOut) left out")
    }
}

extension TraceFileFailure: ServiceFailure {
    package var exitStatus: Int32 { isPermission ? ExitStatus.noPermission : ExitStatus.cannotWrite }
}
