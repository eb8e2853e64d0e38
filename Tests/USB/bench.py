"""What streaming costs the daemon and the emulated boxes: scripts/bench-usb runs this.

It fails when two HackRFs lose samples at 2 MS/s. The other cases only show what they lose: in them the conversations of
the emulated kernel are the limit.
"""

import argparse
import collections
import contextlib
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import time

import desk
import emulator

TICKS = os.sysconf("SC_CLK_TCK")
USB = ("usb-events", "pluto-transmit", "pluto-receive")  # threads that talk to libusb
HACKRFS = ("--box", "hackrf:b20001", "--box", "hackrf:b20002")
PLUTO = ("--box", "pluto:a10001")
TWO_BOX = ("{{type: two-box, sample-rate-hz: {rate}, transmitter: {{serial: b20001}}, "
           "receiver: {{type: hackrf, serial: b20002}}}}")
ONE_PLUTO = "{{type: pluto, sample-rate-hz: {rate}, serial: a10001}}"

Case = collections.namedtuple("Case", "name boxes front_end rate records must_hold")
CASES = (
    Case("two HackRFs, 2 MS/s", HACKRFS, TWO_BOX, 2_000_000, False, True),
    Case("Pluto, 1.92 MS/s", PLUTO, ONE_PLUTO, 1_920_000, False, False),
    Case("two HackRFs, 20 MS/s", HACKRFS, TWO_BOX, 20_000_000, False, False),
    Case("the same, recorded", HACKRFS, TWO_BOX, 20_000_000, True, False),
)


def threads(pid):
    """{thread: (name, user, system)}, seconds of CPU."""
    found = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):  # one that ends meanwhile
            name, _, rest = (task / "stat").read_text().partition("(")[2].rpartition(")")
            fields = rest.split()
            found[task.name] = (name, int(fields[11]) / TICKS, int(fields[12]) / TICKS)
    return found


def resident(pid):
    found = re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0  # none where it has ended


class Meter:
    """CPU of processes, and what the emulator counts, over a while."""

    def __init__(self, usb, *clients):
        self.usb, self.pids = usb, (usb.process.pid, *clients)

    def over(self, seconds):
        before, counted, begin = [threads(pid) for pid in self.pids], self.usb.stats(), time.monotonic()
        time.sleep(seconds)
        after, counts, took = [threads(pid) for pid in self.pids], self.usb.stats(), time.monotonic() - begin
        used = []
        for first, last in zip(before, after):
            shares = collections.Counter()
            for thread, (name, user, system) in last.items():
                _, user_before, system_before = first.get(thread, (name, 0, 0))
                shares[name, "user"] += (user - user_before) / took
                shares[name, "system"] += (system - system_before) / took
            used.append(shares)

        def count(what):
            return sum(box["counts"][what] for box in counts["boxes"]) - sum(
                box["counts"][what] for box in counted["boxes"])
        return {
            "emulator": used[0], "clients": sum(used[1:], collections.Counter()), "seconds": took,
            "air": counts["position"] - counted["position"], "dropped": count("droppedSamples"),
            "underruns": count("underruns"), "transfers": count("transfers") / took,
            "memory": [resident(pid) for pid in self.pids],
        }


def share(shares, names=None, mode=None):
    return sum(value for (name, kind), value in shares.items()
               if (names is None or name in names) and mode in (None, kind))


class Busy:
    """Inventories one after the other, so that the carrier is on."""

    def __init__(self, setting):
        self.setting, self.done, self.failure, self.is_over = setting, 0, None, False
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        try:
            while not self.is_over:
                self.setting.order("read:0,16", within=20)
                self.done += 1
        except (AssertionError, OSError, ValueError) as failure:
            self.failure = failure

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.is_over = True
        self.thread.join(5)


def daemon(program, options, case):
    """(idle, busy, what the daemon said of itself, inventories)."""
    front_end = case.front_end.format(rate=case.rate)
    with tempfile.TemporaryDirectory(prefix="aiot-bench-") as folder, emulator.Emulator(
        options.emulator, *case.boxes, "--rate", case.rate, "--devices", 10, "--seed", 7, "--profile", "0x57",
            "--journal", f"{folder}/journal", "--memory", f"{folder}/devices") as usb:
        usb.folder = folder
        with desk.Desk(program, usb, front_end, devices=10) as setting:
            if case.records:
                with open(setting.folder / "reader.yaml", "a") as file:
                    file.write(f"record: {{file: {folder}/all, limit-octets: {1 << 31}}}\n")
            setting.start()
            meter = Meter(usb, setting.reader.pid)
            time.sleep(0.5)
            idle = meter.over(options.seconds / 2)
            with Busy(setting) as inventories:
                busy = meter.over(options.seconds)
            setting.reader.stop()
            return idle, busy, said(setting.reader), inventories


def said(reader):
    """What the daemon counted of its own."""
    text = "\n".join(line for _, line in reader.lines)
    own = re.search(r"gaps (\d+), lost samples (\d+); underruns (\d+)", text)
    recorded = re.search(r"recorded (\d+) samples, lost (\d+)", text)
    return {
        "gaps": int(own[1]) if own else None, "lost": int(own[2]) if own else None,
        "recorded": int(recorded[1]) if recorded else None, "not recorded": int(recorded[2]) if recorded else None,
    }


