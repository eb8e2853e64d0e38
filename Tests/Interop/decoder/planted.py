"""Shows that check.py can fail: planted.py NAME, a recording with its truth.

Each error is planted in a copy; one that is not seen ends with status 1.
"""

import json
import pathlib
import shutil
import sys
import tempfile

import numpy

import check
import recording


def _changed_octet(frames, rate):
    frames[1]["pdu"] = f"{int(frames[1]['pdu'][:2], 16) ^ 1:02x}" + frames[1]["pdu"][2:]


def _late(frames, rate):
    frames[0]["sampleStart"] += int(30e-6 * rate)


def _early(frames, rate):
    frames[1]["sampleStart"] -= int(30e-6 * rate)


def _left_out(frames, rate):
    del frames[1]


def _invented(frames, rate):
    frames.append({**frames[1], "sampleStart": frames[1]["sampleStart"] + int(1e-3 * rate)})


def _other_subcarrier(frames, rate):
    frames[1]["subcarrier"] *= 2


ERRORS = [_changed_octet, _late, _early, _left_out, _invented, _other_subcarrier]


def silenced(name, copy):
    """A copy of the recording in which the first burst is replaced by its first sample."""
    samples, rate = recording.read(name)
    burst = next(frame for frame in truth_of(name)["frames"] if frame["direction"] == "D2R" and frame["decodable"])
    first = burst["sampleStart"]
    samples[first:first + burst["sampleCount"]] = samples[first - 1]
    numpy.stack([samples.real, samples.imag], axis=1).astype("<f4").tofile(copy + ".sigmf-data")
    about = json.loads(pathlib.Path(name + ".sigmf-meta").read_text())
    about["global"]["core:datatype"] = "cf32_le"
    pathlib.Path(copy + ".sigmf-meta").write_text(json.dumps(about))
    shutil.copy(name + ".truth.json", copy + ".truth.json")


def truth_of(name):
    return json.loads(pathlib.Path(name + ".truth.json").read_text())


def main(name):
    unseen = []
    with tempfile.TemporaryDirectory() as folder:
        copy = folder + "/copy"
        _, rate = recording.read(name)
        for ending in [".sigmf-data", ".sigmf-meta"]:
            shutil.copy(name + ending, copy + ending)
        for error in ERRORS:
            truth = truth_of(name)
            error(truth["frames"], rate)
            pathlib.Path(copy + ".truth.json").write_text(json.dumps(truth))
            if not check.check(copy)[0]:
                unseen.append(error.__name__)
        silenced(name, copy)
        if not check.check(copy)[0]:
            unseen.append("silenced")
    if check.check(name)[0]:
        unseen.append("the recording itself is not right")
    for error in unseen:
        print(f"planted and not seen: {error}", file=sys.stderr)
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
