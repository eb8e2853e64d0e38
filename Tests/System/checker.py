"""What must hold whatever was killed: the devices' own journal against the AIoTF's store."""

import collections
import pathlib
import shutil
import sqlite3
import tempfile

IDENTIFYING = 16  # octets of a device's memory that no scenario writes
WRITTEN = 48  # where scenarios write


class Journal:
    """What the devices know to be true: Sources/LoopbackFrontEnd/AirJournal.swift."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.pages = []  # (place, nonce1, kind, id, counter or None, seconds)
        self.acknowledged = []  # (place, device, nonce1, seconds)
        text = self.path.read_text() if self.path.exists() else ""
        # A kill may leave half a line at the end.
        for place, line in enumerate(text.split("\n")[:-1]):
            fields = line.split()
            if fields[0] == "page":
                counter = None if fields[4] == "-" else int(fields[4])
                self.pages.append((place, fields[1], fields[2], fields[3], counter, int(fields[5]) / 1e9))
            elif fields[0] == "ack":
                self.acknowledged.append((place, fields[1], fields[2], int(fields[3]) / 1e9))
            elif fields[0] != "carrier":
                raise AssertionError(f"{path}:{place + 1}: no journal line: {line!r}")


class Memory:
    """What the devices hold: Sources/LoopbackFrontEnd/DeviceMemoryFile.swift."""

    def __init__(self, path):
        octets = pathlib.Path(path).read_bytes()
        assert octets[:8] == b"AIOTDEV1", f"{path} is no device memory"
        count, record = int.from_bytes(octets[16:20], "big"), 4 + 4 + 1 + 64
        assert len(octets) == 20 + count * record, f"{path} has another length"
        self.memories = [octets[20 + i * record + 9:20 + (i + 1) * record] for i in range(count)]
        self.counters = [int.from_bytes(octets[20 + i * record:24 + i * record], "big") for i in range(count)]


class Store:
    """What the AIoTF's store holds at this moment (docs/aiotf.md "The store")."""

    def __init__(self, path, is_served):
        """Of an AIoTF that has been killed a copy is read: to open the original would mend what the AIoTF is to mend."""
        with tempfile.TemporaryDirectory() as folder:
            if not is_served:
                for suffix in ("", "-wal"):
                    if pathlib.Path(f"{path}{suffix}").exists():
                        shutil.copy(f"{path}{suffix}", f"{folder}/store{suffix}")
                path = f"{folder}/store"
            database = sqlite3.connect(f"file:{path}?mode={'ro' if is_served else 'rwc'}", uri=True)
            database.execute("BEGIN")
            self.devices = [row[0].hex() for row in database.execute("SELECT id FROM devices ORDER BY number")]
            self.orders = {
                row[0]: {"command": row[1], "finished": bool(row[2]), "requests": row[3]}
                for row in database.execute("SELECT id, command, finished, requests FROM orders")}
            self.results = {}
            for order, device, authenticated, status, data in database.execute(
                    "SELECT order_id, device_id, authenticated, command_status, command_data FROM results"):
                self.results.setdefault(order, []).append((device.hex(), authenticated, status, data))
            self.pending = [(row[0], row[1].hex()) for row in database.execute("SELECT order_id, device_id FROM pending")]
            self.missing = [(row[0], row[1].hex()) for row in database.execute("SELECT order_id, device_id FROM missing")]
            known = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'system_test_requests'").fetchone()
            self.order_of = {} if not known else {
                row[0].hex(): row[1] for row in database.execute("SELECT nonce1, order_id FROM system_test_requests")}
            database.close()

    @property
    def open_orders(self):
        return [number for number, order in self.orders.items() if not order["finished"]]


def remember_requests(path):
    """Has the store remember which nonce1 belongs to which order: the AIoTF forgets it when a request has ended."""
    database = sqlite3.connect(path)
    database.executescript("""
        CREATE TABLE system_test_requests (nonce1 BLOB NOT NULL, order_id INTEGER NOT NULL);
        CREATE TRIGGER system_test_requests_kept AFTER INSERT ON requests BEGIN
            INSERT INTO system_test_requests VALUES (NEW.nonce1, NEW.order_id);
        END;""")
    database.commit()
    database.close()


def faults(journal, store, memory, told=()):
    """Every breach of the promises, as texts; none: an empty list.

    `told`: results as control clients were told them, (order, device) in order of one connection each.
    """
    return (lost(journal, store) + _twice(store, told) + _misnamed(journal, store, memory)
            + _paged_again(journal))


def lost(journal, store):
    """Acknowledged devices that are not in the results of the order that they were acknowledged in.

    In an open order a device may wait there for the outcome of its command.
    """
    found = {(order, row[0]) for order, rows in store.results.items() for row in rows}
    found.update((order, device) for order, device in store.pending if not store.orders[order]["finished"])
    texts = []
    for place, device, nonce1, _ in journal.acknowledged:
        order = store.order_of.get(nonce1)
        if order is None:
            texts.append(f"journal line {place + 1}: {device} was acknowledged under {nonce1}, which no order asked for")
        elif (order, device) not in found:
            state = "pending" if (order, device) in store.pending else (
                "missing" if (order, device) in store.missing else "nowhere")
            texts.append(f"journal line {place + 1}: {device} was acknowledged in order {order}, whose results lack it "
                         f"({state})")
    return texts


def _twice(store, told):
    texts = []
    for order, rows in store.results.items():
        for device, count in collections.Counter(row[0] for row in rows).items():
            if count > 1:
                texts.append(f"order {order} has {device} {count} times")
    for connection in told:
        for (order, device), count in collections.Counter(connection).items():
            if count > 1:
                texts.append(f"order {order} told {device} {count} times")
    return texts


def _misnamed(journal, store, memory):
    held = dict(zip(store.devices, memory.memories))
    texts = []
    for order, rows in store.results.items():
        command = store.orders[order]["command"] or bytes(4)
        place = int.from_bytes(command[1:3], "big") if command[0] == 1 else 0
        for device, authenticated, status, data in rows:
            if device not in held:
                texts.append(f"order {order} has {device}, which nobody provisioned")
            elif not authenticated:
                texts.append(f"order {order} has {device} unauthenticated")
            elif status == 0 and data and place + len(data) <= WRITTEN and data != held[device][place:][:len(data)]:
                whose = [other for other, octets in held.items() if octets[place:][:len(data)] == data]
                texts.append(f"order {order}: under the name {device} stands what {whose or 'nobody'} holds")
    return texts


def _paged_again(journal):
    """A page of a key whose counter is not ahead, modulo 2^32, of one that a device has confirmed before."""
    # Further rounds of one request page the same again.
    first = {page[1]: page for page in reversed(journal.pages)}
    keys = {nonce1: page[2:5] for nonce1, page in first.items()}
    lines = sorted(
        [(page[0], "page", page) for page in first.values()] + [(ack[0], "ack", ack) for ack in journal.acknowledged])
    confirmed, texts = {}, []
    for place, what, entry in lines:
        if what == "ack":
            kind, identity, counter = keys.get(entry[2], (None, None, None))
            if counter is not None:
                last = confirmed.get((kind, identity))
                if last is None or 0 < (counter - last) % 2**32 < 2**31:
                    confirmed[kind, identity] = counter
        elif entry[4] is not None and (entry[2], entry[3]) in confirmed:
            last = confirmed[entry[2], entry[3]]
            if not 0 < (entry[4] - last) % 2**32 < 2**31:
                texts.append(f"journal line {place + 1}: {entry[2]} {entry[3]} is paged with {entry[4]}, and {last} was "
                             "confirmed before")
    return texts
