import AIoTDevice

/// Which devices a message can concern, found without a look at the others.
///
/// Entries are put in when a device begins to wait for something, and are judged by its attention when they are asked
/// for: one that is out of date does no harm, and is gone after the next paging.
struct AttentionIndex: Sendable {
    private(set) var attentions: [DeviceAttention]
    private var byTrigger = [[Int]](repeating: [], count: 256)
    private var unresolved: [Int] = []
    private var withRandomID: [Int] = []
    private var byASID = [[Int]](repeating: [], count: 256)

    init(_ attentions: [DeviceAttention]) {
        self.attentions = attentions
        rebuild()
    }

    /// What a device waits for from now on.
    mutating func set(_ attention: DeviceAttention, of device: Int) {
        guard attentions[device] != attention else { return }
        attentions[device] = attention
        insert(device)
    }

    /// What all devices wait for from now on, after a message for everyone.
    mutating func rebuild(_ attentions: [DeviceAttention]) {
        self.attentions = attentions
        rebuild()
    }

    /// The devices that `addressees` include, in their order; nil: any may be.
    mutating func candidates(_ addressees: DeviceAttention.Addressees) -> [Int]? {
        let found: [Int]
        switch addressees.kind {
        case .everyone: return nil
        case .trigger(let index):
            unresolved.removeAll { !attentions[$0].isUnresolved }
            found = byTrigger[Int(index) & 255] + unresolved
        case .anyRandomID, .randomID:
            withRandomID.removeAll { attentions[$0].awaitedRandomID == nil }
            found = withRandomID
        case .asIDs:
            found = addressees.listed.flatMap { byASID[Int($0)] }
        }
        return Set(found.filter { addressees.include(attentions[$0]) }).sorted()
    }

    private mutating func rebuild() {
        for index in byTrigger.indices {
            byTrigger[index].removeAll(keepingCapacity: true)
            byASID[index].removeAll(keepingCapacity: true)
        }
        unresolved.removeAll(keepingCapacity: true)
        withRandomID.removeAll(keepingCapacity: true)
        for device in attentions.indices { insert(device) }
    }

    private mutating func insert(_ device: Int) {
        let attention = attentions[device]
        if let trigger = attention.awaitedTrigger { byTrigger[Int(trigger)].append(device) }
        if attention.isUnresolved { unresolved.append(device) }
        if attention.awaitedRandomID != nil { withRandomID.append(device) }
        if attention.asID != 0 { byASID[Int(attention.asID)].append(device) }
    }
}
