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


class Figures:
    """What an inventory took."""

    def __init__(self, setting, command):
        begin = time.monotonic()
        number, devices, summary = setting.order(command, within=120)
        self.wall = time.monotonic() - begin
        setting.check_found_once(devices, summary)
        times = sorted(seconds for _, seconds in setting.acknowledged(number))
        paged = min(page[5] for page in setting.journal.pages if setting.store.order_of[page[1]] == number)
        # Between the first and the last acknowledgement: what the air carries once it is under way.
        self.rate = (len(times) - 1) / (times[-1] - times[0])
        # With the exchanges that nothing overlaps any more, the last ones, and the first.
        self.whole = len(times) / (times[-1] - paged)


def inventories(program, seed, devices, delay):
    """Figures without and with a command, through a proxy that adds so many seconds each way (None: no proxy)."""
    through = (lambda port: proxy.Proxy(port, delay)) if delay is not None else None
    with world.World(program, devices=devices, seed=seed, through=through) as setting:
        setting.start()
        figures = [Figures(setting, command) for command in (None, READ)]
        setting.check()
    return figures


def delay(program, options):
    """100 ms more on the link costs less than 5 % of the air's throughput. --rounds N: N seeds, more delay and devices."""
    seeds = range(options.seed, options.seed + (options.rounds or 2))
    ways = {"no proxy": None, "50 ms each way": 0.05} | ({"100 ms each way": 0.1} if options.rounds else {})
    for devices in [100, 400] if options.rounds else [100]:
        runs = {name: [] for name in ways}
        for seed in seeds:
            for name, seconds in ways.items():
                runs[name].append(inventories(program, seed, devices, seconds))
        for place, what in enumerate(("no command", "a READ")):
            figures = {name: [run[place] for run in runs[name]] for name in ways}
            losses = {name: _tell(f"{devices} devices, {what}, {name}", figures[name], figures["no proxy"])
                      for name in ways}
            loss = losses["50 ms each way"]
            assert loss < 0.05, f"{what}: the air carries {loss:.1%} less when the link takes 100 ms more"


def _tell(what, figures, base):
    """Prints figures against those without a proxy; the share of the air's throughput that is lost."""
    def mean(name, of):
        return statistics.mean(getattr(one, name) for one in of)
    losses = {name: 1 - mean(name, figures) / mean(name, base) for name in ("rate", "whole")}
    each = {name: " ".join(f"{getattr(one, name):.1f}" for one in figures) for name in losses}
    print(f"  {what}: first to last acknowledgement {each['rate']} devices/s, mean {0 - losses['rate']:+.1%}; paging to last "
          f"{each['whole']}, mean {0 - losses['whole']:+.1%}; wall {mean('wall', figures):.2f} s", flush=True)
    return losses["rate"]
