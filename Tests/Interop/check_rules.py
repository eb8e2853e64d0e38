"""Rules of docs/core-link.md that no exchange without faults shows, held by the AIoTF of this folder.

Exits 1 when one is broken.
"""

import sys

import aiotf
import device
import ngap
import reader_peer
import registry
import security

ROWS, MEMORY = registry.simulated(5, 1, 0x57, 0x22, 15)


class World:
    """AIoTF, reader and devices in one process; `lose` says which PDUs of the AIoTF vanish."""

    def __init__(self, command=("read", 0, 4, b""), counters=None, rows=ROWS):
        self.known = registry.Registry(rows)
        self.to_aiotf, self.to_reader, self.told = [], [], []
        group = next(iter(self.known.groups))
        self.counters = counters or registry.Counters()
        self.core = aiotf.AIoTF(self.known, self.counters, aiotf.Order("groupDevices", group, command),
                                self.to_reader.append, self.told.append, probes=True)
        self.devices = [device.Device(d, list(self.known.groups.values()), bytes(64))
                        for d in self.known.devices.values()]
        self.reader = self.new_reader(1)
        self.reports, self.now = [], 0

    def new_reader(self, epoch):
        return reader_peer.Reader(self.devices, lambda m, **f: self.to_aiotf.append(ngap.encode(m, **f)), epoch)

    def connect(self, epoch=1):
        self.reader = self.new_reader(epoch)
        self.core.connected()
        self.reader.setup(probes=True)

    def run(self, until=lambda name: False):
        """Carries PDUs until nothing is left to carry, or the AIoTF has said a message."""
        while self.to_aiotf or self.to_reader or self.reader.open:
            if self.to_reader:
                name = ngap.decode(self.to_reader[0])[0]
                if until(name):
                    return
                self.reader.received(self.to_reader.pop(0))
            elif self.to_aiotf:
                octets = self.to_aiotf.pop(0)
                self.reports.append(octets)
                self.core.received(octets, self.now)
            else:
                self.reader.quiet()

    def said(self):
        """What the AIoTF has said since it was asked last."""
        said = [ngap.decode(octets) for octets in self.to_reader]
        self.to_reader.clear()
        return said

    def found(self):
        return [line["id"] for line in self.told if line["type"] == "device"]


RULES = []


@RULES.append
def a_pdu_that_does_not_decode_is_answered_and_the_link_stays_up():
    world = World()
    world.connect()
    world.run(until=lambda name: name == "InventoryRequest")
    order = world.to_reader.pop()
    for octets in b"\x00", b"\xff" * 40, bytes.fromhex("0053000400000101d3"):
        world.core.received(octets, 0)
        assert world.said() == [("ErrorIndication", {"cause": list(aiotf.SYNTAX_ERROR)})], octets.hex()
    world.to_reader.append(order)
    world.run()
    assert world.core.summary["found"] == 5


@RULES.append
def unknown_ies_are_taken_by_their_criticality():
    report = ngap.encode("InventoryReport", aiotfIdentifier="d2", correlationIdentifier=1, **reader_peer.GNB,
                         readerIndex=1, devices=[], complete=False)
    for criticality, answer in (0x00, "abstract-syntax-error-reject"), (0x40, None), (0x80, None):
        world = World()
        world.connect()
        world.run(until=lambda name: name == "InventoryRequest")
        world.said()
        ie = bytes.fromhex("9c40") + bytes([criticality, 1, 0])
        length = report[3] + len(ie)
        longer = report[:3] + bytes([length]) + report[4:6] + b"\x04" + report[7:] + ie
        world.core.received(longer, 0)
        assert [f["cause"][1] for _, f in world.said()] == ([answer] if answer else []), criticality


@RULES.append
def what_comes_before_ng_setup_is_refused():
    world = World()
    world.core.received(ngap.encode("InventoryResponse", aiotfIdentifier="d2", correlationIdentifier=1), 0)
    assert world.said() == [("ErrorIndication", {"cause": list(aiotf.WRONG_STATE)})]


