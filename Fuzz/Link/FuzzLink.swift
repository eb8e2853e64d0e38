import AIoTBase
import AIoTLink
import NGAP

/// Any sequence of things that happen to a link, and any octets off its stream, whose frames the link is given.
///
/// The input is a list of operations: an octet that says which, one that names the transport and the time that passed,
/// one for the length of what follows, the octets.
@_cdecl("LLVMFuzzerTestOneInput")
func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var rest = Array(UnsafeBufferPointer(start: start, count: count))[...]
    var machine = LinkMachine(endpoints: ["a", "b", "c"], generator: SeededGenerator(seed: 1))
    var framer = PDUFramer()
    var time = AirTime.zero
    var live: Set<Int> = []
    while let operation = rest.popFirst(), let detail = rest.popFirst(), let length = rest.popFirst() {
        let octets = Array(rest.prefix(Int(length)))
        rest = rest.dropFirst(octets.count)
        time += .milliseconds(Int64(detail >> 2) * 100)
        let transport = (live.max() ?? 0) - Int(detail & 1)
        switch operation % 10 {
        case 0: machine.handle(.started, at: time)
        case 1: machine.handle(.opened(transport: transport), at: time)
        case 2:
            live.remove(transport)
            machine.handle(.closed(transport: transport, reason: ""), at: time)
        case 3: if !deliver(octets, &framer, to: &machine, transport, at: time) { live.remove(transport) }
        case 4: machine.handle(.received(transport: transport, setupResponse), at: time)
        case 5: _ = machine.send(octets, at: time)
        case 6: machine.handle(.busyChanged(detail & 2 == 2), at: time)
        case 7: machine.handle(detail & 2 == 2 ? .queueOverflowed : .queueFilled(detail & 1 == 1), at: time)
        case 8: machine.handle(.timePassed, at: time)
        default: machine.handle(detail == 0 ? .stopped : .received(transport: transport, []), at: time)
        }
        obey(&machine, &live)
    }
    return 0
}

/// False where the octets ended the connection.
private func deliver(
    _ octets: [UInt8], _ framer: inout PDUFramer, to machine: inout LinkMachine, _ transport: Int, at time: AirTime
) -> Bool {
    framer.append(octets)
    do {
        while let frame = try framer.next() { machine.handle(.received(transport: transport, frame), at: time) }
    } catch {
        machine.handle(.closed(transport: transport, reason: "\(error)"), at: time)
        framer = PDUFramer()
        return false
    }
    guard framer.waitingOctets <= PDUFramer.limit + PDUFramer.prefix else { fatalError("a frame that is there waits") }
    return true
}

private func obey(_ machine: inout LinkMachine, _ live: inout Set<Int>) {
    var orders = 0
    while let order = machine.nextOutput() {
        orders += 1
        guard orders < 1_000 else { fatalError("orders without end") }
        switch order {
        case .open(let transport, _): live.insert(transport)
        case .close(let transport, _): live.remove(transport)
        default: break
        }
    }
    guard live.count <= 2 else { fatalError("transports \(live) that nobody closes") }
}

private let setupResponse: [UInt8] = {
    let plmn: [UInt8] = [0, 0xF1, 0x10]
    let response = NGSetupResponse(
        amfName: "a", servedGUAMIs: [GUAMI(plmn: plmn, region: 0, set: 0, pointer: 0)],
        plmnSupport: [.init(plmn: plmn, slices: [SNSSAI(sst: 1)])], aiotfIdentifier: [1], supportsProbes: true)
    return (try? NGAPPDU.ngSetupResponse(response).encoded()) ?? []
}()
