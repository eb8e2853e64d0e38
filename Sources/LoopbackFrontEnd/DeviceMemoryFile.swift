package import AIoTDevice
import Glibc
import Synchronization

/// The non-volatile memory of the simulated devices as a file, so that their counters outlive the daemon as those of real
/// devices do.
///
/// A header of 20 octets (`AIOTDEV1`, seed, count), then a record a device: counter, group counter, disabled, memory
/// (*ours*). Written through to the system, which outlives the process; not synchronised, since losing power would also
/// take the devices.
package final class DeviceMemoryFile: Sendable {
    private let descriptor: Int32
    private let kept: Mutex<[DeviceNonVolatile]>

    private static let memoryOctets = 64
    private static let recordOctets = 4 + 4 + 1 + memoryOctets
    private static let headerOctets = 20

    /// Opens or makes the file.
    /// - Parameters:
    ///   - seed: of the population, so that one population's memory is never given to another.
    ///   - new: what the devices hold when the file is made.
    /// - Throws: where the file cannot be used, or belongs to other devices.
    package init(path: String, seed: UInt64, new: [DeviceNonVolatile]) throws(DeviceMemoryError) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DeviceMemoryError(path: path, reason: String(cString: strerror(errno))) }
        let header = Self.header(seed: seed, count: new.count)
        let size = Self.headerOctets + new.count * Self.recordOctets
        var octets = [UInt8](repeating: 0, count: size + 1)
        let count = pread(descriptor, &octets, octets.count, 0)
        if count == 0 {
            octets = header + new.flatMap(Self.record)
            guard pwrite(descriptor, octets, octets.count, 0) == octets.count else {
                throw DeviceMemoryError(path: path, reason: String(cString: strerror(errno)))
            }
            kept = Mutex(new)
            return
        }
        guard count == size, octets.starts(with: header) else {
            throw DeviceMemoryError(
                path: path, reason: "it belongs to other devices: remove it, or name another file for this population")
        }
        kept = Mutex(
            (0..<new.count).map { Self.state(octets[(Self.headerOctets + $0 * Self.recordOctets)...]) })
    }

    deinit { close(descriptor) }

    /// What the devices hold.
    package var states: [DeviceNonVolatile] { kept.withLock { $0 } }

    /// Writes what has changed.
    package func keep(_ devices: [Device]) {
        kept.withLock { kept in
            for (index, device) in devices.enumerated() where index < kept.count {
                let state = device.nas.nonVolatile
                guard kept[index] != state else { continue }
                let octets = Self.record(state)
                let place = off_t(Self.headerOctets + index * Self.recordOctets)
                // What could not be written is tried again with the next frame.
                if pwrite(descriptor, octets, octets.count, place) == octets.count { kept[index] = state }
            }
        }
    }

    private static func header(seed: UInt64, count: Int) -> [UInt8] {
        Array("AIOTDEV1".utf8) + octets(seed, 8) + octets(UInt64(count), 4)
    }

    private static func octets(_ value: UInt64, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) }
    }

    private static func record(_ state: DeviceNonVolatile) -> [UInt8] {
        let memory = state.memory.prefix(memoryOctets)
        return octets(UInt64(state.counter), 4) + octets(UInt64(state.groupCounters.first ?? 0), 4)
            + [state.disabled ? 1 : 0] + memory + [UInt8](repeating: 0, count: memoryOctets - memory.count)
    }

    private static func state(_ octets: ArraySlice<UInt8>) -> DeviceNonVolatile {
        let number = { (part: ArraySlice<UInt8>) in part.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } }
        return DeviceNonVolatile(
            counter: number(octets.prefix(4)), groupCounters: [number(octets.dropFirst(4).prefix(4))],
            memory: Array(octets.dropFirst(9).prefix(memoryOctets)), disabled: octets.dropFirst(8).first == 1)
    }
}

/// Why the memory of simulated devices cannot be used.
package struct DeviceMemoryError: Error, CustomStringConvertible, Sendable {
    package var path: String
    package var reason: String
    package var description: String { "\(path): \(reason)" }
}
