import AIoTReplay
import ArgumentParser
import Conformance
import Foundation

struct ConformanceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conformance", abstract: "Checks vector files and captures with truth files.",
        discussion: """
            Takes files and folders: vector files (.json with "vectors"; security, air or NGAP, told by their content) \
            are checked in both directions, SigMF recordings beside a NAME.truth.json are decoded and compared. Every \
            failure is printed with what was expected; the last line counts.
              aiot-reader conformance Tests/Vectors Tests/Captures
            """)

    @Argument(help: "Vector files, recordings, or folders of them.")
    var paths: [String]

    func run() throws {
        var tally = Tally()
        for path in paths {
            for file in try files(at: path) {
                if file.hasSuffix(".sigmf-meta") { checkCapture(file, &tally) } else { checkVectors(file, &tally) }
            }
        }
        Console.print("\(tally.passed) passed, \(tally.failed) failed")
        if tally.unreadable { throw Ending.noInput }
        if tally.failed > 0 || tally.passed == 0 { throw Ending.failures }
    }

    struct Tally {
        var passed = 0
        var failed = 0
        var unreadable = false

        mutating func count(_ name: String, _ problems: [String]) {
            if problems.isEmpty {
                passed += 1
            } else {
                failed += 1
                for problem in problems { Console.print("\(name): \(problem)") }
            }
        }
    }

    /// The files that a path means: in a folder vector files and recordings, in order of their names.
    private func files(at path: String) throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            Console.report("\(path) is not there: give vector files, recordings, or folders of them")
            throw Ending.noInput
        }
        guard isFolder.boolValue else {
            return [RecordingFile.sigMFBase(of: path).map { $0 + ".sigmf-meta" } ?? path]
        }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.sorted().filter { name in
            name.hasSuffix(".sigmf-meta") || name.hasSuffix(".json") && !name.hasSuffix(".truth.json")
        }.map { (path as NSString).appendingPathComponent($0) }
    }

    private func checkVectors(_ path: String, _ tally: inout Tally) {
        guard let data = FileManager.default.contents(atPath: path) else {
            Console.report("\(path) cannot be read: does it exist, and may you read it?")
            tally.unreadable = true
            return
        }
        do {
            let file = try VectorFile(decoding: data)
            for index in 0..<file.count { tally.count("\(path): \(file.name(of: index))", file.check(index)) }
        } catch {
            tally.count(path, ["expected a vector file, got \(error)"])
        }
    }

    private func checkCapture(_ path: String, _ tally: inout Tally) {
        let base = String(path.dropLast(".sigmf-meta".count))
        guard let data = FileManager.default.contents(atPath: base + ".truth.json"),
            let truth = try? TruthFile(decoding: data)
        else {
            tally.count(path, ["expected a truth file \(base).truth.json beside it, got none that can be read"])
            return
        }
        do {
            let file = try RecordingFile(path: path, rateHz: nil, datatype: nil)
            try file.verifyChecksum()
            var frames: [DecodedFrame] = []
            var replay = Replay(file: file)
            try replay.run { frames += $0 }
            tally.count(path, truth.differences(from: frames, sampleRateHz: file.sampleRateHz))
        } catch {
            tally.count(path, ["expected a recording, got: \(error)"])
        }
    }
}
