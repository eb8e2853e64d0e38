import AIoTBase
import AIoTFService
import Foundation
import ServiceManager
import Testing

@Suite struct MasterKeyTests {
    let folder: TemporaryFolder
    private var path: String { folder.file("key") }

    init() throws { folder = try TemporaryFolder() }

    private func write(_ octets: [UInt8], mode: Int = 0o600) throws {
        try Data(octets).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    @Test func aKeyThatWasWrittenIsReadBack() throws {
        let key = MasterKey()
        try key.write(to: path)
        #expect(try MasterKey(file: path).exposedOctets == key.exposedOctets)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func aKeyIsNeverWrittenOverAFile() throws {
        try write([1])
        #expect(throws: KeyFileFailure.exists(path: path)) { try MasterKey().write(to: path) }
        #expect(try Data(contentsOf: URL(filePath: path)) == Data([1]))
    }

    @Test func octetsAndDigitsAreBothTaken() throws {
        let octets = (0..<32).map { UInt8($0) }
        for form in [octets, Array(Hex.encoded(octets).utf8), Array((Hex.encoded(octets) + "\r\n").utf8)] {
            try write(form)
            #expect(try MasterKey(file: path).exposedOctets == octets)
        }
    }

    @Test(arguments: [[], [UInt8](repeating: 1, count: 31), [UInt8](repeating: 0x30, count: 65), Array("zz".utf8)])
    func anythingElseIsNoKey(octets: [UInt8]) throws {
        try write(octets)
        #expect(throws: KeyFileFailure.malformed(path: path)) { try MasterKey(file: path) }
    }

    @Test(arguments: [0o640, 0o604, 0o620])
    func aFileThatOthersMayTouchIsRefusedWithTheCommandThatMendsIt(mode: Int) throws {
        try write([UInt8](repeating: 1, count: 32), mode: mode)
        let failure = #expect(throws: KeyFileFailure.self) { try MasterKey(file: path) }
        #expect(failure?.description.contains("chmod 600 \(path)") == true)
    }

    @Test func theCredentialOfTheServiceManagerIsTakenAsItIs() throws {
        let octets = [UInt8](repeating: 7, count: 32)
        try Data(octets).write(to: URL(filePath: folder.file("aiotf-key")))
        try FileManager.default.setAttributes([.posixPermissions: 0o440], ofItemAtPath: folder.file("aiotf-key"))
        #expect(try MasterKey(ServiceCredentials(folder: folder.path))?.exposedOctets == octets)
        #expect(try MasterKey(ServiceCredentials(folder: folder.file("none"))) == nil)
        #expect(try MasterKey(ServiceCredentials(folder: nil)) == nil)
        let credentials = ServiceCredentials(folder: folder.path)
        #expect(try MasterKey(setting: "credential:aiotf-key", credentials).exposedOctets == octets)
        #expect(throws: KeyFileFailure.self) { try MasterKey(setting: "credential:other", credentials) }
    }

    @Test func itsTextDoesNotShowIt() {
        let key = MasterKey()
        var text = ""
        dump(key, to: &text)
        #expect(!(text + "\(key)").contains(Hex.encoded(key.exposedOctets)))
        #expect("\(key)" == "MasterKey(hidden)")
    }
}
