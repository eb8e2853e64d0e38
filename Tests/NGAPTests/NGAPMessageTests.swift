import AIoTBase
import NGAP
import Testing

@Suite struct NGAPMessageTests {
    private let session = AIoTSessionName(aiotfIdentifier: [0xD2], correlationIdentifier: 1)
    private let gnb = GlobalGNBID(plmn: [0x00, 0xF1, 0x10], gnbID: 0x17_6772, bitLength: 22)
    private let randN = NGAPBitString(octets: [UInt8](repeating: 0x6B, count: 16))

    private func again(_ pdu: NGAPPDU) throws -> NGAPPDU { try NGAPPDU(decoding: pdu.encoded()) }

    private func request(
        _ whom: DeviceIdentification = .allDevices, area: ServiceAreaInformation = ServiceAreaInformation(),
        size: Int = 40
    ) -> NGAP.InventoryRequest {
        InventoryRequest(
            session: session, deviceIdentification: whom, serviceArea: area,
            assistance: InventoryAssistanceInformation(expectedD2RMsgSize: size), randN: randN)
    }

    @Test func valuesBeyondTheRootOfIntegersComeThrough() throws {
        var message = request(size: 300)
        message.session.correlationIdentifier = 70_000
        message.assistance.approximateNoofTargetDevices = 1_000_000
        message.assistance.timeInterval = 257
        #expect(try again(.inventoryRequest(message)) == .inventoryRequest(message))
    }

    @Test(arguments: [
        Cause.radioNetwork(44), .radioNetwork(45), .radioNetwork(108), .radioNetwork(109), .transport(2), .nas(5),
        .protocolError(7), .misc(6), .misc(500), .noAIoTNASResponse, .aiotDeviceNotReachable,
    ])
    func unlistedCausesDecodeToTheirIndexAndEncodeBack(cause: Cause) throws {
        let pdu = NGAPPDU.commandFailure(CommandFailure(session: session, ranDeviceNGAPID: 7, cause: cause))
        #expect(try again(pdu) == pdu)
    }

    @Test func listedCausesHaveTheirIndexOfTheASN1() throws {
        // Alternative (3 bits), extension bit, index: 6 bits for extension values and the 45 of radioNetwork.
        let causes: [(Cause, String)] = [
            (.unknownRANAIoTDeviceNGAPID, "11e0"), (.requestedAreaNotServed, "1200"), (.unknownAIoTSession, "1220"),
            (.aiotDeviceNotReachable, "1240"), (.multipleAIoTSessionIDInstances, "1260"), (.noAIoTNASResponse, "5060"),
            (.normalRelease, "40"), (.transferSyntaxError, "60"), (.controlProcessingOverload, "80"),
            (.hardwareFailure, "84"), (.omIntervention, "86"), (.miscUnspecified, "8a"),
        ]
        for (cause, octets) in causes {
            // The only IE of the PDU, and so its last octets.
            let pdu = try NGAPPDU.ngSetupFailure(NGSetupFailure(cause: cause)).encoded()
            let length = octets.count == 2 ? "01" : "02"
            #expect(Hex.encoded(pdu).hasSuffix("000f40" + length + octets), "\(cause)")
        }
    }

    @Test func aReportWithoutReadersAndOneWithSeveralComeThrough() throws {
        let empty = InventoryReport(session: session, globalGNBID: gnb, inventoryComplete: true)
        #expect(try again(.inventoryReport(empty)) == .inventoryReport(empty))
        let readers = [1, 65_535, 65_536].map { index in
            InventoryReport.Reader(
                readerIndex: index,
                devices: [.init(nasPDU: [1, 2], ranDeviceNGAPID: .max), .init(nasPDU: []), .init(nasPDU: [3])])
        }
        let full = InventoryReport(session: session, globalGNBID: gnb, readers: readers)
        #expect(try again(.inventoryReport(full)) == .inventoryReport(full))
    }

    @Test func areasWithANIDAndReadersComeThrough() throws {
        let nid = NGAPBitString(octets: [0x12, 0x12, 0x12, 0x12, 0x12, 0x10], bitCount: 44)
        let area = ServiceAreaInformation(
            readers: [1, 9].map { RequestedReader(globalGNBID: gnb, readerIndex: $0) },
            areas: [
                AIoTArea(plmn: gnb.plmn, nid: nid, areaCode: [1, 2, 3]), AIoTArea(plmn: gnb.plmn, areaCode: [4, 5, 6]),
            ])
        let message = request(.groupDevices(NGAPBitString(octets: [0xA0], bitCount: 3)), area: area)
        #expect(try again(.inventoryRequest(message)) == .inventoryRequest(message))
    }

