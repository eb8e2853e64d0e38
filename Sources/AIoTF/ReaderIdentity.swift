package import NGAP

/// What a reader is known by over all its connections: its gNB ID and its name, so that two readers with one gNB ID are
/// not taken for one (*ours*).
package struct ReaderIdentity: Hashable, Sendable {
    package var globalGNBID: GlobalGNBID
    /// RANNodeName; nil where it gives none.
    package var name: String?

    package init(globalGNBID: GlobalGNBID, name: String?) {
        self.globalGNBID = globalGNBID
        self.name = name
    }
}
