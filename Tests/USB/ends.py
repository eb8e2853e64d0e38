"""Where the daemon ends, the carrier does."""

import signal
import time

import inventories
import processes

ALLOWED = 0.1  # s, issue and docs/front-ends.md; what the emulator holds at the end included


def ends(program, options):
    """After SIGTERM and after kill -9 in the middle of an inventory the carrier is off within 100 ms."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with inventories.one_pluto(program, options, devices=30) as (usb, setting):
            setting.start()
            setting.ordered()
            setting.acknowledgements(more_than=3)
            begin = time.monotonic()
            setting.reader.signal(number)
            setting.reader.ended(within=10)
            ended = time.monotonic()
            processes.wait_until(lambda: usb.stats(0)["silentMilliseconds"] > 300, "the carrier is still on")
            off = time.monotonic() - usb.stats(0)["silentMilliseconds"] / 1_000
            print(f"  {number.name}: the carrier ended {(off - begin) * 1_000:+.0f} ms from the signal, the process "
                  f"{(ended - begin) * 1_000:+.0f} ms")
            assert off - begin < ALLOWED, off - begin
