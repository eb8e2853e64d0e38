"""Emulated HackRF One boxes on one air: what a transmitter sends, every receiver hears, in blocks as the firmware moves
them (design: 16 KiB, transmission starts after 32 KiB)."""

import asyncio
import struct
from collections import deque

BLOCK = 16_384


class Air:
    """Moves a block every `BLOCK / 2 / rate` seconds; `rate` below the boxes' own is a world in slow motion."""

    def __init__(self, boxes, rate):
        self.boxes, self.rate = boxes, rate
        # Cleared: samples stop, and nothing says so.
        self.moves = asyncio.Event()
        self.moves.set()

    async def run(self):
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            await self.moves.wait()
            sent = [block for box in self.boxes if (block := box.next_block()) is not None]
            for box in self.boxes:
                box.hear(sent[0] if sent else bytes(BLOCK))
            # What is late is late: it is not made up for by a burst.
            due = max(due + BLOCK / 2 / self.rate, loop.time() - 0.1)
            await asyncio.sleep(due - loop.time())


def string(text):
    octets = text.encode("utf-16-le")
    return bytes([2 + len(octets), 3]) + octets


class HackRF:
    vendor, product, release = 0x1D50, 0x6089, 0x0106
    endpoints = {0x81: 512, 0x02: 512}

    def __init__(self, serial):
        self.serial = serial
        self.requests = deque(maxlen=1_000)
        self.reset()

    def reset(self):
        self.mode = 0
        self.waiting_in, self.waiting_out = deque(), deque()
        self.to_send, self.heard = bytearray(), bytearray()
        self.has_begun = False
        self.shortfalls = 0
        self.moved = 0

    # The device's own side.

    def next_block(self):
        """What goes on the air now; None where it does not transmit."""
        if self.mode != 2:
            return None
        while self.waiting_out and len(self.to_send) < 2 * BLOCK:
            transfer, octets = self.waiting_out.popleft()
            if transfer.is_awaited:
                self.to_send += octets
                transfer.done()
        self.has_begun |= len(self.to_send) >= 2 * BLOCK
        if not self.has_begun:
            return None
        if len(self.to_send) < BLOCK:
            self.shortfalls += 1
            return bytes(BLOCK)
        block = bytes(self.to_send[:BLOCK])
        del self.to_send[:BLOCK]
        self.moved += BLOCK
        return block

    def hear(self, block):
        if self.mode != 1:
            return
        if not self.waiting_in and len(self.heard) >= 2 * BLOCK:
            self.shortfalls += 1
        else:
            self.heard += block
            self.moved += BLOCK
        self.answer()

    def answer(self):
        while self.waiting_in:
            transfer = self.waiting_in[0]
            if transfer.is_awaited:
                if len(self.heard) < transfer.length:
                    return
                transfer.done(bytes(self.heard[:transfer.length]))
                del self.heard[:transfer.length]
            self.waiting_in.popleft()

    # The host's side.

    def bulk_in(self, transfer):
        self.waiting_in.append(transfer)

    def bulk_out(self, transfer, octets):
        self.waiting_out.append((transfer, octets))

    def control(self, kind, request, value, index, data):
        if kind == 0x80 and request == 6:
            return self.descriptor(value)
        if kind == 0x80 and request == 0:
            return bytes(2)
        if kind == 0x02 and request == 1:
            return b""
        self.requests.append((kind, request, value, index, data if kind == 0x40 else None))
        if kind == 0x40:
            return self.order(request, value)
        return self.told(request) if kind == 0xC0 else None

    def order(self, request, value):
        if request == 1:
            self.mode = value
            self.heard.clear()
            self.to_send.clear()
            self.has_begun = False
            self.shortfalls = self.moved = 0
        elif request == 30:
            self.reset()
        elif request not in (6, 7, 16, 17, 23, 29, 42, 43):
            return None
        return b""

    def told(self, request):
        part = struct.pack("<2I", 0xA000CB3C, 0x004F4755) + b"".join(
            struct.pack("<I", int(self.serial[place:place + 8], 16)) for place in range(0, 32, 8))
        # What its second core does: receiving, waiting for the first 32 KiB, transmitting.
        active = {1: 2, 2: 4 if self.has_begun else 3}.get(self.mode, 0)
        m0 = struct.pack("<2H9I", self.mode, 0, active, self.moved, self.moved, self.shortfalls, 0, 0, 0, 0, 0)
        return {14: b"\x02", 15: b"2022.09.1", 18: part, 19: b"\x01", 20: b"\x01", 21: b"\x01", 27: b"\xFF" * 8,
                41: m0, 45: b"\x00", 46: struct.pack(">I", 2)}.get(request)

    def descriptor(self, value):
        kind, number = value >> 8, value & 0xFF
        if kind == 1:
            return struct.pack("<BBHBBBBHHHBBBB", 18, 1, 0x0200, 0, 0, 0, 64, self.vendor, self.product, self.release, 1, 2,
                               4, 1)
        if kind == 2:
            return self.configuration()
        if kind == 3:
            texts = {1: "Great Scott Gadgets", 2: "HackRF One", 3: "Transceiver", 4: self.serial}
            return struct.pack("<BBH", 4, 3, 0x0409) if number == 0 else string(texts[number]) if number in texts else None
        if kind == 6:
            return struct.pack("<BBHBBBBBB", 10, 6, 0x0200, 0, 0, 0, 64, 1, 0)
        return None

    def configuration(self):
        endpoints = b"".join(struct.pack("<BBBBHB", 7, 5, address, 2, size, 0) for address, size in self.endpoints.items())
        interface = struct.pack("<9B", 9, 4, 0, 0, 2, 255, 255, 255, 0) + endpoints
        return struct.pack("<BBHBBBBB", 9, 2, 9 + len(interface), 1, 1, 3, 0x80, 250) + interface
