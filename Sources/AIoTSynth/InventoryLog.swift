import AIoTAir
import AIoTBase
import AIoTCapture
import AIoTDevice
import AIoTF
import AIoTMac
import AIoTReader
import AIoTSecurity
import AIoTWorld
import RadioFrontEnd

/// Takes down what an inventory puts on the air, as its devices and not as its reader knows it.
final class InventoryLog {
    private let population: Population
    private let target: SynthInventory.Target
    private var r2d: [AirFrame] = []
    private var bursts: [SampleAir.SentBurst] = []
    private var exchanges: [Exchange]
    private var completed: [Int] = []
    private var pagings: [Paging] = []

    /// What a device and the AIoTF have said to each other.
    private struct Exchange {
        var asID: ASID?
        var nonce1: Nonce?
        /// The D2R PDU that is being put together.
        var begun: [UInt8] = []
        /// The last of each type.
        var pdus: [NASType: [UInt8]] = [:]
    }

    init(population: Population, target: SynthInventory.Target) {
        self.population = population
        self.target = target
        exchanges = [Exchange](repeating: Exchange(), count: population.devices.count)
    }

    func take(_ happening: World.Happening) {
        switch happening {
        case .frame(let frame) where frame.isR2D: r2d.append(frame)
        case .result(let result, _):
            guard let index = population.provisioning.firstIndex(where: { $0.deviceID == result.deviceID }),
                !completed.contains(index)
            else { return }
            completed.append(index)
        default: break
        }
    }

    /// An R2D message, and what the devices are after it.
    func note(_ message: R2DMessage, _ devices: [Device]) {
        switch message {
        case .paging(let paging): pagings.append(paging)
        case .upperLayerData(let data) where !data.sdu.isEmpty:
            for index in devices.indices where devices[index].asID == data.asID { keep(data.sdu, of: index) }
        default: break
        }
        for index in devices.indices {
            exchanges[index].asID = devices[index].asID ?? exchanges[index].asID
            exchanges[index].nonce1 = devices[index].nas.currentNonce1 ?? exchanges[index].nonce1
        }
    }

    /// A burst; a message with `receivedOctets` asked for the rest of what was begun.
    func note(_ burst: SampleAir.SentBurst) {
        bursts.append(burst)
        guard !burst.transmission.isMsg1OfCBRA,
            let data = try? D2RUpperLayerData(decoding: burst.transmission.message)
        else { return }
        var received = 0
        if case .upperLayerData(let request) = burst.message { received = Int(request.receivedOctets ?? 0) }
        exchanges[burst.device].begun = Array(exchanges[burst.device].begun.prefix(received)) + data.sdu
        if !data.moreData { keep(exchanges[burst.device].begun, of: burst.device) }
    }

    private func keep(_ pdu: [UInt8], of index: Int) {
        guard let type = pdu.first.flatMap(NASType.init(rawValue:)) else { return }
        exchanges[index].pdus[type] = pdu
    }
}

// MARK: - The truth

extension InventoryLog {
    func frames(firstSample: Int, sampleRateHz: Double, chipsPerSymbol: Int) -> [Truth.Frame] {
        let down = r2d.map { frame in
            Truth.Frame(
                octets: frame.octets, sampleStart: firstSample + Int((frame.start.seconds * sampleRateHz).rounded()),
                sampleCount: Int((frame.duration.seconds * sampleRateHz).rounded()), chipsPerSymbol: chipsPerSymbol)
        }
        let up = bursts.map { burst in
            Truth.Frame(
                octets: burst.transmission.message, sampleStart: firstSample + Int(burst.startSample.rounded()),
                sampleCount: Int((burst.endSample - burst.startSample).rounded()),
                d2r: .init(
                    format: burst.transmission.format, frequencyPosition: burst.transmission.frequencyPosition),
                note: burst.name)
        }
        return down + up
    }

    /// Keys, nonces and NAS PDUs (`spec/4 "Truth files"`).
    var json: JSONValue {
        var members: [JSONValue.Member] = []
        func add(_ name: String, _ octets: [UInt8]) { members.append(.init(name, .string(Hex.encoded(octets)))) }
        if let paging = pagings.first {
            members.append(.init("transactionID", .integer(Int64(paging.transactionID.value))))
            add("pagingSDU", paging.sdu)
        }
        var profile = population.configuration.profile
        if target == .group {
            profile.insert(.groupPaging)
            add("groupID", population.group.id)
            add("groupKey", population.group.key.exposedOctets)
        }
        if let nonce1 = pagings.first.flatMap({ try? NASPaging(decoding: $0.sdu) })?.nonce1 {
            add("nonce1", nonce1.octets)
        }
        members.append(.init("profile", .integer(Int64(profile.rawValue))))
        members.append(.init("algorithms", .integer(Int64(population.configuration.algorithms.octet))))
        members.append(.init("completed", .array(completed.map(json(ofDevice:)))))
        members.append(.init("unresolved", .integer(Int64(population.devices.count - completed.count))))
        return .object(members)
    }

    private func json(ofDevice index: Int) -> JSONValue {
        let entry = population.provisioning[index]
        let exchange = exchanges[index]
        var members: [JSONValue.Member] = [
            .init("deviceID", .string(Hex.encoded(entry.deviceID))),
            .init("k", .string(Hex.encoded(entry.key.exposedOctets))),
            .init("asID", exchange.asID.map { .integer(Int64($0.value)) } ?? .null),
        ]
        if let nonce1 = exchange.nonce1 { members.append(.init("nonce1", .string(Hex.encoded(nonce1.octets)))) }
        if let response = exchange.pdus[.accessResponse].flatMap({ try? NASAccessResponse(decoding: $0) }) {
            members.append(.init("nonce2", .string(Hex.encoded(response.nonce2.octets))))
        }
        let names: [(NASType, String)] = [
            (.accessResponse, "accessResponse"), (.networkResponse, "networkResponse"), (.idReport, "idReport"),
            (.command, "command"), (.commandResponse, "commandResponse"),
        ]
        for (type, name) in names {
            if let pdu = exchange.pdus[type] { members.append(.init(name, .string(Hex.encoded(pdu)))) }
        }
        return .object(members)
    }
}

extension SampleAir.SentBurst {
    /// As the notes of truth files call it.
    fileprivate var name: String {
        if transmission.isMsg1OfCBRA { return "Msg1" }
        guard let data = try? D2RUpperLayerData(decoding: transmission.message) else { return "D2R" }
        switch data.sdu.first.flatMap(NASType.init(rawValue:)) {
        case .accessResponse:
            if case .randomIDResponse = message { return "Msg3: access response" }
            return "Msg1: access response"
        case .idReport: return "ID report"
        case .commandResponse: return "command response"
        default: return "segment"
        }
    }
}
