import AIoTBase
import AIoTSecurity
import NGAP

/// One Inventory Request: its nonce1, whom it may find, and the sessions under it.
struct RequestState: Sendable {
    let orderID: UInt64
    let correlation: Int
    let reader: ReaderIdentity
    /// Nil when the link was lost, or the reader did not confirm the release.
    var connection: ReaderID?
    let nonce1: Nonce
    let target: InventoryTarget
    /// The counter paged, where there is one; nil again once its key is another: it says nothing of that one's counter.
    var counter: UInt32?
    let hasFollowOn: Bool
    /// Something can be sent to its devices: it has not been released, nor its link lost.
    var isOpen: Bool
    /// Nil where its reader is away, until an answer comes late.
    var candidates: Candidates?
    /// Those of answers that were taken.
    var seenNonce2: Set<Nonce> = []
    /// Devices that are done under this nonce1.
    var done: Set<[UInt8]> = []
    /// By RAN-AIOT-Device-NGAP-ID.
    var sessions: [UInt32: DeviceSession] = [:]
    /// Sessions from before a restart of which nothing has come since.
    var storedSessions: [UInt32: StoredSession] = [:]
    /// Under which name each device has its latest session.
    var sessionNames: [[UInt8]: UInt32] = [:]
    var foundBefore = 0
    var isComplete = false

    /// - Parameter connection: where it goes to; nil for one from before a restart.
    init(_ stored: StoredRequest, connection: ReaderID?) {
        orderID = stored.orderID
        correlation = stored.correlation
        reader = stored.reader
        self.connection = connection
        nonce1 = stored.nonce1
        target = stored.target
        counter = stored.counter
        hasFollowOn = stored.hasFollowOn
        isOpen = connection != nil
    }
}
