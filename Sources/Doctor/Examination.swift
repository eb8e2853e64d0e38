import SDR
import Transceiver
import USBTransport

/// The judgement of `doctor`: facts in, findings out; looks at nothing itself.
package struct Examination {
    let facts: MachineFacts

    package init(_ facts: MachineFacts) {
        self.facts = facts
    }

    /// At least one finding of every check, in the order of `Finding.Check`.
    package var findings: [Finding] {
        Finding.Check.allCases.flatMap { check in
            if !facts.needsBoxes, facts.boxes.isEmpty, !Self.alwaysNeeded.contains(check) {
                return [Finding(check, .ok, "not needed without a box")]
            }
            let found = found(by: check)
            return found.isEmpty ? [Finding(check, .ok, Self.nothing(check))] : found
        }
    }

    private static let alwaysNeeded: Set<Finding.Check> = [
        .configuration, .boxes, .clock, .certificates, .links, .stateDirectory,
    ]

    private func found(by check: Finding.Check) -> [Finding] {
        switch check {
        case .configuration: configuration
        case .boxes: boxes
        case .firmware: facts.boxes.compactMap(firmware)
        case .permission: facts.boxes.compactMap { Permission(facts).finding(of: $0) }
        case .udevRule: udevRule
        case .kernelDriver: facts.boxes.compactMap(kernelDriver)
        case .modemManager: modemManager
        case .usbSpeed: facts.boxes.compactMap(usbSpeed)
        case .usbHub: usbHub
        case .usbMemory: usbMemory
        case .realTime: [realTime]
        case .processor: processor
        case .clock: [clock]
        case .certificates: facts.certificates.map(certificate)
        case .links: facts.links.flatMap(link)
        case .stateDirectory: [stateDirectory]
        case .rtlSDR: rtlSDR
        }
    }

    /// What is said where a check has found nothing to tell.
    private static func nothing(_ check: Finding.Check) -> String {
        switch check {
        case .firmware: "no box is known to have firmware that is too old"
        case .permission: "every box that is there may be opened"
        case .kernelDriver: "no driver of the kernel has a box"
        case .modemManager: "ModemManager leaves the boxes alone"
        case .usbSpeed: "every box that is there has high speed"
        case .usbHub: "no two boxes share a hub"
        case .certificates: "no link of a configuration needs any"
        case .links: "no configuration names any"
        default: "nothing to tell"
        }
    }

    private var configuration: [Finding] {
        switch facts.configuration {
        case .none:
            [Finding(.configuration, .ok, "not looked at", remedy: "name it: --config /etc/aiot-reader/reader.yaml")]
        case .valid(let path): [Finding(.configuration, .ok, "\(path) is valid")]
        case .unusable(let problems):
            problems.map {
                Finding(.configuration, .problem, $0, remedy: "correct it; docs/operating.md has every key")
            }
        }
    }

    // MARK: - Boxes

    private var boxes: [Finding] {
        if let failure = facts.usbFailure {
            return [
                Finding(
                    .boxes, .problem, "USB cannot be used: \(failure)",
                    remedy: "look whether /dev/bus/usb is there: a container needs --device /dev/bus/usb")
            ]
        }
        var findings = facts.boxes.map { box -> Finding in
            let serial = box.device.serial.map { " serial \($0)" } ?? ""
            return Finding(
                .boxes, box.model.remedy == nil ? .ok : .problem, "\(box.place)\(serial)", remedy: box.model.remedy)
        }
        findings += facts.wanted.compactMap(absence)
        if findings.isEmpty, !facts.needsBoxes {
            findings.append(Finding(.boxes, .ok, "no box is on USB, and the configuration needs none"))
        } else if findings.isEmpty {
            findings.append(Finding(.boxes, .problem, "no box that we know is on USB", remedy: Self.whenAbsent))
        }
        return findings
    }

    /// What to look at when a box is not on the bus.
    package static let whenAbsent =
        "plug it in with a cable that carries data, straight into the machine, and look whether lsusb shows it"

    private func absence(_ wanted: MachineFacts.WantedBox) -> Finding? {
        let ofKind = facts.boxes.filter { $0.model.kind == wanted.kind && $0.model.remedy == nil }
        let meant = ofKind.filter { box in
            switch wanted.selection {
            case .only: true
            case .serial(let end): box.device.serial?.lowercased().hasSuffix(end.lowercased()) ?? false
            case .address(let bus, let address): box.device.bus == bus && box.device.address == address
            }
        }
        if meant.count == 1 { return nil }
        let there = ofKind.map(\.place).joined(separator: ", ")
        if meant.isEmpty {
            return Finding(
                .boxes, .problem, "the configuration wants \(wanted.text), which is not there",
                remedy: there.isEmpty
                    ? Self.whenAbsent : "plug it in, or name another one in the configuration: \(there)")
        }
        return Finding(
            .boxes, .problem, "the configuration wants \(wanted.text), and \(meant.count) are there: \(there)",
            remedy: "write `serial:` into the front-end section, with enough of the number")
    }

    /// From API 1.06 on a HackRF counts the samples that it loses (`spec/6`).
    private func firmware(_ box: BoxFacts) -> Finding? {
        guard box.model.kind == .hackRF, box.model.remedy == nil, box.device.release < 0x0106 else { return nil }
        return Finding(
            .firmware, .warning,
            "\(box.place) has API \(box.release), which counts no lost samples, and may send on when the reader is killed",
            remedy: "hackrf_spiflash -w hackrf_one_usb.bin, of release 2023.01.1 or later, then press its reset button")
    }

    private func kernelDriver(_ box: BoxFacts) -> Finding? {
        guard let driver = box.kernelDriver else { return nil }
        // Drivers by which the kernel lets programs have an interface.
        if driver == "usbfs" || driver == "usb" {
            return Finding(
                .kernelDriver, .warning, "\(box.place) is in use by another program",
                remedy: "where that is not the reader: `fuser -v \(box.device.node)` names it, stop it")
        }
        return Finding(
            .kernelDriver, .problem, "\(box.place) is held by the kernel's driver \(driver)",
            remedy: "echo 'blacklist \(driver)' >/etc/modprobe.d/aiot-reader.conf; modprobe -r \(driver)")
    }

    private func usbSpeed(_ box: BoxFacts) -> Finding? {
        guard let speed = box.speedMegabits, speed < 480 else { return nil }
        return Finding(
            .usbSpeed, .problem, "\(box.place) runs at \(Int(speed)) Mbit/s, and needs 480",
            remedy: "use another cable, no hub of USB 1, and another port")
    }

    /// Boxes behind the same hub share its 480 Mbit/s and its supply.
    private var usbHub: [Finding] {
        let behind = Dictionary(grouping: facts.boxes.filter { $0.hub != nil }) { $0.hub ?? "" }
        return behind.sorted { $0.key < $1.key }.filter { $0.value.count > 1 }.map { hub, boxes in
            Finding(
                .usbHub, .warning, "\(boxes.map(\.place).joined(separator: " and ")) share the hub at \(hub)",
                remedy: "plug one of them straight into the machine; a hub needs a supply of its own")
        }
    }

    private var rtlSDR: [Finding] {
        let isNeeded =
            facts.wanted.contains { $0.kind == .rtlSDR } || facts.boxes.contains { $0.model.kind == .rtlSDR }
        if facts.hasLibrtlsdr { return [Finding(.rtlSDR, .ok, "librtlsdr is there")] }
        return [
            Finding(
                .rtlSDR, isNeeded ? .problem : .ok, "librtlsdr is not there, which RTL-SDR boxes need",
                remedy: isNeeded ? "apt install librtlsdr0" : nil)
        ]
    }
}

extension BoxFacts {
    /// The hub at the machine that it is behind, "1-2" for "1-2.4" and "1-2.4.1"; nil where it is at the machine itself.
    fileprivate var hub: String? {
        guard let path, let dot = path.firstIndex(of: ".") else { return nil }
        return String(path[..<dot])
    }
}

extension MachineFacts.WantedBox {
    /// "a hackrf with serial …7ac07".
    fileprivate var text: String {
        switch selection {
        case .only: "a \(kind.rawValue)"
        case .serial(let end): "a \(kind.rawValue) with a serial that ends with \(end)"
        case .address(let bus, let address): "a \(kind.rawValue) at bus \(bus) device \(address)"
        }
    }
}
