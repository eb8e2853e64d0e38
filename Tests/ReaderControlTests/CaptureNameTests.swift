import ReaderControl
import Testing

@Suite struct CaptureNameTests {
    @Test(arguments: ["a", "7", "aisle-3", "2026-07-01_12.30", "A..b", String(repeating: "x", count: 100)])
    func aPlainNameIsTaken(text: String) {
        #expect(CaptureName(text)?.text == text)
    }

    @Test(arguments: [
        "", ".", "..", ".hidden", "-rf", "_x", "a/b", "../a", "/etc/passwd", "a\\b", "a b", "a\n", "a\0", "a\0.pcapng",
        "ä", "a*",
        "~", "$HOME", "%2e%2e", "a\u{202E}b", "a\u{0301}", "．．", String(repeating: "x", count: 101),
    ])
    func aNameThatLeavesTheFolderOrIsNotPlainIsRefused(text: String) {
        #expect(CaptureName(text) == nil)
    }
}
