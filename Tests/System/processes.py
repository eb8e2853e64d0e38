"""Processes of the program under test: started, listened to, killed. Every wait is for an event, and bounded."""

import atexit
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import threading
import time

_running = set()


@atexit.register
def _end_all():
    for process in list(_running):
        process.kill()


class Late(AssertionError):
    """What was waited for did not happen in time."""


class Program:
    """One process. Its lines on standard error are kept with the monotonic times at which they came, and in a file."""

    def __init__(self, arguments, log, environment=None, pass_fds=()):
        self.name = pathlib.Path(log).stem
        self.log = pathlib.Path(log)
        self.lines = []
        self._changed = threading.Condition()
        self._states = []
        self.notify = str(self.log.parent / f"{self.name}.notify")
        pathlib.Path(self.notify).unlink(missing_ok=True)
        self._notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notified.bind(self.notify)
        self._process = subprocess.Popen(
            [str(a) for a in arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**os.environ, "NOTIFY_SOCKET": self.notify, **(environment or {})}, pass_fds=pass_fds)
        self.pid = self._process.pid
        _running.add(self)
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._read, self._listen)]
        for thread in self._threads:
            thread.start()

    def _read(self):
        with self.log.open("ab") as file:
            for octets in self._process.stdout:
                now = time.monotonic()
                file.write(octets)
                file.flush()
                with self._changed:
                    self.lines.append((now, octets.decode(errors="replace").rstrip()))
                    self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def _listen(self):
        while True:
            try:
                text = self._notified.recv(4096).decode(errors="replace")
            except OSError:
                return
            with self._changed:
                self._states.append((time.monotonic(), text))
                self._changed.notify_all()

    @property
    def states(self):
        """What it has told the service manager, with times."""
        with self._changed:
            return list(self._states)

    def mark(self):
        """A place in the log: lines after it are new."""
        with self._changed:
            return len(self.lines)

    def find(self, pattern, after=0):
        """(time, line) of the first line after a mark that has the pattern; None where there is none."""
        with self._changed:
            return next((entry for entry in self.lines[after:] if re.search(pattern, entry[1])), None)

    def count(self, pattern, after=0):
        """How many lines after a mark have the pattern."""
        with self._changed:
            return sum(bool(re.search(pattern, line)) for _, line in self.lines[after:])

    def wait(self, pattern, after=0, within=20.0):
        """Waits for a line that has the pattern."""
        return self._wait(lambda: self.find(pattern, after), f"no line {pattern!r}", within)

    def wait_state(self, pattern, within=20.0):
        """Waits until it has told the service manager that."""
        def seen():
            return next((entry for entry in self._states if re.search(pattern, entry[1])), None)
        return self._wait(seen, f"{pattern!r} was not told to the service manager", within)

    def _wait(self, seen, what, within):
        end = time.monotonic() + within
        with self._changed:
            while True:
                entry = seen()
                if entry:
                    return entry
                if self._process.poll() is not None and not self._threads[0].is_alive():
                    raise Late(f"{self.name} has ended with {self._process.returncode}: {what}")
                left = end - time.monotonic()
                if left <= 0:
                    raise Late(f"{self.name}: {what} within {within:g} s")
                self._changed.wait(min(left, 0.2))

    @property
    def is_running(self):
        return self._process.poll() is None

    def signal(self, number):
        if self.is_running:
            self._process.send_signal(number)

    def kill(self):
        """kill -9, and waits until it is gone."""
        self.signal(signal.SIGKILL)
        self.ended(within=10)

    def stop(self, within=10.0):
        """SIGTERM; its exit status."""
        self.signal(signal.SIGTERM)
        return self.ended(within)

    def ended(self, within):
        """Waits for its end; its exit status."""
        try:
            status = self._process.wait(within)
        except subprocess.TimeoutExpired:
            raise Late(f"{self.name} had not ended after {within:g} s") from None
        self._threads[0].join(5)
        self._notified.close()
        _running.discard(self)
        return status

    def resident(self):
        """VmRSS in KiB."""
        text = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", text)[1])

    def peak(self):
        """VmHWM in KiB."""
        text = pathlib.Path(f"/proc/{self.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", text)[1])


class Control:
    """A client of the AIoTF's control socket (docs/aiotf.md)."""

    def __init__(self, path, within=10.0):
        end = time.monotonic() + within
        while True:
            self._socket = socket.socket(socket.AF_UNIX)
            self._socket.settimeout(within)
            try:
                self._socket.connect(str(path))
                break
            except OSError:
                self._socket.close()
                if time.monotonic() > end:
                    raise Late(f"no control socket at {path} within {within:g} s") from None
                time.sleep(0.01)
        self._file = self._socket.makefile("rb")

    def ask(self, within=60.0, **request):
        """Sends a request, gives what is answered as it comes."""
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        end = time.monotonic() + within
        while True:
            self._socket.settimeout(max(0.001, end - time.monotonic()))
            try:
                line = self._file.readline()
            except TimeoutError:
                raise Late(f"the AIoTF had not answered {request} after {within:g} s") from None
            except OSError:
                return
            if not line:
                return
            yield json.loads(line)

    def close(self):
        self._file.close()
        self._socket.close()


def free_port():
    """A TCP port of this machine at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_until(true, what, within=20.0, pause=0.02):
    """Waits until a condition of files holds, which tell no events."""
    end = time.monotonic() + within
    while True:
        value = true()
        if value:
            return value
        if time.monotonic() > end:
            raise Late(f"{what} within {within:g} s")
        time.sleep(pause)
