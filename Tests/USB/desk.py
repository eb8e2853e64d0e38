"""A desk: emulated boxes with devices in front of them, an AIoTF, the daemon on the real libusb, soft devices."""

import os
import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "System"))

import processes  # noqa: E402
import world  # noqa: E402

USABLE = r"front end (ready|degraded)"  # in the log of the reader


class Desk(world.World):
    """`front_end`: the YAML of that key. `emulator`: started already, its devices are those of the world."""

    def __init__(self, program, emulator, front_end, air=None, **world_options):
        self.emulator, self.front_end, self.air = emulator, front_end, air
        self.soft = None
        self.reader_options = []  # of `run`, beside those that every reader has
        self.reader_environment = {}
        self.starts_usable = True  # and so becomes ready at once
        super().__init__(program, transport="tcp", **world_options)
        for name in ("journal", "devices"):
            (self.folder / name).symlink_to(pathlib.Path(emulator.folder) / name)

    def certificates(self, *names, **options):
        """The link stays on this machine, in the clear."""

    def write_configuration(self, **options):
        air = f"\nair: {{{self.air}}}" if self.air else ""
        (self.folder / "reader.yaml").write_text(f"""\
front-end: {self.front_end}
region: screened
links: [{{name: core, endpoints: ["tcp://127.0.0.1:{self.port}"]}}]
state-directory: {self.state}
log: {{show-protected: true}}{air}
""")

    def start_reader(self, ready=True, level="debug"):
        self.reader = self.client(
            [self.program, "run", "--config", self.folder / "reader.yaml", "--log-level", level, *self.reader_options],
            "reader.log", self.reader_environment)
        if ready and self.starts_usable:
            self.reader.wait_state("READY=1")
        return self.reader

    def start(self, level="debug", usable=True):
        self.starts_usable = usable
        super().start(level)
        if usable:
            self.reader.wait(USABLE)
        return self

    def start_soft(self, *options):
        """Soft devices in a process of their own."""
        self.soft = self.client(
            [self.program, "device", "--devices", self.devices, "--seed", self.seed, "--profile", hex(self.profile),
             "--algorithms", "0x22", *options], "device.log")
        return self.soft

    def client(self, arguments, log, environment={}):
        """A process that sees the emulated boxes."""
        with self.emulator.descriptors() as held:
            return processes.Program(arguments, self.folder / log, self.emulator.environment() | environment, held)

    def __exit__(self, kind, value, trace):
        if self.soft and self.soft.is_running:
            self.soft.kill()
        super().__exit__(kind, value, trace)
        if kind is not None and self.soft:
            print(f"  the last lines of {self.soft.log}:")
            for _, line in self.soft.lines[-12:]:
                print(f"    {line}")

    def found_all(self, command="read:0,16", within=60):
        """An inventory that finds every device once."""
        _, devices, summary = self.order(command, within=within)
        self.check_found_once(devices, summary)
        return devices

    def handles(self):
        """(file descriptors, threads, resident KiB) of the reader; sockets are left out: umockdev's preload leaves one
        behind where a box goes while it is being opened."""
        folder = pathlib.Path(f"/proc/{self.reader.pid}")
        files = [path for path in (folder / "fd").iterdir() if not target(path).startswith("socket:")]
        return len(files), len(list((folder / "task").iterdir())), self.reader.resident()


def target(path):
    """Where a descriptor leads; it may be closed meanwhile."""
    try:
        return os.readlink(path)
    except OSError:
        return "socket: gone"
