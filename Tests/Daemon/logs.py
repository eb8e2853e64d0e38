"""The log of the daemon: its forms, what it names, and what it keeps to itself."""

import json
import os
import pathlib
import re
import signal
import socket
import sqlite3
import threading

import processes
import world


def configured(program, options, log="", **settings):
    setting = world.World(program, seed=options.seed, **settings)
    with (setting.folder / "reader.yaml").open("a") as file:
        file.write(log)
    return setting


def secrets(setting):
    """What no log may have: IDs of the population, nonces of all requests, what devices hold."""
    found = {device for device in setting.store.devices}
    found |= {setting.group}
    database = sqlite3.connect(f"file:{setting.store_path}?mode=ro", uri=True)
    found |= {row[0].hex() for row in database.execute("SELECT nonce1 FROM system_test_requests")}
    database.close()
    found |= {ack[2] for ack in setting.journal.acknowledged}
    found |= {page[3] for page in setting.journal.pages if len(page[3]) >= 8}
    found |= {memory[:8].hex() for memory in setting.memory.memories}
    return {text.lower() for text in found if len(text) >= 8}


def silent(program, options):
    """At trace level neither process logs an ID, a nonce or what a device holds; every frame only where it is asked for."""
    with configured(program, options, devices=40) as setting:
        setting.start(level="trace")
        setting.order("read:0,8")
        _, devices, summary = setting.order()
        setting.check_found_once(devices, summary)
        hidden = secrets(setting)
        assert len(hidden) > 80, len(hidden)
        for process in (setting.reader, setting.aiotf):
            text = process.log.read_text().lower()
            assert len(text.splitlines()) > 5, f"{process.name} said next to nothing"
            told = [value for value in hidden if value in text]
            assert not told, f"{process.name} told {told[:5]}"
            # A key has 32 digits: nothing that long is there, whatever it is.
            assert "octets=" not in text and not re.search(r"[0-9a-f]{16}", text), re.search(r"[0-9a-f]{16}.*", text)
        assert setting.reader.count("R2D frame") > 50
        # The same with protected values: now the frames are there, and the nonces in them.
        assert setting.reader.stop() == 0
        with (setting.folder / "reader.yaml").open("a") as file:
            file.write("log: {show-protected: true}\n")
        setting.start_reader(level="trace")
        setting.reader.wait(world.UP)
        mark = setting.reader.mark()
        setting.order()
        text = "\n".join(line for _, line in setting.reader.lines[mark:])
        nonces = {ack[2] for ack in setting.journal.acknowledged if ack[2] not in hidden}
        assert nonces and all(nonce in text for nonce in nonces), "the frames are not shown where they are asked for"
        print(f"  {len(hidden)} secrets looked for in {setting.reader.mark()} lines")


def named(program, options):
    """Every line that belongs to an inventory or an exchange names it, in a field of its own."""
    with configured(program, options, "log: {format: json, level: trace}\n", devices=20) as setting:
        setting.start_aiotf()
        setting.reader = processes.Program(
            [setting.program, "run", "--config", setting.folder / "reader.yaml"], setting.folder / "reader.log")
        setting.reader.wait('"message":"link up".*"link":"core"')
        setting.order("read:0,8")
        setting.reader.wait("inventory complete")
        lines = [json.loads(line) for _, line in setting.reader.lines]
        assert all(line["logger"] == "aiot-reader" and line["level"] and line["time"] for line in lines)
        exchanges = {}
        for line in lines:
            if re.match(r"exchange |round |R2D frame|inventory |\d+ devices acknowledged$", line["message"]):
                assert line["inventory"].isdigit(), line
            if line["message"].startswith("exchange "):
                exchanges.setdefault(line["exchange"], []).append(line["message"])
        opened = [steps for steps in exchanges.values() if "exchange acknowledged" in steps]
        assert len(opened) == 20, f"{len(opened)} exchanges"
        sent = [line for line in lines if line["message"].startswith("R2D frame") and "R2DUpper" in line["message"]]
        assert sent and all(set(line["exchange"].split(",")) <= set(exchanges) for line in sent), sent[:3]