def others(options, case):
    """The same octets through somebody else's programs: the share of libusb, the emulated kernel and the emulator."""
    is_pluto = case.boxes == PLUTO
    # libiio wants a box for itself, so that each direction has one.
    boxes = (*PLUTO, "--box", "pluto:a10002") if is_pluto else case.boxes
    with tempfile.TemporaryDirectory(prefix="aiot-bench-") as folder, emulator.Emulator(
            options.emulator, *boxes, "--rate", case.rate, "--devices", 10, "--profile", "0x57") as usb:
        carrier = pathlib.Path(folder, "carrier")
        if is_pluto:
            carrier.write_bytes(bytes((0, 0x66, 0, 0)) * 8_192)
            transmitter, receiver = (f"usb:1.{box['address']}.2" for box in usb.boxes)
            commands = (["iio_readdev", "-u", receiver, "-b", 8_192, "cf-ad9361-lpc"],
                        ["iio_writedev", "-u", transmitter, "-c", "-b", 8_192, "cf-ad9361-dds-core-lpc"])
        else:
            carrier.write_bytes(bytes((102, 0)) * (1 << 17))
            tuned = ("-f", 920_600_000, "-s", case.rate)
            commands = (["hackrf_transfer", "-d", "b20002", "-r", "/dev/null", *tuned],
                        ["hackrf_transfer", "-d", "b20001", "-t", carrier, "-R", *tuned])
        clients = []
        try:
            with carrier.open("rb") as source:
                for command in commands:
                    clients.append(usb.start(
                        *command, stdin=source, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            time.sleep(1.5)
            meter = Meter(usb, *(client.pid for client in clients))
            found = meter.over(options.seconds / 2) if all(client.poll() is None for client in clients) else None
            # At rates that it cannot hold hackrf_transfer ends.
            return found if all(client.poll() is None for client in clients) else None
        finally:
            for client in clients:
                client.kill()
                client.wait()


def figures(case, idle, busy, own, inventories, other):
    """{row: figure} of a case."""
    def cpu(value):
        return f"{value:.3f}"
    clients, idle_clients = busy["clients"], idle["clients"]
    usb, known = share(clients, USB), share(clients, (*USB, "receive", "record"))
    rows = {
        "daemon, carrier off, CPU s/s": cpu(share(idle_clients)),
        "daemon, carrier on and inventories, CPU s/s": cpu(share(clients)),
        "of it threads that use libusb": cpu(usb),
        "of that in the kernel, to the emulated usbfs": cpu(share(clients, USB, "system")),
        "receive thread (demodulators)": cpu(share(clients, ("receive",))),
        "recorder's thread": cpu(share(clients, ("record",))) if case.records else "",
        "all others": cpu(share(clients) - known),
        "hackrf_transfer or iio_*dev in its place": cpu(share(other["clients"])) if other else "",
        "emulator: the air and its devices": cpu(share(busy["emulator"], ("air",))),
        "emulator: USB": cpu(share(busy["emulator"]) - share(busy["emulator"], ("air",))),
        "emulator: USB, for hackrf_transfer or iio_*dev":
            cpu(share(other["emulator"]) - share(other["emulator"], ("air",))) if other else "",
        "USB transfers a second, and the others' programs":
            f"{busy['transfers']:,.0f}" + (f" / {other['transfers']:,.0f}" if other else ""),
        "daemon, MiB resident": f"{busy['memory'][1]:.1f}",
        "emulator, MiB resident": f"{busy['memory'][0]:.1f}",
        "air, times real time": f"{busy['air'] / busy['seconds'] / case.rate:.3f}",
        "samples lost at the boxes, of a million; the others' programs":
            per_million(busy) + (f" / {per_million(other)}" if other else ""),
        "transmit underruns; the others' programs":
            f"{busy['underruns']}" + (f" / {other['underruns']}" if other else ""),
        "gaps that the daemon noticed, samples lost in it": f"{own['gaps']}, {own['lost']}",
        "inventories of 10 devices": f"{inventories.done}" + (" (cut off)" if inventories.failure else ""),
        "recorded samples, and left out": f"{own['recorded']:,}, {own['not recorded']:,}" if own["recorded"] else "",
    }
    return rows


def per_million(found):
    return f"{found['dropped'] / max(found['air'], 1) * 1e6:,.0f}"


def wrong(case, idle, busy, own, inventories):
    """What must not be at a rate that every machine can do, while nothing else runs."""
    if not case.must_hold:
        return []
    counts = {
        "samples lost at the boxes": idle["dropped"] + busy["dropped"],
        "transmit underruns": idle["underruns"] + busy["underruns"],
        "gaps": own["gaps"], "samples lost in the daemon": own["lost"],
    }
    found = [f"{case.name}: {count} {what}" for what, count in counts.items() if count != 0]
    return found + [f"{case.name}: no inventory: {inventories.failure}"] * (not inventories.done)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--emulator", required=True, type=pathlib.Path)
    parser.add_argument("--seconds", type=float, default=10, help="of streaming with the carrier on, each")
    options = parser.parse_args()
    program = options.program.resolve()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before it\n", flush=True)
    columns, faults, compared = [], [], {}
    for case in CASES:
        found = daemon(program, options, case)
        faults += wrong(case, *found)
        other = None if case.records else others(options, case)
        columns.append(figures(case, *found, other))
    print(f"| what | {' | '.join(case.name for case in CASES)} |\n|---|{'---|' * len(CASES)}")
    for row in columns[0]:
        print(f"| {row} | {' | '.join(column[row] for column in columns)} |")
    if faults:
        print("bench-usb: " + "; ".join(faults), file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
