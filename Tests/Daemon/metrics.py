"""Metrics of the daemon: over HTTP, as promtool wants them, and true."""

import http.client
import json
import pathlib
import re
import socket
import subprocess

import processes
import world

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINE = re.compile(r'^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$')


def watched(program, options, extra="", **settings):
    """A world whose reader gives metrics at a port of its own."""
    setting = world.World(program, seed=options.seed, **settings)
    setting.metrics_port = processes.free_port()
    with (setting.folder / "reader.yaml").open("a") as file:
        file.write(f"metrics: {{port: {setting.metrics_port}}}\n{extra}")
    return setting


def get(port, path="/metrics", method="GET"):
    """(status, headers, text)."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        return response.status, response.headers, response.read().decode()
    finally:
        connection.close()


def scrape(port):
    """{(name, labels as text): value}."""
    samples = {}
    for line in get(port)[2].splitlines():
        if not line.startswith("#"):
            name, labels, value = LINE.match(line).groups()
            assert (name, labels) not in samples, line
            samples[name, labels] = float(value)
    return samples


def total(samples, name, having=""):
    """Of all series of a metric whose labels have the text."""
    return sum(value for (known, labels), value in samples.items() if known == name and having in (labels or ""))


def settled(setting, name, having, value):
    """Waits until what is counted once a second has been counted; the scrape."""
    def seen():
        samples = scrape(setting.metrics_port)
        return samples if total(samples, name, having) >= value else None
    return processes.wait_until(seen, f"{name}{{{having}}} is not {value}", pause=0.2)


def truth(program, options):
    """After an inventory the metrics say what its summary, the AIoTF and the devices say, and promtool finds no fault."""
    with watched(program, options, devices=60) as setting:
        setting.start()
        _, devices, summary = setting.order("read:0,8")
        setting.check_found_once(devices, summary)
        text = setting.reader.wait("inventory complete: ")[1]
        acknowledged, rounds = map(int, re.search(r"complete: (\d+) acknowledged in (\d+) rounds", text).groups())
        samples = settled(setting, "aiot_reader_rounds_total", "", rounds)
        expected = {
            ("aiot_reader_rounds_total", ""): rounds,
            ("aiot_reader_acknowledged_devices_total", ""): len(setting.journal.acknowledged),
            ("aiot_reader_inventories_total", 'end="complete"'): summary["requests"],
            ("aiot_reader_inventories_total", ""): summary["requests"],
            # At the end of the inventory all that were opened have been closed, the acknowledged ones as released.
            ("aiot_reader_exchanges_opened_total", ""): total(samples, "aiot_reader_exchanges_closed_total"),
            ("aiot_reader_link_up", 'link="core"'): 1,
            ("aiot_reader_front_end_state", 'state="ready"'): 1,
            ("aiot_reader_front_end_state", ""): 1,
            ("aiot_reader_snr_decibels_count", ""): total(samples, "aiot_reader_d2r_bursts_total", 'fate="decoded"'),
            ("aiot_reader_metric_series_refused", ""): 0,
            ("aiot_reader_build_info", ""): 1,
        }
        for (name, having), value in expected.items():
            assert total(samples, name, having) == value, f"{name}{{{having}}}: {total(samples, name, having)}, not {value}"
        assert total(samples, "aiot_reader_exchanges_opened_total") >= acknowledged
        assert acknowledged == len(devices), f"{acknowledged} acknowledged, {len(devices)} told"
        single = total(samples, "aiot_reader_occasions_total", 'outcome="single"')
        collided = total(samples, "aiot_reader_occasions_total", 'outcome="collided"')
        # Of two devices in one occasion both may be read.
        assert single + 2 * collided >= len(devices), f"{single} single occasions, {collided} collided"
        # In contention every occasion was looked at: what the loop counted is what was told of the bursts.
        occasions = total(samples, "aiot_reader_occasions_total")
        bursts = total(samples, "aiot_reader_d2r_bursts_total", 'type="AccessRandomID"')
        assert occasions <= bursts <= occasions + collided, f"{occasions} occasions, {bursts} bursts of contention"
        sent, heard = (total(samples, "aiot_reader_r2d_frames_total", f'fate="{fate}"') for fate in ("sent", "heard"))
        assert sent >= heard > 0, f"{sent} sent, {heard} heard"
        for name in ("carrier_on_seconds_total", "process_resident_memory_bytes", "process_cpu_seconds_total",
                     "process_open_files", "process_start_time_seconds", "loop_handling_seconds_count",
                     "answer_seconds_count", "link_round_trip_seconds_count"):
            assert total(samples, f"aiot_reader_{name}") > 0, name
        resident = total(samples, "aiot_reader_process_resident_memory_bytes")
        assert abs(resident / 1024 - setting.reader.resident()) < 20_000, f"{resident} bytes"
        promtool("check", "metrics", text=get(setting.metrics_port)[2])
        dashboard(samples)
        print(f"  {len(samples)} samples; {int(sent)} frames, {int(single)} single occasions, {rounds} rounds")


def promtool(*arguments, text=None):
    """Nothing found: not even advice."""
    done = subprocess.run(["promtool", *arguments], input=text, capture_output=True, text=True, timeout=60, cwd=ROOT)
    found = (done.stdout + done.stderr).strip()
    assert done.returncode == 0, f"promtool {arguments}: {found}"
    return found


def names_in(expression):
    return set(re.findall(r"\baiot_reader_\w+", expression))


def dashboard(samples):
    """Every metric that dashboard and alerts name is in the scrape."""
    known = {name for name, _ in samples} | {"aiot_reader_health_rule_firing"}
    board = json.loads((ROOT / "share/grafana/aiot-reader.json").read_text())
    expressions = [target["expr"] for panel in board["panels"] for target in panel.get("targets", [])]
    assert len(expressions) > 10, expressions
    alerts = re.findall(r"^\s+expr: (.+)$", (ROOT / "share/prometheus/alerts.yaml").read_text(), re.M)
    assert len(alerts) > 5, alerts
    for expression in expressions + alerts:
        assert names_in(expression) and names_in(expression) <= known, f"{expression}: {names_in(expression) - known}"


def alerts(program, options):
    """promtool takes the alert rules, and they fire when they should."""
    promtool("check", "rules", "share/prometheus/alerts.yaml")
    promtool("test", "rules", "share/prometheus/alerts-test.yaml")


def endpoint(program, options):
    """The endpoint is on loopback, answers two paths, and is not held up by who does not ask or read."""
    with watched(program, options, devices=1) as setting:
        setting.start()
        port = setting.metrics_port
        status, headers, text = get(port)
        assert status == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4"), headers
        assert get(port, method="HEAD")[::2] == (200, "")
        assert get(port, "/other")[0] == 404
        status, headers, _ = get(port, method="POST")
        assert (status, headers["Allow"]) == (405, "GET, HEAD")
        processes.wait_until(lambda: get(port, "/healthz")[::2] == (200, "well\n"), "it is not well")
        listening = subprocess.run(["ss", "-ltnH", f"sport = :{port}"], capture_output=True, text=True).stdout
        assert [line.split()[3] for line in listening.splitlines()] == [f"127.0.0.1:{port}"], listening
        # Sixteen that say nothing are let be for 10 s, the next one is turned away, and what says nonsense too.
        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(16)]
        def refused():
            try:
                return get(port)[0] != 200
            except (OSError, http.client.HTTPException):
                return True
        def full():
            if refused():
                return True
            # One of the sixteen was turned away, as an earlier connection had not been counted out yet.
            idle.append(socket.create_connection(("127.0.0.1", port)))
            return False
        processes.wait_until(full, "a seventeenth connection is served", within=8)
        for one in idle[1:]:
            one.settimeout(20)
        idle[0].sendall(b"\x00\xff nonsense\r\n\r\n" * 100)
        idle[0].settimeout(20)
        idle[0].recv(4096)
        assert all(one.recv(1) == b"" for one in idle[1:]), "an idle connection stays"
        for one in idle:
            one.close()
        processes.wait_until(lambda: not refused(), "it serves nobody after the idle ones")
        second = subprocess.run(
            [program, "run", "--config", setting.folder / "reader.yaml", "--set", f"state-directory={setting.folder}/2"],
            capture_output=True, text=True, timeout=20)
        assert second.returncode == 75 and "metrics cannot be given at" in second.stderr, second
        assert setting.reader.stop() == 0


def links(program, options):
    """That a link goes is counted, and shown until it is there again."""
    with watched(program, options, devices=20) as setting:
        setting.start()
        mark = setting.reader.mark()
        setting.aiotf.kill()
        setting.reader.wait("no link: ", mark)
        samples = settled(setting, "aiot_reader_link_failures_total", "", 1)
        assert total(samples, "aiot_reader_link_up") == 0
        setting.start_aiotf()
        setting.reader.wait(world.UP, mark)
        settled(setting, "aiot_reader_link_up", "", 1)


def runbook(program, options):
    """Every alert has a section with cause, command and remedy, and every command and option in it exists."""
    alerts = re.findall(r"- alert: (\w+)", (ROOT / "share/prometheus/alerts.yaml").read_text())
    text = (ROOT / "docs/runbook.md").read_text()
    sections = {part.split("\n")[0]: part for part in text.split("\n## ")[1:]}
    assert list(sections) == alerts, set(sections) ^ set(alerts)
    for name, part in sections.items():
        assert "**Cause.**" in part and "```sh\n" in part and "**Do.**" in part, name
    lines = [line for block in re.findall(r"```sh\n(.*?)```", text, re.S) for line in block.strip().split("\n")]
    own = {line.split()[1] for line in lines if line.startswith("aiot-reader ")}
    own |= set(re.findall(r"`aiot-reader (\w[\w-]*)", text))
    for command in own:
        done = subprocess.run([program, command, "--help"], capture_output=True, text=True, timeout=20)
        assert done.returncode == 0 and f"aiot-reader {command}" in done.stdout, f"aiot-reader {command}: {done}"
    # What every Debian has, or the package that has it names the tool.
    known = {"systemctl", "journalctl", "coredumpctl", "ss", "curl", "lsusb", "top", "openssl", "du", "df"}
    assert {line.split()[0] for line in lines} <= known | {"aiot-reader"}
    configuration = (ROOT / "docs/operating.md").read_text() + (ROOT / "docs/front-ends.md").read_text()
    for key in re.findall(r"`((?:air|spool|limits|record|reader|front-end)\.[\w.-]+)`", text):
        assert key in configuration or key.split(".")[-1] in configuration, f"{key} is no key of the configuration"
    for metric in re.findall(r"grep -E '([^']+)'|grep (aiot_reader\w+)", text):
        pattern = metric[0] or metric[1]
        names = (ROOT / "Sources/ReaderMetrics/ReaderMetrics+Descriptions.swift").read_text() + "unencodable process_resident_memory"
        for one in pattern.replace("(sum|count)", "").replace("(wait|handling)", "wait").split("|"):
            assert one.rstrip("_").removesuffix("_bucket") in names, f"{one} is no metric"


SCENARIOS = {"metrics-truth": truth, "metrics-endpoint": endpoint, "metrics-links": links,
             "metrics-alerts": alerts, "metrics-runbook": runbook}
