import AIoTBase
import AIoTMac
import AIoTSecurity
import ArgumentParser
import Conformance
import ControlSocket
import Foundation
import NGAP

struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode", abstract: "Decodes messages given as hex.",
        discussion: """
            Prints one JSON line a message: its name, its fields under the names of the test vectors, and the octets it \
            encodes to again. A D2R message of 2 octets is taken for the bare random ID of Msg1.
              aiot-reader decode --kind r2d 1c37
              aiot-reader decode --kind ngap < pdus.txt
            """)

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case r2d
        case d2r
        case nas
        case ngap
    }

    @Option(help: "What the octets are.")
    var kind: Kind

    @Argument(help: "Messages as hex; without any, lines of standard input.")
    var hex: [String] = []

    func run() throws {
        var hasFailed = false
        if hex.isEmpty {
            while let line = readLine() {
                let text = line.trimmingCharacters(in: .whitespaces)
                if !text.isEmpty, !decode(text) { hasFailed = true }
            }
        } else {
            for text in hex where !decode(text) { hasFailed = true }
        }
        if hasFailed { throw Ending.failures }
    }

    /// Prints one message's line; false when it does not decode.
    private func decode(_ text: String) -> Bool {
        guard let octets = Hex.decoded(text) else {
            return fail("\"\(text)\" is not hex: give an even number of digits 0-9 and a-f")
        }
        do {
            let (name, fields, again) = try message(octets)
            var line = JSONLine()
            line.add("type", "message")
            line.add("kind", kind.rawValue)
            line.add("message", name)
            line.add("fields", json: fields)
            line.add("reencoded", Hex.encoded(again))
            Console.print(line.text)
            return true
        } catch {
            return fail("\(error)")
        }
    }

    private func fail(_ reason: String) -> Bool {
        var line = JSONLine()
        line.add("type", "error")
        line.add("error", reason)
        Console.print(line.text)
        return false
    }

    private func message(_ octets: [UInt8]) throws -> (String, [String: Any], [UInt8]) {
        switch kind {
        case .r2d:
            let message = try R2DMessage(decoding: octets)
            return (message.name, r2dFields(of: message), try message.encoded())
        case .d2r:
            let message = try D2RMessage(decoding: octets, isMsg1OfCBRA: octets.count == 2)
            return (message.name, d2rFields(of: message), try message.encoded())
        case .nas:
            let message = try NASPDU(decoding: octets)
            return (nasName(of: message), nasFields(of: message), try message.encoded())
        case .ngap:
            let message = try NGAPPDU(decoding: octets)
            return (message.name, ngapFields(of: message), try message.encoded())
        }
    }
}
