"""The control socket of the daemon (docs/control.md), against the built program."""

import json
import os
import random
import shutil
import socket
import stat
import subprocess
import time

import processes
import world


class Reader(processes.Control):
    """A client of the daemon's control socket."""

    def __init__(self, here):
        super().__init__(here.state / "control.sock")

    def one(self, **request):
        """The one answer to a request."""
        answers = list(self.ask(30, **request))
        self.close()
        assert len(answers) == 1, f"{request}: {answers}"
        return answers[0]


def status(here):
    return Reader(here).one(request="status")


def trouble(here, kind):
    return next((trouble for trouble in status(here)["troubles"] if trouble["kind"] == kind), None)


def command(here, *arguments, via=None, within=30):
    """Runs a command against the daemon; what came of it."""
    return subprocess.run(
        [str(here.program), *map(str, arguments), "--via", str(via or here.state / "control.sock")],
        capture_output=True, text=True, timeout=within)


def status_is_what_happened(program, options):
    """After an inventory the status has its counts, its link, and no ID of a device."""
    with world.World(program, devices=60, seed=options.seed, transport="tcp").start() as here:
        _, devices, summary = here.order()
        here.check_found_once(devices, summary)
        told = status(here)
        counters = told["counters"]
        assert counters["acknowledged"] == 60, told
        # Of two devices in one occasion both may be read.
        assert counters["single"] + 2 * counters["collided"] >= 60 and counters["rounds"] >= 1, told
        assert told["openInventories"] == 0 and told["inventories"] == [], told
        assert told["frontEnd"]["state"] == "ready", told
        link = told["links"][0]
        assert (link["name"], link["state"], link["aiotfID"]) == ("core", "up", "a1"), told
        assert link["endpoint"] == f"tcp://127.0.0.1:{here.port}", told
        assert told["pid"] == here.reader.pid, told
        assert told["configuration"]["file"] == str(here.folder / "reader.yaml"), told
        text = json.dumps(told)
        assert not [name for name in here.store.devices if name in text], "IDs of devices are in the status"
        page = command(here, "status")
        assert page.returncode == 0, page
        for part in ("link         core: up", "60 acknowledged", "troubles     none"):
            assert part in page.stdout, page.stdout
        as_json = command(here, "status", "--format", "json")
        assert json.loads(as_json.stdout)["type"] == "status", as_json


def events_tell_an_inventory(program, options):
    """A stream of events has an inventory from its beginning to its end, each exchange, and the end of the daemon."""
    with world.World(program, devices=40, seed=options.seed, transport="tcp").start() as here:
        stream = Reader(here)
        events = stream.ask(60, request="events", exchanges=True)
        assert next(events)["type"] == "status"
        # Subscribed a moment after the status.
        here.order(target={"all": True})
        _, devices, _ = here.order()
        here.reader.signal(15)
        told = list(events)
        stream.close()
        assert len(devices) == 40
        last = max(n for n, e in enumerate(told) if e["type"] == "inventory" and e["step"] == "complete")
        begun = max(n for n, e in enumerate(told[:last]) if e["type"] == "inventory" and e["step"] == "begun")
        mine = [e for e in told[begun:last + 1] if e["type"] in ("inventory", "exchange")]
        rounds = [e["round"] for e in mine if e["type"] == "inventory" and e["step"] == "round"]
        assert rounds == list(range(rounds[0], rounds[0] + len(rounds))), rounds
        assert mine[-1]["acknowledged"] == 40, mine[-1]
        closed = [e["exchange"] for e in mine if e["type"] == "exchange" and e.get("outcome") == "acknowledged"]
        opened = {e["exchange"] for e in mine if e["type"] == "exchange" and e["step"] == "opened"}
        assert len(closed) == len(set(closed)) == 40 and set(closed) <= opened, (len(closed), len(opened))
        assert any(e["type"] == "stopping" for e in told), told[-3:]
        assert here.reader.ended(10) == 0
        text = json.dumps(told)
        assert not [name for name in here.store.devices if name in text], "IDs of devices are among the events"


def others_are_refused(program, options):
    """The socket has mode 0660; a process of another user outside the group may not connect."""
    with world.World(program, devices=1, seed=options.seed, transport="tcp") as here:
        here.start_reader()
        path = here.state / "control.sock"
        assert stat.S_IMODE(path.stat().st_mode) == 0o660, oct(path.stat().st_mode)
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            return
        for folder in (here.folder, here.state):
            folder.chmod(0o755)
        script = f"import socket\ntry: socket.socket(socket.AF_UNIX).connect({str(path)!r})\nexcept OSError as e: print(e.errno)"
        tried = {}
        for gid in (65534, path.stat().st_gid):
            done = subprocess.run(
                ["setpriv", "--reuid=65534", f"--regid={gid}", "--clear-groups", "/usr/bin/python3", "-c", script],
                capture_output=True, text=True, timeout=20)
            tried[gid] = done.stdout.strip()
        assert tried == {65534: "13", path.stat().st_gid: ""}, tried
        here.reader.stop()
        assert not path.exists(), "the socket is still there"


