"""A watchdog that bites when samples stop, and not when the box is away."""

import signal
import time

import inventories
import processes

USEC = 900_000


def fed(reader, after):
    return [at for at, text in reader.states if text == "WATCHDOG=1" and at > after]


def watchdog(program, options):
    """Samples stop for good while the loop turns: the watchdog is not fed; it is without a box, and when samples come again."""
    with inventories.one_pluto(program, options, devices=3) as (usb, setting):
        setting.reader_environment = {"WATCHDOG_USEC": str(USEC)}
        reader = setting.start().reader
        processes.wait_until(lambda: len(fed(reader, 0)) >= 3, "it was not fed")
        usb.order("silence 0")
        stalled = reader.wait_state("STATUS=front end stalled")[0]
        time.sleep(2 * USEC / 1e6)
        assert not fed(reader, stalled), "it was fed while nothing came"
        count = len(reader.states)
        reader.signal(signal.SIGHUP)
        processes.wait_until(
            lambda: any("READY=1" in text for _, text in reader.states[count:]), "the loop does not turn")
        last = max(fed(reader, 0))
        assert last < stalled + 0.1
        usb.order("resume 0")
        processes.wait_until(lambda: fed(reader, stalled), "it was not fed again", 30)
        mark = reader.mark()
        usb.order("unplug 0")
        reader.wait("front end absent", mark)
        away = time.monotonic()
        processes.wait_until(lambda: len(fed(reader, away)) >= 3, "a box that is away is no reason to bite")
        print(f"  {1e3 * (stalled - last):.0f} ms after it was fed last the samples were known to have stopped")
