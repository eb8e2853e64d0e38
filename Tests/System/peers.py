"""Peers that mean harm, or have the wrong papers."""

import contextlib
import os
import shutil
import signal
import socket
import ssl
import threading
import time

import exchange
import processes
import world

GROWTH = 48 * 1024  # KiB that a process may grow under attack


class Hostile:
    """Listens as an AIoTF would, and does something else. Each connection is treated by `treat(connection)`."""

    def __init__(self, treat):
        self._treat = treat
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with contextlib.suppress(OSError), connection:
            connection.settimeout(20)
            self._treat(connection)

    def stop(self):
        self._listener.close()


def receive_frame(connection):
    def octets(count):
        data = b""
        while len(data) < count:
            more = connection.recv(count - len(data))
            if not more:
                raise ConnectionResetError
            data += more
        return data
    return octets(int.from_bytes(octets(4), "big"))


def framed(pdu):
    return len(pdu).to_bytes(4, "big") + pdu


def drain(connection):
    with contextlib.suppress(OSError):
        while connection.recv(65536):
            pass


# What a hostile peer says once it is connected; each ends when the other side has had enough, or after some seconds.
def say_length(connection):
    connection.sendall(b"\xff\xff\xff\xff" + bytes(100))
    drain(connection)


def say_garbage(connection):
    for _ in range(200):
        connection.sendall(os.urandom(4096))
    drain(connection)


def say_framed_garbage(connection):
    """Frames of the right form with nonsense in them, and nobody reads the Error Indications that come back."""
    with contextlib.suppress(OSError):
        connection.settimeout(3)
        for _ in range(20_000):
            connection.sendall(framed(os.urandom(40)))


def say_half(connection):
    connection.sendall(b"\x00\x00\x01\x00" + bytes(17))
    time.sleep(1)


def say_nothing(connection):
    time.sleep(5)


SAYINGS = [say_length, say_garbage, say_framed_garbage, say_half, say_nothing]


def hostile(program, options):
    """Lengths of 2^32-1, garbage, half PDUs, peers that never read, 300 connections: others go on unharmed."""
    _hostile_readers(program, options)
    _hostile_aiotf(program, options)


def context(setting):
    """TLS with the reader's certificate."""
    made = ssl.create_default_context(cafile=setting.folder / "tls/authority.pem")
    made.load_cert_chain(setting.folder / "tls/reader.pem", setting.folder / "tls/reader.key")
    return made


def _hostile_readers(program, options):
    """Attacks on the AIoTF's TLS port, from outside and with a good certificate, while inventories run."""
    with world.World(program, seed=options.seed) as setting:
        setting.start()
        exchange.read_and_write(setting)  # Both have all the memory that they usually need.
        before = setting.aiotf.resident(), setting.reader.resident()
        order = setting.ordered(exchange.READ)
        begin = setting.acknowledgements(len(setting.journal.acknowledged))
        papers, held, attacks = context(setting), [], []

        def connect(inside):
            connection = socket.create_connection(("127.0.0.1", setting.port), timeout=20)
            return papers.wrap_socket(connection, server_hostname="aiotf") if inside else connection

        def attack(saying, inside):
            with contextlib.suppress(OSError), connect(inside) as connection:
                saying(connection)

        for saying in SAYINGS:
            for inside in (False, True):
                attacks.append(threading.Thread(target=attack, args=(saying, inside), daemon=True))
        for thread in attacks:
            thread.start()
        for _ in range(300):
            with contextlib.suppress(OSError):
                held.append(connect(inside=False))
        _, devices, summary = order.result(60)
        setting.check_found_once(devices, summary)
        _, devices, summary = setting.order(exchange.READ)
        setting.check_found_once(devices, summary)
        during = setting.aiotf.resident(), setting.reader.resident()
        for thread in attacks:
            thread.join(40)
        for connection in held:
            connection.close()
        assert setting.reader.count(world.UP) == 1, "the reader lost its link"
        _, devices, summary = setting.order(exchange.READ)
        setting.check_found_once(devices, summary)
        setting.check()
        after = setting.aiotf.resident(), setting.reader.resident()
        grown = max(setting.aiotf.peak() - before[0], 0)
        turned = setting.aiotf.count("turned away")
        print(f"  {len(held)} connections and {len(attacks)} attacks on the AIoTF: {turned} turned away; its memory "
              f"{before[0] // 1024} MiB before, {during[0] // 1024} during, {after[0] // 1024} after, peak "
              f"{setting.aiotf.peak() // 1024}")
        assert grown < GROWTH, f"the AIoTF grew by {grown} KiB"


