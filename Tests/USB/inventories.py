"""Inventories over emulated boxes."""

import contextlib
import tempfile
import time

import desk
import emulator

PLUTO = '{type: pluto, serial: "a10001"}'
TWO_BOX = """
  type: two-box
  transmitter: {serial: "b20001", transmit-gain-db: 20}
  receiver: {type: hackrf, serial: "b20002", receive-gain-db: 24}"""


@contextlib.contextmanager
def one_pluto(program, options, devices=10, air=None, **emulated):
    """A Pluto with simulated devices in front of it, and the daemon on it."""
    boxes = ["--box", "pluto:a10001"]
    with field(options, boxes, devices, emulated) as usb, \
            desk.Desk(program, usb, PLUTO, air=air, devices=devices, seed=options.seed) as setting:
        yield usb, setting


@contextlib.contextmanager
def two_boxes(program, options, devices=10):
    """Two HackRFs, the first one sends."""
    boxes = ["--box", "hackrf:b20001", "--box", "hackrf:b20002"]
    apart = {"frequency-offset": 1500, "ppm": 20, "rate": 2_000_000}
    with field(options, boxes, devices, apart) as usb, \
            desk.Desk(program, usb, TWO_BOX, devices=devices, seed=options.seed) as setting:
        yield usb, setting


@contextlib.contextmanager
def field(options, boxes, devices, emulated):
    """The emulator with devices that the AIoTF knows; what they know to be true is in its folder."""
    more = [word for key, value in emulated.items() for word in (f"--{key}", value)]
    with tempfile.TemporaryDirectory(prefix="aiot-field-") as folder, emulator.Emulator(
        options.emulator, *boxes, "--devices", devices, "--seed", options.seed, "--profile", "0x57", "--patience", 500,
            "--journal", f"{folder}/journal", "--memory", f"{folder}/devices", *more) as usb:
        usb.folder = folder
        yield usb


def pluto(program, options):
    """An inventory of 10 devices through libusb and the emulated Pluto."""
    with one_pluto(program, options) as (usb, setting):
        setting.start()
        begin = time.monotonic()
        setting.found_all()
        setting.check()
        print(f"  10 devices read in {time.monotonic() - begin:.2f} s; {usb.stats(0)['counts']}")
        assert setting.reader.stop() == 0


def two_box(program, options):
    """An inventory of 10 devices through two HackRFs, 20 ppm and 1.5 kHz apart."""
    with two_boxes(program, options) as (usb, setting):
        setting.start()
        begin = time.monotonic()
        setting.found_all()
        print(f"  10 devices read in {time.monotonic() - begin:.2f} s")
        assert setting.reader.stop() == 0


def soft(program, options):
    """An inventory of 10 soft devices on a second Pluto, in a process of their own."""
    boxes = ["--box", "pluto:a10001", "--box", "pluto:a10002"]
    with field(options, boxes, 0, {"frequency-offset": 700}) as usb, \
            desk.Desk(program, usb, PLUTO, air="min-turnaround-ms: 60, exchange-budget-ms: 2000", devices=10,
                      seed=options.seed) as setting:
        setting.start_soft("--box", "pluto", "--serial", "a10002").wait("listening", within=30)
        setting.start()
        begin = time.monotonic()
        setting.found_all(within=120)
        print(f"  10 soft devices read in {time.monotonic() - begin:.2f} s")
        assert setting.reader.stop() == 0
        assert setting.soft.stop() == 0
