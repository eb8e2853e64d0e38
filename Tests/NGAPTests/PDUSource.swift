import AIoTBase
import NGAP

/// Messages drawn from a seed, with values at and beyond the edges of their types' roots.
struct PDUSource {
    static let kinds = 14

    private var generator: SeededGenerator

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    mutating func pdu(_ kind: Int) -> NGAPPDU {
        switch kind {
        case 0: .ngSetupRequest(ngSetupRequest())
        case 1: .ngSetupResponse(ngSetupResponse())
        case 2: .ngSetupFailure(NGSetupFailure(cause: cause()))
        case 3: .inventoryRequest(inventoryRequest())
        case 4: .inventoryResponse(InventoryResponse(session: session(), criticalityDiagnostics: diagnostics()))
        case 5:
            .inventoryFailure(
                InventoryFailure(session: session(), cause: cause(), criticalityDiagnostics: diagnostics()))
        case 6: .inventoryReport(inventoryReport())
        case 7: .commandRequest(commandRequest())
        case 8:
            .commandResponse(
                CommandResponse(
                    session: session(), ranDeviceNGAPID: id(), nasPDU: octets(upTo: 300),
                    criticalityDiagnostics: diagnostics()))
        case 9:
            .commandFailure(
                CommandFailure(
                    session: session(), ranDeviceNGAPID: id(), cause: cause(), criticalityDiagnostics: diagnostics()))
        case 10: .aiotSessionReleaseCommand(AIOTSessionReleaseCommand(session: session(), cause: cause()))
        case 11:
            .aiotSessionReleaseComplete(
                AIOTSessionReleaseComplete(session: session(), criticalityDiagnostics: diagnostics()))
        case 12: .aiotSessionReleaseRequest(AIOTSessionReleaseRequest(session: session(), cause: cause()))
        default:
            .errorIndication(
                ErrorIndication(cause: maybe { $0.cause() }, criticalityDiagnostics: diagnostics()))
        }
    }
}

// MARK: - Messages

extension PDUSource {
    private mutating func inventoryRequest() -> InventoryRequest {
        let readers = list(0...4) { source in
            RequestedReader(globalGNBID: source.gnb(), readerIndex: source.number([1, 255, 65_535, 65_536]))
        }
        let areas = list(0...4) { source in
            AIoTArea(plmn: source.octets(3), nid: source.maybe { $0.bits(44) }, areaCode: source.octets(3))
        }
        let identity = bits(number([1, 7, 8, 15, 16, 17, 1_023, 1_024, 1_025, 3_000]))
        let identification: [DeviceIdentification] = [.singleDevice(identity), .groupDevices(identity), .allDevices]
        return InventoryRequest(
            session: session(), deviceIdentification: identification[below(3)],
            serviceArea: ServiceAreaInformation(readers: readers, areas: areas),
            assistance: InventoryAssistanceInformation(
                expectedD2RMsgSize: number([1, 256, 257, 0, -1]),
                approximateNoofTargetDevices: maybe { $0.number([1, 65_535, 65_536]) },
                timeInterval: maybe { $0.number([1, 256, 257]) }),
            followonCommandIndication: below(2) == 0, randN: bits(number([128, 128, 1, 256])))
    }

    private mutating func inventoryReport() -> InventoryReport {
        let readers = list(0...3) { source in
            InventoryReport.Reader(
                readerIndex: source.number([1, 65_535, 65_536]),
                devices: source.list(1...5) { source in
                    InventoryReport.Device(
                        nasPDU: source.octets(upTo: 150), ranDeviceNGAPID: source.maybe { $0.id() })
                })
        }
        return InventoryReport(
            session: session(), globalGNBID: gnb(), readers: readers, inventoryComplete: below(2) == 0)
    }

    private mutating func commandRequest() -> CommandRequest {
        let size = maybe { $0.number([1, 256, 257]) }
        return CommandRequest(
            session: session(), ranDeviceNGAPID: id(), nasPDU: octets(upTo: 300), expectedD2RMsgSize: size,
            hasEmptyAssistance: size == nil && below(2) == 0)
    }

