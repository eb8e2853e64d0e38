"""An AIoTF that is not ours: waits for a reader and carries out one inventory. A JSON line a device, then a summary.

Exits 0 when every device was found and every command done, 1 when not, 69 when no reader came.
"""

import argparse
import asyncio
import json
import os
import pathlib
import ssl
import sys
import time
import urllib.parse

import aiotf
import registry

LARGEST_FRAME = 65535
LENGTH_OCTETS = 4


def parsed():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", required=True, help="tls://HOST:PORT, tcp://127.0.0.1:PORT or unix:/PATH")
    parser.add_argument("--certificate"), parser.add_argument("--key"), parser.add_argument("--authorities")
    parser.add_argument("--peer-name", action="append", default=[], help="DNS name that the reader may have")
    parser.add_argument("--devices", required=True, help="CSV as `aiotf provision csv` takes it")
    parser.add_argument("--state", help="file that keeps the counters for the next time")
    target = parser.add_mutually_exclusive_group(required=True)
    target.add_argument("--all", action="store_true")
    target.add_argument("--group", type=bytes.fromhex)
    target.add_argument("--device", type=bytes.fromhex)
    parser.add_argument("--command", type=command, help="read:OFFSET,LENGTH, write:OFFSET,HEX or disable")
    parser.add_argument("--probes", action="store_true", help="take frames of length 0 for probes")
    parser.add_argument("--guard", type=float, default=600, help="seconds that one request may take")
    parser.add_argument("--timeout", type=float, default=600, help="seconds for everything")
    return parser.parse_args()


def command(text):
    kind, _, rest = text.partition(":")
    offset, _, more = rest.partition(",")
    if kind == "read":
        return kind, int(offset), int(more), b""
    if kind == "write":
        return kind, int(offset), len(bytes.fromhex(more)), bytes.fromhex(more)
    return "disable", 0, 0, b""


def emit(line):
    print(json.dumps(line), flush=True)


class Peer:
    """One reader at a time; a later connection takes the place of the earlier one."""

    def __init__(self, options):
        self.options, self.writer, self.finished = options, None, asyncio.Event()
        self.counters = registry.Counters(options.state)
        kind, identity = ("allDevices", None) if options.all else ("groupDevices", options.group) \
            if options.group else ("singleDevice", options.device)
        self.core = aiotf.AIoTF(registry.Registry.read(options.devices), self.counters,
                                aiotf.Order(kind, identity, options.command), self.send, emit,
                                identifier=os.urandom(8), guard=options.guard, probes=options.probes)

    def send(self, octets):
        if self.writer:
            self.writer.write(len(octets).to_bytes(LENGTH_OCTETS, "big") + octets)

    async def serve(self, reader, writer):
        """Frames one after the other, so that the answer to a probe comes after what was before it."""
        if self.writer:
            self.writer.close()
        self.writer = writer
        self.core.connected()
        why = "the reader closed the connection"
        try:
            self.check_name(writer)
            while True:
                length = int.from_bytes(await reader.readexactly(LENGTH_OCTETS), "big")
                if length > LARGEST_FRAME:
                    raise ValueError(f"a frame of {length} octets: at most {LARGEST_FRAME} are allowed")
                frame = await reader.readexactly(length)
                if frame:
                    self.core.received(frame, time.monotonic())
                elif self.options.probes:
                    self.core.counts["probes"] += 1
                    self.send(b"")
                else:
                    raise ValueError("a frame of length 0, which was not negotiated")
                await writer.drain()
                if self.core.summary:
                    self.finished.set()
        except (OSError, asyncio.IncompleteReadError):
            pass
        except ValueError as problem:
            why = str(problem)
        emit({"type": "disconnected", "reason": why})
        writer.close()
        if self.writer is writer:
            self.writer = None

    def check_name(self, writer):
        certificate = writer.get_extra_info("peercert") or {}
        names = {name for kind, name in certificate.get("subjectAltName", ()) if kind == "DNS"}
        wanted = set(self.options.peer_name)
        if wanted and not names & wanted:
            raise ValueError(f"the certificate is for {', '.join(names) or 'nobody'}, not for {', '.join(wanted)}")

    async def tick(self):
        while not self.core.summary:
            await asyncio.sleep(0.1)
            self.core.tick(time.monotonic())
        self.finished.set()


def tls(options):
    """TLS 1.3, and only with a certificate of our authorities."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(options.certificate, options.key)
    context.load_verify_locations(options.authorities)
    return context


async def listen(options, peer):
    if options.listen.startswith("unix:"):
        path = pathlib.Path(options.listen.removeprefix("unix:").removeprefix("//"))
        path.unlink(missing_ok=True)
        return await asyncio.start_unix_server(peer.serve, path)
    url = urllib.parse.urlsplit(options.listen)
    context = tls(options) if url.scheme == "tls" else None
    return await asyncio.start_server(peer.serve, url.hostname, url.port or 38413, ssl=context)


async def run(options):
    peer = Peer(options)
    async with await listen(options, peer):
        emit({"type": "listening", "address": options.listen})
        ticking = asyncio.create_task(peer.tick())
        try:
            async with asyncio.timeout(options.timeout):
                await peer.finished.wait()
        except TimeoutError:
            print("aiotf_peer: the time is up", file=sys.stderr)
        ticking.cancel()
    summary = peer.core.summary
    if not summary and not peer.core.requests:
        return 69
    return 1 if not summary or summary["missing"] or summary["failed"] else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(run(parsed())))
