/// One tracking area that a reader serves, with the PLMNs and slices broadcast in it.
package struct SupportedTA: Hashable, Sendable {
    package struct BroadcastPLMN: Hashable, Sendable {
        /// 3 octets.
        package var plmn: [UInt8]
        package var slices: [SNSSAI]

        package init(plmn: [UInt8], slices: [SNSSAI]) {
            self.plmn = plmn
            self.slices = slices
        }
    }

    /// 3 octets.
    package var tac: [UInt8]
    package var plmns: [BroadcastPLMN]

    package init(tac: [UInt8], plmns: [BroadcastPLMN]) {
        self.tac = tac
        self.plmns = plmns
    }

    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        let preamble = try reader.preamble(optionals: 0)
        tac = try reader.fixedOctets(3)
        plmns = try reader.list(1...12) { (reader) throws(NGAPDecodingError) in
            let preamble = try reader.preamble(optionals: 0)
            let plmn = BroadcastPLMN(plmn: try reader.fixedOctets(3), slices: try SNSSAI.readList(from: &reader))
            try reader.skipExtensions(preamble)
            return plmn
        }
        try reader.skipExtensions(preamble)
    }

    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        writer.preamble()
        try writer.fixedOctets(tac, 3)
        try writer.list(plmns, 1...12) { (writer, entry) throws(NGAPEncodingError) in
            writer.preamble()
            try writer.fixedOctets(entry.plmn, 3)
            try SNSSAI.write(list: entry.slices, to: &writer)
        }
    }
}

/// NG Setup Request, procedure 21: a reader presents itself.
package struct NGSetupRequest: Hashable, Sendable {
    package var globalGNBID: GlobalGNBID
    /// 1 to 150 printable characters.
    package var ranNodeName: String?
    package var supportedTAs: [SupportedTA]
    /// 0 v32, 1 v64, 2 v128, 3 v256.
    package var defaultPagingDRX: Int
    /// 0 aIoT-only, 1 aIoT-and-NRUu; nil where the IE is absent.
    package var aiotSupport: Int?
    /// The reader sends probes where the AIoTF answers that it knows them; private IE 65000 (*ours*).
    package var supportsProbes: Bool

    package init(
        globalGNBID: GlobalGNBID, ranNodeName: String?, supportedTAs: [SupportedTA], defaultPagingDRX: Int = 2,
        aiotSupport: Int? = 0, supportsProbes: Bool = false
    ) {
        self.globalGNBID = globalGNBID
        self.ranNodeName = ranNodeName
        self.supportedTAs = supportedTAs
        self.defaultPagingDRX = defaultPagingDRX
        self.aiotSupport = aiotSupport
        self.supportsProbes = supportsProbes
    }
}

extension NGSetupRequest {
    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        let known: Set<Int> = [
            IE.globalRANNodeID, IE.ranNodeName, IE.supportedTAList, IE.defaultPagingDRX, IE.aiotSupport,
            IE.probes,
        ]
        let container = try IEReader(from: &reader, known: known)
        globalGNBID = try container.required(IE.globalRANNodeID) { (reader) throws(NGAPDecodingError) in
            guard try reader.bits(2) == 0 else { throw .unusedChoice }
            return try GlobalGNBID(from: &reader)
        }
        ranNodeName = try container.optional(IE.ranNodeName) { (reader) throws(NGAPDecodingError) in
            try reader.characters(sizes: 1...150)
        }
        supportedTAs = try container.required(IE.supportedTAList) { (reader) throws(NGAPDecodingError) in
            try reader.list(1...256) { (reader) throws(NGAPDecodingError) in try SupportedTA(from: &reader) }
        }
        defaultPagingDRX = try container.required(IE.defaultPagingDRX) { (reader) throws(NGAPDecodingError) in
            try reader.enumerated(root: 4, isExtensible: true)
        }
        aiotSupport = try container.optional(IE.aiotSupport) { (reader) throws(NGAPDecodingError) in
            try reader.enumerated(root: 2, isExtensible: true)
        }
        supportsProbes = container.supportsProbes
    }

    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        var container = IEWriter()
        try container.add(IE.globalRANNodeID, .reject) { (writer) throws(NGAPEncodingError) in
            writer.bits(0, 2)
            try globalGNBID.write(to: &writer)
        }
        if let ranNodeName {
            try container.add(IE.ranNodeName, .ignore) { (writer) throws(NGAPEncodingError) in
                try writer.characters(ranNodeName, sizes: 1...150)
            }
        }
        try container.add(IE.supportedTAList, .reject) { (writer) throws(NGAPEncodingError) in
            try writer.list(supportedTAs, 1...256) { (writer, area) throws(NGAPEncodingError) in
                try area.write(to: &writer)
            }
        }
        try container.add(IE.defaultPagingDRX, .ignore) { (writer) throws(NGAPEncodingError) in
            try writer.enumerated(defaultPagingDRX, root: 4, isExtensible: true)
        }
        if let aiotSupport {
            try container.add(IE.aiotSupport, .reject) { (writer) throws(NGAPEncodingError) in
                try writer.enumerated(aiotSupport, root: 2, isExtensible: true)
            }
        }
        if supportsProbes { try container.addProbes() }
        try container.write(to: &writer)
    }
}

/// NG Setup Failure, procedure 21.
package struct NGSetupFailure: Hashable, Sendable {
    package var cause: Cause

    package init(cause: Cause) {
        self.cause = cause
    }

    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        let container = try IEReader(from: &reader, known: [IE.cause, IE.criticalityDiagnostics])
        guard let cause = try container.cause() else { throw .missingIE(IE.cause) }
        self.cause = cause
    }

    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        var container = IEWriter()
        try container.add(cause: cause)
        try container.write(to: &writer)
    }
}

/// Error Indication, procedure 9: something that came could not be taken.
package struct ErrorIndication: Hashable, Sendable {
    package var cause: Cause?
    package var criticalityDiagnostics: CriticalityDiagnostics?

    package init(cause: Cause?, criticalityDiagnostics: CriticalityDiagnostics? = nil) {
        self.cause = cause
        self.criticalityDiagnostics = criticalityDiagnostics
    }

    init(from reader: inout PERReader) throws(NGAPDecodingError) {
        let container = try IEReader(from: &reader, known: [IE.cause, IE.criticalityDiagnostics])
        cause = try container.cause()
        criticalityDiagnostics = try container.optional(IE.criticalityDiagnostics) {
            (reader) throws(NGAPDecodingError) in
            try CriticalityDiagnostics(from: &reader)
        }
    }

    func write(to writer: inout PERWriter) throws(NGAPEncodingError) {
        var container = IEWriter()
        if let cause { try container.add(cause: cause) }
        if let criticalityDiagnostics {
            try container.add(IE.criticalityDiagnostics, .ignore) { (writer) throws(NGAPEncodingError) in
                try criticalityDiagnostics.write(to: &writer)
            }
        }
        try container.write(to: &writer)
    }
}
