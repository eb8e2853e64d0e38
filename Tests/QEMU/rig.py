"""The rig: a reader with its units and udev rules in a Debian guest, and two emulated HackRF One that come and go."""

import argparse
import asyncio
import pathlib
import shutil
import subprocess
import sys
import time

from boxes import Air, HackRF
from guest import Guest, make_base, make_image
from usbredir import Port

HOUSE = pathlib.Path(__file__).resolve().parent.parent.parent
TRANSMITTER, RECEIVER = "000000000000000014d463dc2f6b5ee1", "000000000000000075b068dc3079ac07"
INSTANCE = f"aiot-reader@hackrf-{TRANSMITTER}"
# Its name until the instance is to start.
READY_CONFIGURATION = "two-box.yaml"
CONFIGURATION = f"""front-end:
  type: two-box
  transmitter: {{serial: "{TRANSMITTER}"}}
  receiver: {{type: hackrf, serial: "{RECEIVER}"}}
  sample-rate-hz: 2000000
region: screened
links: [{{name: core, endpoints: ["tcp://127.0.0.1:38414"]}}]
state-directory: /var/lib/{INSTANCE.replace('@', '-')}
"""
AIOTF_CONFIGURATION = """listen: ["tcp://127.0.0.1:38414"]
store: /var/lib/aiot-reader-aiotf/store.db
control: /run/aiot-reader-aiotf/control.sock
"""


class Failure(Exception):
    pass