@RULES.append
def probes_are_echoed_only_when_both_know_them():
    for ours in False, True:
        for theirs in False, True:
            world = World()
            world.core.probes = ours
            world.reader.setup(probes=theirs)
            world.core.received(world.to_aiotf.pop(), 0)
            assert world.said()[0][1].get("probes", False) == (ours and theirs)


@RULES.append
def what_comes_twice_is_reported_once():
    world = World()
    world.connect()
    world.run(until=lambda name: name == "AIOTSessionReleaseCommand")
    answered = len(world.said())
    for octets in world.reports:
        if ngap.decode(octets)[0] != "NGSetupRequest":
            world.core.received(octets, 0)
    assert len(set(world.found())) == len(world.found()) == 5
    assert answered == 1 and not [f for f in world.said() if f[0] == "CommandRequest"]


@RULES.append
def a_link_that_breaks_anywhere_loses_no_device_and_doubles_none():
    for stop in range(1, 30):
        world = World()
        world.connect()
        left = [stop]

        def here(name):
            left[0] -= 1
            return not left[0]

        world.run(until=here)
        world.to_reader.clear()
        world.to_aiotf.clear()
        world.connect(epoch=2)
        world.run()
        assert sorted(world.found()) == sorted(MEMORY), stop
        assert world.core.summary["failed"] == 0 and world.core.summary["missing"] == []


@RULES.append
def a_write_of_unknown_outcome_is_not_sent_again():
    world = World(("write", 0, 2, b"\xaa\xbb"))
    world.connect()
    commands = [0]

    def sixth(name):
        commands[0] += name == "CommandRequest"
        return commands[0] == 6  # five network responses, then the first WRITE

    world.run(until=sixth)
    world.to_reader.clear()
    world.to_aiotf.clear()
    world.connect(epoch=2)
    world.run()
    results = [line["result"] for line in world.told if line["type"] == "device"]
    assert len(results) == 5 and "failed: outcome unknown" in results, results


@RULES.append
def counters_survive_and_none_that_was_confirmed_is_paged_again():
    seen, counters = [], registry.Counters()
    devices = None
    for _ in range(3):
        world = World(counters=counters)
        world.devices = devices = devices or world.devices
        world.connect()
        world.run(until=lambda name: name == "AIOTSessionReleaseCommand")
        seen.append(world.core.request.counter)
        assert len(world.found()) == 5
    assert seen == [0, 1, 2]


@RULES.append
def a_counter_that_a_device_tells_is_taken_over():
    world = World(rows=registry.simulated(5, 1, 0x5F, 0x22, 15)[0])
    for one in world.devices:
        one.own = dict.fromkeys(one.own, 1000)
    world.connect()
    world.run()
    assert world.core.summary["found"] == 5 and world.core.summary["requests"] == 2
    assert world.counters.entries[world.core.order.identity.hex()]["confirmed"] == 1000


@RULES.append
def requests_without_an_answer_page_as_the_text_says():
    distances = [registry.Counters.distance(r, 1) for r in range(11)]
    assert distances == [1, 2, 2, 4, 2, 4, 6, 2, 4, 6, 8]


@RULES.append
def a_forged_access_response_is_answered_by_nothing():
    world = World()
    world.connect()
    world.run(until=lambda name: name == "InventoryRequest")
    request = world.said()[0][1]
    forged = security.AccessResponse(bytes(16), hint=b"\x00\x00", ares=bytes(8)).pdu
    report = ngap.encode("InventoryReport", aiotfIdentifier=request["aiotfIdentifier"],
                         correlationIdentifier=request["correlationIdentifier"], **reader_peer.GNB, readerIndex=1,
                         devices=[{"nasPDU": forged.hex(), "ranDeviceID": 7}], complete=False)
    world.core.received(report, 0)
    assert world.said() == [] and world.found() == []


if __name__ == "__main__":
    broken = 0
    for rule in RULES:
        try:
            rule()
        except AssertionError as problem:
            broken += 1
            print(f"broken: {rule.__name__.replace('_', ' ')} ({problem})", file=sys.stderr)
    print(f"{len(RULES) - broken} rules of the link hold, {broken} do not")
    sys.exit(1 if broken else 0)
