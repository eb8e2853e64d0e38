package import AIoTAir
package import AIoTBase
package import AIoTDevice
package import AIoTMac
import AIoTSecurity
import Glibc

/// What the simulated devices know to be true, for tests of the whole system: a line for each request that was paged, for
/// each device that took an Acknowledgement, and whenever the carrier goes on or off.
///
/// `page NONCE1 group|device|all ID COUNTER TIME` (`-` where there is none), `ack DEVICE NONCE1 TIME` and
/// `carrier on|off TIME`, IDs in hex, times in nanoseconds of the system's monotonic clock. A line is with the system before
/// the reader hears what came of the frame, so it outlives a `kill -9`.
package final class AirJournal: Sendable {
    private let descriptor: Int32
    private let population: Population

    /// Appends to the file.
    /// - Throws: where it cannot be opened.
    package init(path: String, population: Population) throws(DeviceMemoryError) {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DeviceMemoryError(path: path, reason: String(cString: strerror(errno))) }
        self.population = population
    }

    deinit { close(descriptor) }

    /// A frame of the reader and what the devices were before and after it.
    package func note(_ message: R2DMessage, before: [Nonce?], after devices: [Device], lastPaged: inout Nonce?) {
        switch message {
        case .paging(let paging): notePage(paging.sdu, &lastPaged)
        case .acknowledgement:
            for (index, device) in devices.enumerated() where index < before.count {
                guard let nonce1 = device.acknowledgedNonce1, nonce1 != before[index] else { continue }
                write("ack \(Hex.encoded(device.provisioning.deviceID)) \(Hex.encoded(nonce1.octets))")
            }
        default: break
        }
    }

    func note(carrierIsOn: Bool) { write("carrier \(carrierIsOn ? "on" : "off")") }

    private func notePage(_ sdu: [UInt8], _ lastPaged: inout Nonce?) {
        guard let paging = try? NASPaging(decoding: sdu), paging.nonce1 != lastPaged else { return }
        lastPaged = paging.nonce1
        let nonce1 = Hex.encoded(paging.nonce1.octets)
        guard let identity = paging.identity else { return write("page \(nonce1) all - -") }
        let isGroup = identity.profile.contains(.groupPaging)
        let keys =
            isGroup
            ? [(population.group.id, population.group.key)] : population.provisioning.map { ($0.deviceID, $0.key) }
        for (id, key) in keys {
            guard let text = Self.opened(identity, paging.nonce1, key), text.id == id else { continue }
            let counter = text.counter.map { String($0) } ?? "-"
            return write("page \(nonce1) \(isGroup ? "group" : "device") \(Hex.encoded(id)) \(counter)")
        }
    }

    private static func opened(_ identity: PagingIdentity, _ nonce1: Nonce, _ key: SecretKey) -> PagingPlaintext? {
        var cost = CryptoCost()
        let kAIoT = KeyDerivation.kAIoT(
            from: key, nonce1: nonce1, profile: identity.profile, algorithms: identity.algorithms, cost: &cost)
        var protection = Protection(key: kAIoT, algorithms: identity.algorithms)
        let octets = protection.unprotect(
            identity.protectedBlock, count: Protection.pagingCount, direction: .r2d, cost: &cost)
        return octets.flatMap {
            PagingPlaintext(octets: $0, hasCounter: identity.profile.contains(.replayProtection))
        }
    }

    private func write(_ line: String) {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let octets = Array("\(line) \(now.tv_sec * 1_000_000_000 + now.tv_nsec)\n".utf8)
        _ = Glibc.write(descriptor, octets, octets.count)
    }
}
