"""kill -9 on either side, at random moments and at the worst ones."""

import os
import random
import re
import threading
import time

import checker
import exchange
import processes
import proxy
import world

# Replay protection, device authentication, ID privacy in all; network authentication 0x04, commands 0x40.
SETTINGS = [(0x57, "tcp"), (0x13, "tcp"), (0x53, "tcp"), (0x57, "tls"), (0x17, "tcp")]
BETWEEN_CHECKS = 10
# What is waited for, in frames: (direction, kind, procedure code).
COMMAND_REQUEST = (proxy.DOWN, 0, 84)  # a network response or a command
COMMAND_RESPONSE = (proxy.UP, 1, 84)
REPORT = (proxy.UP, 0, 83)
INVENTORY_REQUEST = (proxy.DOWN, 0, 82)
RELEASE = (proxy.DOWN, 0, 85)
FRAMES = {COMMAND_REQUEST: "a network response or command", COMMAND_RESPONSE: "a Command Response",
          REPORT: "an Inventory Report", INVENTORY_REQUEST: "an Inventory Request", RELEASE: "a Release Command"}


class Trigger:
    """Kills at a frame that passes the proxy, before or after it is passed on."""

    def __init__(self):
        self._lock = threading.Lock()
        self._plan = None
        self.fired = threading.Event()

    def arm(self, frame, skip, is_before, pids, pause):
        with self._lock:
            self.fired.clear()
            self._plan = [frame, skip, is_before, pids, pause]

    def disarm(self):
        with self._lock:
            self._plan = None

    def watch(self, direction, frame):
        found = proxy.procedure(frame)
        with self._lock:
            plan = self._plan
            if plan is None or found is None or (direction, *found) != plan[0]:
                return None
            if plan[1] > 0:
                plan[1] -= 1
                return None
            self._plan = None

        def strike():
            time.sleep(plan[4])
            kill_all(plan[3])
            self.fired.set()

        if plan[2]:
            strike()
            return None
        return strike


def kill_all(pids):
    for pid in pids:
        try:
            os.kill(pid, 9)
        except ProcessLookupError:
            pass  # `settle` and the restart notice.


class Killer:
    """Kills and restarts the processes of one world, and keeps orders coming."""

    def __init__(self, setting, trigger, draw):
        self.setting, self.trigger, self.draw = setting, trigger, draw
        self.devices = setting.store.devices
        self.open_orders = set()
        self.finished = set()
        self.history = []
        self.sharp = 0

    def keep_busy(self):
        """An order is open, whatever it is."""
        for _, line in self.setting.aiotf.lines:
            if "] order " in line and " found, " in line:
                self.finished.add(int(line.split("] order ")[1].split(":")[0]))
        self.open_orders -= self.finished
        if self.open_orders:
            return
        command = None
        if self.setting.profile & 0x40:
            command = self.draw.choice(
                [None, exchange.READ, exchange.READ, exchange.write_command(self.draw.randbytes(8))])
        target = self.draw.choice([None, None, None, {"all": True}, {"device": self.draw.choice(self.devices)}])
        number = self.setting.order(command, wait=False, target=target)
        self.open_orders.add(number)
        self.history.append(f"order {number} {command or ''} {target or ''}")

    def round(self, number):
        self.keep_busy()
        victims = self.draw.choice([["reader"], ["aiotf"], ["reader", "aiotf"]])
        running = [getattr(self.setting, victim) for victim in victims]
        what = self.strike([process.pid for process in running])
        for process in running:
            process.kill()
        self.history.append(f"round {number}: {' and '.join(victims)} killed {what}")
        if "aiotf" in victims:
            self.open_orders = set(self.setting.store.open_orders)
            self.finished.clear()
        is_sharp = self.setting.transport == "tcp" and self.draw.random() < 0.6
        if is_sharp:
            self.setting.proxy.hold([INVENTORY_REQUEST])
        time.sleep(self.draw.choice([0, 0, self.draw.uniform(0, 0.4)]))
        if "aiotf" in victims:
            self.setting.start_aiotf()
        if "reader" in victims:
            self.setting.start_reader()
        if is_sharp:
            self.check_spool()

    def check_spool(self):
        """Everything acknowledged is reported out of spool and store alone, before devices are paged again.

        Without this an inventory that is repeated after the restart would cover up what was lost.
        """
        def is_there():
            return not checker.lost(self.setting.journal, self.setting.store)
        processes.wait_until(is_there, "the devices acknowledged before the kill were not reported", 30, 0.05)
        self.setting.proxy.let_go()
        self.sharp += 1

    def strike(self, pids):
        """Kills at a random moment, or as soon as something has happened that is drawn too; says what."""
        is_plain = self.setting.transport == "tcp"
        way = self.draw.choice(["frame"] * 6 + ["ack", "page", "time"] if is_plain else ["ack", "page", "time", "time"])
        end = time.monotonic() + 8
        if way == "time":
            pause = self.draw.uniform(0, 2)
            time.sleep(pause)
            what = f"after {pause:.3f} s"
        elif way == "frame":
            frame = self.draw.choice(list(FRAMES) + [COMMAND_REQUEST, COMMAND_RESPONSE])
            if not self.setting.profile & 0x44 and frame in (COMMAND_REQUEST, COMMAND_RESPONSE):
                frame = REPORT
            is_before = self.draw.random() < 0.4
            pause = self.draw.choice([0, self.draw.uniform(0, 0.004), self.draw.uniform(0, 0.03)])
            skip = self.draw.randrange(30) if frame not in (INVENTORY_REQUEST, RELEASE) else 0
            self.trigger.arm(frame, skip, is_before, pids, pause)
            while not self.trigger.fired.wait(0.25) and time.monotonic() < end:
                self.keep_busy()
            self.trigger.disarm()
            what = f"{pause * 1e3:.1f} ms {'before' if is_before else 'after'} {FRAMES[frame]} was passed on"
            if not self.trigger.fired.is_set():
                return f"in vain waiting for: {what}"
        else:
            path = self.setting.folder / "journal"
            skip = self.draw.randrange(20) if way == "ack" else 0
            while not seen_in_journal(path, way, skip, end):
                if time.monotonic() > end:
                    return f"in vain waiting for {way} in the journal"
                self.keep_busy()
            time.sleep(self.draw.choice([0, self.draw.uniform(0, 0.01)]))
            what = f"after {way} in the journal"
        kill_all(pids)
        return what

    def settle(self):
        """Both sides get the time that they need; then everything has to be right."""
        for process in (self.setting.reader, self.setting.aiotf):
            assert process.is_running, f"{process.name} has ended by itself"
        processes.wait_until(lambda: not self.setting.store.open_orders, "the orders had not ended", 150, 0.3)
        command = exchange.READ if self.setting.profile & 0x40 else None
        _, devices, summary = self.setting.order(command, within=90)
        self.setting.check_found_once(devices, summary)
        self.setting.check()
        self.open_orders.clear()


