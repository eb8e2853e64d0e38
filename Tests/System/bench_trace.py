"""CPU seconds of a daemon with and without a trace; scripts/bench-trace runs this."""

import concurrent.futures
import os
import pathlib
import statistics
import sys
import time

import world

DEVICES = 1_000
LIMIT = 1.02


def cpu_seconds(pid):
    """User and system time of all threads of a process, also of those that have ended."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(program, seed, has_trace):
    """(CPU seconds of the daemon from READY to the last device and three seconds on, octets of the trace)."""
    with world.World(program, devices=DEVICES, seed=seed) as setting:
        trace = setting.folder / "reader.trace"
        if has_trace:
            with (setting.folder / "reader.yaml").open("a") as file:
                file.write(f"trace: {{file: {trace}}}\n")
        setting.start()
        before = cpu_seconds(setting.reader.pid)
        _, devices, _ = setting.order("read:0,4", within=300)
        assert len(devices) == DEVICES, f"{len(devices)} devices"
        # The last records come two seconds after the last exchange.
        time.sleep(3)
        used = cpu_seconds(setting.reader.pid) - before
        if not has_trace:
            return used, 0
        lines = trace.read_text().count("\n")
        assert lines >= DEVICES, f"{lines} records"
        return used, trace.stat().st_size


def main(program, pairs):
    ratios, rows = [], []
    for seed in range(1, pairs + 1):
        with concurrent.futures.ThreadPoolExecutor() as pool:
            # Which of them starts first is the other one each time.
            order = [False, True] if seed % 2 else [True, False]
            runs = dict(zip(order, pool.map(lambda has_trace: measured(program, seed, has_trace), order)))
        ratios.append(runs[True][0] / runs[False][0])
        rows.append((runs[False][0], runs[True][0], runs[True][1]))
        print(f"pair {seed}: {runs[False][0]:.2f} s without, {runs[True][0]:.2f} s with a trace of "
              f"{runs[True][1] / 1e6:.2f} MB: {ratios[-1]:.4f}", flush=True)
    ratio = statistics.median(ratios)
    without, with_trace = (statistics.median(column) for column in list(zip(*rows))[:2])
    print(f"median: {without:.2f} s without, {with_trace:.2f} s with, ratio {ratio:.4f}")
    return 0 if ratio < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2])))