class Journal:
    """A journald that keeps what it is sent; `journal` is the socket in a mount namespace of the reader's own."""

    def __init__(self, path):
        self.entries = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while True:
            try:
                self.entries.append(fields(self._socket.recv(1 << 20)))
            except OSError:
                return

    def close(self):
        self._socket.close()


def fields(entry):
    """Of a datagram in journald's native protocol."""
    found = {}
    while entry:
        line, _, entry = entry.partition(b"\n")
        name, equals, value = line.partition(b"=")
        if not equals:
            length = int.from_bytes(entry[:8], "little")
            value, entry = entry[8:8 + length], entry[8 + length + 1:]
        found[name.decode()] = value.decode()
    return found


def journal(program, options):
    """Where standard error is the journal, lines have fields; where journald goes, they have priorities."""
    if os.geteuid() != 0 or pathlib.Path("/run/systemd/journal/socket").exists():
        print("  needs root, and a machine without journald: tests of LogOutput hold the protocol")
        return
    folder = pathlib.Path("/run/systemd/journal")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "socket"
    server = Journal(path)
    try:
        with configured(program, options, "log: {format: journal, level: debug}\n", devices=5) as setting:
            setting.start_aiotf()
            setting.reader = processes.Program(
                [setting.program, "run", "--config", setting.folder / "reader.yaml"], setting.folder / "reader.log")
            up = lambda: [e for e in server.entries if e["MESSAGE"] == "link up" and e.get("AIOT_LINK") == "core"]
            processes.wait_until(up, "no entry of the link")
            setting.order()
            def exchange():
                return [e for e in server.entries if "AIOT_EXCHANGE" in e and e.get("AIOT_INVENTORY", "").isdigit()]
            processes.wait_until(exchange, "no entry of an exchange")
            assert up()[0]["PRIORITY"] == "5" and up()[0]["SYSLOG_IDENTIFIER"] == "aiot-reader", up()[0]
            assert setting.reader.mark() == 0, setting.reader.lines
            server.close()
            path.unlink()
            setting.order()
            setting.reader.wait(r"^<6>aiot-reader: inventory=\d+ inventory complete")
            assert setting.reader.stop() == 0
    finally:
        server.close()
        path.unlink(missing_ok=True)


def limited(program, options):
    """Garbage from who connects, and a link that is refused again and again, make a few lines and a number."""
    with configured(program, options, devices=1) as setting:
        setting.start()
        mark = setting.aiotf.mark()
        for _ in range(200):
            with socket.create_connection(("127.0.0.1", setting.port), timeout=10) as one:
                one.sendall(b"\x1b[2J\x07 garbage " * 40)
        setting.aiotf.wait(r"\d+ lines like this one were left out within 10 s: ", mark, within=30)
        lines = [line for _, line in setting.aiotf.lines[mark:]]
        assert len(lines) < 200, f"{len(lines)} lines"
        assert not any("\x1b" in line or "\x07" in line for line in lines)
        _, devices, summary = setting.order()
        setting.check_found_once(devices, summary)


def live(program, options):
    """Level and form change at a reload, and nothing else does."""
    with configured(program, options, "log: {level: warning}\n", devices=5) as setting:
        setting.start_aiotf()
        setting.reader = processes.Program(
            [setting.program, "run", "--config", setting.folder / "reader.yaml"], setting.folder / "reader.log")
        setting.reader.wait_state("link core up")
        setting.order()
        assert setting.reader.count(" info ") == 0
        text = (setting.folder / "reader.yaml").read_text()
        (setting.folder / "reader.yaml").write_text(text.replace("{level: warning}", "{level: debug, format: json}"))
        setting.reader.signal(signal.SIGHUP)
        def changed():
            setting.order()
            return setting.reader.find(r'^\{"time".*"level":"debug"')
        processes.wait_until(changed, "the level stays")


SCENARIOS = {"logs-silent": silent, "logs-named": named, "logs-journal": journal, "logs-limited": limited,
             "logs-live": live}
