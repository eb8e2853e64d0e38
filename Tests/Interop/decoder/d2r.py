"""D2R bursts where an R2D frame has scheduled them, from docs/spec/2-air-interface.md "D2R waveform".

The carrier's leak is fitted and taken off; what is left is h times +1 and -1. The preamble is looked for over start and
clock error; then bits are decided and the timing fitted to them in turn, twice as many each time, to the end of the
burst. Of several bursts in one time position the strongest is read first and taken off before the next is looked for.
"""

from dataclasses import dataclass

import numpy

import coding
from messages import PREAMBLE

LARGEST_CLOCK_ERROR = 0.02
# Energy of the preamble over noise: noise alone reaches it once in e^14 looks.
PREAMBLE_THRESHOLD = 16
PREAMBLE_ERRORS = 6


@dataclass
class Burst:
    window: object
    start: float
    end: float
    pdu: bytes
    snr_db: float
    power: float
    """|h|^2 over that of the leak."""


# --- The leak ---------------------------------------------------------------------------------------------------------

def _without_leak(samples, rate, bit_rate):
    """The reflections alone, at a carrier of phase 0 and amplitude 1, and the leak's amplitude.

    The leak is A exp(jwt), and DC does not turn with it: both are fitted together to means of some samples.
    """
    step = max(1, int(8e-6 * rate))
    count = len(samples) // step
    means = samples[:count * step].reshape(count, step).mean(axis=1)
    time = (numpy.arange(count) + 0.5 - count / 2) * step / rate
    turn = _strongest_turn(means, step / rate)
    length = count * step / rate
    for _ in range(4):
        carrier = numpy.exp(1j * turn * time)
        columns = [carrier, 1j * time * carrier]
        # Over less than a turn nobody can tell the leak from DC, and nobody needs to.
        if abs(turn) * length > 2 * numpy.pi:
            columns.append(numpy.ones(count))
        fit = numpy.linalg.lstsq(numpy.stack(columns, axis=1), means, rcond=None)[0]
        turn += (fit[1] / fit[0]).real
    dc = fit[2] if len(fit) > 2 else 0
    time = (numpy.arange(len(samples)) + 0.5 - count * step / 2) / rate
    still = (samples - dc) * numpy.exp(-1j * (turn * time + numpy.angle(fit[0])))
    # What is left of the leak wanders slowly.
    rest = _without_mean(still, rate, bit_rate)
    # Impulses are blanked.
    size = numpy.abs(rest)
    rest[size > 4 * numpy.percentile(size, 80)] = 0
    return rest, abs(fit[0])


def _without_mean(signal, rate, bit_rate):
    """A signal without the mean of the eight bits around."""
    half = int(4 * rate / bit_rate)
    sums = numpy.concatenate([[0], numpy.cumsum(signal)])
    places = numpy.arange(len(signal))
    first, last = numpy.maximum(places - half, 0), numpy.minimum(places + half + 1, len(signal))
    return signal - (sums[last] - sums[first]) / (last - first)


def _strongest_turn(means, spacing):
    """Angle a second of the strongest tone within some kHz."""
    size = 1 << int(numpy.ceil(numpy.log2(len(means)))) + 2
    spectrum = numpy.abs(numpy.fft.fft(means * numpy.hanning(len(means)), size))
    turns = 2 * numpy.pi * numpy.fft.fftfreq(size, spacing)
    spectrum[numpy.abs(turns) > 2 * numpy.pi * 30e3] = 0
    return turns[spectrum.argmax()]


# --- Correlation ------------------------------------------------------------------------------------------------------

class _Sums:
    """Integrals of a signal between any two places."""

    def __init__(self, signal):
        self.signal = signal
        self.at_whole = numpy.concatenate([[0], numpy.cumsum(signal)])

    def at(self, places):
        places = numpy.clip(places, 0, len(self.signal) - 1e-6)
        whole = places.astype(int)
        return self.at_whole[whole] + (places - whole) * self.signal[whole]


