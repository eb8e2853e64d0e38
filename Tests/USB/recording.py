"""Recordings of what an emulated Pluto receives."""

import json
import re
import time

import desk
import inventories

SOUNDING = "4f800000"  # NACK Feedback by AS ID 0, by which the front end finds how its counters lie; never ordered


def record(program, options):
    """A recording has every frame that the reader sent, in its place, and stands in for the radio."""
    with inventories.one_pluto(program, options) as (usb, setting):
        whole(setting)
        replayed(setting)
        ring(usb, setting)


def whole(setting):
    """All that was sent and heard is in the file, and nothing was lost."""
    setting.reader_options = ["--record", setting.folder / "whole"]
    setting.start()
    setting.found_all()
    assert setting.reader.stop() == 0
    setting.reader.wait(r"recorded [1-9]\d* samples, lost 0, 0 gaps")
    sent = [re.search(r"octets=(\w+)", line)[1] for _, line in setting.reader.lines if "at transmit sample" in line]
    metadata = json.loads((setting.folder / "whole.sigmf-meta").read_text())
    assert len(metadata["captures"]) == 1, metadata["captures"]
    frames = decoded(setting, "whole")
    ordered = [octets for octets in frames["R2D"] if octets != SOUNDING]
    assert ordered == sent, f"sent {sent}, decoded {ordered}"
    noted = [note["core:comment"] for note in metadata["annotations"] if note["core:label"] == "D2R"]
    assert noted and sorted(frames["D2R"]) == sorted(noted), f"heard {noted}, decoded {frames['D2R']}"
    print(f"  {len(sent)} frames sent and {len(noted)} heard, all decoded from the recording")


def replayed(setting):
    """As a front end the recording gives the same frames. Nobody orders them, for this AIoTF draws other numbers."""
    frames = decoded(setting, "whole")
    setting.front_end = f"{{type: replay, file: {setting.folder}/whole, pace: 0}}"
    setting.write_configuration()
    setting.reader_options = []
    setting.start_reader()
    setting.reader.wait(r"link=core .*link up")
    setting.order(wait=False)
    setting.reader.wait("the recording has ended")
    told = [re.search(r"octets=(\w+) nobody ordered: R2D", line) for _, line in setting.reader.lines]
    told = [match[1] for match in told if match]
    assert told == frames["R2D"], f"told {told}, decoded {frames['R2D']}"
    assert setting.reader.stop() == 0
    print(f"  {len(told)} frames in its replay as a front end")


def ring(usb, setting):
    """Around bursts that did not decode pieces are saved, and nothing else."""
    setting.front_end = inventories.PLUTO
    setting.write_configuration()
    setting.reader_options = ["--record", setting.folder / "piece", "--record-ring", 1000]
    setting.start_reader()
    setting.reader.wait(desk.USABLE)
    order = setting.ordered()
    for _ in range(50):
        if order.done():
            break
        usb.order("gap 0 2000")
        time.sleep(0.1)
    order.result()
    assert setting.reader.stop() == 0
    totals = setting.reader.wait(r"recorded \d+ samples")[1]
    saved = int(re.search(r"saved (\d+) pieces, 0 not", totals)[1])
    pieces = [path.stem for path in setting.folder.glob("piece-*.sigmf-meta")]
    assert saved == len(pieces) > 0, f"{totals}: {pieces}"
    assert any(decoded(setting, piece)["R2D"] for piece in pieces)
    print(f"  {saved} pieces around bursts that did not decode")


def decoded(setting, name):
    """What `replay` finds in a recording: octets in hexadecimal digits, by direction."""
    frames = {"R2D": [], "D2R": []}
    for line in map(json.loads, setting.run("replay", setting.folder / name, "--format", "json").splitlines()):
        if line["type"] == "frame" and line["crc"]:
            frames[line["direction"]].append(line["pdu"])
    return frames
