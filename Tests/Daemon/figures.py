"""Start-up, idle load and memory of the daemon: scripts/bench-daemon runs this. Python 3.11 and nothing else.

Rows of docs/performance.md. It ends with 1 where a figure is worse than what the daemon promises.
"""

import argparse
import os
import pathlib
import signal
import statistics
import sys
import tempfile
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "System"))

import processes  # noqa: E402
import world  # noqa: E402

STARTS = 20
START_UP_MS = 100
IDLE_SECONDS = 30
IDLE_PERCENT = 1
DEVICES = 1_000
READ = "read:0,8"
SAMPLE_SECONDS = 10
RESIDENT_MIB = 64
GROWTH_PERCENT = 1
# Pools and caches fill in the first inventories.
WARM_UP_SHARE = 1 / 4


def show(what, *figures):
    print(f"| {what} | {' | '.join(figures)} |", flush=True)


class Verdict:
    """What was promised and not kept."""

    def __init__(self):
        self.broken = []

    def hold(self, figure, limit, what):
        if figure >= limit:
            self.broken.append(f"{what}: {figure:.2f}, and {limit} is the limit")


def alone(folder):
    """A configuration that needs nobody: simulated devices, and a link to a socket at which nobody listens."""
    path = pathlib.Path(folder, "reader.yaml")
    path.write_text(f"""\
front-end: {{type: loopback, devices: 20}}
links: [{{name: core, endpoints: ["unix:{folder}/nobody.sock"]}}]
state-directory: {folder}
""")
    return path


def start_up(program, verdict):
    with tempfile.TemporaryDirectory() as folder:
        configuration = alone(folder)
        times = []
        for _ in range(STARTS):
            begin = time.monotonic()
            daemon = processes.Program([program, "run", "--config", configuration], f"{folder}/reader.log")
            ready, _ = daemon.wait_state("READY=1")
            times.append((ready - begin) * 1e3)
            assert daemon.stop() == 0
    worst = max(times)
    show(f"from exec to READY=1, loopback front end, {STARTS} starts, ms: median; worst",
         f"{statistics.median(times):.0f}; {worst:.0f}")
    verdict.hold(statistics.median(times), START_UP_MS, "start-up, ms")


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def idle(program, verdict):
    with tempfile.TemporaryDirectory() as folder:
        daemon = processes.Program([program, "run", "--config", alone(folder)], f"{folder}/reader.log")
        daemon.wait_state("READY=1")
        time.sleep(2)
        before = processor_seconds(daemon.pid)
        time.sleep(IDLE_SECONDS)
        percent = (processor_seconds(daemon.pid) - before) / IDLE_SECONDS * 100
        show(f"idle, carrier off, {IDLE_SECONDS} s, % of a core", f"{percent:.2f}")
        show("idle, MiB resident", f"{daemon.resident() / 1024:.1f}")
        assert daemon.stop() == 0
    verdict.hold(percent, IDLE_PERCENT, "idle, % of a core")


class Long(world.World):
    """A world that writes no journal: only what a daemon of an operator writes."""

    def write_configuration(self, **names):
        super().write_configuration(**names)
        path = self.folder / "reader.yaml"
        path.write_text(path.read_text().replace(f", journal: {self.folder}/journal", ""))


class Watch:
    """Memory, descriptors and threads of a process over time."""

    def __init__(self, process):
        self.process = process
        self.samples = []
        self.next = self.begin = time.monotonic()

    def look_until(self, end):
        while True:
            if time.monotonic() >= self.next:
                self.sample()
            left = min(end, self.next) - time.monotonic()
            if time.monotonic() >= end:
                return
            time.sleep(max(0, left))

    def sample(self):
        folder = pathlib.Path(f"/proc/{self.process.pid}")
        self.samples.append((time.monotonic() - self.begin, self.process.resident() / 1024,
                             len(os.listdir(folder / "fd")), len(os.listdir(folder / "task"))))
        self.next += SAMPLE_SECONDS

    def settled(self, column):
        """Values after the warm-up."""
        end = self.samples[-1][0]
        return [sample[column] for sample in self.samples if sample[0] >= end * WARM_UP_SHARE]

    def growth(self):
        """Percent from the first third after the warm-up to the last third."""
        resident = self.settled(1)
        third = max(1, len(resident) // 3)
        first, last = statistics.mean(resident[:third]), statistics.mean(resident[-third:])
        return (last - first) / first * 100


def memory(program, minutes, verdict):
    """An inventory of all devices each minute, with a READ on each, over a link with TLS."""
    with Long(program, devices=DEVICES, seed=7) as setting:
        setting.start()
        watches = [Watch(setting.reader), Watch(setting.aiotf)]
        walls, found = [], 0
        begin = time.monotonic()
        for minute in range(minutes):
            started = time.monotonic()
            order = setting.ordered(READ, within=120)
            end = begin + (minute + 1) * 60
            while not order.done() or time.monotonic() < end:
                for watch in watches:
                    watch.look_until(time.monotonic())
                if order.done() and len(walls) == minute:
                    walls.append(time.monotonic() - started)
                    found += len(order.result()[1])
                time.sleep(0.2)
            setting.told.clear()
            if minute % 10 == 9 or minute == minutes - 1:
                print(f"  {minute + 1} minutes: reader {watches[0].samples[-1][1]:.1f} MiB, "
                      f"AIoTF {watches[1].samples[-1][1]:.1f} MiB", file=sys.stderr, flush=True)
        watch = watches[0]
        peak = setting.reader.peak() / 1024
        show(f"{found:,} devices in {minutes} minutes, an inventory with READ takes, s: median; longest",
             f"{statistics.median(walls):.1f}; {max(walls):.1f}")
        show("daemon, MiB resident after warm-up: least; most; peak of all",
             f"{min(watch.settled(1)):.1f}; {max(watch.settled(1)):.1f}; {peak:.1f}")
        show("its growth from the first to the last third after warm-up, %", f"{watch.growth():.2f}")
        for column, what in ((2, "descriptors"), (3, "threads")):
            show(f"its {what} after warm-up: least; most",
                 f"{min(watch.settled(column))}; {max(watch.settled(column))}")
        show("its processor time, % of a core", f"{processor_seconds(setting.reader.pid) / minutes / 60 * 100:.1f}")
        show("AIoTF, MiB resident after warm-up: least; most",
             f"{min(watches[1].settled(1)):.1f}; {max(watches[1].settled(1)):.1f}")
        assert found == minutes * DEVICES, f"{found} devices found in {minutes} inventories of {DEVICES}"
        assert setting.reader.stop() == 0 and setting.aiotf.stop() == 0
    verdict.hold(peak, RESIDENT_MIB, "daemon, MiB resident")
    verdict.hold(watch.growth(), GROWTH_PERCENT, "growth of the daemon, %")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--minutes", type=int, default=0, help="also memory, at 1,000 devices a minute for so long")
    parser.add_argument("--hour", dest="minutes", action="store_const", const=60, help="--minutes 60")
    parser.add_argument("--only-memory", action="store_true", help="no start-up and no idle load")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    program, verdict = options.program.resolve(), Verdict()
    print("| what | figure |\n|---|---|")
    if not options.only_memory:
        start_up(program, verdict)
        idle(program, verdict)
    if options.minutes:
        memory(program, options.minutes, verdict)
    for line in verdict.broken:
        print(line, file=sys.stderr)
    return 1 if verdict.broken else 0


if __name__ == "__main__":
    sys.exit(main())
