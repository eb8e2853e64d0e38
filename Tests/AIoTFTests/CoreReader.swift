import AIoTF
import NGAP

/// A reader made of nothing but NGAP: who it is, what it has open, and what a crash of its leaves.
struct CoreReader {
    /// A message on its way to the AIoTF; spooled ones have a number.
    struct Message {
        var pdu: NGAPPDU
        var spoolNumber: Int?
    }

    /// What the reader has of an inventory.
    struct Open {
        let request: InventoryRequest
        var acknowledged: Set<Int> = []
        var exchanges: [UInt32: Int] = [:]
        /// Exchanges that take no Command Request any more.
        var closed: Set<UInt32> = []
        var rounds = 0
        var isComplete = false
    }

    var globalGNBID: GlobalGNBID
    var name = "r"
    var tac: [UInt8] = [0, 0, 1]
    var index = 1
    /// Places of the devices in front of it; nil for all.
    var hears: Set<Int>?

    /// Nil while the link is down.
    var connection: ReaderID?
    var open: [Int: Open] = [:]
    var inbox: [Message] = []
    /// Messages after which a device was acknowledged, or an inventory was complete, that are not confirmed.
    var spool: [Message] = []
    /// Numbers of spooled messages that the AIoTF has dealt with, over this connection.
    var processed: Set<Int> = []
    private var lastNumber = 0

    init(gnbID: UInt32 = 1) {
        globalGNBID = GlobalGNBID(plmn: [0x00, 0xF1, 0x10], gnbID: gnbID, bitLength: 22)
    }

    mutating func send(_ pdu: NGAPPDU, spooled: Bool = false) {
        var message = Message(pdu: pdu)
        if spooled {
            lastNumber += 1
            message.spoolNumber = lastNumber
            spool.append(message)
        }
        if connection != nil { inbox.append(message) }
    }

    /// The link goes: what was on its way is lost, and exchanges that wait for the AIoTF wait in vain.
    mutating func loseLink() {
        connection = nil
        inbox = []
        processed = []
        for correlation in open.keys {
            guard let exchanges = open[correlation]?.exchanges.keys else { continue }
            open[correlation]?.closed.formUnion(exchanges)
        }
    }

    /// What the AIoTF has dealt with is not sent again.
    mutating func confirm() {
        spool.removeAll { $0.spoolNumber.map(processed.contains) == true }
    }

    func serves(_ area: ServiceAreaInformation) -> Bool {
        if area.readers.isEmpty, area.areas.isEmpty { return true }
        return area.areas.contains { $0.plmn == globalGNBID.plmn && $0.areaCode == tac }
            || area.readers.contains { $0.globalGNBID == globalGNBID && $0.readerIndex == index }
    }
}
