"""The link, the disk or the other side fail while an inventory runs."""

import pathlib
import re
import signal
import subprocess
import tempfile
import time

import exchange
import processes
import proxy
import world

DEAD_WITHIN = 5.0  # seconds


def swallow(program, options):
    """A proxy swallows everything for 10 s amid an inventory: death noticed within 5 s, nothing acknowledged lost."""
    # Without network authentication devices are acknowledged while nobody answers.
    for profile, ending in ((0x57, "pass again"), (0x13, "reset")):
        with world.World(program, seed=options.seed, profile=profile, through=proxy.Proxy) as setting:
            setting.start()
            order = setting.ordered(exchange.READ if profile & 0x40 else None)
            before = setting.acknowledgements(20)
            reader, aiotf = setting.reader.mark(), setting.aiotf.mark()
            begin = time.monotonic()
            setting.proxy.swallow()
            notices = [setting.reader.wait("did not answer a probe", reader),
                       setting.aiotf.wait("said nothing for", aiotf)]
            for who, (at, line) in zip(("reader", "AIoTF"), notices):
                print(f"  {at - begin:.2f} s after the beginning the {who} says: {line.split('] ')[-1][:110]}")
            assert all(at - begin <= DEAD_WITHIN for at, _ in notices), "death was noticed too late"
            time.sleep(max(0.0, begin + 10 - time.monotonic()))
            during = setting.acknowledgements(-1)
            if ending == "reset":
                setting.proxy.reset()
            setting.proxy.pass_again()
            _, devices, summary = order.result(90)
            setting.check_found_once(devices, summary)
            setting.check()
            print(f"  profile {hex(profile)}, {ending}: {before} acknowledged before, {during - before} while it swallowed, "
                  f"all 100 found; {time.monotonic() - begin - 10:.1f} s after the silence")


def disk_full(program, options):
    """The state directory is full while the link is down: nothing new acknowledged, nothing lost, goes on with room."""
    with tempfile.TemporaryDirectory(prefix="aiot-full-") as folder:
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder], capture_output=True, text=True)
        if done.returncode:
            print(f"  SKIPPED, SAYS NOTHING: this user may not mount a small disk here ({done.stderr.strip()})")
            return
        try:
            # Without network authentication the access response is the message after which a device is acknowledged.
            with world.World(program, devices=400, seed=options.seed, profile=0x13, state=f"{folder}/state") as setting:
                _fill(setting, pathlib.Path(folder) / "filler")
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def _fill(setting, filler):
    setting.start()
    number = setting.order(wait=False)
    setting.acknowledgements(20)
    setting.aiotf.kill()
    down = setting.acknowledgements(-1)
    setting.acknowledgements(down + 20)
    mark = setting.reader.mark()
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    setting.reader.wait("devices are not acknowledged: .*room", mark, 5)
    time.sleep(0.3)  # What was durable before is still acknowledged.
    full = setting.acknowledgements(-1)
    time.sleep(1.0)
    still = setting.acknowledgements(-1)
    assert still == full, f"{still - full} devices were acknowledged on a full disk"
    filler.unlink()
    later = setting.acknowledgements(full + 20, 5)
    setting.start_aiotf()
    processes.wait_until(lambda: not setting.store.open_orders, "the order had not ended", 90, 0.3)
    found = [row[0] for row in setting.store.results[number]]
    assert sorted(found) == sorted(setting.store.devices), f"{len(found)} of 400 found"
    setting.check()
    assert setting.reader.stop() == 0
    refused = int(re.search(r"notRelayed (\d+)", setting.reader.wait("dropped: .*notRelayed", mark)[1])[1])
    print(f"  link down at {down} acknowledgements, disk full from {full} on: {refused} turned away and none acknowledged "
          f"for 1 s, {later - full} more soon after there was room; all 400 found once")


def stop(program, options):
    """SIGTERM amid exchanges ends within the bound; an AIoTF that hangs for 2 s puts nothing late on the air."""
    with world.World(program, seed=options.seed) as setting:
        setting.start()
        setting.order(exchange.READ, wait=False)
        setting.acknowledgements(15)
        begin = time.monotonic()
        status = setting.reader.stop(within=5)
        seconds = time.monotonic() - begin
        assert status == 0, f"the reader ended with {status}"
        assert seconds < 1.0 + 0.5, f"the reader took {seconds:.2f} s to stop, 1 s is configured"
        assert any("STOPPING=1" in text for _, text in setting.reader.states), "STOPPING=1 was not told"
        last = (setting.folder / "journal").read_text().split("\n")[-2]
        assert last.startswith("carrier off"), f"the carrier stayed on: {last}"
        setting.start_reader()
        processes.wait_until(lambda: not setting.store.open_orders, "the order had not ended", 60, 0.3)
        setting.order(exchange.READ, wait=False)
        setting.acknowledgements(len(setting.journal.acknowledged) + 15)
        begin = time.monotonic()
        status = setting.aiotf.stop(within=8)
        print(f"  the reader ended {seconds * 1e3:.0f} ms after SIGTERM, the AIoTF {(time.monotonic() - begin) * 1e3:.0f} ms")
        assert status == 0, f"the AIoTF ended with {status}"
        assert any("STOPPING=1" in text for _, text in setting.aiotf.states), "STOPPING=1 was not told"
        setting.start_aiotf()
        processes.wait_until(lambda: not setting.store.open_orders, "the order had not ended", 60, 0.3)
        setting.check()
    _slow_aiotf(program, options)


def _slow_aiotf(program, options):
    passed, failures = [], []

    def watch(direction, frame):
        found = proxy.procedure(frame)
        if direction == proxy.DOWN and found == (0, 84):
            passed.append(time.monotonic())
        if direction == proxy.UP and found == (2, 84):
            failures.append(time.monotonic())

    with world.World(program, seed=options.seed, transport="tcp",
                     through=lambda port: proxy.Proxy(port, watch=watch)) as setting:
        setting.start(level="debug")
        order = setting.ordered(exchange.READ)
        setting.acknowledgements(20)
        setting.aiotf.signal(signal.SIGSTOP)
        begin = time.monotonic()
        time.sleep(2.0)
        mark = setting.reader.mark()
        resumed = time.monotonic()
        setting.aiotf.signal(signal.SIGCONT)
        setting.reader.wait("dropped: lateCommand", mark, 5)
        _, devices, summary = order.result(60)
        setting.check_found_once(devices, summary)
        setting.check()
        late = setting.reader.count("dropped: lateCommand")
        assert setting.reader.stop() == 0
        told = re.search(r"lateCommand (\d+)", setting.reader.wait(r"dropped: .*lateCommand \d", mark)[1])[1]
        assert int(told) == late, f"the reader has counted {told} late answers and logged {late}"
        slow = [at - begin for at, line in setting.reader.lines if "is slow" in line]
        assert late and late <= len(failures), f"{late} late Command Requests, {len(failures)} Command Failures upstream"
        during = [ack for ack in setting.journal.acknowledged if begin + 0.6 < ack[3] < resumed]
        assert not during, f"{len(during)} acknowledged while nobody answered, after the budget"
        print(f"  an AIoTF that hangs for 2 s: {late} answers were late, each was answered with a Command Failure; "
              f"congestion told after {slow[0] if slow else float('nan'):.2f} s; all 100 found")
