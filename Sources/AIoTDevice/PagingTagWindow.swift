import AIoTSecurity

/// The paging tags of a key's counter and of the window ahead of it, ready before a paging comes (`spec/1 "Messages"`).
///
/// That they are ready is what lets a device that is not meant stay silent at no cost: new ones are derived when the
/// counter moves, in an exchange that is the device's own, and stored with the counter (*ours*).
struct PagingTagWindow: Sendable {
    private let key: SecretKey
    private let size: Int
    /// Tags of own, own + 1, ... own + W; empty with profile bit 5 off.
    private var tags: [PagingTag] = []

    /// The first tags come with provisioning and cost the device nothing.
    init(key: SecretKey, counter: UInt32, configuration: SecurityConfiguration) {
        self.key = key
        let window = min(configuration.counterWindow, SecurityConfiguration.maximumCounterWindowWithPagingTag)
        size = configuration.profile.contains(.pagingTag) ? Int(window) + 1 : 0
        var provisioningCost = CryptoCost()
        refill(counter: counter, cost: &provisioningCost)
    }

    func contains(_ tag: PagingTag) -> Bool { tags.contains(tag) }

    /// Makes the tags of `counter` ready after it has moved on by `steps`; those that stay in the window are kept.
    mutating func advance(by steps: UInt32, to counter: UInt32, cost: inout CryptoCost) {
        tags.removeFirst(min(Int(steps), tags.count))
        refill(counter: counter, cost: &cost)
    }

    private mutating func refill(counter: UInt32, cost: inout CryptoCost) {
        while tags.count < size {
            let next = counter &+ UInt32(tags.count)
            tags.append(KeyDerivation.pagingTag(from: key, counter: next, cost: &cost))
        }
    }
}
