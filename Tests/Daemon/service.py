"""The daemon under a service manager: readiness, reload, signals, instances. A full disk is in scripts/system (disk-full)."""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

import processes
import world

READY = r"READY=1"


def edit(setting, pattern, replacement, count=1):
    """Changes the reader's configuration file as an editor does: a new file in the place of the old one."""
    path = setting.folder / "reader.yaml"
    text, changed = re.subn(pattern, replacement, path.read_text(), count=count, flags=re.M)
    assert changed, f"{pattern!r} is not in {path.read_text()}"
    (setting.folder / "next.yaml").write_text(text)
    os.replace(setting.folder / "next.yaml", path)


def add(setting, text):
    with open(setting.folder / "reader.yaml", "a") as file:
        file.write(text)


def told(reader, pattern):
    return [text for _, text in reader.states if re.search(pattern, text)]


def told_after(reader, count, pattern, within=20.0):
    """Waits until it has told the service manager that, after its first `count` messages; the messages from there on."""
    def seen():
        later = [text for _, text in reader.states[count:]]
        return later if any(re.search(pattern, text) for text in later) else None
    return processes.wait_until(seen, f"{pattern!r} was not told to the service manager", within)


def ready(program, options):
    """STATUS in words from the first moment on, READY=1 once, STOPPING=1 at the end; 0 is its exit status."""
    with world.World(program, devices=200, seed=options.seed) as setting:
        setting.start()
        setting.reader.wait_state("STATUS=.*link core up")
        setting.order(wait=False)
        setting.reader.wait_state("STATUS=.*1 inventory")
        setting.aiotf.kill()
        before = len(setting.reader.states)
        told_after(setting.reader, before - 1, "STATUS=.*link core down: ")
        assert setting.reader.stop() == 0
        states = [text for _, text in setting.reader.states]
        assert states[0].startswith("STATUS=waiting for the front end: opening"), states[0]
        assert len(told(setting.reader, READY)) == 1, states
        assert "front end ready" in told(setting.reader, READY)[0], states
        assert states[-1].startswith("STOPPING=1"), states
        print(f"  READY=1 {1e3 * (setting.reader.wait_state(READY)[0] - setting.reader.states[0][0]):.1f} ms after the first "
              "STATUS")


def waits(program, options):
    """`ready: {links: any}`: no READY before an AIoTF comes, patience is asked for each second, what is waited for is told."""
    with world.World(program, devices=10, seed=options.seed) as setting:
        add(setting, "ready: {links: any}\n")
        reader = setting.start_reader(ready=False)
        reader.wait_state("EXTEND_TIMEOUT_USEC=")
        begin = reader.wait_state("EXTEND_TIMEOUT_USEC=")[0]
        processes.wait_until(lambda: len(told(reader, "EXTEND_TIMEOUT_USEC=")) >= 3, "patience was not asked for", 20)
        times = [at for at, text in reader.states if "EXTEND_TIMEOUT_USEC=10000000" in text]
        assert len(times) >= 3, reader.states
        print(f"  patience is asked for every {(times[2] - begin) / 2:.2f} s")
        assert not told(reader, READY), reader.states
        assert told(reader, "STATUS=waiting for a link: core "), reader.states
        mark = len(reader.states)
        reader.signal(signal.SIGHUP)
        reader.wait("reloaded")
        assert not told(reader, "READY|RELOADING"), "a reload of what has not started makes nothing ready"
        setting.start_aiotf()
        later = told_after(reader, mark, READY)
        assert "link core up" in next(text for text in later if "READY" in text), later
        mark = len(reader.states)
        time.sleep(1.2)
        assert not any("EXTEND" in text for _, text in reader.states[mark:]), "patience is asked for after READY"
        assert reader.stop() == 0


def watchdog(program, options):
    """WATCHDOG=1 at least three times in its time, never for another process, and none is fed where none is asked for."""
    with world.World(program, devices=2, seed=options.seed) as setting:
        def start(environment):
            setting.reader = processes.Program(
                [program, "run", "--config", setting.folder / "reader.yaml"], setting.folder / "reader.log", environment)
            setting.reader.wait_state(READY)
            return setting.reader
        reader = start({"WATCHDOG_USEC": "600000"})
        processes.wait_until(lambda: len(told(reader, "WATCHDOG=1")) >= 5, "the watchdog was not fed", 20)
        times = [at for at, text in reader.states if text == "WATCHDOG=1"][:5]
        print(f"  fed every {(times[4] - times[0]) / 4 * 1e3:.0f} ms of 600")
        assert reader.stop() == 0
        reader = start({"WATCHDOG_USEC": "600000", "WATCHDOG_PID": "1"})
        time.sleep(0.7)
        assert reader.stop() == 0


