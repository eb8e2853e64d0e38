"""What the AIoTF knows: devices and groups from CSV, their counters, and the simulated devices of a seed.

Run as a program, registry.py COUNT SEED PROFILE ALGORITHMS WINDOW, it writes the simulated devices of the reader's
loopback radio as CSV, with --memory one line "ID MEMORY" a device.
"""

import csv
import json
import os
import pathlib
import sys
from dataclasses import dataclass

COLUMNS = "kind,id,key,profile,algorithms,window,groups"
MASK = 2**64 - 1


@dataclass(frozen=True)
class Record:
    """A device, or a group, which has none of groups."""

    id: bytes
    key: bytes
    profile: int
    algorithms: int
    window: int
    groups: tuple


class Registry:
    """Devices and groups by ID."""

    def __init__(self, rows):
        self.devices, self.groups = {}, {}
        for row in rows:
            groups = tuple(bytes.fromhex(g) for g in (row.get("groups") or "").replace(";", " ").split())
            algorithms = int(row.get("algorithms") or "0x22", 0)
            window = int(row.get("window") or (15 if algorithms & 15 else 0))
            record = Record(bytes.fromhex(row["id"]), bytes.fromhex(row["key"]), int(row.get("profile") or "0x17", 0),
                            algorithms, window, groups)
            {"device": self.devices, "group": self.groups}[row["kind"]][record.id] = record

    @classmethod
    def read(cls, path):
        """The columns of `aiotf provision csv`, in any order; kind, id and key suffice."""
        with open(path, newline="") as file:
            lines = (line for line in file if line.strip() and not line.startswith("#"))
            return cls(csv.DictReader(lines, skipinitialspace=True))

    def members(self, group):
        return [device for device in self.devices.values() if group in device.groups]


class Counters:
    """The counters of spec/1 "Counters": the last that an answer confirmed, and how often was paged since."""

    def __init__(self, path=None):
        self.path = path and pathlib.Path(path)
        known = json.loads(self.path.read_text()) if self.path and self.path.exists() else {}
        self.entries, self.correlation = known.get("counters", {}), known.get("correlation", 0)

    def page(self, identity, window):
        """The counter of the next paging, moved durably before it is told."""
        entry = self.entries.setdefault(identity.hex(), {"confirmed": MASK >> 32, "pages": 0})
        entry["pages"] += 1
        self.save()
        return (entry["confirmed"] + self.distance(entry["pages"] - 1, window)) % 2**32

    @staticmethod
    def distance(request, window):
        """How far ahead of the confirmed counter request 0, 1, … without an answer pages."""
        if request <= window:
            return 1 + request
        place, length = request - window - 1, 2
        while place >= length:
            place, length = place - length, length + 1
        return min((window + 1) * (place + 1), 2**32 - 1)

    def confirm(self, identity, counter):
        """Whether it leads on, within half the range."""
        entry = self.entries[identity.hex()]
        leads_on = 0 < (counter - entry["confirmed"]) % 2**32 < 2**31
        if leads_on:
            entry.update(confirmed=counter, pages=0)
            self.save()
        return leads_on

    def next_correlation(self):
        self.correlation = (self.correlation + 1) % 2**16
        self.save()
        return self.correlation

    def save(self):
        if not self.path:
            return
        new = self.path.with_suffix(".new")
        with open(new, "w") as file:
            json.dump({"counters": self.entries, "correlation": self.correlation}, file)
            file.flush()
            os.fsync(file.fileno())
        new.rename(self.path)


def generator(seed):
    """xoshiro256**, seeded through SplitMix64, as the simulation of the reader draws."""

    def mixed():
        nonlocal seed
        seed = (seed + 0x9E3779B97F4A7C15) & MASK
        z = ((seed ^ seed >> 30) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
        return z ^ z >> 31

    def turned(x, n):
        return (x << n | x >> (64 - n)) & MASK

    a, b, c, d = (mixed() for _ in range(4))
    while True:
        yield (turned(b * 5 & MASK, 7) * 9) & MASK
        shifted = b << 17 & MASK
        c, d = c ^ a, d ^ b
        b, a = b ^ c, a ^ d
        c, d = c ^ shifted, turned(d, 45)


def simulated(count, seed, profile, algorithms, window):
    """(rows of the CSV, memory by ID) of the devices that the loopback radio simulates, all in one group."""
    draw = generator(seed)

    def octets(n):
        return bytes(next(draw) >> 56 for _ in range(n)).hex()

    group = octets(6)
    configuration = {"profile": f"{profile:#04x}", "algorithms": f"{algorithms:#04x}", "window": window}
    rows, memory = [{"kind": "group", "id": group, "key": octets(16), **configuration}], {}
    for _ in range(count):
        identity, key = octets(12), octets(16)
        rows.append({"kind": "device", "id": identity, "key": key, **configuration, "groups": group})
        memory[identity] = octets(64)
        next(draw), next(draw)  # clock error, the device's own generator
    return rows, memory


def main(arguments):
    numbers = [int(a, 0) for a in arguments if a != "--memory"]
    rows, memory = simulated(*numbers)
    if "--memory" in arguments:
        sys.stdout.writelines(f"{identity} {octets}\n" for identity, octets in memory.items())
        return
    writer = csv.DictWriter(sys.stdout, COLUMNS.split(","), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


if __name__ == "__main__":
    main(sys.argv[1:])
