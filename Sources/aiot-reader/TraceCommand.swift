import AIoTBase
import ArgumentParser
import ControlSocket
import Foundation
import ReaderTrace
import TraceFile

/// `trace`: what to do with the traces that `run` and `aiotf` write.
struct TraceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace", abstract: "Traces of exchanges: what they spend their time on.",
        discussion: """
            `run` writes one with `trace: {file: reader.jsonl}` in its configuration, the AIoTF with --trace aiotf.jsonl.
              aiot-reader trace summary reader.jsonl
              aiot-reader trace join reader.jsonl aiotf.jsonl > joined.jsonl
              aiot-reader trace chrome joined.jsonl > trace.json
            docs/tracing.md has the fields and the stages.
            """,
        subcommands: [TraceSummaryCommand.self, TraceJoinCommand.self, TraceChromeCommand.self])
}

struct TraceSummaryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summary", abstract: "Stages: how many, median, 95th and 99th percentile, share of the time.")

    @Argument(help: "A trace of `run`, joined or not.")
    var file: String

    @Option(help: "text, or json: one object a line.")
    var format = OutputFormat.text

    func run() throws {
        var summary = TraceSummary()
        for record in try TraceLines.records(of: file) { summary.add(record) }
        switch format {
        case .json: for row in summary.rows { Console.print(row.json) }
        case .text:
            Console.print("stage          count  median ms     p95 ms     p99 ms   share")
            for row in summary.rows { Console.print(row.text) }
            let outcomes = summary.outcomes.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
            Console.print(
                "\(summary.exchanges) exchanges: \(outcomes.joined(separator: ", ")); sums and totals differ by "
                    + String(format: "%.3f %% at most", summary.largestDifference * 100))
        }
    }
}

struct TraceJoinCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "join", abstract: "Splits the stages `aiotf` of a reader's trace by the trace of its AIoTF.",
        discussion: """
            On one machine by the common clock; on two by the offset that the round trips themselves bound, told with its \
            uncertainty on standard error.
            """)

    @Argument(help: "The trace of `run`.")
    var reader: String

    @Argument(help: "The trace of `aiotf --trace`.")
    var aiotf: String

    func run() throws {
        let records = try TraceLines.records(of: reader)
        let result = TraceJoin.join(records, try TraceLines.turns(of: aiotf))
        for record in result.records {
            var text = TraceText()
            record.write(line: &text)
            Console.printPart(String(decoding: text.octets, as: UTF8.self))
        }
        let clocks =
            result.isOneClock
            ? "one clock"
            : String(
                format: "the AIoTF's clock is %.3f ms ahead, give or take %.3f ms", result.offset.seconds * 1e3,
                result.uncertainty.seconds * 1e3)
        Console.report(
            "\(result.joined) round trips joined, \(result.unmatched) without a turn of the AIoTF; \(clocks)")
        if result.joined == 0, result.unmatched > 0 { throw Ending.failures }
    }
}

struct TraceChromeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chrome", abstract: "A trace for about:tracing and ui.perfetto.dev, on standard output.")

    @Argument(help: "A trace of `run`, joined or not.")
    var file: String

    func run() throws {
        var chrome = ChromeTrace()
        Console.printPart(String(decoding: ChromeTrace.form.header, as: UTF8.self))
        for record in try TraceLines.records(of: file) {
            var text = TraceText()
            chrome.write(record, &text)
            Console.printPart(String(decoding: text.octets, as: UTF8.self))
        }
        Console.printPart(String(decoding: ChromeTrace.form.footer, as: UTF8.self))
    }
}

extension TraceSummary.Row {
    fileprivate var text: String {
        let name = (stage?.rawValue ?? "total").padding(toLength: 12, withPad: " ", startingAt: 0)
        return name
            + String(
                format: "%8d %10.3f %10.3f %10.3f %6.1f %%", count, median.seconds * 1e3, p95.seconds * 1e3,
                p99.seconds * 1e3, share * 100)
    }

    fileprivate var json: String {
        var line = JSONLine()
        line.add("stage", stage?.rawValue ?? "total")
        line.add("count", count)
        line.add("medianMS", median.seconds * 1e3, decimals: 6)
        line.add("p95MS", p95.seconds * 1e3, decimals: 6)
        line.add("p99MS", p99.seconds * 1e3, decimals: 6)
        line.add("share", share, decimals: 6)
        return line.text
    }
}
