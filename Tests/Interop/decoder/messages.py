"""R2D messages and the bursts that they schedule, from docs/spec/2-air-interface.md."""

from dataclasses import dataclass, field, replace

from coding import crc_of

PREAMBLE = [int(bit) for bit in "0000100101100111110001101110101"]
MIDAMBLE = [int(bit) for bit in "000100110101111"]
MIDAMBLE_SPACING = 64
NAMES = ["Paging", "AccessTrigger", "RandomIDResponse", "R2DUpperLayerData", "NACKFeedback", "Acknowledgement"]
CBRA, CFRA, DIRECT = 0, 1, 2


class Malformed(Exception):
    pass


@dataclass(frozen=True)
class Format:
    """SCHED: how a burst is sent; `position` is its frequency position."""
    rate: int
    r: int
    fec: int
    repetition: int
    midamble: int
    octets: int
    offset: int
    position: int = 0

    @property
    def bit_rate(self):
        return 3750.0 * (1 << self.rate)

    @property
    def periods(self):
        """Of the subcarrier in a bit."""
        return 1 << self.r + self.position

    @property
    def information_bits(self):
        return 8 * self.octets

    @property
    def block_bits(self):
        """After CRC and code, before repetition."""
        return (self.information_bits + crc_of(self.information_bits)[0]) * (3 if self.fec else 1)

    def layout(self):
        """The channel bits in order: a known bit as (None, bit), a bit of the block as (place, None)."""
        places = [(None, bit) for bit in PREAMBLE]
        for place in range(self.block_bits * (2 if self.repetition else 1)):
            if self.midamble and place and place % MIDAMBLE_SPACING == 0:
                places += [(None, bit) for bit in MIDAMBLE]
            places.append((place % self.block_bits, None))
        return places

    @property
    def seconds(self):
        return len(self.layout()) / self.bit_rate

    @property
    def delay(self):
        return 250e-6 + 50e-6 * self.offset


@dataclass
class Window:
    """A place where a burst may come: so many seconds after the end of the R2D frame."""
    format: Format
    delay: float
    occasion: int | None = None
    is_msg1: bool = False


@dataclass
class Message:
    name: str | None
    transaction: int | None
    fields: dict = field(default_factory=dict)


class _Reader:
    def __init__(self, pdu):
        self.value = int.from_bytes(pdu, "big")
        self.left = 8 * len(pdu)

    def take(self, width):
        if width > self.left:
            raise Malformed("it ends too early")
        self.left -= width
        return self.value >> self.left & (1 << width) - 1

    def schedule(self):
        return Format(*(self.take(width) for width in (3, 2, 1, 1, 1, 8, 16)))

    def sdu(self):
        return [self.take(8) for _ in range(self.take(8))]


def parse(pdu):
    """The message of an R2D PDU, for what it means to a receiver; without a name where none is defined."""
    reader = _Reader(pdu)
    try:
        kind, transaction = reader.take(4), reader.take(4)
        if kind >= len(NAMES):
            return Message(None, None)
        fields = {}
        if NAMES[kind] == "Paging":
            for name, width in [("access", 2), ("x", 2), ("y", 2), ("", 2), ("q", 4), ("", 4), ("as_id", 8)]:
                fields[name] = reader.take(width)
            fields["schedule"] = reader.schedule()
            reader.sdu()
        elif NAMES[kind] == "AccessTrigger":
            fields["index"] = reader.take(8)
        elif NAMES[kind] == "RandomIDResponse":
            count = reader.take(4) + 1
            reader.take(4)
            fields["schedules"] = []
            for _ in range(count):
                reader.take(24)
                fields["schedules"].append(reader.schedule())
        elif NAMES[kind] == "R2DUpperLayerData":
            by_random_id, has_received, has_schedule = reader.take(1), reader.take(1), reader.take(1)
            reader.take(5 + 16 * by_random_id + 8 + 8 * has_received)
            fields["schedules"] = [reader.schedule()] if has_schedule else []
            reader.sdu()
        elif NAMES[kind] == "NACKFeedback":
            reader.take(24)
        else:
            count = reader.take(4) + 1
            reader.take(4 + 8 * count)
        if reader.left:
            return Message(None, None)
        return Message(NAMES[kind], transaction, fields)
    except Malformed:
        return Message(None, None)


class Follower:
    """Knows of the pagings so far, which triggers refer to."""

    def __init__(self, sample_rate):
        self.sample_rate = sample_rate
        self.pagings = {}

    def windows(self, message):
        """Where bursts may come after a message."""
        windows = []
        if message.name == "Paging":
            self.pagings[message.transaction] = message.fields
            windows = self._occasions(message.fields, 0)
        elif message.name == "AccessTrigger" and message.fields["index"] > 0:
            paging = self.pagings.get(message.transaction)
            windows = self._occasions(paging, message.fields["index"]) if paging else []
        elif "schedules" in message.fields:
            windows = [Window(schedule, schedule.delay) for schedule in message.fields["schedules"]]
        limit = self.sample_rate / 4
        return [w for w in windows
                if w.format.octets and w.format.periods * w.format.bit_rate <= limit]

    def _occasions(self, paging, trigger):
        schedule = paging["schedule"]
        if paging["access"] == CFRA:
            return [Window(schedule, schedule.delay)] if trigger == 0 else []
        if paging["access"] not in (CBRA, DIRECT):
            return []
        is_msg1 = paging["access"] == CBRA
        if is_msg1:
            schedule = replace(schedule, octets=2)
        slot = 1.05 * schedule.seconds + 250e-6
        x, y = 1 << paging["x"], 1 << paging["y"]
        windows = []
        for k in range(trigger * x * y, min((trigger + 1) * x * y, 1 << paging["q"])):
            time, position = k % (x * y) // y, k % y
            windows.append(
                Window(replace(schedule, position=position), schedule.delay + time * slot, k, is_msg1))
        return windows