def hup(reader):
    """Reloads; what it has told the service manager from RELOADING to READY."""
    mark = len(reader.states)
    reader.signal(signal.SIGHUP)
    later = told_after(reader, mark, READY)
    first = next(index for index, text in enumerate(later) if "RELOADING=1" in text)
    last = next(index for index, text in enumerate(later) if "READY=1" in text)
    assert first < last, later
    assert re.search(r"MONOTONIC_USEC=\d+", later[first]), later
    return later[last]


def rounds(reader, mark):
    """Rounds of the inventory that completed after a mark."""
    return int(re.search(r"in (\d+) rounds", reader.wait(r"complete: .* in \d+ rounds", mark)[1])[1])


def reload(program, options):
    """A good reload is in force from the next inventory on; the log says what changed."""
    with world.World(program, devices=20, seed=options.seed) as setting:
        add(setting, "air: {max-rounds: 16}\nlog: {level: info}\n")
        setting.start_aiotf()
        reader = setting.reader = processes.Program(
            [program, "run", "--config", setting.folder / "reader.yaml"], setting.folder / "reader.log")
        reader.wait(world.UP)
        mark = reader.mark()
        setting.order()
        several = rounds(reader, mark)
        assert several > 1, f"{several} round is no measure"
        edit(setting, "max-rounds: 16", "max-rounds: 1")
        edit(setting, "level: info", "level: debug")
        mark = reader.mark()
        text = hup(reader)
        assert "reload refused" not in text, text
        line = reader.wait("reloaded; changed: ", mark)[1]
        assert "air.max-rounds" in line and "log.level" in line, line
        setting.order(wait=False)
        assert rounds(reader, mark) == 1, "the new bound is not in force"
        reader.wait("debug|acknowledged", mark)
        print(f"  {several} rounds before, 1 after")


BAD = {
    "an unknown key": (r"\Z", "\nrounds: 5\n", "rounds"),
    "a wrong value": (r"max-rounds: 16", "max-rounds: many", "max-rounds"),
    "a key that needs a restart": (r"\Z", "\nreader: {name: other}\n", "reader.name.*restart"),
    "another front end": (r"devices: 20", "devices: 21", "front-end.devices.*restart"),
    "one good change and one that needs a restart": (
        r"max-rounds: 16}", "max-rounds: 1}\nspool: {limit-octets: 70000}", "spool.limit-octets.*restart"),
    "no YAML": (r"\Z", "\n{[", "reader.yaml:"),
}


def refused(program, options):
    """A reload that is wrong anywhere changes nothing: told with its reason, an inventory runs by the old settings."""
    with world.World(program, devices=20, seed=options.seed) as setting:
        add(setting, "air: {max-rounds: 16}\n")
        setting.start()
        reader, path = setting.reader, setting.folder / "reader.yaml"
        good = path.read_text()
        for what, (pattern, replacement, reason) in BAD.items():
            edit(setting, pattern, replacement)
            mark = reader.mark()
            text = hup(reader)
            assert re.search(f"reload refused: .*{reason}", text), f"{what}: {text}"
            line = reader.wait("reload refused, all is as it was", mark)[1]
            assert re.search(reason, line) or reader.find(reason, mark), f"{what}: {line}"
            path.write_text(good)
            print(f"  {what}: {text.split('reload refused: ')[1][:100]}")
        path.unlink()
        assert "reload refused" in hup(reader)
        path.write_text(good)
        mark = reader.mark()
        _, devices, summary = setting.order()
        setting.check_found_once(devices, summary)
        assert rounds(reader, mark) > 1, "an inventory does not run by the old settings"
        assert "reload refused" not in hup(reader), "a good file is taken again"
        assert reader.is_running


