"""A reader that is not ours: connects to an AIoTF and plays devices behind it, without an air. A JSON line a PDU.

Exits 0 when the AIoTF has ordered an inventory before it closed or the time was up, else 1.
"""

import argparse
import json
import socket
import ssl
import sys
import time
import urllib.parse

import device
import ngap
import registry
import security as s

SILENCE_SECONDS = 0.5
GNB = {"gnbID": 4242, "gnbIDLength": 32, "plmn": "00f110"}


class Reader:
    def __init__(self, devices, send, epoch, log=lambda _: None):
        self.devices, self.send, self.next_id, self.log = devices, send, epoch << 16, log
        self.exchanges, self.inventories, self.open, self.probes = {}, 0, None, False

    def setup(self, probes):
        self.send("NGSetupRequest", **GNB, ranNodeName="interop", tac="000001", sst=1, defaultPagingDRX="v128",
                  aiotSupport="aIoT-only", probes=probes)

    def received(self, octets):
        try:
            name, fields = ngap.decode(octets)
        except ngap.Problem as problem:
            if problem.cause:
                self.send("ErrorIndication", cause=problem.cause)
            return
        self.log({"message": name, "fields": fields})
        self.probes |= name == "NGSetupResponse" and fields.get("probes", False)
        if name in self.HANDLERS:
            names = {n: fields[n] for n in ("aiotfIdentifier", "correlationIdentifier")}
            self.HANDLERS[name](self, fields, names)

    def _inventory(self, fields, names):
        self.inventories += 1
        self.send("InventoryResponse", **names)
        paging = bytes([s.PAGING]) + bytes.fromhex(fields["randN"] + (fields["identity"] or ""))
        for one in self.devices:
            answer = one.page(paging)
            if answer is None:
                continue
            self.exchanges[self.next_id] = one
            report = [{"nasPDU": answer.hex(), "ranDeviceID": self.next_id}]
            self.send("InventoryReport", **names, **GNB, readerIndex=1, devices=report, complete=False)
            self.next_id += 1
        self.open = names

    def quiet(self):
        """Nothing came for a while: no exchange waits any more, so the inventory is complete."""
        if self.open:
            self.send("InventoryReport", **self.open, **GNB, readerIndex=1, devices=[], complete=True)
        self.open = None

    def _command(self, fields, names):
        ran_id, pdu = fields["ranDeviceID"], bytes.fromhex(fields["nasPDU"])
        if ran_id not in self.exchanges:
            cause = ("radioNetwork", "unknown-RAN-AIoT-Device-NGAP-ID")
            self.send("CommandFailure", **names, ranDeviceID=ran_id, cause=cause)
            return
        answer = self.exchanges[ran_id].receive(pdu) if pdu else b""
        if answer is None:
            self.send("CommandFailure", **names, ranDeviceID=ran_id, cause=("nas", "no-aiot-NAS-response"))
        else:
            self.send("CommandResponse", **names, ranDeviceID=ran_id, nasPDU=answer.hex())

    def _release(self, fields, names):
        self.exchanges, self.open = {}, None
        self.send("AIOTSessionReleaseComplete", **names)

    HANDLERS = {"InventoryRequest": _inventory, "CommandRequest": _command, "AIOTSessionReleaseCommand": _release}


def connect(options):
    if options.connect.startswith("unix:"):
        link = socket.socket(socket.AF_UNIX)
        link.connect(options.connect.removeprefix("unix:"))
        return link
    url = urllib.parse.urlsplit(options.connect)
    link = socket.create_connection((url.hostname, url.port or 38413), timeout=3)
    if url.scheme != "tls":
        return link
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(options.certificate, options.key)
    context.load_verify_locations(options.authorities)
    return context.wrap_socket(link, server_hostname=url.hostname)


def frames(link, on_silence):
    """Frames until the other side closes or the time is up; `on_silence` is called in every pause."""
    pending = b""
    while True:
        try:
            octets = link.recv(65536)
        except TimeoutError:
            if not on_silence():
                return
            continue
        if not octets:
            return
        pending += octets
        while len(pending) >= 4 and len(pending) >= (size := 4 + int.from_bytes(pending[:4], "big")):
            yield pending[4:size]
            pending = pending[size:]


def run(options):
    rows = registry.Registry.read(options.devices)
    memory = bytes(range(64))
    devices = [device.Device(d, [rows.groups[g] for g in d.groups], memory) for d in rows.devices.values()]
    try:
        link, end = connect(options), time.monotonic() + options.seconds
    except OSError as problem:
        print(f"reader_peer: {options.connect}: {problem}; is an AIoTF listening there?", file=sys.stderr)
        return 69
    link.settimeout(SILENCE_SECONDS)

    def send_frame(octets):
        link.sendall(len(octets).to_bytes(4, "big") + octets)

    def log(line):
        print(json.dumps(line), flush=True)

    reader = Reader(devices, lambda message, **fields: send_frame(ngap.encode(message, **fields)), options.epoch, log)
    probes = {"sent": 0, "answered": 0}

    def silence():
        reader.quiet()
        if reader.probes:
            send_frame(b"")
            probes["sent"] += 1
        return time.monotonic() < end

    reader.setup(options.probes)
    try:
        for frame in frames(link, silence):
            if frame:
                reader.received(frame)
            else:
                probes["answered"] += 1
    except OSError as problem:
        print(f"reader_peer: {problem}", file=sys.stderr)
    log({"inventories": reader.inventories, "probes": probes})
    return 0 if reader.inventories else 1


def parsed():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--connect", required=True, help="tls://HOST:PORT, tcp://127.0.0.1:PORT or unix:/PATH")
    parser.add_argument("--certificate"), parser.add_argument("--key"), parser.add_argument("--authorities")
    parser.add_argument("--devices", required=True, help="CSV as `aiotf provision csv` takes it")
    parser.add_argument("--epoch", type=int, default=1, help="upper half of the device IDs: new at every start")
    parser.add_argument("--probes", action="store_true")
    parser.add_argument("--seconds", type=float, default=60)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(run(parsed()))
