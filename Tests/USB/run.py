"""The daemon on the real libusb, with emulated boxes: scripts/usb runs this. Python 3.11 and nothing else."""

import argparse
import pathlib
import sys

import ends
import inventories
import onair
import plugging
import recording
import check_tools
import troubles
import watchdog

import scenarios  # of Tests/System, whose place desk.py adds

SCENARIOS = {
    "tools": check_tools.tools,
    "pluto": inventories.pluto,
    "two-box": inventories.two_box,
    "soft": inventories.soft,
    "on-air": onair.on_air,
    "record": recording.record,
    "denied": troubles.denied,
    "wrong-firmware": troubles.wrong_firmware,
    "old-firmware": troubles.old_firmware,
    "slow-names": troubles.slow_names,
    "silence": troubles.silence,
    "stall": troubles.stall,
    "gap": troubles.gap,
    "unplug": plugging.unplug,
    "cycles": plugging.cycles,
    "ends": ends.ends,
    "watchdog": watchdog.watchdog,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--emulator", required=True, type=pathlib.Path)
    parser.add_argument("--cycles", type=int, default=10, help="rounds of unplugging and plugging in")
    return scenarios.run(SCENARIOS, parser)


if __name__ == "__main__":
    sys.exit(main())