class Rig:
    def __init__(self, guest, ports):
        self.guest, self.ports = guest, ports
        self.start = time.monotonic()

    def say(self, text):
        print(f"{time.monotonic() - self.start:7.1f} s  {text}", flush=True)

    async def run(self, command, seconds=60):
        """Runs what must succeed."""
        status, said = await self.guest.run(command, seconds)
        if status:
            raise Failure(f"{command}: status {status}: {said}")
        return said.strip()

    async def show(self, command, seconds=60):
        status, said = await self.guest.run(command, seconds)
        self.say(f"# {command}    (status {status})")
        for line in said.splitlines():
            print("           | " + line, flush=True)
        return status, said

    async def until(self, what, command, seconds):
        """Waits until a command succeeds; returns the seconds it took."""
        begun = time.monotonic()
        while True:
            status, said = await self.guest.run(command)
            if status == 0:
                took = time.monotonic() - begun
                self.say(f"{what} after {took:.1f} s")
                return took
            if time.monotonic() - begun > seconds:
                await self.show(f"systemctl status -n 30 '{INSTANCE}' --no-pager")
                raise Failure(f"not within {seconds} s: {what}: {command}: {said}")
            await asyncio.sleep(0.1)

    def plug(self):
        for port in self.ports:
            port.plug()
        self.say("both boxes plugged in")

    def unplug(self, ports=None):
        for port in ports or self.ports:
            port.unplug()
        self.say("unplugged")

    # What is shown.

    async def mechanics(self):
        """A kernel, Debian's own rule and Debian's own programs accept the boxes."""
        self.plug()
        await self.until("the kernel has both", "[ $(lsusb -d 1d50:6089 | wc -l) = 2 ]", 30)
        await self.show("lsusb -t; lsusb -d 1d50:6089")
        await self.show("stat -c '%n %G %a' /dev/bus/usb/*/* | grep plugdev")
        status, said = await self.show("hackrf_info")
        if status or said.count("Serial number: ") != 2:
            raise Failure("hackrf_info does not accept the boxes")
        await self.run(f"hackrf_transfer -d {RECEIVER} -r /tmp/heard -n 2000000 -s 2000000 -f 920600000")
        await self.run("[ $(stat -c %s /tmp/heard) = 4000000 ]")
        self.say("hackrf_transfer has received 2,000,000 samples")
        self.unplug()
        await self.until("the kernel has none", "[ $(lsusb -d 1d50:6089 | wc -l) = 0 ]", 10)

    async def install(self):
        """As docs/operating.md has it, on the running system."""
        await self.run("mkdir -p /opt/rig && mount -o ro /dev/vdb /opt/rig && cp -a /opt/rig/usr / && ldconfig", 120)
        # The group before the rule: udev takes a rule whose group it does not know for one that gives to root.
        await self.run("systemd-sysusers && cp -a /opt/rig/etc / && udevadm control --reload && systemctl daemon-reload")
        await self.show("aiot-reader --version")
        await self.run("aiot-reader aiotf key --out /etc/aiot-reader/master.key && systemctl start aiot-reader-aiotf", 120)
        # As docs/operating.md, but without systemd-run, which needs a D-Bus.
        await self.run("install -o aiotf -m 600 /etc/aiot-reader/master.key /run/rig.key && "
                       "setpriv --reuid aiotf --regid aiotf --init-groups aiot-reader aiotf provision --key-file /run/rig.key "
                       "--store /var/lib/aiot-reader-aiotf/store.db simulated --devices 3")
        self.say("installed; the AIoTF runs, with three devices that are not here")

    async def rules(self):
        """Group, mode, name; without a configuration the instance does not start."""
        self.plug()
        await self.until("udev has given the names", f"[ -e /dev/aiot-reader/hackrf-{TRANSMITTER} ] && "
                         f"[ -e /dev/aiot-reader/hackrf-{RECEIVER} ]", 15)
        await self.show("ls -l /dev/aiot-reader; stat -L -c '%n %G %a' /dev/aiot-reader/*")
        for serial in (TRANSMITTER, RECEIVER):
            await self.run(f"[ \"$(stat -L -c '%G %a' /dev/aiot-reader/hackrf-{serial})\" = 'aiot 660' ]")
        await self.until("systemd has looked for a configuration",
                         f"systemctl show -p ConditionResult,ConditionTimestampMonotonic '{INSTANCE}' | "
                         "grep -v '=0$' | grep -q Timestamp", 10)
        await self.run(f"! systemctl is-active '{INSTANCE}'")
        _, said = await self.show("setpriv --reuid nobody --regid nogroup --clear-groups aiot-reader devices")
        if said.count("no permission") != 2 or said.count("usermod -aG aiot nobody") != 2:
            raise Failure("who is not in the group is not told what to do")
        _, said = await self.show("setpriv --reuid aiot --regid aiot --init-groups aiot-reader devices")
        if said.count("may be opened: yes") != 2:
            raise Failure("the group may not open the boxes")
        await self.show("setpriv --reuid aiot --regid aiot --init-groups aiot-reader doctor", 120)
        self.unplug()
        await self.until("the names are gone", "[ ! -e /dev/aiot-reader ] || [ -z \"$(ls /dev/aiot-reader)\" ]", 10)

    async def plugging_starts_the_service(self):
        await self.run(f"cd /etc/aiot-reader && mv {READY_CONFIGURATION} hackrf-{TRANSMITTER}.yaml")
        self.plug()
        await self.until("plugging in has started the service", f"systemctl is-active '{INSTANCE}'", 60)
        await self.until("the front end streams", self.status("front end (ready|degraded)"), 60)
        _, said = await self.show("setpriv --reuid aiot --regid aiot --init-groups aiot-reader devices")
        if said.count("may be opened: busy") != 2:
            raise Failure("boxes in use are not told as such")
        await self.run(self.status("front end (ready|degraded)"))
        await self.show(f"systemctl show -p MainPID,StatusText,NRestarts '{INSTANCE}'")
        await self.credential("none")

    async def credential(self, content):
        """The key that systemd has given the daemon."""
        process = await self.run(f"systemctl show -P MainPID '{INSTANCE}'")
        await self.run(f"grep -qx {content} /proc/{process}/root/run/credentials/{INSTANCE}.service/reader-key")
        self.say(f"its credential reader-key is \"{content}\"")

    async def unplug_and_replug(self, ports, name):
        """The daemon outlives its box and takes it up again."""
        process = await self.run(f"systemctl show -P MainPID '{INSTANCE}'")
        self.unplug(ports)
        await self.until(f"the daemon says that {name} is absent", self.status("front end absent"), 10)
        for port in ports:
            port.plug()
        self.say(f"{name} plugged in again")
        await self.until("it streams again", self.status("front end (ready|degraded)"), 60)
        took = await self.return_time()
        self.say(f"by the guest's clock {took:.1f} s after the kernel had found it")
        if took > 2:
            raise Failure("that is more than 2 s")
        if process != await self.run(f"systemctl show -P MainPID '{INSTANCE}'"):
            raise Failure("the daemon is another process now")

    async def return_time(self):
        """Seconds from the latest box that the kernel has found until the front end could be used, by the journal."""
        said = await self.run("journalctl -b -o short-monotonic --no-hostname --no-pager | "
                              "grep -E 'New USB device found|front end (ready|degraded)'")
        found = ready = None
        for line in said.splitlines():
            time = float(line[1:].split("]")[0])
            if "New USB" in line:
                found, ready = time, None
            elif ready is None:
                ready = time
        if found is None or ready is None:
            raise Failure(f"the journal does not tell of the return: {said}")
        return ready - found

    async def inventory(self):
        """The AIoTF orders one, and it comes to its end, though no device is on this air."""
        status, said = await self.show("aiot-reader aiotf inventory --control /run/aiot-reader-aiotf/control.sock --all", 300)
        if status or "0 found" not in said:
            raise Failure("the inventory did not come to its end")

    async def kill(self):
        """A daemon that dies leaves boxes that the next one takes as they are."""
        process = await self.run(f"systemctl show -P MainPID '{INSTANCE}'")
        await self.run(f"cd /etc/aiot-reader && echo secret >hackrf-{TRANSMITTER}.key && chmod 600 *.key && kill -9 {process}")
        self.say("killed with signal 9")
        await self.until("systemd has started another", f"p=$(systemctl show -P MainPID '{INSTANCE}'); "
                         f"[ $p != 0 ] && [ $p != {process} ] && systemctl is-active '{INSTANCE}'", 30)
        await self.until("the front end streams", self.status("front end (ready|degraded)"), 30)

    async def sandbox(self):
        """Users of its own, the boxes and real-time priority for samples nevertheless; a key that belongs to root."""
        process = await self.run(f"systemctl show -P MainPID '{INSTANCE}'")
        _, said = await self.show(f"systemd-analyze security '{INSTANCE}' 2>/dev/null | tail -1; cat /proc/{process}/uid_map; "
                                  f"ps -L -p {process} -o cls,rtprio,comm | grep usb; ls -l /etc/aiot-reader/*.key")
        if "RR" not in said and "FF" not in said:
            raise Failure("the thread of USB has no real-time priority")
        await self.credential("secret")
        await self.run(f"! journalctl -b -u '{INSTANCE}' -u aiot-reader-aiotf | grep 'Failed to set thread priority'")

    async def reload(self):
        """A good one, and one that is refused: the process is the same, and says what came of it."""
        process = await self.run(f"systemctl show -P MainPID '{INSTANCE}'")
        file = f"/etc/aiot-reader/hackrf-{TRANSMITTER}.yaml"
        await self.run(f"cp {file} /run/good.yaml && echo 'air: {{max-rounds: 2}}' >>{file} && systemctl reload '{INSTANCE}'")
        await self.until("the reload is in the journal", f"journalctl -b -u '{INSTANCE}' | grep -q 'changed: air.max-rounds'", 10)
        await self.run(f"echo 'reader: {{name: other}}' >>{file} && systemctl reload '{INSTANCE}'")
        await self.until("a reload was refused", self.status("reload refused: reader.name"), 10)
        await self.show(f"systemctl show -p MainPID,ActiveState,StatusText '{INSTANCE}'")
        await self.run(f"cp /run/good.yaml {file} && systemctl reload '{INSTANCE}' && systemctl is-active '{INSTANCE}'")
        if process != await self.run(f"systemctl show -P MainPID '{INSTANCE}'"):
            raise Failure("the daemon is another process now")

    async def watchdog(self):
        """Samples stop and nobody says so: systemd kills and restarts it, and it is ready once they come again."""
        process = await self.run(f"systemctl show -P MainPID '{INSTANCE}'")
        self.air.moves.clear()
        self.say("samples have stopped")
        await self.until("the watchdog has bitten", f"journalctl -b -u '{INSTANCE}' | grep -q 'Watchdog timeout'", 40)
        self.air.moves.set()
        self.say("samples come again")
        await self.until("systemd has started another, and it is ready",
                         f"p=$(systemctl show -P MainPID '{INSTANCE}'); [ $p != 0 ] && [ $p != {process} ] && "
                         f"systemctl is-active '{INSTANCE}'", 60)
        await self.show(f"systemctl show -p MainPID,NRestarts,StatusText '{INSTANCE}'")

    async def stop(self):
        begun = time.monotonic()
        await self.run(f"systemctl stop '{INSTANCE}'")
        took = time.monotonic() - begun
        self.say(f"systemctl stop took {took:.1f} s")
        await self.run(f"systemctl show -P Result '{INSTANCE}' | grep -qx success")
        if took > 8 or any(port.device.mode for port in self.ports):
            raise Failure(f"the service took {took:.1f} s to stop, modes {[port.device.mode for port in self.ports]}")

    @staticmethod
    def status(words):
        return f"systemctl show -P StatusText '{INSTANCE}' | grep -Eq '{words}'"


