"""Debian's own tools for HackRF and Pluto take the emulated boxes for real ones: check_tools.py USB-EMULATOR

The emulator's air stands still where a tool is late, so that a busy machine loses nothing.
"""

import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time

from emulator import Emulator

RATE = 2_500_000  # what both kinds of boxes can do
PATIENT = ("--rate", RATE, "--patience", 60_000, "--clean")
TUNED = ("-f", 920_600_000, "-s", RATE)


def check(condition, what):
    assert condition, what
    print(f"  {what}", flush=True)


def wait_for(condition, what, within=60):
    """Waits for something that another process does."""
    end = time.monotonic() + within
    while not condition():
        assert time.monotonic() < end, f"not within {within} s: {what}"
        time.sleep(0.05)


def octets(count, seed):
    return random.Random(seed).randbytes(count)


def hackrf_info(program):
    with Emulator(program, "--box", "hackrf:abcd1234", "--box", "hackrf:5678") as usb:
        text = usb.run("hackrf_info").stdout
        serials = re.findall(r"Serial number: 0*(\w+)", text)
        check(sorted(serials) == ["5678", "abcd1234"], "hackrf_info finds two boxes with their serial numbers")
        check(text.count("Board ID Number: 2 (HackRF One)") == 2, "and takes them for HackRF Ones")
        check(text.count("Firmware Version: 2022.09.1 (API:1.06)") == 2, "with their firmware")
        check("Error" not in text, "and sees nothing wrong")
        usb.order("unplug 0")
        check(usb.run("hackrf_info").stdout.count("Found HackRF") == 1, "one that is unplugged is not found")
        usb.order("deny 1")
        denied = usb.run("hackrf_info", expect=None)
        check("Access denied" in denied.stdout, "one whose node may not be opened is denied, also to root")


def hackrf_transmits(program, folder):
    sent, tap = folder / "sent", folder / "tap"
    sent.write_bytes(octets(2_000_000, 1))
    with Emulator(program, "--box", "hackrf:1", *PATIENT) as usb:
        usb.order(f"tap 0 {tap}")
        usb.run("hackrf_transfer", "-t", sent, *TUNED, "-x", 30, "-a", 1)
        usb.order("tap 0")
        on_air = tap.read_bytes()
        check(on_air.startswith(sent.read_bytes()), "hackrf_transfer transmits a file, octet for octet")
        check(not any(on_air[sent.stat().st_size:]), "and nothing after it")
        box = usb.stats(0)
        check(box["counts"]["underruns"] == 0, "without an underrun")
        check(box["settings"]["frequencyHz"] == "920600000", "at its frequency")
        check(box["settings"]["transmitGainDB"] == "30" and box["settings"]["amplifier"] == "true", "with its gains")


def hackrf_receives(program, folder):
    sent, got = folder / "repeated", folder / "received"
    pattern = octets(1 << 18, 2)
    sent.write_bytes(pattern)
    with Emulator(program, "--box", "hackrf:1", "--box", "hackrf:2", *PATIENT) as usb:
        transmitter = usb.start(
            "hackrf_transfer", "-d", 1, "-t", sent, "-R", *TUNED, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: usb.stats(0)["counts"]["transmittedSamples"] > 0, "the first box transmits")
            usb.run("hackrf_transfer", "-d", 2, "-r", got, *TUNED, "-l", 16, "-g", 20, "-n", 1_000_000)
        finally:
            transmitter.kill()
            transmitter.wait()
        received = got.read_bytes()
        check(len(received) == 2_000_000, "hackrf_transfer receives as many samples as it was asked for")
        # Where it began in the pattern is chance; from there on it has to go on without a gap.
        start = (pattern * 2).find(received[:64])
        check(start >= 0 and received == (pattern * 10)[start:start + len(received)],
              "namely what the other box transmits, octet for octet")
        check(usb.stats(1)["counts"]["droppedSamples"] == 0, "without a loss")


def iio_tools(program, folder):
    with Emulator(program, "--box", "pluto:104473aa", *PATIENT) as usb:
        found = usb.run("iio_info", "-S", "usb", expect=None).stdout
        uri = re.search(r"\[(usb:\S+)\]", found)
        check(uri and "serial=104473aa" in found, "iio_info finds a Pluto with its serial number")
        uri = uri.group(1)
        text = usb.run("iio_info", "-u", uri).stdout
        for name in ("ad9361-phy", "cf-ad9361-lpc (buffer capable)", "cf-ad9361-dds-core-lpc (buffer capable)"):
            check(name in text, f"with the device {name}")
        check("error" not in text.lower(), "and sees nothing wrong")

        def attribute(*words, expect=0):
            return usb.run("iio_attr", "-u", uri, *words, expect=expect).stdout.strip()

        rate = ("-i", "-c", "ad9361-phy", "voltage0", "sampling_frequency")
        attribute(*rate, RATE)
        check(attribute(*rate) == str(RATE), "iio_attr sets the rate and reads it")
        attribute(*rate, 1_920_000, expect=1)
        check(attribute(*rate) == str(RATE), "a rate below that of the converters is refused")
        attribute("-c", "ad9361-phy", "altvoltage1", "frequency", 920_600_000)
        check(usb.stats(0)["settings"]["phy.transmit.frequency"] == "920600000", "iio_attr sets a frequency")


def iio_streams(program, folder):
    samples = 4_096
    # Twelve bits in the upper part of sixteen: what one sends the other receives shifted down.
    block = bytearray(octets(samples * 4, 3))
    block[::2] = bytes(octet & 0xf0 for octet in block[::2])
    expected = b"".join(
        (int.from_bytes(block[at:at + 2], "little", signed=True) >> 4).to_bytes(2, "little", signed=True)
        for at in range(0, len(block), 2))
    with Emulator(program, "--box", "pluto:1", "--box", "pluto:2", *PATIENT) as usb:
        first, second = (f"usb:1.{box['address']}.2" for box in usb.boxes)
        sent, got = folder / "block", folder / "samples"
        sent.write_bytes(block * 4)
        with open(sent, "rb") as source:
            writer = usb.start(
                "iio_writedev", "-u", first, "-c", "-b", samples, "cf-ad9361-dds-core-lpc", stdin=source,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for(lambda: usb.stats(0)["counts"]["transmittedSamples"] > 0, "iio_writedev transmits")
            with open(got, "wb") as target:
                reader = usb.start(
                    "iio_readdev", "-u", second, "-b", samples, "-s", 50 * samples, "cf-ad9361-lpc", stdout=target)
                check(reader.wait(120) == 0, "iio_readdev receives while iio_writedev transmits")
        finally:
            writer.kill()
            writer.wait()
        received = got.read_bytes()
        check(len(received) == 50 * samples * 4, "as many samples as it was asked for")
        start = (expected * 2).find(received[:64])
        check(start >= 0 and received == (expected * 52)[start:start + len(received)],
              "namely what the other box transmits, octet for octet")


def main(program):
    with tempfile.TemporaryDirectory(prefix="aiot-usb-") as name:
        folder = pathlib.Path(name)
        for part in (hackrf_transmits, hackrf_receives, iio_tools, iio_streams):
            print(part.__name__, flush=True)
            part(program, folder)
        print(hackrf_info.__name__, flush=True)
        hackrf_info(program)


def tools(program, options):
    """Debian's own tools accept the emulated boxes: what they send and receive is right octet for octet."""
    main(options.emulator)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
