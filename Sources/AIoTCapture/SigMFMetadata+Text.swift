extension SigMFMetadata {
    private static let version = "1.0.0"

    /// The text of the `.sigmf-meta` file; captures and annotations come in the order of their start, as SigMF asks.
    package func encoded() -> [UInt8] {
        let ordered = (captures.isEmpty ? [Capture()] : captures).sorted { $0.sampleStart < $1.sampleStart }
        let found = annotations.sorted { $0.sampleStart < $1.sampleStart }
        let document = JSONValue.object([
            .init("global", global),
            .init("captures", .array(ordered.map(\.json))),
            .init("annotations", .array(found.map(\.json))),
        ])
        return Array((document.text + "\n").utf8)
    }

    private var global: JSONValue {
        members([
            ("core:datatype", .string(format.rawValue)),
            ("core:sample_rate", sampleRateHz.map(number)),
            ("core:version", .string(Self.version)),
            ("core:num_channels", .integer(1)),
            ("core:sha512", sha512.map(JSONValue.string)),
            ("core:description", description.map(JSONValue.string)),
            ("core:recorder", recorder.map(JSONValue.string)),
            ("core:hw", hardware.map(JSONValue.string)),
            ("core:dataset", dataset.map(JSONValue.string)),
            ("core:trailing_bytes", trailingOctets > 0 ? .integer(trailingOctets) : nil),
        ])
    }

    /// The metadata that `octets` hold; fields that are not used here are passed over.
    package init(parsing octets: [UInt8]) throws(SigMFError) {
        let document = try JSONParser.value(of: octets)
        guard let global = document["global"] else { throw .missing("global") }
        guard let datatype = try global.string("core:datatype") else { throw .missing("core:datatype") }
        format = try SampleFormat(datatype: datatype)
        if let channels = try global.whole("core:num_channels"), channels != 1 { throw .severalChannels(channels) }
        sampleRateHz = try global.number("core:sample_rate")
        if let sampleRateHz, sampleRateHz <= 0 { throw .invalid("core:sample_rate") }
        sha512 = try global.string("core:sha512")
        description = try global.string("core:description")
        recorder = try global.string("core:recorder")
        hardware = try global.string("core:hw")
        dataset = try global.string("core:dataset")
        if let dataset, dataset.contains(where: "/\\".contains) || dataset.hasPrefix(".") || dataset.isEmpty {
            throw .invalid("core:dataset")
        }
        trailingOctets = try global.whole("core:trailing_bytes") ?? 0
        captures = try document.elements("captures").map { element throws(SigMFError) in try Capture(element) }
        annotations = try document.elements("annotations").map { element throws(SigMFError) in try Annotation(element) }
    }
}

extension SigMFMetadata.Capture {
    fileprivate var json: JSONValue {
        members([
            ("core:sample_start", .integer(sampleStart)),
            ("core:frequency", frequencyHz.map(number)),
            ("core:datetime", datetime.map(JSONValue.string)),
            ("core:header_bytes", headerOctets > 0 ? .integer(headerOctets) : nil),
        ])
    }

    fileprivate init(_ value: JSONValue) throws(SigMFError) {
        guard let start = try value.whole("core:sample_start") else { throw .missing("core:sample_start") }
        sampleStart = start
        frequencyHz = try value.number("core:frequency")
        datetime = try value.string("core:datetime")
        headerOctets = try value.whole("core:header_bytes") ?? 0
    }
}

extension SigMFMetadata.Annotation {
    fileprivate var json: JSONValue {
        members([
            ("core:sample_start", .integer(sampleStart)),
            ("core:sample_count", sampleCount.map(JSONValue.integer)),
            ("core:label", label.map(JSONValue.string)),
            ("core:comment", comment.map(JSONValue.string)),
        ])
    }

    fileprivate init(_ value: JSONValue) throws(SigMFError) {
        guard let start = try value.whole("core:sample_start") else { throw .missing("core:sample_start") }
        sampleStart = start
        sampleCount = try value.whole("core:sample_count")
        label = try value.string("core:label")
        comment = try value.string("core:comment")
    }
}

/// An object of the members that have a value.
private func members(_ members: [(name: String, value: JSONValue?)]) -> JSONValue {
    .object(members.compactMap { member in member.value.map { .init(member.name, $0) } })
}

/// Whole numbers without a fraction, as people write rates and frequencies.
private func number(_ value: Double) -> JSONValue {
    Int64(exactly: value).map(JSONValue.integer) ?? .number(value)
}

// A field that is null is one that is absent; one of another type is an error.
extension JSONValue {
    fileprivate func string(_ name: String) throws(SigMFError) -> String? {
        guard let value = present(name) else { return nil }
        guard let text = value.stringValue else { throw .invalid(name) }
        return text
    }

    fileprivate func number(_ name: String) throws(SigMFError) -> Double? {
        guard let value = present(name) else { return nil }
        guard let number = value.doubleValue else { throw .invalid(name) }
        return number
    }

    /// A whole number that is not negative.
    fileprivate func whole(_ name: String) throws(SigMFError) -> Int64? {
        guard let value = present(name) else { return nil }
        guard let number = value.integerValue, number >= 0 else { throw .invalid(name) }
        return number
    }

    fileprivate func elements(_ name: String) throws(SigMFError) -> [JSONValue] {
        guard let value = present(name) else { return [] }
        guard let elements = value.arrayValue else { throw .invalid(name) }
        return elements
    }

    private func present(_ name: String) -> JSONValue? {
        guard let value = self[name], value != .null else { return nil }
        return value
    }
}
