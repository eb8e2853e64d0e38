"""Emulated boxes on USB, and programs that use them through the real libusb.

    with Emulator(program, "--box", "hackrf", "--box", "pluto") as usb:
        print(usb.run("hackrf_info").stdout)
        usb.order("unplug 0")

As a program: emulator.py USB-EMULATOR [OPTION...] -- COMMAND [ARGUMENT...] runs COMMAND with the boxes.
"""

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading

# Before a client's own: umockdev names the socket on which a client hears of hot-plug after the number of its
# descriptor, so that two clients with equal numbers would take it from each other.
DESCRIPTORS_PER_CLIENT = 16


class Emulator:
    """The emulator as a process; `with` ends it."""

    def __init__(self, program, *options, log=None):
        self.clients = 0
        self.process = subprocess.Popen(
            ["umockdev-wrapper", str(program), *map(str, options)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=log, text=True)
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()
        self.ready = self._line(60)
        self.root, self.boxes = self.ready["root"], self.ready["boxes"]

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def _line(self, within):
        line = self.lines.get(timeout=within)
        assert line is not None, f"the emulator ended with {self.process.wait()}"
        return json.loads(line)

    def order(self, command, within=60):
        """Gives a command and returns its answer; fails where the emulator refuses it."""
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        answer = self._line(within)
        assert answer.get("ok", True), f"{command}: {answer}"
        return answer

    def stats(self, box=None):
        stats = self.order("stats")
        return stats if box is None else stats["boxes"][box]

    def environment(self):
        preload = " ".join(filter(None, ["libumockdev-preload.so.0", os.environ.get("LD_PRELOAD")]))
        return {**os.environ, "UMOCKDEV_DIR": self.root, "LD_PRELOAD": preload}

    @contextlib.contextmanager
    def descriptors(self):
        """What the next client must inherit; closed here afterwards."""
        held = [os.open("/dev/null", os.O_RDONLY) for _ in range(self.clients * DESCRIPTORS_PER_CLIENT)]
        self.clients += 1
        try:
            yield held
        finally:
            for descriptor in held:
                os.close(descriptor)

    def start(self, *command, **how):
        """Starts a client; `how` is of subprocess.Popen."""
        with self.descriptors() as held:
            return subprocess.Popen(
                list(map(str, command)), env=self.environment(), pass_fds=held, stdin=how.pop("stdin", subprocess.DEVNULL),
                **how)

    def run(self, *command, within=120, expect=0):
        """Runs a client to its end and returns it with what it wrote; `expect`: its exit status, None for any."""
        done = subprocess.run(
            list(map(str, command)), env=self.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=within)
        done.stdout = done.stdout.decode(errors="replace")
        assert expect is None or done.returncode == expect, f"{command} ended with {done.returncode}: {done.stdout}"
        return done

    def close(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def main(arguments):
    split = arguments.index("--") if "--" in arguments else len(arguments)
    options, command = arguments[:split], arguments[split + 1:]
    if not options or not command:
        sys.exit(__doc__)
    with Emulator(*options) as usb:
        print(json.dumps(usb.ready), file=sys.stderr)
        return usb.start(*command, stdin=None).wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