def stage(program: pathlib.Path, folder: pathlib.Path):
    """What is installed, as a tree: the program with the libraries of its Swift, units, rules."""
    tree = folder / "install"
    shutil.rmtree(tree, ignore_errors=True)
    places = [(program, "usr/bin/aiot-reader"), ("udev/70-aiot-reader.rules", "etc/udev/rules.d/70-aiot-reader.rules"),
              ("systemd/aiot-reader.sysusers", "usr/lib/sysusers.d/aiot-reader.conf")]
    places += [(unit, f"etc/systemd/system/{unit.name}") for unit in (HOUSE / "systemd").glob("*.service")]
    for line in subprocess.run(["ldd", str(program)], check=True, capture_output=True, text=True).stdout.splitlines():
        words = line.split()
        if "=>" in words and "/swift/" in words[2]:
            places.append((words[2], "usr/local/lib/" + pathlib.Path(words[2]).name))
    for source, place in places:
        target = tree / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HOUSE / source, target)
    (tree / "etc/aiot-reader").mkdir()
    (tree / "etc/aiot-reader/aiotf.yaml").write_text(AIOTF_CONFIGURATION)
    (tree / f"etc/aiot-reader/{READY_CONFIGURATION}").write_text(CONFIGURATION)
    subprocess.run(["strip", str(tree / "usr/bin/aiot-reader")], check=True)
    return tree


