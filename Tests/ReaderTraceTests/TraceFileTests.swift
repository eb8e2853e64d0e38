import Foundation
import Synchronization
import Testing
import TraceFile

@Suite(.timeLimit(.minutes(1)))
struct TraceFileTests {
    /// A folder of a test's own, gone with it.
    private final class Folder: Sendable {
        let path: String

        init() throws {
            let url = FileManager.default.temporaryDirectory.appending(path: "trace-\(UUID().uuidString)")
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
            path = url.path
        }

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    private func file(
        _ path: String, limit: Int = 1 << 20, capacity: Int = 4_096, form: TraceForm = TraceForm(),
        ended: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> TraceFile<String> {
        try TraceFile(
            path: path, limitOctets: limit, capacity: capacity, form: form, encode: { $1.add($0 + "\n") }, ended: ended)
    }

    private func text(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    @Test func recordsAreWrittenInOrderBetweenHeaderAndFooter() throws {
        let folder = try Folder()
        let path = folder.path + "/trace"
        let file = try file(path, form: TraceForm(header: [UInt8]("<\n".utf8), footer: [UInt8](">\n".utf8)))
        file.add(["a", "b"])
        file.add(["c"])
        file.close()
        file.close()
        #expect(try text(path) == "<\na\nb\nc\n>\n")
        #expect(file.totals.written == 3)
        file.add(["d"])
        #expect(file.totals.leftOut == 1)
    }

    @Test func atHalfTheLimitTheFileBecomesTheOneBeforeAndBothHaveHeaderAndFooter() throws {
        let folder = try Folder()
        let path = folder.path + "/trace"
        let file = try file(path, limit: 40, form: TraceForm(header: [UInt8]("<\n".utf8), footer: [UInt8](">\n".utf8)))
        file.add(["aaaaaaa", "bbbbbbb", "ccccccc", "ddddddd", "eeeeeee"])
        file.close()
        #expect(try text(path + ".1") == "<\nccccccc\nddddddd\n>\n")
        #expect(try text(path) == "<\neeeeeee\n>\n")
    }

    @Test func whatTheQueueHasNoRoomForIsCounted() throws {
        let folder = try Folder()
        let file = try file(folder.path + "/trace", capacity: 3)
        file.add((0..<10).map { "\($0)" })
        file.close()
        #expect(file.totals.written == 3)
        #expect(file.totals.leftOut == 7)
        #expect(try text(folder.path + "/trace") == "0\n1\n2\n")
    }

    @Test func aTraceOfBeforeIsKept() throws {
        let folder = try Folder()
        let path = folder.path + "/trace"
        for name in ["old", "new"] {
            let file = try file(path)
            file.add([name])
            file.close()
        }
        #expect(try text(path + ".1") == "old\n")
        #expect(try text(path) == "new\n")
    }

    @Test func aFullDiskEndsTheFileOnceAndIsTold() throws {
        let told = TellTale()
        let file = try file("/dev/full") { told.add($0) }
        file.add(["a"])
        file.close()
        file.add(["b"])
        #expect(told.texts.count == 1)
        #expect(told.texts.first?.contains("make room on that disk") == true)
        #expect(file.totals.written == 0)
        #expect(file.totals.leftOut == 2)
    }

    @Test func aFileThatCannotBeOpenedSaysWhatToDo() throws {
        let failure = #expect(throws: TraceFileFailure.self) { try file("/nowhere/at/all") }
        #expect(failure?.description.contains("name a file in a folder that exists") == true)
    }

    @Test func aPipeThatNobodyReadsHoldsNobodyUp() throws {
        let folder = try Folder()
        let path = folder.path + "/pipe"
        #expect(mkfifo(path, 0o600) == 0)
        let failure = #expect(throws: TraceFileFailure.self) { try file(path) }
        #expect(failure?.description.contains("start whatever reads that pipe first") == true)
    }

    @Test func numbersAreWrittenAsTheyAre() {
        var text = TraceText()
        for number in [0, 7, -7, .max, .min] as [Int64] {
            text.add(number)
            text.add(" ")
        }
        for nanoseconds in [0, 1, 1_000, 1_234_567, -1_500] as [Int64] {
            text.addMicroseconds(nanoseconds)
            text.add(" ")
        }
        #expect(
            String(decoding: text.octets, as: UTF8.self)
                == "0 7 -7 9223372036854775807 -9223372036854775808 0.000 0.001 1.000 1234.567 -1.500 ")
    }
}

/// What was told, from any thread.
private final class TellTale: Sendable {
    private let mutex = Mutex<[String]>([])

    var texts: [String] { mutex.withLock { $0 } }
    func add(_ text: String) { mutex.withLock { $0.append(text) } }
}
