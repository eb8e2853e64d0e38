"""R2D frames out of the envelope of the carrier's leak, from docs/spec/2-air-interface.md "R2D waveform"."""

from dataclasses import dataclass

import numpy

import coding

SYMBOL = 1 / 15000
CHIPS = (2, 6, 12, 24)


@dataclass
class Frame:
    start: float
    """First edge of the start indicator that nobody sees: 1/6 symbol before the carrier goes off; in samples."""
    end: float
    chips_per_symbol: int
    pdu: bytes
    crc: bool


def _level(envelope, rate):
    """What ON is about each sample: a high percentile of some milliseconds."""
    piece = int(3e-3 * rate)
    pieces = [envelope[first:first + piece] for first in range(0, len(envelope), piece)]
    levels = numpy.array([numpy.percentile(part, 80) for part in pieces])
    # Where the carrier is off there is nothing to be found.
    levels = numpy.maximum(levels, 0.3 * numpy.percentile(levels, 90))
    return numpy.repeat(levels, piece)[:len(envelope)]


def _edges(over):
    """Where a signal crosses zero, between samples, and whether it rises."""
    high = over > 0
    places = numpy.flatnonzero(high[1:] != high[:-1])
    before, after = over[places], over[places + 1]
    return places + 0.5 + before / (before - after), high[places + 1]


def find(samples, rate):
    """All R2D frames, those with a wrong CRC too, in order."""
    envelope = numpy.abs(samples)
    over = envelope - 0.5 * _level(envelope, rate)
    times, rising = _edges(over)
    sums = numpy.concatenate([[0], numpy.cumsum(over, dtype=float)])
    symbol = SYMBOL * rate
    runs = numpy.diff(times) / symbol
    frames = []
    free_from = 0.0
    # OFF 1/6, ON 1/6, OFF 3/6, and then the carrier goes on.
    begins = ~rising[:-3] & (abs(runs[:-2] - 1 / 6) < 0.04) & (abs(runs[1:-1] - 1 / 6) < 0.04)
    begins &= abs(runs[2:] - 1 / 2) < 0.06
    for place in numpy.flatnonzero(begins):
        if times[place] < free_from or place + 6 >= len(times):
            continue
        acquisition = (times[place + 6] - times[place + 3]) / 3 / symbol
        chips = min(CHIPS, key=lambda m: abs(numpy.log(acquisition * m)))
        if abs(acquisition * chips - 1) > 0.2:
            continue
        # The last edge of the indicator and the first of them: where the indicator ends.
        origin = (times[place] + 5 / 6 * symbol + times[place + 3]) / 2
        frame = _read(sums, origin, symbol, chips)
        if frame:
            frames.append(frame)
            free_from = frame.end
    return frames


def _read(sums, origin, symbol, chips):
    chip = symbol / chips

    def bits(first, count):
        """Bits of the Manchester code: which of two chips has more of the carrier."""
        bounds = origin + chip * (4 + 2 * first + numpy.arange(2 * count + 1))
        whole = numpy.clip(bounds.astype(int), 0, len(sums) - 2)
        at = sums[whole] + (bounds - whole) * (sums[whole + 1] - sums[whole])
        parts = numpy.diff(at)
        return (parts[0::2] < parts[1::2]).astype(int).tolist()

    length = coding.number(bits(0, 8))
    information = 8 + 8 * length
    total = information + coding.crc_of(information)[0]
    end = origin + chip * (4 + 2 * total + 4)
    if length == 0 or end > len(sums):
        return None
    content = bits(0, total)
    return Frame(
        origin - symbol, end, chips, coding.octets(content[8:information]), coding.crc_right(content, information))
