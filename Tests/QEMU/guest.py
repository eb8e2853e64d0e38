"""A Debian guest under QEMU in software: boots an image, and runs commands in it."""

import asyncio
import pathlib
import shutil
import subprocess
import tempfile

# Runs in the guest: a line is a command, the answer its status, the length of its output, and its output.
AGENT = """#!/bin/bash
exec 3<>/dev/virtio-ports/rig.agent
echo READY >&3
while IFS= read -r line <&3; do
    bash -c "$line" >/run/rig.out 2>&1 </dev/null
    printf 'RC %d %d\\n' $? "$(stat -c %s /run/rig.out)" >&3
    cat /run/rig.out >&3
done
"""
AGENT_UNIT = """[Unit]
Description=Runs what the rig orders
[Service]
ExecStart=/usr/local/sbin/rig-agent
Restart=always
[Install]
WantedBy=multi-user.target
"""
PACKAGES = ["linux-image-amd64", "systemd-sysv", "udev", "kmod", "procps", "libusb-1.0-0", "usbutils", "hackrf",
            "libstdc++6", "libsqlite3-0", "acl"]
EXCLUDED = ["/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*"]


def run(*words):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def make_base(folder: pathlib.Path):
    """The root of a Debian 12 with what the reader needs, from the mirror of this machine; kept for the next time."""
    root = folder / "root"
    if (folder / "complete").exists():
        return root
    shutil.rmtree(root, ignore_errors=True)
    modules = ('mkdir -p "$1/etc/initramfs-tools/conf.d"; echo MODULES=list >"$1/etc/initramfs-tools/conf.d/rig"; '
               'printf "virtio_pci\\nvirtio_blk\\next4\\n" >"$1/etc/initramfs-tools/modules"')
    run("mmdebstrap", "--variant=minbase", "--mode=root", f"--include={','.join(PACKAGES)}",
        *[f"--dpkgopt=path-exclude={path}" for path in EXCLUDED], f"--essential-hook={modules}", "bookworm", str(root))
    agent = root / "usr/local/sbin/rig-agent"
    agent.write_text(AGENT)
    agent.chmod(0o755)
    (root / "etc/systemd/system/rig-agent.service").write_text(AGENT_UNIT)
    run("chroot", str(root), "systemctl", "enable", "rig-agent")
    run("chroot", str(root), "systemctl", "mask", "apt-daily.timer", "apt-daily-upgrade.timer", "e2scrub_all.timer",
        "fstrim.timer", "dpkg-db-backup.timer", "systemd-timesyncd")
    (root / "etc/hostname").write_text("rig\n")
    (folder / "complete").touch()
    return root


def make_image(image: pathlib.Path, root: pathlib.Path, megabytes: int):
    image.unlink(missing_ok=True)
    with image.open("wb") as file:
        file.truncate(megabytes << 20)
    run("mkfs.ext4", "-q", "-E", "root_owner=0:0", "-d", str(root), str(image))


class Guest:
    def __init__(self, folder: pathlib.Path, root: pathlib.Path, disks: list[pathlib.Path], ports: int):
        # Paths of sockets are short.
        self.run_folder = pathlib.Path(tempfile.mkdtemp(prefix="rig-"))
        self.console = folder / "console.log"
        self.ports = [str(self.run_folder / f"port{number}") for number in range(ports)]
        drives = [word for disk in disks
                  for word in ("-drive", f"file={disk},format=raw,if=virtio,snapshot=on")]
        redirections = [word for number, path in enumerate(self.ports) for word in (
            "-chardev", f"socket,id=port{number},path={path},server=on,wait=off",
            "-device", f"usb-redir,chardev=port{number},id=redir{number}")]
        # Whatever becomes of this program, its guest goes with it.
        self.command = [
            "setpriv", "--pdeathsig", "KILL", "nice", "qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", "1024",
            "-display", "none", "-nodefaults", "-no-reboot", "-serial", f"file:{self.console}",
            "-kernel", str(root / "vmlinuz"), "-initrd", str(root / "initrd.img"),
            "-append", "root=/dev/vda rw console=ttyS0 quiet systemd.show_status=0 mitigations=off",
            *drives, "-device", "qemu-xhci,p2=8,p3=0", *redirections, "-device", "virtio-serial-pci",
            "-chardev", f"socket,id=agent,path={self.run_folder}/agent,server=on,wait=off",
            "-device", "virtserialport,chardev=agent,name=rig.agent"]

    async def boot(self, seconds=400):
        self.process = await asyncio.create_subprocess_exec(*self.command)
        agent = self.run_folder / "agent"
        while not agent.exists():
            if self.process.returncode is not None:
                raise RuntimeError("QEMU did not start")
            await asyncio.sleep(0.1)
        self.reader, self.writer = await asyncio.open_unix_connection(str(agent))
        line = await asyncio.wait_for(self.reader.readline(), seconds)
        if line != b"READY\n":
            raise RuntimeError(f"the guest did not come up: {self.console}")

    async def run(self, command, seconds=60):
        """Runs a shell command as root; returns its status and what it said."""
        self.writer.write(command.encode() + b"\n")
        _, status, length = (await asyncio.wait_for(self.reader.readline(), seconds)).split()
        said = await asyncio.wait_for(self.reader.readexactly(int(length)), seconds)
        return int(status), said.decode(errors="replace")

    async def end(self):
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        shutil.rmtree(self.run_folder, ignore_errors=True)