def a_drain_ends_inventories(program, options):
    """While draining, what is open goes to its end, a new inventory is refused, and resuming takes them again."""
    with world.World(program, devices=80, seed=options.seed, transport="tcp").start() as here:
        order = here.ordered()
        here.acknowledgements(5)
        client = Reader(here)
        answers = list(client.ask(60, request="drain", until="drained"))
        client.close()
        assert answers[0]["draining"] and answers[0]["openInventories"] == 1, answers
        assert answers[-1]["openInventories"] == 0, answers
        _, devices, summary = order.result(60)
        here.check_found_once(devices, summary)
        # The AIoTF asks once a second: refused each time with misc om-intervention, nothing goes on the air.
        rounds = status(here)["counters"]["rounds"]
        later = here.ordered()
        time.sleep(2.5)
        told = status(here)
        assert told["draining"] and told["openInventories"] == 0 and told["counters"]["rounds"] == rounds, told
        assert not later.done(), "the order has ended"
        off = command(here, "drain", "--off")
        assert off.returncode == 0 and "inventories are taken" in off.stdout, off
        _, devices, summary = later.result(60)
        here.check_found_once(devices, summary)


def nobody_can_block_it(program, options):
    """Clients that read nothing and 1,000 connections of garbage leave the daemon to its work."""
    generator = random.Random(options.seed)
    with world.World(program, devices=60, seed=options.seed, transport="tcp").start() as here:
        slow = [Reader(here) for _ in range(8)]
        for client in slow:
            client._socket.sendall(b'{"request":"events","exchanges":true}\n')
        path = str(here.state / "control.sock")
        for number in range(1_000):
            with socket.socket(socket.AF_UNIX) as client:
                # Without a time-out of its own: a full queue of connections makes it wait, not fail.
                client.connect(path)
                client.settimeout(10)
                try:
                    client.sendall(generator.randbytes(generator.randrange(200)) + (b"\n" if number % 2 else b""))
                    if number % 100 == 0:
                        client.sendall(b"x" * 70_000)
                except OSError:
                    pass
        for _ in range(3):
            _, devices, summary = here.order()
            here.check_found_once(devices, summary)
        # Places are free again as soon as those have gone.
        told = processes.wait_until(lambda: (t := status(here))["type"] == "status" and t, "no status")
        assert told["counters"]["acknowledged"] == 180, told
        for client in slow:
            client.close()
        assert here.reader.stop() == 0


def one_socket_serves_one_daemon(program, options):
    """A second daemon at the same socket ends with 69 and says why; the first goes on."""
    with world.World(program, devices=1, seed=options.seed, transport="tcp") as here:
        here.start_reader()
        other = here.folder / "other"
        other.mkdir()
        done = subprocess.run(
            [str(program), "run", "--config", str(here.folder / "reader.yaml"), "--set", f"state-directory={other}",
             "--set", f"control.socket={here.state}/control.sock"], capture_output=True, text=True, timeout=30)
        assert done.returncode == 69, done
        assert f"another daemon listens at the control socket {here.state}/control.sock: stop it" in done.stderr, done
        assert status(here)["type"] == "status"


def a_trouble_has_a_cause_and_ends(program, options):
    """An AIoTF that is killed is a trouble with cause and remedy, and over when it is back."""
    with world.World(program, devices=1, seed=options.seed, transport="tcp").start() as here:
        assert trouble(here, "link core") is None or trouble(here, "link core")["over"], status(here)
        here.aiotf.kill()
        lasting = processes.wait_until(
            lambda: (t := trouble(here, "link core")) and not t["over"] and t, "the link is in no trouble", pause=0.1)
        assert lasting["cause"] and lasting["remedy"] and lasting["count"] >= 1, lasting
        page = command(here, "status").stdout
        assert "TROUBLE      link core" in page and "do:  " in page, page
        here.start_aiotf()
        over = processes.wait_until(
            lambda: (t := trouble(here, "link core")) and t["over"] and t, "the trouble is not over", within=40, pause=0.1)
        assert over["cause"], over
        assert "was trouble  link core" in command(here, "status").stdout


def commands_tell_by_their_status(program, options):
    """69 where no daemon is, 1 where a request is refused, 0 where it is done."""
    with world.World(program, devices=1, seed=options.seed, transport="tcp") as here:
        nobody = command(here, "status", via=here.folder / "none")
        assert nobody.returncode == 69 and "start it with" in nobody.stderr, nobody
        here.start_reader()
        assert command(here, "reload").stdout == "reloaded; changed: nothing\n"
        path = here.folder / "reader.yaml"
        right = path.read_text()
        path.write_text(right + "airs: {q: 4}\n")
        refused = command(here, "reload")
        assert refused.returncode == 1 and "airs is not known here" in refused.stderr, refused
        kept = trouble(here, "configuration")
        assert "airs is not known here" in kept["cause"] and not kept["over"], kept
        path.write_text(right)
        assert command(here, "reload").returncode == 0
        assert trouble(here, "configuration")["over"]
        drained = command(here, "drain", "--wait")
        assert drained.returncode == 0 and "draining" in drained.stdout, drained
        begin = time.monotonic()
        here.reader.kill()
        gone = command(here, "status")
        assert gone.returncode == 69 and time.monotonic() - begin < 20, gone


SCENARIOS = {
    "control-status": status_is_what_happened,
    "control-events": events_tell_an_inventory,
    "control-permissions": others_are_refused,
    "control-drain": a_drain_ends_inventories,
    "control-garbage": nobody_can_block_it,
    "control-in-use": one_socket_serves_one_daemon,
    "control-troubles": a_trouble_has_a_cause_and_ends,
    "control-commands": commands_tell_by_their_status,
}
