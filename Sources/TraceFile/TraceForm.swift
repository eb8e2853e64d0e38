/// What stands around the records of a trace file.
package struct TraceForm: Sendable {
    package var header: [UInt8]
    package var footer: [UInt8]

    package init(header: [UInt8] = [], footer: [UInt8] = []) {
        self.header = header
        self.footer = footer
    }
}
