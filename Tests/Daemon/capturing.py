"""Captures of a running daemon, and inventories over its control socket."""

import collections
import json
import os
import pathlib
import subprocess

import processes
import world


def ask(world_, request, within=30):
    """The answer of the daemon to a request."""
    control = processes.Control(world_.state / "control.sock", within)
    try:
        return next(control.ask(within, **request))
    finally:
        control.close()


def capture(world_, *arguments, status=0):
    """Runs `aiot-reader capture`; what it says: an object, or the text of the refusal."""
    done = subprocess.run(
        [world_.program, "capture", *arguments, "--via", world_.state / "control.sock", "--format", "json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == status, f"{arguments} ended with {done.returncode}: {done.stdout}{done.stderr}"
    return json.loads(done.stdout) if status == 0 else done.stderr


def via(world_, *arguments, status=0):
    """Runs `aiot-reader inventory --via`; devices and summary."""
    done = subprocess.run(
        [world_.program, "inventory", "--via", world_.state / "control.sock", "--format", "json", *map(str, arguments)],
        cwd=world_.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
    assert done.returncode == status, f"{arguments} ended with {done.returncode}: {done.stdout}{done.stderr}"
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return [line for line in lines if line["type"] == "device"], lines[-1]


def tshark(path, *fields):
    """Fields of every packet."""
    options = [part for field in fields for part in ("-e", field)]
    done = subprocess.run(
        ["tshark", "-r", str(path), "-T", "fields", "-E", "occurrence=f", *options], stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, timeout=60, check=True)
    return [line.split("\t") for line in done.stdout.splitlines()]


def own_store(world_):
    """The store of another AIoTF that knows the same devices."""
    world_.run("aiotf", "key", "--out", "via.key")
    world_.run("aiotf", "provision", "--store", "via.db", "--key-file", "via.key", "simulated", "--devices",
               world_.devices, "--seed", world_.seed, "--profile", hex(world_.profile), "--algorithms", "0x22")
    return ["--store", "via.db", "--key-file", "via.key"]


def spooled(world_):
    """Records that wait in the spool of the daemon."""
    return ask(world_, {"request": "status"})["spool"]["records"]


def frames_are_captured(program, options):
    """What tshark counts in a capture of frames is what the devices, the AIoTF and its summary say."""
    with world.World(program, devices=60, seed=options.seed) as here:
        here.start()
        started = capture(here, "start", "aisle-3")
        assert started["state"] == "started" and started["files"] == [f"{here.state}/aisle-3.pcapng"], started
        assert "is going on" in capture(here, "start", "other", status=1)
        number, devices, summary = here.order()
        here.check_found_once(devices, summary)
        stopped = capture(here, "stop")
        assert "no capture" in capture(here, "stop", status=1)
        before = len(here.journal.acknowledged)
        path = pathlib.Path(stopped["files"][0])
        rows = tshark(path, "frame.interface_id", "ngap.procedureCode", "frame.packet_flags_direction", "data.data")
        air = [bytes.fromhex(row[3]) for row in rows if row[0] == "0"]
        ngap = collections.Counter((row[1], int(row[2], 0)) for row in rows if row[0] == "1")
        assert stopped["frames"]["frames"] == len(air) and stopped["frames"]["pdus"] == sum(ngap.values()), stopped
        assert stopped["frames"]["lost"] == 0 and stopped["frames"]["ended"] is None, stopped
        # Inbound is 1: Inventory Requests and what the reader answers; a Command Request and Response for each device.
        assert ngap["82", 1] == ngap["82", 2] == summary["requests"], ngap
        assert ngap["84", 1] == ngap["84", 2] == len(devices), ngap
        assert ngap["85", 1] == ngap["85", 2] == summary["requests"], ngap
        assert before == len(devices), "a device was acknowledged twice"
        # Every device was heard once at least with a bare random ID, and has had its ID report taken.
        bare = [frame for frame in air if frame[1] == 1 and frame[2] & 0x20]
        assert len(bare) >= len(devices), f"{len(bare)} random IDs of {len(devices)} devices"
        listed = here.run("replay", path, "--format", "json").splitlines()
        messages = collections.Counter(
            line["message"] for line in map(json.loads, listed) if line.get("type") == "frame")
        assert messages["RandomIDResponse"] >= 1 and messages["Acknowledgement"] >= 1, messages
        assert messages["AccessRandomID"] == len(bare), messages
        assert sum(messages.values()) == len(air), messages
        # The next one goes to another file; the first stays.
        assert "is there" in capture(here, "start", "aisle-3", status=1)
        here.check()


def samples_are_captured(program, options):
    """A replay of captured samples finds the frames that were captured beside them."""
    with world.World(program, devices=4, seed=options.seed) as here:
        configuration = here.folder / "reader.yaml"
        folder = here.folder / "captures"
        folder.mkdir()
        text = configuration.read_text().replace("air: burst", "air: sample")
        configuration.write_text(text + f"\nrecord: {{folder: {folder}}}\n")
        here.start()
        here.order(within=120)
        capture(here, "start", "both", "--both")
        _, devices, _ = here.order(within=120)
        assert len(devices) == 4, devices
        stopped = capture(here, "stop")
        names = sorted(pathlib.Path(file).name for file in stopped["files"])
        assert names == ["both.pcapng", "both.sigmf-data", "both.sigmf-meta"], stopped
        assert stopped["samples"]["samples"] > 0 and stopped["samples"]["lost"] == stopped["samples"]["gaps"] == 0
        played = [json.loads(line) for line in
                  here.run("replay", folder / "both.sigmf-meta", "--format", "json").splitlines()]
        found = [line["pdu"] for line in played if line["type"] == "frame"]
        captured = [json.loads(line) for line in
                    here.run("replay", folder / "both.pcapng", "--format", "json").splitlines()]
        sent = [line["pdu"] for line in captured if line.get("type") == "frame"]
        assert found == sent, f"{len(found)} frames found by replay, {len(sent)} captured"
        assert capture(here, "start", "ring", "--samples", "--ring", "100")["frames"] is None
        assert capture(here, "stop")["samples"]["samples"] == 0, "nothing has failed to decode"


def hostile_names_are_refused(program, options):
    """No name of a client leads out of the folder or onto a file that is there, and burst level has no samples."""
    with world.World(program, devices=2, seed=options.seed) as here:
        here.start()
        before = sorted(here.folder.rglob("*"))
        (here.state / "there.pcapng").write_bytes(b"kept")
        (here.state / "link.pcapng").symlink_to(here.folder / "elsewhere")
        for name in ["../x", "/tmp/x", "..", ".", "", "a/b", "a\0", "a\nb", "-x", "a b", "ä", "x" * 101, 7, None, ["x"]]:
            said = ask(here, {"request": "capture", "action": "start", "name": name, "frames": True})
            assert said["type"] == "error" and "name" in said["error"], (name, said)
        for name in ["there", "link"]:
            said = ask(here, {"request": "capture", "action": "start", "name": name, "frames": True})
            assert said["type"] == "error", (name, said)
        for more in [{"ringMS": 0, "samples": True}, {"limitOctets": 5, "frames": True}, {"frames": "yes"}, {}, {"path": "x"},
                     {"frames": True, "folder": "/"}, {"ringMS": 10, "frames": True}]:
            said = ask(here, {"request": "capture", "action": "start", "name": "ok"} | more)
            assert said["type"] == "error", (more, said)
        assert "air: burst has no samples" in capture(here, "start", "ok", "--samples", status=1)
        assert "air: burst has no samples" in capture(here, "start", "ok", "--both", status=1)
        assert (here.state / "there.pcapng").read_bytes() == b"kept"
        assert not (here.folder / "elsewhere").exists()
        made = set(here.folder.rglob("*")) - set(before) - {here.state / "there.pcapng", here.state / "link.pcapng"}
        made = {path for path in made if path.suffix != ".db-wal"}
        assert not any("ok" in path.name or "x" == path.name for path in made), made


def a_full_disk_ends_the_capture_not_the_daemon(program, options):
    """A disk that is full ends a capture with its cause; the inventory, and the daemon, go on."""
    with world.World(program, devices=200, seed=options.seed) as here:
        folder = here.folder / "small"
        folder.mkdir()
        is_small = os.getuid() == 0 and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", folder], stderr=subprocess.DEVNULL).returncode == 0
        try:
            if not is_small:
                print("  not root, or no mount here: left out")
                return
            with (here.folder / "reader.yaml").open("a") as file:
                file.write(f"\nrecord: {{folder: {folder}}}\n")
            here.start()
            capture(here, "start", "full")
            _, devices, summary = here.order()
            here.check_found_once(devices, summary)
            here.reader.wait("full.pcapng: No space left on device: free space")
            stopped = capture(here, "stop")
            assert "No space left" in stopped["frames"]["ended"] and stopped["frames"]["lost"] > 0, stopped
            # What is there is whole.
            rows = tshark(folder / "full.pcapng", "frame.number")
            assert len(rows) == stopped["frames"]["frames"] + stopped["frames"]["pdus"] > 0, len(rows)
            (folder / "full.pcapng").unlink()
            capture(here, "start", "again")
            assert capture(here, "stop")["frames"]["ended"] is None
            assert here.reader.stop() == 0
        finally:
            if is_small:
                for process in (here.reader, here.aiotf):
                    if process and process.is_running:
                        process.kill()
                subprocess.run(["umount", folder], check=True)


def a_stop_closes_the_capture(program, options):
    """SIGTERM in the middle of an inventory leaves a whole capture."""
    with world.World(program, devices=100, seed=options.seed) as here:
        here.start()
        capture(here, "start", "stopped")
        here.order(wait=False)
        here.acknowledgements(20)
        assert here.reader.stop() == 0
        rows = tshark(here.state / "stopped.pcapng", "frame.interface_id", "ngap.procedureCode")
        assert any(row[0] == "0" for row in rows) and any(row[1] == "84" for row in rows), len(rows)
        # tshark would say so of a file that ends within a block, and give no status of success.


def an_inventory_goes_through_the_daemon(program, options):
    """`inventory --via` finds all devices, time and again, beside an AIoTF on the network that goes on serving."""
    # Two AIoTFs that know the same keys need devices that return their counters.
    with world.World(program, devices=60, seed=options.seed, profile=0x5F) as here:
        here.start()
        mine = own_store(here)
        for command in [[], ["--command", "write:48,c0ffee"], ["--command", "read:48,3"]]:
            devices, summary = via(here, *mine, *command)
            assert sorted(line["deviceID"] for line in devices) == sorted(here.store.devices), summary
            assert summary["type"] == "summary" and summary["devices"] == 60 and summary["missing"] == 0, summary
            assert all(line["authenticated"] for line in devices), devices[0]
        assert all(line["commandData"] == "c0ffee" for line in devices), devices[0]
        # The other AIoTF's counter is behind; its window finds them, and both at once are served one after the other.
        other = here.ordered()
        devices, summary = via(here, *mine, "--target", "all")
        assert len(devices) == 60, summary
        _, devices, summary = other.result(90)
        here.check_found_once(devices, summary)
        # What is for the AIoTF on the network goes when that confirms it; nothing else is there.
        processes.wait_until(lambda: spooled(here) == 0, "something stays in the spool")
        assert here.reader.stop() == 0


def simulated_devices_need_no_store(program, options):
    """Without a store the devices are those that the daemon simulates, and what the daemon decides is not taken."""
    with world.World(program, devices=20, seed=options.seed, profile=0x17) as here:
        here.start()
        devices, summary = via(here, "--devices", "20", "--seed", options.seed)
        assert len(devices) == summary["devices"] == 20, summary
        done = subprocess.run([here.program, "inventory", "--via", "x", "--capture", "y"], capture_output=True, text=True)
        assert done.returncode == 64 and "capture start" in done.stderr, done.stderr
        done = subprocess.run([here.program, "inventory", "--via", here.folder / "none"], capture_output=True, text=True)
        assert done.returncode == 69 and "aiot-reader run" in done.stderr, done.stderr


def an_inventory_that_is_killed_leaves_nothing(program, options):
    """After kill -9 of `inventory --via` the carrier is off, the spool empty, and the next one finds all devices."""
    with world.World(program, devices=200, seed=options.seed, profile=0x5F) as here:
        here.start()
        mine = own_store(here)
        for more_than in [20, 60]:
            first = len(here.journal.acknowledged)
            killed = processes.Program(
                [here.program, "inventory", "--via", here.state / "control.sock", "--store", here.folder / "via.db",
                 "--key-file", here.folder / "via.key", "--format", "json"], here.folder / "killed.log")
            here.acknowledgements(first + more_than)
            assert "another inventory" in subprocess.run(
                [here.program, "inventory", "--via", here.state / "control.sock", "--devices", "1"],
                capture_output=True, text=True).stderr
            killed.kill()

            def carrier_is_off():
                with (here.folder / "journal").open() as file:
                    carriers = [line for line in file if line.startswith("carrier")]
                return carriers[-1].startswith("carrier off")
            processes.wait_until(carrier_is_off, "the carrier stays on")
            assert spooled(here) == 0, "something waits for one that does not come back"
        devices, summary = via(here, *mine)
        assert len(devices) == 200, summary
        _, devices, summary = here.order()
        here.check_found_once(devices, summary)
        processes.wait_until(lambda: spooled(here) == 0, "something stays in the spool")
        assert here.reader.stop() == 0


SCENARIOS = {
    scenario.__name__.replace("_", "-"): scenario for scenario in [
        frames_are_captured, samples_are_captured, hostile_names_are_refused,
        a_full_disk_ends_the_capture_not_the_daemon, a_stop_closes_the_capture, an_inventory_goes_through_the_daemon,
        simulated_devices_need_no_store, an_inventory_that_is_killed_leaves_nothing,
    ]
}