    @Test func setupMessagesKeepSlicesNamesAndBackup() throws {
        let slices = [SNSSAI(sst: 1), SNSSAI(sst: 255, sd: [1, 2, 3])]
        let request = NGSetupRequest(
            globalGNBID: GlobalGNBID(plmn: gnb.plmn, gnbID: .max, bitLength: 32), ranNodeName: nil,
            supportedTAs: [SupportedTA(tac: [1, 2, 3], plmns: [.init(plmn: gnb.plmn, slices: slices)])],
            defaultPagingDRX: 5, aiotSupport: 1)
        #expect(try again(.ngSetupRequest(request)) == .ngSetupRequest(request))
        let guami = GUAMI(plmn: gnb.plmn, region: 255, set: 1_023, pointer: 63, backupAMFName: "amf-2")
        let response = NGSetupResponse(
            amfName: "amf-1", servedGUAMIs: [guami, guami], plmnSupport: [.init(plmn: gnb.plmn, slices: slices)],
            aiotfIdentifier: [1], aiotfName: AIOTFName(visible: "aiotf", utf8: "Fühler"))
        #expect(try again(.ngSetupResponse(response)) == .ngSetupResponse(response))
    }

    @Test func diagnosticsComeThroughWithTheirList() throws {
        let diagnostics = CriticalityDiagnostics(
            procedureCode: 82, triggeringMessage: 2, procedureCriticality: .notify,
            items: [
                .init(criticality: .reject, id: 65_535, typeOfError: 1),
                .init(criticality: .ignore, id: 0, typeOfError: 3),
            ])
        let pdus: [NGAPPDU] = [
            .errorIndication(ErrorIndication(cause: nil, criticalityDiagnostics: diagnostics)),
            .inventoryResponse(InventoryResponse(session: session, criticalityDiagnostics: diagnostics)),
            .aiotSessionReleaseComplete(
                AIOTSessionReleaseComplete(session: session, criticalityDiagnostics: diagnostics)),
            .commandResponse(
                CommandResponse(
                    session: session, ranDeviceNGAPID: 0, nasPDU: [], criticalityDiagnostics: diagnostics)),
        ]
        for pdu in pdus { #expect(try again(pdu) == pdu) }
    }

    @Test func whatItsTypeCannotHoldIsNotEncoded() throws {
        #expect(throws: NGAPEncodingError.valueOutOfRange(1 << 22, 0...(1 << 22) - 1)) {
            let wide = GlobalGNBID(plmn: gnb.plmn, gnbID: 1 << 22, bitLength: 22)
            _ = try NGAPPDU.inventoryReport(InventoryReport(session: session, globalGNBID: wide)).encoded()
        }
        #expect(throws: NGAPEncodingError.valueOutOfRange(21, 22...32)) {
            let short = GlobalGNBID(plmn: gnb.plmn, gnbID: 1, bitLength: 21)
            _ = try NGAPPDU.inventoryReport(InventoryReport(session: session, globalGNBID: short)).encoded()
        }
        #expect(throws: NGAPEncodingError.wrongOctetCount(1, expected: 2)) {
            let short = NGAPBitString(octets: [0xFF], bitCount: 9)
            _ = try NGAPPDU.inventoryRequest(request(.singleDevice(short))).encoded()
        }
        #expect(throws: NGAPEncodingError.wrongOctetCount(2, expected: 3)) {
            let area = ServiceAreaInformation(areas: [AIoTArea(plmn: [0, 1], areaCode: [1, 2, 3])])
            _ = try NGAPPDU.inventoryRequest(request(area: area)).encoded()
        }
        #expect(throws: NGAPEncodingError.badCharacter) {
            var writer = PERWriter()
            try writer.characters("Fühler", sizes: 1...150)
        }
        #expect(throws: NGAPEncodingError.tooLong(16_384)) {
            let long = [UInt8](repeating: 0, count: 16_384)
            _ = try NGAPPDU.commandRequest(
                CommandRequest(session: session, ranDeviceNGAPID: 1, nasPDU: long)
            ).encoded()
        }
    }
}