class _Reader:
    """One burst of a format in a signal, given where it may start."""

    def __init__(self, signal, rate, form, periods):
        self.sums = _Sums(signal)
        self.halves = 2 * form.periods
        self.half = rate / form.bit_rate / self.halves
        self.layout = form.layout()
        self.form = form
        self.periods = periods

    def bits(self, start, scale, count):
        """Integrals over `count` bits, each with the square wave of a 0; of starts and scales as arrays too."""
        start, scale = numpy.asarray(start, float)[..., None], numpy.asarray(scale, float)[..., None]
        bounds = start + scale * self.half * numpy.arange(count * self.halves + 1)
        parts = numpy.diff(self.sums.at(bounds), axis=-1)
        signs = numpy.resize([1, -1], self.halves)
        return (parts.reshape(*parts.shape[:-1], count, self.halves) * signs).sum(axis=-1)

    def search(self, earliest, latest):
        """Start and scale at which the preamble is heard best, and its energy over that of the noise."""
        known = 1 - 2 * numpy.array(PREAMBLE)
        reach = LARGEST_CLOCK_ERROR * 1.05
        errors = numpy.linspace(-reach, reach, 2 * int(numpy.ceil(reach * 100 * self.half_count)) + 3)
        starts = numpy.arange(earliest, latest + self.half / 4, self.half / 4)
        best = (0, 0, 1)
        for error in errors:
            scale = 1 / (1 + error)
            energies = abs(self.bits(starts, numpy.full(len(starts), scale), len(PREAMBLE)) @ known) ** 2
            place = energies.argmax()
            if energies[place] > best[0]:
                best = (energies[place], starts[place], scale)
        _, start, scale = best
        start, scale = self.refined(start, scale, known, 0.02 / self.half_count)
        energy = abs(self.bits(start, scale, len(PREAMBLE)) @ known) ** 2
        return start, scale, energy

    @property
    def half_count(self):
        return self.halves / 2

    def refined(self, start, scale, known, step):
        """The start and scale near these at which the known bits correlate best."""
        count = len(known)
        middle = self.half * self.halves * count / 2
        moves = numpy.array([(a, b) for a in (-1, 0, 1) for b in (-1, 0, 1)], float)
        place, reach = self.half / 4, step
        for _ in range(9):
            scales = scale + reach * moves[:, 1]
            # A change of the scale turns about the middle.
            starts = start + place * moves[:, 0] - middle * reach * moves[:, 1]
            energies = abs(self.bits(starts, scales, count) @ known)
            best = energies.argmax()
            start, scale = starts[best], scales[best]
            if best == 4:
                place, reach = place / 2, reach / 2
        return start, scale

    def read(self, start, scale):
        """All bits, soft and positive for 0, with the timing fitted to more and more of them."""
        total = len(self.layout)
        known = 1 - 2 * numpy.array(PREAMBLE)
        count = len(PREAMBLE)
        while count < total:
            h = self.bits(start, scale, count) @ known / (count * self.half * self.halves)
            count = min(2 * count, total)
            soft = (self.bits(start, scale, count) * numpy.conj(h)).real
            known = numpy.where(soft < 0, -1, 1)
            for place, (_, bit) in enumerate(self.layout[:count]):
                if bit is not None:
                    known[place] = 1 - 2 * bit
            start, scale = self.refined(start, scale, known, 0.1 / (count * self.half_count))
        values = self.bits(start, scale, total)
        h = values @ known / (total * self.half * self.halves * scale)
        return start, scale, h, (values * numpy.conj(h)).real / max(abs(h), 1e-12)

    def decide(self, soft):
        """Octets, and whether the CRC is right."""
        block = numpy.zeros(self.form.block_bits)
        for value, (place, _) in zip(soft, self.layout):
            if place is not None:
                block[place] += value
        bits = (coding.viterbi(block) if self.form.fec else (block < 0).astype(int)).tolist()
        right = coding.crc_right(bits, self.form.information_bits)
        return coding.octets(bits[:self.form.information_bits]), right

    def waveform(self, soft, start, scale, h, length):
        """What the burst adds to the signal: its mean over each sample."""
        signs = []
        for value, (_, bit) in zip(soft, self.layout):
            first = 1 if (value >= 0 if bit is None else bit == 0) else -1
            signs += [first, -first] * (self.halves // 2)
        # Before and after it the device absorbs.
        signs = [-1, *signs, -1]
        bounds = start + scale * self.half * numpy.arange(len(signs) - 1)
        bounds = numpy.concatenate([[min(0, bounds[0]) - 1], bounds, [max(length, bounds[-1]) + 1]])
        area = numpy.concatenate([[0], numpy.cumsum(signs * numpy.diff(bounds))])
        return h * numpy.diff(numpy.interp(numpy.arange(length + 1), bounds, area))


# --- Windows ----------------------------------------------------------------------------------------------------------

def read(samples, rate, frame_end, windows, limit):
    """The bursts of windows with one delay; `limit` is where the next R2D frame begins."""
    delay = windows[0].delay
    slack = LARGEST_CLOCK_ERROR * delay * rate + 8e-6 * rate
    nominal = frame_end + delay * rate
    longest = max(window.format.seconds for window in windows)
    first = max(int(nominal - slack - 50e-6 * rate), int(frame_end))
    last = int(min(nominal + slack + (longest * 1.025 + 50e-6) * rate, limit, len(samples)))
    if last - first < longest * 0.9 * rate:
        return []
    slowest = min(window.format.bit_rate for window in windows)
    signal, leak = _without_leak(samples[first:last], rate, slowest)
    span = (nominal - slack - first, nominal + slack - first)
    bursts, left = [], list(windows)
    while left:
        found = [_look(signal, rate, window, span) for window in left]
        found = [each for each in found if each]
        if not found:
            break
        window, reader, start, scale, h, soft, pdu = max(found, key=lambda each: abs(each[4]))
        signal = signal - _without_mean(reader.waveform(soft, start, scale, h, len(signal)), rate, slowest)
        left.remove(window)
        if any(burst.pdu == pdu for burst in bursts):
            continue
        noise = numpy.std(numpy.abs(soft))
        snr = 20 * numpy.log10(numpy.mean(numpy.abs(soft)) / max(noise, 1e-9)) - 3
        length = scale * reader.half * reader.halves * len(reader.layout)
        bursts.append(Burst(window, first + start, first + start + length, pdu, snr, (abs(h) / leak) ** 2))
    return bursts


def _look(signal, rate, window, span):
    reader = _Reader(signal, rate, window.format, window.format.periods)
    start, scale, energy = reader.search(*span)
    length = scale * reader.half * reader.halves * len(PREAMBLE)
    # The noise is what is left beside the preamble where it was found.
    part = signal[max(int(start), 0):int(start + length) + 1]
    if len(part) < length * 0.9:
        return None
    noise = numpy.mean(numpy.abs(part) ** 2) - energy / length ** 2
    if energy / length < PREAMBLE_THRESHOLD * max(noise, 1e-12):
        return None
    start, scale, h, soft = reader.read(start, scale)
    heard = soft[:len(PREAMBLE)] < 0
    if numpy.count_nonzero(heard != numpy.array(PREAMBLE, bool)) > PREAMBLE_ERRORS:
        return None
    pdu, right = reader.decide(soft)
    return (window, reader, start, scale, h, soft, pdu) if right else None
