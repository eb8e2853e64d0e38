package import AIoTBase
package import AIoTSecurity

/// What a device makes of a paging PDU (`spec/1` step 6).
package enum PagingOutcome: Hashable, Sendable {
    /// Nothing is sent.
    case silent(SilenceReason)
    /// The device answers with an access response; a stale paging with its counter, after which it waits for nothing.
    case addressed(nonce1: Nonce, answersStale: Bool)
}

/// Why a device meets a paging with silence.
package enum SilenceReason: Hashable, Sendable {
    case undecodable(NASDecodingError)
    /// PERMANENT_DISABLE was executed.
    case disabled
    /// The nonce1 of the current paging with other octets.
    case otherOctets
    /// Sixteen access responses have gone out for this nonce1.
    case answersSpent
    /// Paged with another profile or other algorithms than the device's own.
    case otherConfiguration
    /// A group paging, and the device is in no group.
    case notInAGroup
    /// None of the tags that the device holds ready; nothing was derived.
    case otherTag
    /// The protected block does not verify or is too short.
    case unverified
    /// Meant for another device or group.
    case otherID
    /// A counter outside the window, with resynchronisation off.
    case stale
}

/// What a device makes of a NAS PDU that comes to it in an exchange.
package enum NASOutcome: Hashable, Sendable {
    /// Nothing is sent, and nothing has changed.
    case ignored(IgnoreReason)
    /// `pdu` is sent; `repeated` when it is the stored response to the last PDU come again.
    case reply([UInt8], repeated: Bool)
}

/// Why a device ignores a NAS PDU.
package enum IgnoreReason: Hashable, Sendable {
    case undecodable(NASDecodingError)
    /// PERMANENT_DISABLE was executed, and this is no repetition of it.
    case disabled
    /// No access response is out that this could belong to.
    case noSession
    /// Not a type that a device takes here, or a network response that is not due.
    case notDue
    /// The network response does not match.
    case otherNRES
    /// A command before the network response.
    case networkNotAuthenticated
    /// A command with profile bit 6 off.
    case commandsOff
    /// A command whose MAC does not match.
    case unverified
    /// No COUNT is left under this k_AIoT_ses.
    case countsSpent
    /// A bug of ours: the response could not be made.
    case responseNotMade
}
