package import AIoTF
package import CoreLink

extension LinkServer: ReaderLinks {
    package func send(_ pdu: [UInt8], to reader: ReaderID) { send(pdu, to: ConnectionID(reader)) }
    package func processed(_ reader: ReaderID) { processed(ConnectionID(reader)) }
    package func close(_ reader: ReaderID, reason: String) { close(ConnectionID(reader), reason: reason) }
}

extension ReaderID {
    /// A reader is known to the AIoTF by its connection.
    init(_ connection: ConnectionID) { self.init(Int(clamping: connection.number)) }
}

extension ConnectionID {
    init(_ reader: ReaderID) { self.init(number: UInt64(clamping: reader.value)) }
}
