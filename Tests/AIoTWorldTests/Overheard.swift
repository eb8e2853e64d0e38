import AIoTBase
import AIoTMac
import AIoTSecurity
import AIoTWorld
import RadioFrontEnd

/// A field that could give a device away to somebody who listens.
enum OverheardField: String, CaseIterable, Hashable, Sendable {
    case pagingTag
    case pagingBlock
    case randomID
    case nonce2
    case keyHint
    case ares
    case idBlock
    case counterBlock
    case idReport
    case commandResponse

    /// Two octets: some values meet by chance.
    var isShort: Bool { self == .pagingTag || self == .randomID || self == .keyHint }
}

/// What somebody hears who listens to a reader and its devices, field by field.
struct Overheard {
    private(set) var values: [OverheardField: [[UInt8]]] = [:]
    private var pagings: Set<[UInt8]> = []

    init() {}

    init(_ frames: [AirFrame]) {
        for frame in frames { listen(to: frame) }
    }

    mutating func listen(to frame: AirFrame) {
        switch frame.direction {
        case .r2d:
            guard case .paging(let paging)? = try? R2DMessage(decoding: frame.octets) else { return }
            listenToPaging(paging.sdu)
        case .d2r(_, _, _, let isMsg1OfCBRA):
            listen(toD2R: frame.octets, isMsg1OfCBRA: isMsg1OfCBRA)
        }
    }

    mutating func listen(toD2R octets: [UInt8], isMsg1OfCBRA: Bool) {
        switch try? D2RMessage(decoding: octets, isMsg1OfCBRA: isMsg1OfCBRA) {
        case .accessRandomID: add(octets, to: .randomID)
        case .upperLayerData(let data): listenToPDU(data.sdu)
        case nil: break
        }
    }

    /// The same PDU in further rounds of one transaction is one paging.
    private mutating func listenToPaging(_ pdu: [UInt8]) {
        guard pagings.insert(pdu).inserted, let identity = try? NASPaging(decoding: pdu).identity else { return }
        if let tag = identity.tag { add(tag.octets, to: .pagingTag) }
        add(identity.protectedBlock, to: .pagingBlock)
    }

    private mutating func listenToPDU(_ pdu: [UInt8]) {
        switch try? NASPDU(decoding: pdu) {
        case .accessResponse(let response):
            add(response.nonce2.octets, to: .nonce2)
            if let hint = response.keyHint { add(hint.octets, to: .keyHint) }
            if let ares = response.ares { add(ares.octets, to: .ares) }
            switch response.content {
            case .none: break
            case .id(let block): add(block, to: .idBlock)
            case .counter(let block): add(block, to: .counterBlock)
            }
        case .idReport(let report): add(report.protectedBlock, to: .idReport)
        case .commandResponse(let response): add(response.protectedBlock, to: .commandResponse)
        case .paging, .networkResponse, .command, nil: break
        }
    }

    private mutating func add(_ octets: [UInt8], to field: OverheardField) {
        values[field, default: []].append(octets)
    }

    /// How often a field was heard.
    func count(_ field: OverheardField) -> Int { values[field]?.count ?? 0 }

    /// Pairs of equal values of a field.
    func equalPairs(_ field: OverheardField) -> Int {
        var counts: [[UInt8]: Int] = [:]
        for value in values[field] ?? [] { counts[value, default: 0] += 1 }
        return counts.values.reduce(0) { $0 + $1 * ($1 - 1) / 2 }
    }

    /// More equal pairs than chance explains: none at all for a long field. For one of two octets, n values have
    /// n (n - 1) / 2 / 65,536 equal pairs on average (birthdays), about Poisson: six standard deviations and one more.
    func repeats(_ field: OverheardField) -> Bool {
        guard field.isShort else { return equalPairs(field) > 0 }
        let count = Double(count(field))
        let mean = count * (count - 1) / 2 / 65_536
        return Double(equalPairs(field)) > mean + 6 * mean.squareRoot() + 1
    }

    var repeatingFields: Set<OverheardField> { Set(OverheardField.allCases.filter(repeats)) }
}
