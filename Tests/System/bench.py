"""The figures of docs/performance.md that need two processes: scripts/bench-link runs this."""

import json
import pathlib
import socket
import statistics
import subprocess
import sys
import tempfile
import time

import exchange
import peers
import world

RUNS = 5


def show(what, figures, digits=2):
    """One row: smallest, median and largest of the runs."""
    row = [f"{f(figures):.{digits}f}" for f in (min, statistics.median, max)]
    print(f"| {what} | {' | '.join(row)} |", flush=True)


def probes(setting, transport, count=4000, first=400):
    """(p50, p99) in ms of probes to the AIoTF's process, one after the other."""
    if transport == "tls":
        bare = socket.create_connection(("127.0.0.1", setting.port))
        bare.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = peers.context(setting).wrap_socket(bare, server_hostname="aiotf")
    else:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(str(setting.folder / "reader.sock"))
    times = []
    with connection:
        for _ in range(count):
            begin = time.perf_counter()
            connection.sendall(bytes(4))
            assert peers.receive_frame(connection) == b""
            times.append((time.perf_counter() - begin) * 1e3)
    times = sorted(times[first:])
    return times[len(times) // 2], times[len(times) * 99 // 100]


def round_trips(program):
    with world.World(program, devices=3) as setting:
        setting.start_aiotf("--listen", f"unix:{setting.folder}/reader.sock")
        for transport, name in (("tls", "TLS"), ("unix", "a Unix socket")):
            runs = [probes(setting, transport) for _ in range(RUNS)]
            show(f"probe to the AIoTF's process and its answer over {name}, ms, p50", [run[0] for run in runs], 3)
            show("the same, p99", [run[1] for run in runs], 3)


def inventories(program):
    walls, in_process, airs = [], [], []
    for seed in range(1, RUNS + 1):
        with world.World(program, seed=seed) as setting:
            setting.start()
            begin = time.monotonic()
            setting.order(exchange.READ)
            walls.append(time.monotonic() - begin)
            setting.check()
        begin = time.monotonic()
        done = subprocess.run(
            [program, "inventory", "--devices", "100", "--seed", str(seed), "--air", "burst", "--profile", "0x57",
             "--command", exchange.READ, "--format", "json"], stdout=subprocess.PIPE, check=True, text=True)
        in_process.append(time.monotonic() - begin)
        airs.append(json.loads(done.stdout.splitlines()[-1])["airSeconds"])
    show("inventory of 100 devices with a READ, two processes over TLS, in real time, wall seconds", walls)
    show("the same in one process, air seconds (what it would take in real time)", airs)
    show("the same in one process, simulated time, wall seconds", in_process, 3)


def memory(program):
    for more in (0, 9_900):
        rows = {name: [] for name in ("AIoTF idle", "AIoTF", "AIoTF peak", "reader idle", "reader", "reader peak")}
        for _ in range(RUNS):
            with world.World(program) as setting:
                if more:
                    setting.run("aiotf", "provision", "--store", "aiotf.db", "--key-file", "aiotf.key", "simulated",
                                "--devices", more, "--seed", 99, "--profile", "0x57")
                setting.start()
                rows["AIoTF idle"].append(setting.aiotf.resident() / 1024)
                rows["reader idle"].append(setting.reader.resident() / 1024)
                setting.order(exchange.READ)
                rows["AIoTF"].append(setting.aiotf.resident() / 1024)
                rows["AIoTF peak"].append(setting.aiotf.peak() / 1024)
                rows["reader"].append(setting.reader.resident() / 1024)
                rows["reader peak"].append(setting.reader.peak() / 1024)
        what = f"{100 + more:,} devices provisioned, MiB resident"
        show(f"AIoTF, {what}, link up", rows["AIoTF idle"], 1)
        show("after an inventory of 100 with a READ", rows["AIoTF"], 1)
        show("its peak", rows["AIoTF peak"], 1)
        if not more:
            show("reader with 100 simulated devices, MiB resident, link up", rows["reader idle"], 1)
            show("after an inventory of 100 with a READ", rows["reader"], 1)
            show("its peak", rows["reader peak"], 1)


def provisioning(program):
    seconds = []
    for _ in range(RUNS):
        with tempfile.TemporaryDirectory() as folder:
            key = "00112233445566778899aabbccddeeff"
            rows = [f"device,d0{place:06x},{key},60f1" for place in range(100_000)]
            pathlib.Path(folder, "devices.csv").write_text("\n".join(["kind,id,key,groups", f"group,60f1,{key},", *rows]))
            aiotf = [program, "aiotf"]
            subprocess.run([*aiotf, "key", "--out", "key"], cwd=folder, check=True, stderr=subprocess.DEVNULL)
            begin = time.monotonic()
            subprocess.run([*aiotf, "provision", "--store", "aiotf.db", "--key-file", "key", "csv", "devices.csv"],
                           cwd=folder, check=True, stderr=subprocess.DEVNULL)
            seconds.append(time.monotonic() - begin)
    show("100,000 devices provisioned from CSV, one group, seconds", seconds)


if __name__ == "__main__":
    print("| what | min | median | max |\n|---|---|---|---|")
    for part in (round_trips, inventories, memory, provisioning):
        part(pathlib.Path(sys.argv[1]).resolve())
