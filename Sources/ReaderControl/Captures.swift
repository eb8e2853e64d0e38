import Foundation
import NIOPosix
import Synchronization

/// Starts and ends captures of a running daemon, one at a time, in a folder that only the configuration names.
///
/// What waits for the disk does so on a thread of its own.
package final class Captures: Sendable {
    private struct Current: Sendable {
        var request: CaptureRequest
        var frames: FrameCapture?
        /// What was in the folder under names that begin with this one's.
        var before: Set<String>
    }

    /// *Ours*.
    package static let defaultLimitOctets = 4_294_967_296

    private let folder: String
    private let tap: FrameCaptureTap
    private let samples: any SampleCapture
    private let tell: @Sendable (String?) -> Void
    private let current = Mutex<Current?>(nil)
    private let thread = NIOThreadPool(numberOfThreads: 1)

    /// - Parameters:
    ///   - tap: looks at the loop.
    ///   - tell: why a capture ended where nobody asked for that, or has gaps; nil: another one has begun, which has not.
    ///     Called on threads that write.
    package init(
        folder: String, tap: FrameCaptureTap, samples: any SampleCapture, tell: @escaping @Sendable (String?) -> Void
    ) {
        self.folder = folder
        self.tap = tap
        self.samples = samples
        self.tell = tell
        thread.start()
    }

    /// Begins a capture.
    /// - Throws: `CaptureFailure` where one is going on, or cannot begin.
    package func start(_ request: CaptureRequest) async throws -> CaptureReport {
        try await thread.runIfActive { try self.begin(request) }
    }

    /// Ends the capture that is going on.
    /// - Throws: `CaptureFailure` where there is none.
    package func stop() async throws -> CaptureReport {
        try await thread.runIfActive { try self.end() }
    }

    /// How the capture stands; nil: there is none.
    package var report: CaptureReport? { current.withLock { $0 }.map { report(of: $0) } }

    /// Ends what is going on, when the daemon does; waits for the disk.
    package func close() async { _ = try? await thread.runIfActive { try self.end() } }
}

// MARK: - The thread

extension Captures {
    private func begin(_ request: CaptureRequest) throws(CaptureFailure) -> CaptureReport {
        if let name = current.withLock({ $0 })?.request.name.text {
            throw CaptureFailure("capture \(name) is going on: stop it first (`aiot-reader capture stop`)")
        }
        if request.takesSamples, let impediment = samples.impediment { throw CaptureFailure(impediment) }
        let path = folder + "/" + request.name.text
        let before = files(of: request.name)
        for ending in ["pcapng", "sigmf-data", "sigmf-meta"] where before.contains("\(request.name.text).\(ending)") {
            throw CaptureFailure("\(path).\(ending) is there: take another name, or move it away")
        }
        let limit = request.limitOctets ?? Self.defaultLimitOctets
        var started = Current(request: request, before: before)
        if request.takesFrames {
            started.frames = try FrameCapture(path: path + ".pcapng", limitOctets: limit, trouble: tell)
        }
        if request.takesSamples {
            do throws(CaptureFailure) {
                try samples.start(
                    path: path, ringMilliseconds: request.ringMilliseconds, limitOctets: Int64(limit), trouble: tell)
            } catch {
                started.frames?.finish()
                unlink(path + ".pcapng")
                throw error
            }
        }
        tell(nil)
        tap.set(started.frames)
        let began = started
        current.withLock { $0 = began }
        return report(of: began)
    }

    private func end() throws(CaptureFailure) -> CaptureReport {
        guard let ended = current.withLock({ $0 }) else {
            throw CaptureFailure("no capture is going on: start one (`aiot-reader capture start NAME`)")
        }
        tap.set(nil)
        let samples = ended.request.takesSamples ? samples.stop() : nil
        ended.frames?.finish()
        var report = report(of: ended)
        report.samples = samples
        current.withLock { $0 = nil }
        return report
    }

    private func report(of capture: Current) -> CaptureReport {
        var report = CaptureReport(name: capture.request.name.text)
        report.files = files(of: capture.request.name).subtracting(capture.before).sorted().map { folder + "/" + $0 }
        report.frames = capture.frames?.totals
        report.samples = capture.request.takesSamples ? samples.totals : nil
        return report
    }

    /// Names in the folder that begin with that of a capture.
    private func files(of name: CaptureName) -> Set<String> {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return Set(all.filter { $0.hasPrefix(name.text) })
    }
}