def _hostile_aiotf(program, options):
    """Attacks on the daemon by an AIoTF to which it has a second link, while the first carries inventories."""
    answers = []

    def setup_response(connection, setting):
        """The NG Setup Response that the real AIoTF gives to this reader, of another identity."""
        request = receive_frame(connection)
        if not answers:
            with socket.create_connection(("127.0.0.1", setting.plain), timeout=5) as real:
                real.sendall(framed(request))
                answers.append(receive_frame(real))
        connection.sendall(framed(answers[0]))

    for number, saying in enumerate(SAYINGS + [None]):
        holder = []

        def treat(connection):
            if saying is None:
                connection.sendall(b"\x16\x03\x01" + os.urandom(500))
                return drain(connection)
            if number % 2:
                setup_response(connection, holder[0])
            return saying(connection)

        server = Hostile(treat)
        extra = f', {{name: hostile, endpoints: ["tcp://127.0.0.1:{server.port}"]}}'
        try:
            with world.World(program, devices=30, seed=options.seed, reader_extra=extra) as setting:
                holder.append(setting)
                setting.plain = processes.free_port()
                setting.start_aiotf("--listen", f"tcp://127.0.0.1:{setting.plain}")
                setting.start_reader()
                setting.reader.wait(world.UP)
                processes.wait_until(lambda: server.connections, "the reader did not connect", 5)
                before = setting.reader.resident()
                for _ in range(2):
                    _, devices, summary = setting.order(exchange.READ)
                    setting.check_found_once(devices, summary)
                assert setting.reader.count(world.UP) == 1, "the good link went down"
                setting.check()
                grown = setting.reader.peak() - before
                name = saying.__name__ if saying else "say TLS garbage"
                print(f"  an AIoTF that would {name.replace('_', ' ')}{' after NG Setup' if number % 2 and saying else ''}: "
                      f"{server.connections} connections, the reader grew by {grown // 1024} MiB at most")
                assert grown < GROWTH, f"the reader grew by {grown} KiB"
        finally:
            server.stop()


# The side with wrong papers, the papers, and what the logs of reader and AIoTF have to name.
REFUSALS = [
    ("reader", "others/reader", "refused our certificate", "reader's certificate .* was signed by an authority"),
    ("reader", "expired/reader", "refused our certificate .*expired", "reader's certificate .* expired on"),
    ("reader", "tls/stranger", "refused our certificate", "reader's certificate .* stranger, .* but reader was expected"),
    ("aiotf", "others/aiotf", "AIoTF's certificate .* was signed by an authority", "refused our certificate"),
    ("aiotf", "expired/aiotf", "AIoTF's certificate .* expired on", "refused our certificate .*expired"),
    ("aiotf", "tls/stranger", "AIoTF's certificate .* stranger, .* but aiotf was expected", "refused our certificate"),
]


def refused(program, options):
    """Wrong, expired, unknown and missing certificates: both logs name the reason; SIGHUP takes new ones."""
    with world.World(program, devices=3, seed=options.seed) as setting:
        setting.certificates("stranger")
        setting.certificates(folder="others")
        (setting.folder / "expired").mkdir()
        for name in ("authority.pem", "authority.key"):
            shutil.copy(setting.folder / "tls" / name, setting.folder / "expired" / name)
        setting.certificates(folder="expired", days=-1)
        shutil.copytree(setting.folder / "tls", setting.folder / "now")
        for side, wrong, in_reader, in_aiotf in REFUSALS:
            _refuse(setting, side, wrong, in_reader, in_aiotf)
        _no_certificate(setting)
        _no_file(setting)


def _refuse(setting, side, wrong, in_reader, in_aiotf):
    """Both notice; then the certificate is replaced by a right one, and the link comes up without a restart."""
    for suffix in ("pem", "key"):
        shutil.copy(setting.folder / f"{wrong}.{suffix}", setting.folder / f"now/{side}.{suffix}")
    setting.write_configuration(certificate="now/reader")
    setting.start_aiotf(certificate="now/aiotf")
    setting.start_reader()
    texts = [process.wait(pattern, within=8)[1].split("] ")[-1]
             for process, pattern in ((setting.reader, in_reader), (setting.aiotf, in_aiotf))]
    assert not setting.reader.find(world.UP), f"the link came up with {wrong} at the {side}"
    assert not setting.readers(), "the AIoTF has a reader"
    for suffix in ("pem", "key"):
        shutil.copy(setting.folder / f"tls/{side}.{suffix}", setting.folder / f"now/{side}.{suffix}")
    process = setting.reader if side == "reader" else setting.aiotf
    mark = setting.reader.mark()
    begin = time.monotonic()
    process.signal(signal.SIGHUP)
    process.wait("reloaded; changed|certificates reloaded")
    setting.reader.wait(world.UP, mark, 40)
    _, devices, summary = setting.order()
    setting.check_found_once(devices, summary)
    print(f"  {wrong} at the {side}, up {time.monotonic() - begin:.1f} s after SIGHUP\n    reader: {texts[0][:180]}\n"
          f"    AIoTF:  {texts[1][:180]}")
    setting.reader.kill()
    setting.aiotf.kill()


def _no_certificate(setting):
    setting.start_aiotf()
    bare = ssl.create_default_context(cafile=setting.folder / "tls/authority.pem")
    with contextlib.suppress(OSError), socket.create_connection(("localhost", setting.port), timeout=5) as connection:
        with bare.wrap_socket(connection, server_hostname="aiotf") as inside:
            drain(inside)
    print(f"  no certificate at the reader\n    AIoTF:  "
          f"{setting.aiotf.wait('showed no certificate', within=8)[1].split('] ')[-1][:180]}")
    setting.aiotf.kill()


def _no_file(setting):
    setting.write_configuration(certificate="tls/nobody")
    program = setting.start_reader(ready=False)
    _, line = program.wait("nobody.*cannot be read", within=5)
    status = program.ended(5)
    assert status == 78, f"the reader ended with {status}"
    print(f"  no file\n    reader: {line[:180]}")
