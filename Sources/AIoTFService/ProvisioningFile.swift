import AIoTBase
import AIoTF
package import AIoTSecurity

/// Devices and groups from CSV.
///
/// The first line names the columns, in any order: `kind` (device or group), `id` and `key` in hexadecimal, and as it
/// pleases `profile`, `algorithms` (0x17 or 23), `window`, `groups` (IDs of a device's groups, between spaces or `;`).
/// What is left empty is 0x17, 0x22, and the largest window that fits, 15 or 0. Empty lines and those that begin with `#` count
/// for nothing.
package struct ProvisioningFile: Sendable {
    package private(set) var provisioning = Provisioning()
    private var columns: [Column] = []
    private var problems: [CSVFailure.Problem] = []
    /// Where each was given.
    private var lines: [Place: Int] = [:]
    /// Where a device first joins a group.
    private var joiningLines: [[UInt8]: Int] = [:]
    private let name: String

    private struct Place: Hashable {
        var kind: ProvisioningFailure.Kind
        var id: [UInt8]
    }

    enum Column: String, CaseIterable {
        case kind, id, key, profile, algorithms, window, groups
    }

    /// - Parameter name: the file as errors call it.
    /// - Throws: every line that cannot be taken, up to 20.
    package init(_ text: String, name: String) throws(CSVFailure) {
        self.name = name
        var number = 0
        let text = text.utf8.starts(with: [0xEF, 0xBB, 0xBF]) ? text.utf8.dropFirst(3) : text.utf8[...]
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let fields = Self.fields(Substring(line))
            if fields.isEmpty { continue }
            do {
                if columns.isEmpty { columns = try Self.header(fields) } else { try take(fields, line: number) }
            } catch {
                problems.append(.init(line: number, text: error.text))
                if columns.isEmpty || problems.count == CSVFailure.largestProblems { break }
            }
        }
        if columns.isEmpty, problems.isEmpty {
            problems.append(.init(line: 1, text: "name the columns in the first line: kind,id,key"))
        }
        guard problems.isEmpty else { throw CSVFailure(file: name, problems: problems) }
    }

    /// A failure to provision this, with the line it lay at.
    package func placed(_ failure: ProvisioningFailure) -> CSVFailure {
        let joining = failure.kind == .group ? joiningLines[failure.id] : nil
        let line = lines[Place(kind: failure.kind, id: failure.id)] ?? joining ?? 1
        return CSVFailure(file: name, problems: [.init(line: line, text: failure.description)])
    }

    private struct FieldError: Error {
        var text: String
    }

    /// Empty for a line that counts for nothing.
    private static func fields(_ line: Substring) -> [Substring] {
        let line = line.trimmed
        if line.isEmpty || line.hasPrefix("#") { return [] }
        return line.split(separator: ",", omittingEmptySubsequences: false).map(\.trimmed)
    }

    private static func header(_ fields: [Substring]) throws(FieldError) -> [Column] {
        var columns: [Column] = []
        for field in fields {
            guard let column = Column(rawValue: field.lowercased()) else {
                let known = Column.allCases.map(\.rawValue).joined(separator: ", ")
                throw FieldError(text: "no column is called \"\(field)\": the first line names some of \(known)")
            }
            guard !columns.contains(column) else { throw FieldError(text: "column \(field) stands there twice") }
            columns.append(column)
        }
        for column in [Column.kind, .id, .key] where !columns.contains(column) {
            throw FieldError(text: "column \(column.rawValue) is missing: the first line is kind,id,key and more")
        }
        return columns
    }

    private mutating func take(_ fields: [Substring], line: Int) throws(FieldError) {
        guard fields.count == columns.count else {
            throw FieldError(text: "\(fields.count) fields, but \(columns.count) columns: give each, empty where unset")
        }
        var values: [Column: Substring] = [:]
        for (column, field) in zip(columns, fields) where !field.isEmpty { values[column] = field }
        guard let id = Hex.decoded(String(values[.id] ?? "")), NASLimits.idOctets.contains(id.count) else {
            throw FieldError(text: "id: give 1 to 32 octets as hexadecimal digits")
        }
        guard let key = Hex.decoded(String(values[.key] ?? "")).flatMap({ SecretKey($0) }) else {
            throw FieldError(text: "key: give 16 octets as 32 hexadecimal digits")
        }
        let configuration = try Self.configuration(values)
        switch values[.kind] {
        case "device":
            provisioning.devices.append(DeviceRecord(id: id, key: key, configuration: configuration))
            for group in (values[.groups] ?? "").split(whereSeparator: { $0 == ";" || $0 == " " }) {
                guard let group = Hex.decoded(String(group)) else {
                    throw FieldError(text: "groups: give the IDs as hexadecimal digits, with ; between them")
                }
                provisioning.joining.append(.init(device: id, group: group))
                joiningLines[group] = joiningLines[group] ?? line
            }
            lines[Place(kind: .device, id: id)] = line
        case "group":
            guard values[.groups] == nil else { throw FieldError(text: "groups: leave it empty for a group") }
            provisioning.groups.append(GroupRecord(id: id, key: key, configuration: configuration, members: []))
            lines[Place(kind: .group, id: id)] = line
        default: throw FieldError(text: "kind: write device or group")
        }
    }

    private static func configuration(_ values: [Column: Substring]) throws(FieldError) -> SecurityConfiguration {
        let profile = try octet(values[.profile], .profile) ?? 0x17
        guard let algorithms = SecurityAlgorithms(octet: try octet(values[.algorithms], .algorithms) ?? 0x22) else {
            throw FieldError(text: "algorithms: write 0x00, 0x02, 0x20 or 0x22")
        }
        var window: UInt32?
        if let text = values[.window] {
            guard let value = UInt32(text) else { throw FieldError(text: "window: write a whole number") }
            window = value
        }
        return SecurityConfiguration(
            profile: SecurityProfile(rawValue: profile), algorithms: algorithms,
            counterWindow: window ?? SecurityConfiguration.usualWindow(algorithms))
    }

    private static func octet(_ text: Substring?, _ column: Column) throws(FieldError) -> UInt8? {
        guard let text else { return nil }
        let value = text.hasPrefix("0x") ? UInt8(text.dropFirst(2), radix: 16) : UInt8(text)
        guard let value else { throw FieldError(text: "\(column.rawValue): write an octet, as in 0x17") }
        return value
    }
}

extension SecurityConfiguration {
    /// The window that `inventory` takes by itself too.
    package static func usualWindow(_ algorithms: SecurityAlgorithms) -> UInt32 { algorithms.hasIntegrity ? 15 : 0 }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = self
        while let first = text.utf8.first, [0x20, 0x09, 0x0D].contains(first) { text.removeFirst() }
        while let last = text.utf8.last, [0x20, 0x09, 0x0D].contains(last) { text.removeLast() }
        return text
    }
}

/// What is wrong with a CSV file, with lines; nothing of it was taken.
package struct CSVFailure: ServiceFailure, Equatable {
    package struct Problem: Hashable, Sendable {
        /// Counts from 1.
        package var line: Int
        package var text: String
    }

    static let largestProblems = 20
    package let file: String
    package let problems: [Problem]

    /// `FILE:LINE: text`, a line each.
    package var description: String {
        problems.map { "\(file):\($0.line): \($0.text)" }.joined(separator: "\n")
    }

    package var exitStatus: Int32 { ExitStatus.configuration }
}
