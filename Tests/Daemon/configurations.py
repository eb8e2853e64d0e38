"""Wrong configurations of every kind: the file, and what is said of it; against check-config and run of the built program."""

import json
import os
import pathlib
import subprocess
import tempfile
import threading

import processes

LINKS = 'links: [{name: core, endpoints: ["unix:/run/none"]}]\n'
LOOP = "front-end: {type: loopback}\n"
BASE = LOOP + LINKS  # right, and two lines: what is added begins on the third
PLUTO = "front-end: {type: pluto}\nregion: screened\n" + LINKS
BOXES = """front-end:
  type: two-box
  transmitter: {serial: a}
  receiver: {serial: b}
region: screened
""" + LINKS


class Wrong:
    """A configuration and its mistakes, each as PLACE: the beginning of its text, PLACE as LINE:COLUMN or a name."""

    def __init__(self, text, *mistakes, set=(), environment=None):
        self.text, self.mistakes, self.set, self.environment = text, mistakes, set, environment or {}


TABLE = {
    # No YAML, or none with keys.
    "an open bracket": Wrong("front-end: {type: loopback\n", "2:1: while parsing a flow mapping: did not find expected ',' or '}'"),
    "a tab": Wrong(BASE + "air:\n\tq: 4\n", "4:1: while scanning for the next token: found character that cannot start any token"),
    "a wrong indent": Wrong(BASE + "air:\n  q: 4\n midamble: true\n", "5:2: while parsing a block mapping: did not find expected key"),
    "an open quote": Wrong(BASE + 'state-directory: "/srv\n', "4:1: while scanning a quoted scalar: found unexpected end of stream"),
    "a list": Wrong("- loopback\n", "1:1: write keys and values"),
    "a word": Wrong("loopback\n", "1:1: write keys and values"),
    "nothing": Wrong("", "1:1: front-end: name one, as in", "1:1: links: name at least one"),
    "a colon without a space": Wrong(BASE + "air: {q:4}\n", "3:7: air.q:4 is not known here"),
    "a control character": Wrong(BASE + "air: \x01\n", "1:1: control characters are not allowed: save the file as UTF-8"),
    "an unknown alias": Wrong(BASE + "air: *there\n", "3:6: found undefined alias"),
    "two documents": Wrong(BASE + "---\nair: {q: 4}\n", "3:1: expected a single document in the stream"),
    "a key that is a list": Wrong(BASE + "? [a]\n: b\n", "3:3: a key is a word"),
    # Keys.
    "a key twice": Wrong(BASE + "air: {q: 1}\nair: {q: 2}\n", "3:1: air stands here more than once"),
    "a key twice, deeper": Wrong(BASE + "air: {q: 1, q: 2}\n", "3:7: q stands here more than once"),
    "an unknown section": Wrong(BASE + "airs: {q: 4}\n", "3:1: airs is not known here; did you mean air?"),
    "an unknown key in a section": Wrong(BASE + "air: {max-round: 4}\n",
                                         "3:7: air.max-round is not known here; did you mean air.max-rounds?"),
    "an unknown key two levels deep": Wrong(
        BASE + "limits: {listen-before-talk: {threshold-dbfs: -60, listen: 5}}\n",
        "3:52: limits.listen-before-talk.listen is not known here; did you mean limits.listen-before-talk.listen-ms?"),
    "an unknown key in a list": Wrong(LOOP + "links:\n  - nmae: core\n    endpoints: [\"unix:/a\"]\n",
                                      "3:5: links[0].nmae is not known here; did you mean links[0].name?"),
    "a key at the wrong level": Wrong(BASE + "max-rounds: 4\n",
                                      "3:1: max-rounds is not known here; did you mean air.max-rounds?"),
    "a key with another spelling": Wrong(BASE + "stopTimeoutMs: 4\n",
                                         "3:1: stopTimeoutMs is not known here; did you mean stop-timeout-ms?"),
    "a key that is like none": Wrong(BASE + "volume: 11\n", "3:1: volume is not known here"),
    "a key of another front end": Wrong("front-end: {type: loopback, amplitude: 0.5}\n" + LINKS,
                                        "1:29: front-end.amplitude is not known here"),
    # Types.
    "a text for a number": Wrong(BASE + "air: {q: four}\n", "3:10: air.q: write a whole number from 0 to 15"),
    "a fraction for a whole number": Wrong(BASE + "air: {q: 4.5}\n", "3:10: air.q: write a whole number"),
    "yes for true": Wrong(BASE + "air: {fec: yes}\n", "3:12: air.fec: write true or false"),
    "a word for a section": Wrong(BASE + "air: fast\n", "3:6: air: write keys and values below it"),
    "a section for a word": Wrong(BASE + "state-directory: {path: /srv}\n", "3:18: state-directory: write a text"),
    "a word for a list": Wrong(LOOP + "links: [{endpoints: \"unix:/a\"}]\n",
                               "2:21: links[0].endpoints: write a list"),
    "a section for a list": Wrong(LOOP + "links: {endpoints: []}\n", "2:8: links: write a list"),
    "an empty value": Wrong(BASE + "state-directory:\n", "3:17: state-directory: write a text"),
    "digits that are no octets": Wrong(BASE + "reader: {plmn: 12}\n", "3:16: reader.plmn: write six hexadecimal digits"),
    # Ranges.
    "a number that is too large": Wrong(BASE + "air: {max-rounds: 10001}\n", "3:19: air.max-rounds: write a whole number"),
    "a number that no machine holds": Wrong(BASE + "air: {q: 99999999999999999999}\n", "3:10: air.q: write a whole"),
    "a negative number": Wrong(BASE + "stop-timeout-ms: -1\n", "3:18: stop-timeout-ms: write a whole number from 0"),
    "a choice that there is not": Wrong(BASE + "log: {format: xml}\n", "3:15: log.format: write one of auto, text"),
    "a front end that there is not": Wrong("front-end: {type: lopback, devices: 3}\n" + LINKS,
                                           "1:19: front-end.type: write one of loopback, pluto"),
    "an M that the air does not have": Wrong(BASE + "air: {chips-per-symbol: 7}\n", "3:25: air.chips-per-symbol: M 7"),
    "three frequencies": Wrong(BASE + "air: {frequencies: 3}\n", "3:20: air.frequencies: write 1, 2, 4 or 8"),
    "not a number": Wrong("front-end: {type: loopback, snr: nan}\n" + LINKS, "1:34: front-end.snr: write a number"),
    # What does not go together.
    "half of a box": Wrong("front-end: {type: hackrf}\n" + LINKS, "1:19: front-end.type: it cannot send and receive"),
    "no region": Wrong("front-end: {type: pluto}\n" + LINKS, "1:1: region: a pluto transmits: write whose rules hold"),
    "a carrier outside the band": Wrong("front-end: {type: pluto}\nregion: eu-865\n" + LINKS,
                                        "1:12: front-end.frequency-hz: 920600000 with 90000 on each side is outside"),
    "a carrier at the edge of the band": Wrong(
        "front-end: {type: pluto, frequency-hz: 920950000}\nregion: eu-915\n" + LINKS,
        "1:40: front-end.frequency-hz: 920950000 with 90000 on each side is outside region eu-915"),
    "more power than the region allows": Wrong(
        "front-end: {type: pluto, transmit-gain-db: 89, external-gain-db: 30}\nregion: us-902\n" + LINKS,
        "1:44: front-end.transmit-gain-db: about 38.1 dBm EIRP would be radiated, above the 36.0 dBm of region us-902"),
    "more power than the operator allows": Wrong(
        BOXES.replace("serial: a", "serial: a, amplifier: true, transmit-gain-db: 47")
        + "limits: {max-power-dbm: 10}\n",
        "3:63: front-end.transmitter.transmit-gain-db: about 13.1 dBm EIRP would be radiated, above the 10.0 dBm of "
        "limits.max-power-dbm"),
    "a rate beyond the front end": Wrong(BASE + "air: {rate-code: 7, subcarrier-code: 3}\n",
                                         "3:18: air.rate-code: R * bit rate is 3840000"),
    "a rate beyond a slower front end": Wrong(
        "front-end: {type: pluto, sample-rate-hz: 1000000}\nregion: screened\n" + LINKS + "air: {frequencies: 8}\n",
        "4:20: air.frequencies: R * bit rate is 480000"),
    "a q beyond the triggers": Wrong(BASE + "air: {q: 12}\n", "3:10: air.q: q 12 has more than 256 triggers"),
    "a profile that spec/1 refuses": Wrong("front-end: {type: loopback, profile: 0x20}\n" + LINKS,
                                           "1:38: front-end.profile: "),
    "a counter window without integrity": Wrong(
        "front-end: {type: loopback, algorithms: 0x20, counter-window: 5}\n" + LINKS, "1:63: front-end.counter-window: "),
    "algorithms that there are not": Wrong("front-end: {type: loopback, algorithms: 0x11}\n" + LINKS,
                                           "1:41: front-end.algorithms: write 0x00, 0x02, 0x20 or 0x22"),
    "losses of samples": Wrong("front-end: {type: loopback, air: sample, loss: 0.1}\n" + LINKS,
                               "1:48: front-end.loss: goes with air: burst"),
    "a recording without samples": Wrong(BASE + "record: {file: /var/tmp/x}\n", "3:9: record: air: burst has no samples"),
    "two HackRFs without serials": Wrong(BOXES.replace("{serial: b}", "{type: hackrf}"),
                                         "4:13: front-end.receiver: with two HackRFs give each its serial"),
    "an RTL-SDR that is too fast": Wrong(
        BOXES.replace("{serial: b}", "{type: rtl-sdr}").replace("two-box", "two-box\n  sample-rate-hz: 4000000"),
        "3:19: front-end.sample-rate-hz: an RTL-SDR takes 2400000 at most"),
    "serial and address": Wrong(PLUTO.replace("pluto}", 'pluto, serial: a, address: "001:004"}'),
                                "1:46: front-end.address: give serial or address, not both"),
    "a recording that is not there": Wrong("front-end: {type: replay, file: /nowhere/x}\n" + LINKS, "1:33: front-end.file: "),
    "two links of one name": Wrong(
        LOOP + "links:\n- {name: a, endpoints: [\"unix:/a\"]}\n- {name: a, endpoints: [\"unix:/b\"]}\n",
        "4:10: links[1].name: a stands here twice"),
    "a link without an endpoint": Wrong(LOOP + "links: [{name: a}]\n", "2:9: links[0].endpoints: name at least one"),
    "an address of no kind": Wrong(LOOP + "links: [{endpoints: [\"http://a\"]}]\n", "2:21: links[0].endpoints: "),
    "TLS without certificates": Wrong(LOOP + "links: [{endpoints: [\"tls://a\"]}]\n",
                                      "2:21: links[0].endpoints: tls://a needs tls: {certificate"),
    "half of the certificates": Wrong(BASE + "tls: {certificate: c, key: k}\n", "3:6: tls.authorities: name the PEM file"),
    "a control socket in the place of an AIoTF": Wrong(
        BASE + "control: {socket: /run/none}\n", "3:19: control.socket: /run/none is an endpoint of a link"),
    "a control socket that is too long": Wrong(
        BASE + f"control: {{socket: /{'x' * 107}}}\n", f"3:19: control.socket: /{'x' * 107}: name a socket of 107"),
    "a trace in the place of the socket": Wrong(
        BASE + "control: {socket: /run/x}\ntrace: {file: /run/x}\n", "4:15: trace.file: /run/x is written by something else"),
    "a window without a duty cycle": Wrong(BASE + "limits: {duty-window-s: 60}\n",
                                           "3:25: limits.duty-window-s: goes with duty-cycle"),
    "listening without a threshold": Wrong(BASE + "limits: {listen-before-talk: {listen-ms: 5}}\n",
                                           "3:30: limits.listen-before-talk.threshold-dbfs: write the level"),
    "a health rule without a deed": Wrong(
        BASE + "health: [{name: a, counter: aiot_reader_rounds_total, above: 1}]\n", "3:10: health[0].do: write log"),
    "a counter that there is not": Wrong(
        BASE + "health: [{name: a, counter: rounds, above: 1, do: log}]\n", "3:29: health[0].counter: rounds is no counter"),
    "two health rules of one name": Wrong(
        BASE + "health:\n" + 2 * "- {name: a, counter: aiot_reader_rounds_total, above: 1, do: log}\n",
        "5:10: health[1].name: a stands here twice"),
    "a trace without a file": Wrong(BASE + "trace: {format: chrome}\n", "3:8: trace.file: name a file"),
    "several mistakes": Wrong(
        "front-end: {type: loopback, snr: 99}\n" + LINKS + "reader: {index: 0}\nqueue: 1\n",
        "1:34: front-end.snr: write a number from -20 to 80", "3:17: reader.index: write", "4:1: queue is not known here"),
    # Environment and flags.
    "a flag with a wrong value": Wrong(BASE, "--set air.q: air.q: write a whole number", set=["air.q=99"]),
    "a flag with an unknown key": Wrong(BASE, "--set air.queue: air.queue is not known here", set=["air.queue=99"]),
    "a flag with a key of another section": Wrong(
        BASE, "--set max-rounds: max-rounds is not known here; did you mean air.max-rounds?", set=["max-rounds=8"]),
    "a flag beyond a list": Wrong(BASE, "--set links[4].name: links has 1 entries", set=["links[4].name=x"]),
    "a flag with no YAML": Wrong(BASE, "--set air: air: while parsing a flow mapping: did not", set=["air={q: 1"]),
    "a flag that does not go with the file": Wrong(
        PLUTO, "1:12: front-end.frequency-hz", set=["region=eu-865"]),
    "a variable with a wrong value": Wrong(
        BASE, "AIOT_READER_LOG__LEVEL: log.level: write one of trace", environment={"AIOT_READER_LOG__LEVEL": "loud"}),
    "a variable with an unknown key": Wrong(
        BASE, "AIOT_READER_AIR__MAX_ROUND: air.max-round is not known here; did you mean air.max-rounds?",
        environment={"AIOT_READER_AIR__MAX_ROUND": "8"}),
    "a variable without a key": Wrong(BASE, "AIOT_READER_: write a key", environment={"AIOT_READER_": "8"}),
    "a variable for what holds no keys": Wrong(
        BASE + "state-directory: /srv\n", "AIOT_READER_STATE_DIRECTORY__X: state-directory holds no keys",
        environment={"AIOT_READER_STATE_DIRECTORY__X": "8"}),
}


