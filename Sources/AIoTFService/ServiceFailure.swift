/// A failure that ends a command or keeps the service from starting: its text says what to do, and a service manager
/// reads its exit status (`spec/5`).
package protocol ServiceFailure: Error, CustomStringConvertible {
    var exitStatus: Int32 { get }
}

/// Exit statuses of `spec/5` that failures here use.
enum ExitStatus {
    static let noInput: Int32 = 66
    static let unavailable: Int32 = 69
    static let cannotWrite: Int32 = 73
    static let tryAgain: Int32 = 75
    static let noPermission: Int32 = 77
    static let configuration: Int32 = 78
}
