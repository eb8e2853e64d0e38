"""The daemon on the real libusb, with emulated boxes: scripts/usb runs this. Python 3.11 and nothing else."""

import argparse
import os
import pathlib
import signal
import sys
import time
import traceback

import ends
import inventories
import onair
import plugging
import recording
import check_tools
import troubles

SCENARIOS = {
    "tools": check_tools.tools,
    "pluto": inventories.pluto,
    "two-box": inventories.two_box,
    "soft": inventories.soft,
    "on-air": onair.on_air,
    "record": recording.record,
    "denied": troubles.denied,
    "wrong-firmware": troubles.wrong_firmware,
    "silence": troubles.silence,
    "stall": troubles.stall,
    "gap": troubles.gap,
    "unplug": plugging.unplug,
    "cycles": plugging.cycles,
    "ends": ends.ends,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("arguments", nargs="*", metavar="SCENARIO|PROGRAM",
                        help=f"of {', '.join(SCENARIOS)}; default all. What is a file is the program")
    parser.add_argument("--emulator", required=True, type=pathlib.Path)
    parser.add_argument("--cycles", type=int, default=10, help="rounds of unplugging and plugging in")
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
        print(f"usb: failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