def certificates(program, options):
    """A reload takes new certificates for connections to come; unusable ones are refused, and the old stay in force."""
    with world.World(program, devices=5, seed=options.seed) as setting:
        setting.start()
        reader, tls = setting.reader, setting.folder / "tls"
        setting.certificates("reader", folder="other")
        shutil.copy(setting.folder / "other/reader.key", tls / "reader.key")
        assert "does not belong to the certificate" in hup(reader)
        reconnect(setting)
        # A pair by another authority: it is shown from the next connection on, and the AIoTF does not trust it.
        shutil.copy(setting.folder / "other/reader.pem", tls / "reader.pem")
        assert "reload refused" not in hup(reader)
        setting.aiotf.kill()
        mark = reader.mark()
        setting.start_aiotf()
        reader.wait("refused our certificate|hung up right after", mark)
        # Renewed by the right authority it is taken.
        setting.certificates("reader", "aiotf", folder="third")
        edit(setting, "/tls/reader", "/third/reader", count=2)
        edit(setting, "/tls/authority", "/third/authority")
        assert "reload refused" not in hup(reader)
        setting.aiotf.kill()
        mark = reader.mark()
        setting.start_aiotf(certificate="third/aiotf", authorities="third/authority.pem")
        reader.wait(world.UP, mark)


def reconnect(setting):
    """The AIoTF starts anew, and takes the reader."""
    setting.aiotf.kill()
    mark = setting.reader.mark()
    setting.start_aiotf()
    setting.reader.wait(world.UP, mark)


def credential(program, options):
    """`key: credential:NAME` is a file of $CREDENTIALS_DIRECTORY; where there is none 78 with a remedy."""
    with world.World(program, devices=5, seed=options.seed) as setting:
        folder = setting.folder / "credentials"
        folder.mkdir()
        (setting.folder / "tls/reader.key").rename(folder / "reader-key")
        edit(setting, r"key: \S+reader\.key", "key: credential:reader-key")
        setting.start_aiotf()

        def start(environment):
            setting.reader = processes.Program(
                [program, "run", "--config", setting.folder / "reader.yaml"], setting.folder / "reader.log", environment)
            return setting.reader
        start({"CREDENTIALS_DIRECTORY": str(folder)}).wait(world.UP)
        assert setting.reader.stop() == 0
        (folder / "reader-key").write_text("none")  # what the unit gives where there is no file
        for environment, remedy in (({}, "write the path of a file"),
                                    ({"CREDENTIALS_DIRECTORY": str(folder)}, "LoadCredential=reader-key:")):
            reader = start(environment)
            line = reader.wait("credential:reader-key", within=20)[1]
            assert remedy in line, line
            assert reader.ended(within=10) == 78


