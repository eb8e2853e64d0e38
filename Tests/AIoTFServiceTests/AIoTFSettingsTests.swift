import AIoTFService
import Settings
import Testing

@Suite struct AIoTFSettingsTests {
    @Test func everyKeyIsTaken() throws {
        let text = """
            listen: ["tls://0.0.0.0:38413", "unix:/run/aiot-reader/aiotf.sock"]
            store: /var/lib/aiotf/store
            key-file: /etc/aiot-reader/aiotf.key
            control: /run/aiot-reader/control
            identifier: "a1b2"
            name: core
            plmn: "00f120"
            tls: {certificate: c.pem, key: k.pem, authorities: ca.pem, peer-names: [reader-1]}
            """
        let settings = try AIoTFSettings(file: SettingsFile(text, name: "f"))
        #expect(settings.listen.count == 2)
        #expect(settings.store == "/var/lib/aiotf/store")
        #expect(settings.keyFile == "/etc/aiot-reader/aiotf.key")
        #expect(settings.control == "/run/aiot-reader/control")
        #expect(settings.identifier == [0xA1, 0xB2])
        #expect(settings.name == "core")
        #expect(settings.plmn == [0, 0xF1, 0x20])
        #expect(settings.certificate == "c.pem")
        #expect(settings.privateKey == "k.pem")
        #expect(settings.authorities == "ca.pem")
        #expect(settings.peerNames == ["reader-1"])
    }

    @Test(arguments: [
        "listen: [\"tcp://10.0.0.1:1\"]", "listen: [\"http://x\"]", "identifier: zz", "plmn: \"00f1\"", "nam: x",
        "name: \"\"",
        "tls: {cert: x}",
    ])
    func anythingElseIsToldWithItsPlace(text: String) throws {
        let problems = #expect(throws: SettingsProblems.self) { try AIoTFSettings(file: SettingsFile(text, name: "f")) }
        #expect(problems?.description.hasPrefix("f:1:") == true)
    }
}