async def main():
    options = argparse.ArgumentParser()
    options.add_argument("program", type=pathlib.Path, nargs="?")
    options.add_argument("--folder", type=pathlib.Path, required=True)
    options.add_argument("--rate", type=float, default=2e5, help="samples per second that the boxes move")
    options = options.parse_args()
    root = make_base(options.folder)
    disks = [options.folder / "root.img"]
    if not disks[0].exists():
        make_image(disks[0], root, 1_500)
    if options.program:
        disks.append(options.folder / "install.img")
        make_image(disks[1], stage(options.program.resolve(), options.folder), 600)
    guest = Guest(options.folder, root, disks, ports=2)
    boxes = [HackRF(TRANSMITTER), HackRF(RECEIVER)]
    ports = [Port(path, box) for path, box in zip(guest.ports, boxes)]
    rig = Rig(guest, ports)
    try:
        await guest.boot()
        rig.say("booted: " + await rig.run(". /etc/os-release; echo $PRETTY_NAME, $(uname -sr)"))
        for port in ports:
            await port.open()
        rig.air = Air(boxes, options.rate)
        air = asyncio.create_task(rig.air.run())
        await rig.mechanics()
        if options.program:
            await rig.install()
            await rig.rules()
            await rig.plugging_starts_the_service()
            await rig.unplug_and_replug(ports, "everything")
            await rig.unplug_and_replug(ports[1:], "the receiver")
            await rig.unplug_and_replug(ports[:1], "the transmitter")
            await rig.inventory()
            await rig.kill()
            await rig.sandbox()
            await rig.reload()
            await rig.watchdog()
            await rig.stop()
            await rig.show("journalctl -b -o short-monotonic --no-hostname --no-pager | "
                           "grep -E 'usb 1-.*(device found|disconnect)|front end|inventory|S(tart|topp)(ed|ing) aiot-reader@|, status=|reload|Watchdog'")
        air.cancel()
        rig.say("all shown")
    except (Failure, TimeoutError) as failure:
        rig.say(f"FAILED: {failure}")
        if not isinstance(failure, TimeoutError):
            await rig.show("journalctl -b --no-pager -n 60 -u 'aiot-reader*' -u systemd-udevd")
        return 1
    finally:
        await guest.end()


sys.exit(asyncio.run(main()))