def call(program, *arguments, environment=None):
    """The program's end."""
    return subprocess.run(
        [str(program), *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, text=True,
        env={**os.environ, **(environment or {})})


def expected(wrong, file):
    """Beginnings of the lines that are told."""
    return [mistake if not mistake[0].isdigit() else f"{file}:{mistake}" for mistake in wrong.mistakes]


def options(wrong):
    return [word for assignment in wrong.set for word in ("--set", assignment)]


def table(program, _options):
    """Every wrong configuration is told with file, line, column and what to write, and nothing else is."""
    with tempfile.TemporaryDirectory(prefix="aiot-wrong-") as folder:
        failed = []
        for name, wrong in TABLE.items():
            file = pathlib.Path(folder) / "reader.yaml"
            file.write_text(wrong.text)
            done = call(program, "check-config", file, *options(wrong), environment=wrong.environment)
            told, wanted = done.stdout.splitlines(), expected(wrong, file)
            held = len(told) == len(wanted) and all(a.startswith(b) for a, b in zip(told, wanted))
            if done.returncode != 78 or done.stderr or not held:
                failed.append(f"{name}: {done.returncode} {done.stderr}\n    " + "\n    ".join(told))
        assert not failed, "\n".join(failed)
        print(f"  {len(TABLE)} wrong configurations")


def refused(program, _options):
    """The daemon says the same of a wrong configuration, ends with 78 and has never been ready."""
    names = ["an open bracket", "a key twice", "no region", "several mistakes", "a flag with a wrong value",
             "a variable with an unknown key"]
    with tempfile.TemporaryDirectory(prefix="aiot-wrong-") as folder:
        for number, name in enumerate(names):
            wrong, file = TABLE[name], pathlib.Path(folder) / f"reader-{number}.yaml"
            file.write_text(wrong.text)
            reader = processes.Program([program, "run", "--config", file, *options(wrong)],
                                       file.with_suffix(".log"), wrong.environment)
            assert reader.ended(within=20) == 78, name
            for line in expected(wrong, file):
                assert any(told.startswith(f"aiot-reader: {line}") for _, told in reader.lines), (name, reader.lines)
            assert not reader.states, (name, reader.states)


def right(program, _options):
    """What is in force is shown with its defaults, reads back to the same, and flags go before environment and file."""
    with tempfile.TemporaryDirectory(prefix="aiot-right-") as folder:
        file = pathlib.Path(folder) / "reader.yaml"
        file.write_text(BASE + "air: {q: 3, max-rounds: 3, link-hold-ms: 3}\n")
        environment = {"AIOT_READER_AIR__MAX_ROUNDS": "4", "AIOT_READER_AIR__Q": "4", "AIOT_READER_LINKS__0__NAME": "x"}
        arguments = ["--set", "air.q=5", "--set", "tls={certificate: c, key: k, authorities: a}"]
        shown = call(program, "check-config", file, "--effective", *arguments, environment=environment)
        assert shown.returncode == 0 and not shown.stderr, shown
        lines = [line.strip() for line in shown.stdout.splitlines()]
        for line in ["q: 5", "max-rounds: 4", "link-hold-ms: 3", "- name: x", "certificate: c", "fec: false  # default",
                     "type: loopback", "state-directory: /var/lib/aiot-reader  # default"]:
            assert line in lines, (line, shown.stdout)
        again = file.with_name("effective.yaml")
        again.write_text(shown.stdout)
        twice = call(program, "check-config", again, "--effective")
        without = [[line.removesuffix("  # default") for line in text.splitlines()] for text in (shown.stdout, twice.stdout)]
        assert without[0] == without[1], twice
        plain = call(program, "check-config", file)
        assert plain.returncode == 0 and "is right" in plain.stdout, plain


def as_json(program, _options):
    """--format json gives an object for each mistake or setting, and a summary."""
    with tempfile.TemporaryDirectory(prefix="aiot-json-") as folder:
        file = pathlib.Path(folder) / "reader.yaml"
        file.write_text(BASE + "air: {q: x}\n")
        done = call(program, "check-config", file, "--format", "json", "--set", "queue=1")
        objects = [json.loads(line) for line in done.stdout.splitlines()]
        assert done.returncode == 78, done
        assert [(o.get("line"), o.get("column"), o.get("setting")) for o in objects[:2]] == [
            (3, 10, None), (None, None, "--set queue")], objects
        assert objects[2] == {"type": "summary", "file": str(file), "problems": 2}, objects
        done = call(program, "check-config", file, "--format", "json", "--effective", "--set", "air.q=2")
        objects = {o.get("key"): o for o in map(json.loads, done.stdout.splitlines())}
        assert objects["air.q"] == {"type": "setting", "key": "air.q", "value": "2", "default": False}, objects
        assert objects["air.fec"]["default"] is True, objects


def unreadable(program, _options):
    """A configuration that is not there ends with 66, one that may not be read with 77."""
    with tempfile.TemporaryDirectory(prefix="aiot-none-") as folder:
        file = pathlib.Path(folder) / "reader.yaml"
        done = call(program, "check-config", file)
        assert done.returncode == 66 and "is not there" in done.stderr, done
        file.write_bytes(b"air: \xff\n")
        done = call(program, "check-config", file)
        assert done.returncode == 66 and "UTF-8" in done.stderr, done
        if os.geteuid() == 0:
            os.chmod(folder, 0o755)
            file.chmod(0o600)
            user = {"user": 65534, "group": 65534, "extra_groups": []}
            done = subprocess.run([program, "check-config", file], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  timeout=60, text=True, **user)
        else:
            file.chmod(0)
            done = call(program, "check-config", file)
        assert done.returncode == 77 and "may not be read" in done.stderr, done


def flags(program, _options):
    """Flags that are older than --set are shown as what they set, and wrong ones are wrong usage."""
    with tempfile.TemporaryDirectory(prefix="aiot-flags-") as folder:
        file = pathlib.Path(folder) / "reader.yaml"
        file.write_text(BASE)
        for arguments in (["--set", "air.q"], ["--min-turnaround", "9999"], ["--log-level", "loud"]):
            done = call(program, "run", "--config", file, *arguments)
            assert done.returncode == 64, (arguments, done)
        done = call(program, "run", "--config", file, "--record", f"{folder}/x")
        assert done.returncode == 78 and "--record: record: air: burst has no samples" in done.stderr, done


SCENARIOS = {
    "wrong-configurations": table,
    "refused-configurations": refused,
    "effective": right,
    "check-config-json": as_json,
    "unreadable-configurations": unreadable,
    "flags": flags,
}