    private mutating func ngSetupRequest() -> NGSetupRequest {
        let areas = list(1...3) { source in
            SupportedTA(
                tac: source.octets(3),
                plmns: source.list(1...3) { .init(plmn: $0.octets(3), slices: $0.slices()) })
        }
        return NGSetupRequest(
            globalGNBID: gnb(), ranNodeName: maybe { $0.name() }, supportedTAs: areas, defaultPagingDRX: below(4),
            aiotSupport: maybe { $0.below(2) }, supportsProbes: below(2) == 0)
    }

    private mutating func ngSetupResponse() -> NGSetupResponse {
        let guamis = list(1...3) { source in
            GUAMI(
                plmn: source.octets(3), region: source.below(256), set: source.below(1_024),
                pointer: source.below(64), backupAMFName: source.maybe { $0.name() })
        }
        return NGSetupResponse(
            amfName: name(), servedGUAMIs: guamis, relativeAMFCapacity: below(256),
            plmnSupport: list(1...3) { .init(plmn: $0.octets(3), slices: $0.slices()) },
            aiotfIdentifier: maybe { $0.octets(upTo: 40) },
            aiotfName: maybe { source in
                AIOTFName(visible: source.maybe { $0.name() }, utf8: source.maybe { "ä€😀" + $0.name() })
            }, supportsProbes: below(2) == 0)
    }
}

// MARK: - Values

extension PDUSource {
    private mutating func below(_ limit: Int) -> Int { Int(generator.next() % UInt64(limit)) }
    private mutating func number(_ values: [Int]) -> Int { values[below(values.count)] }
    private mutating func octets(_ count: Int) -> [UInt8] { generator.octets(count) }
    private mutating func octets(upTo limit: Int) -> [UInt8] { generator.octets(below(limit + 1)) }
    private mutating func id() -> UInt32 { UInt32(truncatingIfNeeded: generator.next() >> UInt64(32 + below(32))) }

    private mutating func maybe<Value>(_ make: (inout PDUSource) -> Value) -> Value? {
        below(2) == 0 ? make(&self) : nil
    }

    private mutating func list<Value>(_ counts: ClosedRange<Int>, _ make: (inout PDUSource) -> Value) -> [Value] {
        (0..<counts.lowerBound + below(counts.count)).map { _ in make(&self) }
    }

    /// `count` bits; those of the last octet that are not used are zero.
    private mutating func bits(_ count: Int) -> NGAPBitString {
        var packed = octets((count + 7) / 8)
        if count % 8 != 0 { packed[packed.count - 1] &= 0xFF << UInt8(8 - count % 8) }
        return NGAPBitString(octets: packed, bitCount: count)
    }

    private mutating func session() -> AIoTSessionName {
        AIoTSessionName(
            aiotfIdentifier: octets(upTo: 130), correlationIdentifier: number([0, 255, 65_535, 65_536, -1, 1 << 40]))
    }

    private mutating func gnb() -> GlobalGNBID {
        let length = 22 + below(11)
        return GlobalGNBID(
            plmn: octets(3), gnbID: UInt32(truncatingIfNeeded: generator.next() >> UInt64(64 - length)),
            bitLength: length)
    }

    private mutating func name() -> String {
        let alphabet = Array("AZaz09 '()+,-./:=?")
        return String((0..<number([1, 20, 150, 151])).map { _ in alphabet[below(alphabet.count)] })
    }

    private mutating func slices() -> [SNSSAI] {
        list(1...4) { source in SNSSAI(sst: UInt8(source.below(256)), sd: source.maybe { $0.octets(3) }) }
    }

    private mutating func cause() -> Cause {
        switch below(5) {
        case 0: .radioNetwork(below(45 + 100))
        case 1: .transport(below(2 + 70))
        case 2: .nas(below(4 + 10))
        case 3: .protocolError(below(7 + 70))
        default: .misc(below(6 + 300))
        }
    }

    private mutating func diagnostics() -> CriticalityDiagnostics? {
        maybe { source in
            CriticalityDiagnostics(
                procedureCode: source.maybe { $0.below(256) }, triggeringMessage: source.maybe { $0.below(3) },
                procedureCriticality: source.maybe { $0.criticality() },
                items: source.list(0...3) { source in
                    .init(
                        criticality: source.criticality(), id: source.below(65_536),
                        typeOfError: source.number([0, 1, 2, 65, 66, 300]))
                })
        }
    }

    private mutating func criticality() -> Criticality { Criticality.allCases[below(3)] }
}
