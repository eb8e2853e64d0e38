"""An AIoTF and a reader in a folder of their own: certificates, store, configuration, and how they are started."""

import concurrent.futures
import pathlib
import shutil
import subprocess
import tempfile
import threading

import checker
import processes

UP = "link=core .*link up"  # in the log of the reader
ROOT = pathlib.Path(__file__).resolve().parents[2]


class World:
    """Two processes of one program, and what they keep. `with` ends them, and removes the folder unless it failed."""

    def __init__(self, program, devices=100, seed=7, profile=0x57, transport="tls", through=None, budget=None,
                 listen=None, reader_extra="", state=None):
        """`through`: a function that makes a proxy of a port; the reader connects to that. `state`: state-directory."""
        self.program, self.devices, self.seed, self.profile = program, devices, seed, profile
        self.transport = transport
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="aiot-system-"))
        self.state = pathlib.Path(state or self.folder / "state")
        self.state.mkdir(exist_ok=True)
        self.port = listen or processes.free_port()
        self.proxy = through(self.port) if through else None
        self.budget = budget
        self.reader_extra = reader_extra
        self.control_path = self.folder / "aiotf.sock"
        self.store_path = self.folder / "aiotf.db"
        self.aiotf = self.reader = None
        self.told = []
        self.certificates()
        self.run("aiotf", "key", "--out", "aiotf.key")
        self.group = self.run(
            "aiotf", "provision", "--store", "aiotf.db", "--key-file", "aiotf.key", "simulated", "--devices", devices,
            "--seed", seed, "--profile", hex(profile), "--algorithms", "0x22").split()[-1]
        checker.remember_requests(self.store_path)
        self.write_configuration()

    def run(self, *arguments, within=120):
        """Runs the program to its end and gives its output."""
        done = subprocess.run(
            [str(self.program), *map(str, arguments)], cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            timeout=within, text=True)
        assert done.returncode == 0, f"{arguments} ended with {done.returncode}: {done.stderr}"
        return done.stdout

    def certificates(self, *names, folder="tls", days=None):
        """Makes certificates in a folder of the world."""
        environment = {"PATH": "/usr/bin:/bin:/usr/local/bin"} | ({"DAYS": str(days)} if days is not None else {})
        subprocess.run([ROOT / "scripts/certificates", self.folder / folder, *names], check=True, env=environment,
                       timeout=60, stdout=subprocess.DEVNULL)

    def write_configuration(self, certificate="tls/reader", authorities="tls/authority.pem", peer="aiotf"):
        port = self.proxy.port if self.proxy else self.port
        host = "localhost" if self.transport == "tls" else "127.0.0.1"
        in_folder = self.folder
        air = f"\nair: {{exchange-budget-ms: {self.budget}}}" if self.budget else ""
        (self.folder / "reader.yaml").write_text(f"""\
front-end:
  {{type: loopback, devices: {self.devices}, seed: {self.seed}, air: burst, profile: {hex(self.profile)}, algorithms: 0x22,
   memory: {in_folder}/devices, journal: {in_folder}/journal}}
links: [{{name: core, endpoints: ["{self.transport}://{host}:{port}"]}}{self.reader_extra}]
tls:
  {{certificate: {in_folder}/{certificate}.pem, key: {in_folder}/{certificate}.key,
   authorities: {in_folder}/{authorities}, peer-names: [{peer}]}}
state-directory: {self.state}
stop-timeout-ms: 1000{air}
""")

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        for process in (self.reader, self.aiotf):
            if process and process.is_running:
                process.kill()
        if self.proxy:
            self.proxy.stop()
        if kind is None:
            shutil.rmtree(self.folder, ignore_errors=True)
            return
        print(f"  seed {self.seed}, profile {hex(self.profile)}; everything is kept in {self.folder}")
        for process in (self.reader, self.aiotf):
            if process:
                print(f"  the last lines of {process.log}:")
                for _, line in process.lines[-12:]:
                    print(f"    {line}")

    def start_aiotf(self, *extra, certificate="tls/aiotf", authorities="tls/authority.pem", peer="reader", ready=True,
                    level="info"):
        options = []
        host = "localhost" if self.transport == "tls" else "127.0.0.1"
        if self.transport == "tls":
            options = ["--certificate", self.folder / f"{certificate}.pem", "--private-key",
                       self.folder / f"{certificate}.key", "--authorities", self.folder / authorities,
                       "--peer-name", peer]
        self.aiotf = processes.Program(
            [self.program, "aiotf", "serve", "--store", self.store_path, "--key-file", self.folder / "aiotf.key",
             "--listen", f"{self.transport}://{host}:{self.port}", "--control", self.control_path, "--log-level", level,
             *options, *extra], self.folder / "aiotf.log")
        if ready:
            self.aiotf.wait_state("READY=1")
        return self.aiotf

    def start_reader(self, ready=True, level="info"):
        self.reader = processes.Program(
            [self.program, "run", "--config", self.folder / "reader.yaml", "--log-level", level],
            self.folder / "reader.log")
        if ready:
            self.reader.wait_state("READY=1")
        return self.reader

    def start(self, level="info"):
        """Both, and the link between them."""
        self.start_aiotf(level=level)
        self.start_reader(level=level)
        self.reader.wait(UP)
        return self

    def order(self, command=None, within=60.0, wait=True, target=None):
        """Gives an order; what was told of it: (number, devices, summary). Not waited for: only its number."""
        control = processes.Control(self.control_path)
        try:
            request = {"request": "inventory", "wait": wait} | (target or {"group": self.group})
            if command:
                request["command"] = command
            number, devices, summary = None, [], None
            for line in control.ask(within, **request):
                kind = line["type"]
                assert kind != "error", f"the AIoTF refuses {request}: {line['error']}"
                if kind == "order":
                    number = line["order"]
                elif kind == "device":
                    devices.append(line)
                elif kind == "summary":
                    summary = line
            self.told.append([(line["order"], line["deviceID"]) for line in devices])
            return (number, devices, summary) if wait else number
        finally:
            control.close()

    def ordered(self, command=None, within=90.0):
        """An order that is given in the background; `result()` is what `order` gives."""
        future = concurrent.futures.Future()

        def work():
            try:
                future.set_result(self.order(command, within))
            except BaseException as error:
                future.set_exception(error)

        threading.Thread(target=work, daemon=True).start()
        return future

    def acknowledgements(self, more_than, within=20.0):
        """Waits until the devices have taken more acknowledgements than that; how many."""
        path = self.folder / "journal"

        def count():
            number = path.read_bytes().count(b"ack ") if path.exists() else 0
            return number if number > more_than else None
        return processes.wait_until(count, f"no more than {more_than} acknowledgements", within, 0.002)

    def readers(self):
        control = processes.Control(self.control_path)
        try:
            return [line for line in control.ask(10, request="readers") if line["type"] == "reader"]
        finally:
            control.close()

    @property
    def journal(self):
        return checker.Journal(self.folder / "journal")

    @property
    def memory(self):
        return checker.Memory(self.folder / "devices")

    @property
    def store(self):
        return checker.Store(self.store_path, is_served=bool(self.aiotf and self.aiotf.is_running))

    def check(self):
        """Fails where a promise is broken."""
        found = checker.faults(self.journal, self.store, self.memory, self.told)
        assert not found, f"{len(found)} promises broken:\n  " + "\n  ".join(found[:10])

    def check_found_once(self, devices, summary):
        """All provisioned devices, each once."""
        names = sorted(line["deviceID"] for line in devices)
        assert names == sorted(self.store.devices), f"{len(names)} results, {len(set(names))} different: {summary}"
        assert summary["missing"] == 0, summary

    def acknowledged(self, order):
        """(device, seconds) of every acknowledgement in an order."""
        order_of = self.store.order_of
        return [(ack[1], ack[3]) for ack in self.journal.acknowledged if order_of.get(ack[2]) == order]
