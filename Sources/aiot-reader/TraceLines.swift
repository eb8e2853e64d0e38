import Foundation
import ReaderTrace

/// Trace files of JSON lines.
enum TraceLines {
    /// - Throws: exit status 66, after it has said why.
    static func records(of path: String) throws -> [ExchangeRecord] {
        try values(of: path, what: "a reader's trace in the format jsonl") { ExchangeRecord(line: $0) }
    }

    /// - Throws: exit status 66, after it has said why.
    static func turns(of path: String) throws -> [AIoTFTurn] {
        try values(of: path, what: "a trace of `aiotf --trace`") { AIoTFTurn(line: $0) }
    }

    /// A last line that was cut off is left out; any other one that holds no value is an error.
    private static func values<Value>(of path: String, what: String, _ value: (Substring) -> Value?) throws -> [Value] {
        let text = try ConfigurationFile.text(at: path, remedy: "name \(what)")
        let lines = text.split(separator: "\n")
        var values: [Value] = []
        for (place, line) in lines.enumerated() {
            if let value = value(line) {
                values.append(value)
            } else if place < lines.count - 1 || text.last == "\n" {
                Console.report("\(path), line \(place + 1): this is not \(what)")
                throw Ending.noInput
            }
        }
        return values
    }
}