def seen_in_journal(path, word, skip, end):
    """Waits until the journal has so many new lines with a word; gives up after a quarter of a second."""
    with open(path, "ab") as file:
        size = file.tell()
    stop = min(end, time.monotonic() + 0.25)
    with open(path, "rb") as file:
        file.seek(size)
        left = b""
        while time.monotonic() < stop:
            left += file.read()
            if left.count(word.encode() + b" ") > skip:
                return True
            time.sleep(0.001)
    return False


def kill(program, options):
    """kill -9 on either side at any moment: nothing acknowledged missing, twice or misnamed, no counter paged again."""
    rounds = options.rounds or 15
    draw = random.Random(options.seed)
    struck, acknowledged, begin = 0, 0, time.monotonic()
    share = max(BETWEEN_CHECKS // 2, -(-rounds // len(SETTINGS)))
    for profile, transport in SETTINGS:
        count = min(share, rounds - struck)
        if count <= 0:
            break
        trigger = Trigger()
        through = (lambda port: proxy.Proxy(port, watch=trigger.watch)) if transport == "tcp" else None
        with world.World(program, seed=options.seed, profile=profile, transport=transport, through=through) as setting:
            setting.start()
            killer = Killer(setting, trigger, draw)
            try:
                for number in range(1, count + 1):
                    killer.round(number)
                    if number % BETWEEN_CHECKS == 0:
                        killer.settle()
                if count % BETWEEN_CHECKS:
                    killer.settle()
            except BaseException:
                print("  what was done:\n    " + "\n    ".join(killer.history[-30:]))
                raise
            struck += count
            acknowledged += len(setting.journal.acknowledged)
            vain = sum("in vain" in line for line in killer.history)
            replays = re.findall(r"(\d+) spooled messages go first", setting.reader.log.read_text())
            print(f"  profile {hex(profile)} over {transport}: {count} rounds, {vain} of them without what was waited for, "
                  f"{killer.sharp} checked before devices were paged again, "
                  f"{len(setting.journal.acknowledged)} acknowledgements in {len(setting.store.orders)} orders, "
                  f"{sum(map(int, replays))} messages out of the spool on {len(replays)} occasions", flush=True)
    print(f"  {struck} rounds, {acknowledged} acknowledgements, all promises kept; {time.monotonic() - begin:.0f} s")
