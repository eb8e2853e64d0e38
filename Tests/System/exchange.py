"""Scenarios in which everybody does what they should."""

import statistics
import time

import checker
import proxy
import world

READ = f"read:0,{checker.IDENTIFYING}"


def write_command(octets):
    return f"write:{checker.WRITTEN},{octets.hex()}"


def read_and_write(setting, text=b"two processes"):
    """A READ order, a WRITE order and a READ of what was written, each on every device."""
    held = dict(zip(setting.store.devices, setting.memory.memories))
    _, devices, summary = setting.order(READ)
    setting.check_found_once(devices, summary)
    for line in devices:
        device = line["deviceID"]
        assert line["commandStatus"] == "done", line
        assert bytes.fromhex(line["commandData"]) == held[device][:checker.IDENTIFYING], f"{device} read otherwise"
    _, devices, summary = setting.order(write_command(text))
    setting.check_found_once(devices, summary)
    assert all(line["commandStatus"] == "done" for line in devices), devices
    for device, octets in zip(setting.store.devices, setting.memory.memories):
        assert octets[checker.WRITTEN:][:len(text)] == text, f"{device} does not hold what was written"
        assert octets[:checker.WRITTEN] == held[device][:checker.WRITTEN], f"{device} was written elsewhere too"
    _, devices, summary = setting.order(f"read:{checker.WRITTEN},{len(text)}")
    setting.check_found_once(devices, summary)
    assert all(bytes.fromhex(line["commandData"]) == text for line in devices), "READ gives not what was written"


def two_processes(program, options):
    """Mutual TLS, 100 devices, a READ and a WRITE on each: all found once, data right."""
    with world.World(program, seed=options.seed) as setting:
        setting.start()
        begin = time.monotonic()
        read_and_write(setting)
        setting.check()
        assert setting.reader.stop() == 0 and setting.aiotf.stop() == 0
        print(f"  300 devices read and written in {time.monotonic() - begin:.1f} s")


def throughput(program, seed, delay, budget=None):
    """(devices a second on the air, wall seconds) of an inventory without and one with a command."""
    figures = []
    through = (lambda port: proxy.Proxy(port, delay)) if delay is not None else None
    with world.World(program, seed=seed, through=through, budget=budget) as setting:
        setting.start()
        for command in (None, READ):
            begin = time.monotonic()
            number, devices, summary = setting.order(command)
            wall = time.monotonic() - begin
            setting.check_found_once(devices, summary)
            times = [seconds for _, seconds in setting.acknowledged(number)]
            figures.append(((len(times) - 1) / (max(times) - min(times)), wall, summary["requests"]))
        setting.check()
    return figures


def delay(program, options):
    """100 ms more on the link costs less than 5 % of the air's throughput."""
    ways = [("no proxy", None, None), ("50 ms each way", 0.05, None), ("100 ms each way", 0.1, None)]
    runs = {name: [] for name, _, _ in ways}
    for turn in range(options.rounds or 3):
        for name, seconds, budget in ways:
            runs[name].append(throughput(program, options.seed + turn, seconds, budget))
    for place, what in ((0, "without a command"), (1, "with a READ")):
        rates = {name: [figures[place][0] for figures in runs[name]] for name in runs}
        base = statistics.mean(rates["no proxy"])
        for name, _, _ in ways:
            print(f"  {what}, {name}: {' '.join(f'{rate:.2f}' for rate in rates[name])} devices/s, "
                  f"mean {statistics.mean(rates[name]) / base - 1:+.1%}; "
                  f"wall {statistics.mean(figures[place][1] for figures in runs[name]):.2f} s")
    for place, what in ((0, "without a command"), (1, "with a READ")):
        rate = {name: statistics.mean(figures[place][0] for figures in runs[name]) for name in runs}
        loss = 1 - rate["50 ms each way"] / rate["no proxy"]
        assert loss < 0.05, f"{what}: the air carries {loss:.1%} less when the link takes 100 ms more"
