"""What goes on the air, taken from the USB side and decoded outside the driver."""

import array
import json
import re
import subprocess

import inventories

RATE = 1_920_000
AMPLITUDE = 0.8 * 32_768  # the default of docs/front-ends.md, in 16 bits
OFF = 0.05  # of the carrier: spec/2 "R2D waveform"


def on_air(program, options):
    """The transmitted octets show a carrier without gaps and every R2D frame where it was placed."""
    with inventories.one_pluto(program, options) as (usb, setting):
        setting.start()
        tap = setting.folder / "transmitted.cs16"
        for _ in range(5):
            mark = setting.reader.mark()
            usb.order(f"tap 0 {tap}")
            _, _, summary = setting.order("read:0,16")
            usb.order("tap 0")
            # A machine that stood still for 400 ms has had the streams restarted: the counter began anew.
            if not setting.reader.count("front end stalled|carrier was lost", mark):
                break
        placed = [(int(found[2]), found[1]) for _, line in setting.reader.lines[mark:]
                  if (found := re.search(r"octets=([0-9a-f]+) R2D frame \d+ at transmit sample (\d+)", line))]
        samples = array.array("h", tap.read_bytes())
        stretches = check_carrier(samples, summary["requests"])
        frames = decoded(program, tap)
        assert [pdu for _, pdu in frames] == [pdu for _, pdu in placed], f"{len(frames)} frames, {len(placed)} placed"
        apart = [heard - place for (heard, _), (place, _) in zip(frames, placed)]
        assert max(apart) - min(apart) <= 1, f"frames are up to {max(apart) - min(apart)} samples from their places"
        print(f"  {len(frames)} R2D frames within {max(apart) - min(apart)} samples of their places, in {stretches} "
              "stretches of carrier")


def check_carrier(samples, requests):
    """Between its first and its last sample a stretch of carrier is never below the level of OFF; how many there are."""
    assert not any(samples[1::2]), "the carrier is real: nothing may be in Q"
    levels = samples[0::2]
    highest = max(levels)
    assert abs(highest - AMPLITUDE) <= 16, f"the carrier has an amplitude of {highest}"
    stretches = [found.span() for found in re.finditer(rb"\x01+", bytes(map(bool, levels)))]
    # The carrier goes off where no inventory is open: between two requests of the AIoTF.
    assert 1 <= len(stretches) <= requests, f"the carrier was interrupted: {len(stretches)} stretches, {requests} requests"
    for begin, end in stretches:
        lowest = min(levels[begin:end])
        # Twelve bits: steps of 16.
        assert lowest >= OFF * AMPLITUDE - 16, f"{lowest} in the stretch of samples {begin} to {end}"
    return len(stretches)


def decoded(program, tap):
    """(sample, PDU) of every R2D frame."""
    done = subprocess.run([program, "replay", tap, "--rate", str(RATE), "--format", "json"], stdout=subprocess.PIPE,
                          check=True, timeout=120)
    frames = [json.loads(line) for line in done.stdout.splitlines()]
    frames = [frame for frame in frames if frame["type"] == "frame" and frame["direction"] == "R2D"]
    assert all(frame["crc"] for frame in frames), "a frame has a wrong CRC"
    return [(frame["sampleStart"], frame["pdu"]) for frame in frames]
