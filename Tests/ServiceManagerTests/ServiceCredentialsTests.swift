import Foundation
import ServiceManager
import Testing

@Suite struct ServiceCredentialsTests {
    /// A folder with the credentials `key` and `none`, the second of which is what a unit gives where there is no file.
    private func withFolder(_ body: (ServiceCredentials, _ folder: String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "credentials-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data("nonesuch".utf8).write(to: folder.appending(path: "key"))
        try Data("none".utf8).write(to: folder.appending(path: "none"))
        try body(ServiceCredentials(folder: folder.path), folder.path)
    }

    @Test func aCredentialIsTheFileThatTheServiceManagerGave() throws {
        try withFolder { credentials, folder in
            let path = try credentials.path(of: "credential:key")
            #expect(path == folder + "/key")
            #expect(credentials.path(named: "key") == folder + "/key")
            let plain = try credentials.path(of: "/etc/key.pem")
            #expect(plain == "/etc/key.pem", "a path is a path")
        }
    }

    @Test(arguments: ["other", "none", "", "..", "../key", "a/b"])
    func aCredentialThatIsNotThereIsToldWithARemedy(name: String) throws {
        try withFolder { credentials, _ in
            let error = #expect(throws: CredentialMissing.self) { try credentials.path(of: "credential:\(name)") }
            let text = try #require(error).description
            #expect(text.contains("LoadCredential=") || text.contains("is no name of a credential"), "\(text)")
        }
    }

    @Test func withoutAServiceManagerOneIsToldToWriteAPath() {
        let error = #expect(throws: CredentialMissing.self) {
            try ServiceCredentials(folder: nil).path(of: "credential:key")
        }
        #expect(error?.description.contains("write the path of a file") == true)
        #expect(ServiceCredentials(folder: nil).path(named: "key") == nil)
    }
}
