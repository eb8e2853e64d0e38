"""Decodes a recording of the air: decode.py NAME...

A second receiver beside that of the program: written from docs/spec/2-air-interface.md alone, with methods of its own.
Prints the JSON lines of docs/spec/4-captures.md "JSON".
"""

import itertools
import json
import sys
import time

import numpy

import d2r
import messages
import r2d
import recording


def decode(samples, rate):
    """Frames as dictionaries, in order of their first sample."""
    follower = messages.Follower(rate)
    frames = [frame for frame in r2d.find(samples, rate) if frame.crc]
    lines = []
    for frame, after in itertools.zip_longest(frames, frames[1:]):
        message = messages.parse(frame.pdu)
        lines.append({
            "type": "frame", "direction": "R2D", "sampleStart": round(frame.start),
            "sampleCount": round(frame.end - frame.start), "message": message.name, "pdu": frame.pdu.hex(),
            "crc": True, "transactionID": message.transaction, "occasion": None, "snrDB": None,
            "m": frame.chips_per_symbol,
        })
        limit = after.start if after else len(samples)
        windows = sorted(follower.windows(message), key=lambda window: window.delay)
        for _, group in itertools.groupby(windows, key=lambda window: window.delay):
            for burst in d2r.read(samples, rate, frame.end, list(group), limit):
                lines.append(line_of(burst, message))
    return sorted(lines, key=lambda line: line["sampleStart"])


def line_of(burst, message):
    form = burst.window.format
    return {
        "type": "frame", "direction": "D2R", "sampleStart": round(burst.start),
        "sampleCount": round(burst.end - burst.start),
        "message": "AccessRandomID" if burst.window.is_msg1 else "D2RUpperLayerData", "pdu": burst.pdu.hex(),
        "crc": True, "transactionID": message.transaction, "occasion": burst.window.occasion,
        "snrDB": round(float(burst.snr_db), 1), "rate": form.rate, "subcarrier": form.periods, "fec": bool(form.fec),
        "repetition": bool(form.repetition), "midamble": bool(form.midamble), "frequencyIndex": form.position,
        "powerDB": round(float(10 * numpy.log10(burst.power)), 1),
    }


def main(names):
    for name in names:
        begun = time.monotonic()
        samples, rate = recording.read(name)
        lines = decode(samples, rate)
        for line in lines:
            print(json.dumps(line))
        seconds = len(samples) / rate
        print(json.dumps({
            "type": "summary", "samples": len(samples), "seconds": seconds, "frames": len(lines),
            "realTimeFactor": round(seconds / (time.monotonic() - begun), 3),
        }))


if __name__ == "__main__":
    main(sys.argv[1:])
