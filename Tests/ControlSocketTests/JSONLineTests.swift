import ControlSocket
import Foundation
import Testing

@Suite struct JSONLineTests {
    @Test func fieldsStandInTheOrderGiven() {
        var inner = JSONLine()
        inner.add("b", true)
        var line = JSONLine(type: "test")
        line.add("z", 1)
        line.add("a", String?.none)
        line.add("n", UInt64.max)
        line.add("d", 1.25, decimals: 1)
        line.add("not", Double.nan, decimals: 1)
        line.add("inner", inner)
        line.add("list", [inner, inner])
        line.add("names", ["x", "y"])
        let list = #"{"b":true},{"b":true}"#
        #expect(
            line.text == #"{"type":"test","z":1,"a":null,"n":18446744073709551615,"d":1.2,"not":null,"#
                + "\"inner\":{\"b\":true},\"list\":[\(list)],\"names\":[\"x\",\"y\"]}")
    }

    /// Names and reasons come from elsewhere: whatever is in them, the line is one object.
    @Test(arguments: [
        "\"", "\\", "\n", "\r\n", "\u{0}", "\u{1f}", "\u{7f}", "\u{9b}2J", "é", "\u{2028}", "😀", "a\"},{\"b",
    ])
    func anyTextComesBackAsItWas(text: String) throws {
        var line = JSONLine()
        line.add(text, text)
        #expect(!line.text.contains("\n"))
        #expect(line.text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control && $0 != "\u{2028}" })
        let object = try JSONSerialization.jsonObject(with: Data(line.text.utf8)) as? [String: String]
        #expect(object == [text: text])
    }
}
