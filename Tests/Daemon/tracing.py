"""Traces of exchanges (docs/tracing.md): records that sum up, the AIoTF's part, Chrome's format, and what goes wrong."""

import collections
import contextlib
import json
import re
import subprocess

import world

READ = "read:0,4"
AIOTF_STAGES = {"link-out", "queue", "decide", "commit", "link-back"}


@contextlib.contextmanager
def traced(program, form="jsonl", path=None, limit=None, **more):
    """A world whose reader writes a trace; gives both."""
    with world.World(program, **more) as setting:
        trace = path or setting.folder / "reader.trace"
        room = f", limit-octets: {limit}" if limit else ""
        with (setting.folder / "reader.yaml").open("a") as file:
            file.write(f"trace: {{file: {trace}, format: {form}{room}}}\n")
        yield setting, trace


def records(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def check_sum(record):
    """The stages follow each other without a hole, and their sum is the total, within a hundredth."""
    at = 0
    for stage in record["stages"]:
        assert stage["atNS"] == at, f"a hole before {stage} of {record}"
        assert stage["lengthNS"] > 0, f"an empty stage: {record}"
        at += stage["lengthNS"]
    assert abs(at - record["totalNS"]) <= record["totalNS"] / 100, record
    for overlap in record["overlaps"]:
        assert overlap["lengthNS"] >= 0 and overlap["atNS"] >= 0, record


def names(record):
    return [stage["stage"] for stage in record["stages"]]


def check_chrome(text):
    """Chrome's trace format, the array form: complete and metadata events, and on each thread they nest."""
    events = json.loads(text)
    assert isinstance(events, list) and events
    named = {event["pid"] for event in events if event["ph"] == "M" and event["name"] == "process_name"}
    rows = collections.defaultdict(list)
    for event in events:
        assert isinstance(event["name"], str) and event["ph"] in ("X", "M"), event
        assert isinstance(event["pid"], int) and isinstance(event["tid"], int), event
        if event["ph"] == "M":
            assert isinstance(event["args"]["name"], str)
            continue
        assert event["pid"] in named, f"a process without a name: {event}"
        assert event["ts"] >= 0 and event["dur"] >= 0, event
        rows[event["pid"], event["tid"]].append((event["ts"], event["ts"] + event["dur"]))
    for row, spans in rows.items():
        spans.sort()
        for (_, end), (start, _) in zip(spans, spans[1:]):
            assert start >= end - 0.002, f"{row}: {start} begins before {end}"
    return [event for event in events if event["ph"] == "X"]


def an_exchange_with_a_command_sums_up_and_its_aiotf_stage_is_split(program, options):
    """Over two processes every record sums up; joined, `aiotf` is five stages and the sums stay what they were."""
    with traced(program, devices=60, seed=options.seed) as (setting, trace):
        other = setting.folder / "aiotf.trace"
        setting.start_aiotf("--trace", other)
        setting.start_reader()
        setting.reader.wait(world.UP)
        _, devices, _ = setting.order(READ)
        assert len(devices) == 60
        assert setting.reader.stop() == 0 and setting.aiotf.stop() == 0
        found = records(trace)
        acknowledged = [record for record in found if record["outcome"] == "acknowledged"]
        assert len({record["exchange"] for record in acknowledged}) >= 60, collections.Counter(
            record["outcome"] for record in found)
        for record in found:
            check_sum(record)
        assert sum("aiotf" in names(record) for record in acknowledged) >= 60
        assert any(overlap["stage"] == "spool" for record in found for overlap in record["overlaps"])
        secret = setting.folder.joinpath("aiotf.key").read_bytes()
        assert secret not in trace.read_bytes() + other.read_bytes()
        for device in devices:
            assert device["deviceID"].lower() not in (trace.read_text() + other.read_text()).lower()

        done = subprocess.run([program, "trace", "join", trace, other], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0 and "one clock" in done.stderr, done.stderr
        joined = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(joined) == len(found)
        split = 0
        for before, after in zip(found, joined):
            check_sum(after)
            assert before["totalNS"] == after["totalNS"]
            inner = sum(s["lengthNS"] for s in after["stages"] if s["stage"] in AIOTF_STAGES | {"aiotf"})
            assert inner == sum(s["lengthNS"] for s in before["stages"] if s["stage"] == "aiotf")
            split += "decide" in names(after)
        assert split >= 60 and AIOTF_STAGES <= {name for record in joined for name in names(record)}
        check_two_clocks(program, setting, trace, other, joined)
        (setting.folder / "joined").write_text(done.stdout)
        text = setting.run("trace", "chrome", "joined")
        events = check_chrome(text)
        assert {event["pid"] for event in events} == {1, 2, 3, 4, 5}
        summary = setting.run("trace", "summary", "joined")
        assert "decide" in summary and "differ by 0.000 %" in summary, summary


def check_two_clocks(program, setting, trace, other, joined):
    """With an AIoTF whose clock is an hour ahead the join comes out the same, within the uncertainty that it tells."""
    moved = setting.folder / "moved.trace"
    with moved.open("w") as file:
        for line in other.read_text().splitlines():
            turn = json.loads(line)
            for key in ("arrivedNS", "takenNS", "decidedNS", "committedNS", "sentNS"):
                turn[key] = turn[key] and turn[key] + 3_600_000_000_000
            file.write(json.dumps(turn) + "\n")
    done = subprocess.run([program, "trace", "join", trace, moved], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and re.search(r"is (3599999|3600000)\.", done.stderr), done.stderr
    for one, two in zip(joined, (json.loads(line) for line in done.stdout.splitlines())):
        check_sum(two)
        inside = [sum(s["lengthNS"] for s in record["stages"] if s["stage"] in ("queue", "decide", "commit"))
                  for record in (one, two)]
        assert abs(inside[0] - inside[1]) < 5_000_000, (one, two)


def a_chrome_trace_of_the_daemon_loads(program, options):
    """What the daemon itself writes in Chrome's format keeps the format's rules."""
    with traced(program, "chrome", devices=20, seed=options.seed) as (setting, trace):
        setting.start()
        setting.order()
        assert setting.reader.stop() == 0
        events = check_chrome(trace.read_text())
        assert {"msg1", "r2d", "spool", "ack"} <= {event["name"] for event in events}


def a_trace_that_cannot_be_opened_ends_the_start(program, options):
    """A trace in a folder that is not there: exit status 73 and a text that says what to do."""
    with traced(program, path="/nowhere/at/all/trace", devices=3) as (setting, _):
        reader = setting.start_reader(ready=False)
        assert reader.ended(10) == 73
        assert reader.find("name a file in a folder that exists")


def a_full_disk_ends_the_trace_and_not_the_daemon(program, options):
    """/dev/full in the place of a disk: a line in the log says that the trace has ended, and devices are found."""
    with traced(program, path="/dev/full", devices=10, seed=options.seed) as (setting, _):
        setting.start()
        _, devices, _ = setting.order()
        assert len(devices) == 10
        setting.reader.wait("the trace has ended: .*No space left")
        _, devices, _ = setting.order()
        assert len(devices) == 10
        assert setting.reader.count("the trace has ended") == 1
        assert setting.reader.stop() == 0


def a_trace_of_before_is_kept(program, options):
    """A daemon that starts anew keeps the trace of the one before as NAME.1."""
    with traced(program, devices=5, seed=options.seed) as (setting, trace):
        setting.start()
        setting.order()
        assert setting.reader.stop() == 0
        first = trace.read_text()
        assert first
        setting.start_reader()
        assert setting.reader.stop() == 0
        assert trace.with_name(trace.name + ".1").read_text() == first
        assert trace.read_text() == ""


SCENARIOS = {
    "trace-join": an_exchange_with_a_command_sums_up_and_its_aiotf_stage_is_split,
    "trace-chrome": a_chrome_trace_of_the_daemon_loads,
    "trace-open": a_trace_that_cannot_be_opened_ends_the_start,
    "trace-full-disk": a_full_disk_ends_the_trace_and_not_the_daemon,
    "trace-kept": a_trace_of_before_is_kept,
}
