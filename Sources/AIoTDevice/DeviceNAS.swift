package import AIoTBase
import AIoTSecurity

/// The device's side of the security procedure: judges pagings, answers them, and carries out commands.
///
/// It knows no radio: what comes in are NAS PDUs, and when an answer leaves is for the MAC side to say. Rounds and
/// session live while the carrier does; the counters, the memory and the mark of PERMANENT_DISABLE outlast it.
package struct DeviceNAS: Sendable {
    let provisioning: DeviceProvisioning
    /// What survives carrier loss.
    package internal(set) var nonVolatile: DeviceNonVolatile
    /// What was spent since the last `resetCost()`.
    package internal(set) var cost = ExchangeCost()
    /// Makes every command end with status 3, as a device does that has harvested too little.
    package var isLowOnEnergy = false

    /// The pagings that the device answers, again too.
    var rounds = DeviceRounds()
    /// What follows from its last access response; none after a stale answer.
    var session: DeviceSession?
    /// Paging tags of the device's key, and of each group's; they outlast carrier loss like the counters.
    var tags: PagingTagWindow
    var groupTags: [PagingTagWindow]

    package init(_ provisioning: DeviceProvisioning, nonVolatile: DeviceNonVolatile) {
        self.provisioning = provisioning
        var nonVolatile = nonVolatile
        let groupCounters = nonVolatile.groupCounters
        nonVolatile.groupCounters = provisioning.groups.indices.map {
            groupCounters.indices.contains($0) ? groupCounters[$0] : 0
        }
        self.nonVolatile = nonVolatile
        let configuration = provisioning.configuration
        tags = PagingTagWindow(key: provisioning.key, counter: nonVolatile.counter, configuration: configuration)
        groupTags = zip(provisioning.groups, nonVolatile.groupCounters).map { group, counter in
            PagingTagWindow(key: group.key, counter: counter, configuration: configuration)
        }
    }

    var profile: SecurityProfile { provisioning.configuration.profile.subtracting(.groupPaging) }
    var algorithms: SecurityAlgorithms { provisioning.configuration.algorithms }

    /// The carrier is gone, and with it all that is volatile.
    package mutating func carrierLost() {
        rounds = DeviceRounds()
        session = nil
    }

    package mutating func resetCost() {
        cost = ExchangeCost()
    }

    /// The nonce1 of the paging that the device answers at present.
    package var currentNonce1: Nonce? { rounds.current?.nonce1 }

    /// Access responses sent for the current nonce1, at most 16; a repeated one counts once.
    package var answersSent: Int { rounds.current?.answers ?? 0 }

    /// Whether the network response is what comes next.
    package var waitsForNetworkResponse: Bool { session?.phase == .waitsForNetworkResponse }

    /// Whether commands would be heard: an answer to a fresh paging is out, and the network has proved itself where it
    /// must.
    package var isSessionOpen: Bool { session?.phase == .open }

    /// Whether the message has gone out after which the reader acknowledges: the access response, or with network
    /// authentication the ID report (`spec/2 "Access"`).
    package var takesAcknowledgement: Bool {
        profile.contains(.networkAuthentication) ? isSessionOpen : answersSent > 0
    }

    /// Whether PERMANENT_DISABLE was executed: then the device answers nothing but its repetition, and that only while
    /// the carrier lasts.
    package var isDisabled: Bool { nonVolatile.disabled }
}

/// What follows an access response to a fresh paging.
struct DeviceSession: Sendable {
    enum Phase {
        case waitsForNetworkResponse
        case open
    }

    var phase: Phase
    var keys: SessionKeys
    /// Derived when the first network response comes.
    var expectedNRES: NRES?
    /// COUNT of the next protected PDU in each direction.
    var d2rCount: UInt32
    var r2dCount: UInt32 = 0
    /// The last R2D PDU that was processed, and what it was answered with.
    var lastRequest: [UInt8]?
    var lastReply: [UInt8] = []
}
