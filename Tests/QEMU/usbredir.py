"""The side of the usbredir protocol that has the device, for QEMU's `-device usb-redir` (usbredir-protocol.txt, 0.7).

Control and bulk transfers, cancellation, reset, unplug and replug: what the boxes need, and no more."""

import asyncio
import struct

HELLO, CONNECT, DISCONNECT, RESET, INTERFACES, ENDPOINTS = 0, 1, 2, 3, 4, 5
SET_CONFIGURATION, GET_CONFIGURATION, CONFIGURATION_STATUS = 6, 7, 8
SET_ALTERNATE, GET_ALTERNATE, ALTERNATE_STATUS = 9, 10, 11
CANCEL, CONTROL, BULK = 21, 100, 101
SUCCESS, CANCELLED, STALLED = 0, 1, 4
HIGH_SPEED = 2
# connect_device_version, ep_info_max_packet_size, 64bits_ids, 32bits_bulk_length: QEMU has them all.
CAPABILITIES = 1 << 1 | 1 << 4 | 1 << 5 | 1 << 6


class Port:
    """A USB port of the guest; `device` is what is plugged in.

    A device has: `vendor`, `product`, `release`, `endpoints` {address: octets of a packet}; `control(requesttype, request,
    value, index, data or length)`, which answers octets, or None to stall; `bulk_in(transfer, length)` and
    `bulk_out(transfer, octets)`, which answer later by `transfer.done(...)`; `reset()`, which also forgets transfers."""

    def __init__(self, path, device):
        self.path, self.device = path, device
        self.is_plugged = False
        self.pending = {}

    async def open(self):
        self.reader, self.writer = await asyncio.open_unix_connection(self.path)
        hello = struct.pack("<64sI", b"aiot-reader qemu rig", CAPABILITIES)
        self.writer.write(struct.pack("<III", HELLO, len(hello), 0) + hello)
        kind, length, _ = struct.unpack("<III", await self.reader.readexactly(12))
        capabilities = struct.unpack_from("<I", await self.reader.readexactly(length), 64)[0]
        if kind != HELLO or capabilities & CAPABILITIES != CAPABILITIES:
            raise RuntimeError(f"this QEMU's usb-redir lacks what is needed: capabilities {capabilities:#x}")
        self.task = asyncio.create_task(self.serve())

    def plug(self):
        packets = bytearray(64)
        types, owners = bytearray([255] * 32), bytes(32)
        types[0] = types[16] = 0
        for address, size in self.device.endpoints.items():
            place = (address & 0x80) >> 3 | address & 0x0F
            types[place] = 2
            struct.pack_into("<H", packets, 2 * place, size)
        self.send(INTERFACES, 0, struct.pack("<I", 1) + bytes(32) + bytes([255]) + bytes(31) + bytes([255]) + bytes(31)
                  + bytes([255]) + bytes(31))
        self.send(ENDPOINTS, 0, types + bytes(32) + owners + packets)
        self.send(CONNECT, 0, struct.pack("<BBBBHHH", HIGH_SPEED, 0, 0, 0, self.device.vendor, self.device.product,
                                          self.device.release))
        self.is_plugged = True

    def unplug(self):
        self.is_plugged = False
        self.forget()
        self.send(DISCONNECT, 0)

    def forget(self):
        self.pending.clear()
        self.device.reset()

    def send(self, kind, number, body=b""):
        self.writer.write(struct.pack("<IIQ", kind, len(body), number) + body)

    async def serve(self):
        try:
            while True:
                kind, length, number = struct.unpack("<IIQ", await self.reader.readexactly(16))
                self.take(kind, number, await self.reader.readexactly(length))
                await self.writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            self.is_plugged = False

    def take(self, kind, number, body):
        if not self.is_plugged:
            return
        if kind == CONTROL:
            self.control(number, body)
        elif kind == BULK:
            self.bulk(number, body)
        elif kind == CANCEL:
            transfer = self.pending.pop(number, None)
            if transfer:
                transfer.finish(CANCELLED)
        elif kind == RESET:
            self.forget()
        elif kind in (SET_CONFIGURATION, GET_CONFIGURATION):
            self.send(CONFIGURATION_STATUS, number, bytes([SUCCESS, 1]))
        elif kind in (SET_ALTERNATE, GET_ALTERNATE):
            self.send(ALTERNATE_STATUS, number, bytes([SUCCESS, body[0], 0]))

    def control(self, number, body):
        endpoint, request, kind, _, value, index, length = struct.unpack_from("<BBBBHHH", body)
        answer = self.device.control(kind, request, value, index, length if kind & 0x80 else body[10:])
        status = STALLED if answer is None else SUCCESS
        answer = (answer or b"")[:length] if kind & 0x80 else b""
        done = len(answer) if kind & 0x80 else length
        self.send(CONTROL, number, struct.pack("<BBBBHHH", endpoint, request, kind, status, value, index, done) + answer)

    def bulk(self, number, body):
        endpoint, _, low, stream, high = struct.unpack_from("<BBHIH", body)
        length = high << 16 | low
        transfer = self.pending[number] = Transfer(self, number, endpoint, stream, length)
        if endpoint & 0x80:
            self.device.bulk_in(transfer)
        else:
            self.device.bulk_out(transfer, body[10:])


class Transfer:
    """A bulk transfer that the guest waits for."""

    def __init__(self, port, number, endpoint, stream, length):
        self.port, self.number, self.endpoint, self.stream, self.length = port, number, endpoint, stream, length

    @property
    def is_awaited(self):
        return self.number in self.port.pending

    def done(self, octets=b""):
        """Ends it; what was cancelled meanwhile is left alone."""
        if self.port.pending.pop(self.number, None):
            self.finish(SUCCESS, octets)

    def finish(self, status, octets=b""):
        length = len(octets) if self.endpoint & 0x80 else self.length * (status == SUCCESS)
        self.port.send(BULK, self.number, struct.pack(
            "<BBHIH", self.endpoint, status, length & 0xFFFF, self.stream, length >> 16) + octets)
