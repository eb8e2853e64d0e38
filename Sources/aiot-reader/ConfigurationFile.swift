import ArgumentParser
import Foundation

/// A configuration file, or another one that the user names, as text.
enum ConfigurationFile {
    /// - Parameter remedy: what to do where it is not there.
    static func contents(
        at path: String, remedy: String = "name the configuration file"
    ) throws(UnreadableFile) -> String {
        do {
            return try String(contentsOf: URL(filePath: path), encoding: .utf8)
        } catch let error as CocoaError where error.code == .fileReadNoPermission {
            throw UnreadableFile(
                description: "\(path) may not be read: chown it to the user of this service, or run as its owner",
                ending: Ending.noPermission)
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
            throw UnreadableFile(description: "\(path) is not there: \(remedy)", ending: Ending.noInput)
        } catch {
            throw UnreadableFile(
                description: "\(path) cannot be read as a file of UTF-8 text: \(remedy)",
                ending: Ending.noInput)
        }
    }

    /// - Throws: exit status 66 or 77, after it has said why.
    static func text(at path: String, remedy: String = "name the configuration file") throws -> String {
        do {
            return try contents(at: path, remedy: remedy)
        } catch {
            Console.report("\(error)")
            throw error.ending
        }
    }
}

/// Why a file could not be read, and what to do.
struct UnreadableFile: Error, CustomStringConvertible {
    var description: String
    /// 66 or 77.
    var ending: ExitCode
}