def signals(program, options):
    """HUP twice at once are two reloads; USR1, USR2 and PIPE do nothing; HUP during a stop does nothing; TERM and INT end it."""
    with world.World(program, devices=5, seed=options.seed) as setting:
        setting.start()
        reader = setting.reader
        for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGPIPE):
            reader.signal(number)
        mark, count = reader.mark(), len(reader.states)
        # The kernel merges signals that are pending at once: at least one of the two comes after the first has been seen.
        reader.signal(signal.SIGHUP)
        reader.wait("reloaded", mark)
        for _ in range(20):
            reader.signal(signal.SIGHUP)
        told_after(reader, count, READY)
        processes.wait_until(lambda: reader.count("reloaded", mark) >= 2, "no second reload", 10)
        _, devices, summary = setting.order()
        setting.check_found_once(devices, summary)
        words = [word for _, text in reader.states[count:] for word in re.findall("RELOADING|READY", text)]
        assert words == ["RELOADING", "READY"] * (len(words) // 2), words
        reader.signal(signal.SIGTERM)
        reader.signal(signal.SIGHUP)
        reader.signal(signal.SIGTERM)
        assert reader.ended(within=10) == 0
        states = [text for _, text in reader.states]
        assert states[-1].startswith("STOPPING=1"), "something was told after STOPPING"
        reader = setting.start_reader()
        reader.signal(signal.SIGINT)
        assert reader.ended(within=10) == 0


def early(program, options):
    """SIGHUP and SIGTERM at any moment of the start: it becomes ready, or ends by SIGTERM; a HUP never ends it."""
    with world.World(program, devices=5, seed=options.seed) as setting:
        for milliseconds in (30, 60, 100, 150):
            reader = setting.start_reader(ready=False)
            time.sleep(milliseconds / 1e3)
            reader.signal(signal.SIGHUP)
            # Before the program itself runs the kernel's own rule holds.
            if reader.is_running:
                try:
                    reader.wait_state(READY)
                except processes.Late:
                    assert not reader.states, f"SIGHUP after {milliseconds} ms ended it"
                    continue
            assert reader.stop() == 0


def instances(program, options):
    """Two daemons with folders of their own run side by side; a second one with the same state directory ends with 75."""
    with world.World(program, devices=5, seed=options.seed) as setting:
        setting.start()
        second = setting.folder / "second.yaml"
        text = (setting.folder / "reader.yaml").read_text()
        second.write_text(text)
        first = setting.reader
        same = processes.Program([program, "run", "--config", second], setting.folder / "same.log")
        assert same.ended(within=20) == 75
        assert same.find("another|in use|state-directory|lock"), [line for _, line in same.lines]
        for name in ("devices", "journal"):
            text = text.replace(f"{setting.folder}/{name}", f"{setting.folder}/{name}-2")
        text = text.replace(f"state-directory: {setting.state}", f"state-directory: {setting.folder}/state-2")
        (setting.folder / "state-2").mkdir()
        second.write_text(text + "reader: {name: second, gnb-id: 2, index: 2}\n")
        other = processes.Program([program, "run", "--config", second], setting.folder / "second.log")
        other.wait_state(READY)
        other.wait(world.UP)
        assert len(setting.readers()) == 2, setting.readers()
        assert other.stop() == 0
        assert first.is_running and first.stop() == 0


def statuses(program, options):
    """Exit statuses: 64 usage, 66 no file, 73 no room for state, 77 no permission, 78 wrong configuration; each says why."""
    with world.World(program, devices=5, seed=options.seed) as setting:
        path = setting.folder / "reader.yaml"
        text = path.read_text()

        def ends(name, *arguments, user=None):
            command = [program, "run", *arguments]
            if user is not None:
                command = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", *command]
            done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=30)
            assert done.stderr.strip(), f"{name}: nothing was said"
            print(f"  {name}: {done.returncode}, {done.stderr.strip().splitlines()[0][:100]}")
            return done.returncode

        assert ends("no --config") == 64
        assert ends("no such file", "--config", setting.folder / "nowhere.yaml") == 66
        path.write_text(text + "unknown: 1\n")
        assert ends("an unknown key", "--config", path) == 78
        path.write_text(text.replace(f"{setting.folder}/tls/reader.pem", f"{setting.folder}/nowhere.pem"))
        assert ends("no certificate", "--config", path) == 78
        path.write_text(text)
        (setting.state / "epoch").unlink(missing_ok=True)
        (setting.state / "epoch").mkdir()
        assert ends("state that cannot be written", "--config", path) in (73, 77)
        (setting.state / "epoch").rmdir()
        if os.geteuid() == 0:
            setting.folder.chmod(0o755)
            path.chmod(0o600)
            assert ends("a file of somebody else", "--config", path, user=65534) == 77


def stops(program, options):
    """SIGTERM amid an inventory: the carrier of the simulated air is off within 100 ms, and the service has ended."""
    with world.World(program, devices=200, seed=options.seed) as setting:
        edit(setting, "^stop-timeout-ms: .*$", "")
        setting.start()
        for command in (None, "read:0,16"):
            more = (setting.folder / "journal").read_bytes().count(b"ack ") if command else 0
            setting.order(command, wait=False)
            setting.acknowledgements(more + 10)
            begin = time.monotonic()
            setting.reader.signal(signal.SIGTERM)
            off = processes.wait_until(lambda: carrier_off(setting), "the carrier stays on", 10, 0.001) - begin
            assert setting.reader.ended(within=5) == 0
            print(f"  carrier off {off * 1e3:.0f} ms after SIGTERM, ended after {(time.monotonic() - begin) * 1e3:.0f} ms")
            assert off < 0.1, off
            setting.start_reader()
            setting.reader.wait(world.UP)


def carrier_off(setting):
    lines = (setting.folder / "journal").read_text().rstrip("\n").split("\n")
    return time.monotonic() if lines[-1].startswith("carrier off") else None


SCENARIOS = {
    "ready": ready, "waits": waits, "watchdog": watchdog, "reload": reload, "refused": refused,
    "certificates": certificates, "credential": credential, "signals": signals, "early": early, "instances": instances,
    "statuses": statuses, "stops": stops,
}
