"""The reader and the AIoTF as two processes: scripts/system runs this. Python 3.11 and nothing else."""

import argparse
import os
import pathlib
import signal
import sys
import time
import traceback

import aiotfs
import exchange
import kills
import peers
import planted
import troubles

SCENARIOS = {
    "two-processes": exchange.two_processes,
    "delay": exchange.delay,
    "several": aiotfs.several,
    "swallow": troubles.swallow,
    "planted": planted.planted,
    "kill": kills.kill,
    "hostile": peers.hostile,
    "disk-full": troubles.disk_full,
    "refused": peers.refused,
    "stop": troubles.stop,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("arguments", nargs="*", metavar="SCENARIO|PROGRAM",
                        help=f"of {', '.join(SCENARIOS)}; default all. What is a file is the program")
    parser.add_argument("--rounds", type=int, help="rounds of kill, runs of delay")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_intermixed_args()
    names = [name for name in options.arguments if name in SCENARIOS]
    programs = [pathlib.Path(name).resolve() for name in options.arguments if name not in SCENARIOS]
    if len(programs) != 1 or not os.access(programs[0], os.X_OK):
        parser.error(f"name the program, and scenarios of {', '.join(SCENARIOS)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    failed = []
    for name in names or SCENARIOS:
        begin = time.monotonic()
        print(f"{name}: {SCENARIOS[name].__doc__.splitlines()[0]}", flush=True)
        try:
            SCENARIOS[name](programs[0], options)
        except Exception:
            traceback.print_exc(limit=-4, file=sys.stdout)
            failed.append(name)
        print(f"{name}: {'FAILED' if name in failed else 'held'} after {time.monotonic() - begin:.1f} s", flush=True)
    if failed:
        print(f"system: failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
