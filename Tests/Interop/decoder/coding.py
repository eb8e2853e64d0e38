"""CRC and convolutional code of the air interface, from docs/spec/2-air-interface.md "Coding"."""

import numpy

CRC6 = (6, 0b1100001)  # D^6 + D^5 + 1
CRC16 = (16, 0b10001000000100001)  # D^16 + D^12 + D^5 + 1
GENERATORS = (0o133, 0o171, 0o165)
CONSTRAINT = 7


def number(bits):
    return int("".join(map(str, bits)) or "0", 2)


def octets(bits):
    return bytes(number(bits[place:place + 8]) for place in range(0, len(bits) - 7, 8))


def crc_of(information_bits):
    """Width and polynomial of the CRC of so many information bits."""
    return CRC6 if information_bits <= 24 else CRC16


def crc_right(bits, information_bits):
    """Whether the polynomial of `bits`, information and CRC, is a multiple of the generator's: long division."""
    width, polynomial = crc_of(information_bits)
    rest = number(bits)
    for place in range(len(bits) - 1, width - 1, -1):
        if rest >> place & 1:
            rest ^= polynomial << place - width
    return rest == 0


def _trellis():
    """For each state and input, the outputs as +1 (bit 0) and -1 (bit 1), and the state after."""
    states = 1 << CONSTRAINT - 1
    signs = numpy.zeros((states, 2, len(GENERATORS)))
    following = numpy.zeros((states, 2), dtype=int)
    for state in range(states):
        for bit in range(2):
            register = bit << CONSTRAINT - 1 | state
            signs[state, bit] = [1 - 2 * ((register & generator).bit_count() & 1) for generator in GENERATORS]
            following[state, bit] = register >> 1
    return signs, following


SIGNS, FOLLOWING = _trellis()
# The two states, and the input, from which each state is reached.
BEFORE = numpy.array([[state for state in range(64) if target in FOLLOWING[state]] for target in range(64)])
INPUT = numpy.arange(64) >> CONSTRAINT - 2


def viterbi(soft):
    """Information bits of a tail-biting block; `soft` is positive for 0, three values a bit.

    The block is sent round three times: what the middle turn decides has forgotten where it began.
    """
    steps = soft.reshape(-1, len(GENERATORS))
    count = len(steps)
    metric = numpy.zeros(64)
    choices = numpy.zeros((3 * count, 64), dtype=numpy.int8)
    gains = numpy.einsum("sbg,ng->nsb", SIGNS, steps)
    rows = numpy.arange(64)
    for step in range(3 * count):
        arriving = metric[BEFORE] + gains[step % count][BEFORE, INPUT[:, None]]
        choice = arriving.argmax(axis=1)
        choices[step] = choice
        metric = arriving[rows, choice]
        metric -= metric.max()
    state = int(metric.argmax())
    bits = numpy.zeros(3 * count, dtype=int)
    for step in range(3 * count - 1, -1, -1):
        bits[step] = INPUT[state]
        state = BEFORE[state, choices[step, state]]
    return bits[count:2 * count]
