"""Compares recordings with their truth: check.py NAME... [--program FILE]

Each frame that NAME.truth.json calls decodable must come out of decode.py, octet for octet, its start within 20 us, and
nothing that is not in the truth may. With --program what `replay` of that program prints is compared in the same way, and
what it says of a frame both have found.
"""

import argparse
import json
import pathlib
import subprocess
import sys

import decode
import recording

TOLERANCE = 20e-6
SAME = ["message", "transactionID", "occasion", "m", "rate", "subcarrier", "fec", "repetition", "midamble",
        "frequencyIndex"]


def matched(frames, truth, rate):
    """For each frame of the truth the one that was found; and those that nobody sent."""
    left = list(frames)
    pairs = []
    for entry in truth:
        match = next((frame for frame in left if frame["direction"] == entry["direction"]
                      and frame["pdu"] == entry["pdu"]
                      and abs(frame["sampleStart"] - entry["sampleStart"]) <= TOLERANCE * rate), None)
        if match:
            left.remove(match)
        pairs.append((entry, match))
    return pairs, left


def differences(who, frames, truth, rate):
    pairs, extra = matched(frames, truth, rate)
    lines = [f"{who} has not found {entry['direction']} at {entry['sampleStart']}: {entry['pdu']}"
             for entry, match in pairs if not match and entry.get("decodable", True)]
    lines += [f"{who} has found what nobody sent, {frame['direction']} at {frame['sampleStart']}: {frame['pdu']}"
              for frame in extra]
    for entry, match in pairs:
        if match is None:
            continue
        for name in ["m", "rate", "subcarrier", "fec", "repetition", "midamble", "frequencyIndex"]:
            if name in entry and entry[name] != match.get(name):
                lines.append(f"{who} says {name} {match.get(name)} of what was sent with {entry[name]}: {entry['pdu']}")
    return lines


def disagreements(ours, theirs, truth, rate):
    """What the program and this decoder say otherwise of frames that both have found."""
    lines = []
    for (entry, one), (_, other) in zip(matched(ours, truth, rate)[0], matched(theirs, truth, rate)[0]):
        for name in SAME if one and other else []:
            if one.get(name) != other.get(name):
                lines.append(f"{name} of {entry['pdu']}: {one.get(name)}, the program says {other.get(name)}")
    return lines


def check(name, program=None):
    """Lines of what is wrong, and the number of frames that were found."""
    truth = json.loads(pathlib.Path(f"{name}.truth.json").read_text())["frames"]
    samples, rate = recording.read(name)
    frames = decode.decode(samples, rate)
    lines = differences("decode.py", frames, truth, rate)
    if program:
        run = subprocess.run([program, "replay", name, "--format", "json"], capture_output=True, text=True, timeout=120)
        theirs = [json.loads(line) for line in run.stdout.splitlines()]
        theirs = [frame for frame in theirs if frame["type"] == "frame"]
        lines += differences("the program", theirs, truth, rate)
        lines += disagreements(frames, theirs, truth, rate)
    if not truth or not frames:
        lines.append("there is no frame to compare")
    return lines, len(frames)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="+")
    parser.add_argument("--program")
    options = parser.parse_args()
    wrong = 0
    for name in options.names:
        lines, count = check(name, options.program)
        for line in lines:
            print(f"{name}: {line}", file=sys.stderr)
        wrong += bool(lines)
        print(f"{pathlib.Path(name).name}: {count} frames, {len(lines)} differences")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
