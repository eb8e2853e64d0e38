"""Starts a service in a root folder as systemd would by its unit, without a systemd: start.py ROOT UNIT STATUS

STATUS 0: it comes to READY=1, and ends with 0 at SIGTERM. Another one: it ends with that by itself.
"""

import os
import pathlib
import shlex
import signal
import socket
import subprocess
import sys


def settings(unit):
    """What the unit says; of what is said twice the last."""
    lines = [line.partition("=") for line in unit.read_text().splitlines() if "=" in line and not line.startswith("#")]
    return {key: value for key, _, value in lines}


def account(root, name):
    """uid and gid, by the files of the root folder."""
    for line in (root / "etc/passwd").read_text().splitlines():
        fields = line.split(":")
        if fields[0] == name:
            return int(fields[2]), int(fields[3])
    raise SystemExit(f"there is no user {name}")


def main(root, unit, status):
    root, status = pathlib.Path(root), int(status)
    service = settings(root / "lib/systemd/system" / unit)
    uid, gid = account(root, service["User"])
    environment = {"PATH": "/usr/bin:/bin", "NOTIFY_SOCKET": "/run/notify"}
    for key, variable, parent in (("StateDirectory", "STATE_DIRECTORY", "var/lib"),
                                  ("RuntimeDirectory", "RUNTIME_DIRECTORY", "run")):
        folder = root / parent / service[key]
        folder.mkdir(mode=0o700, exist_ok=True)
        os.chown(folder, uid, gid)
        environment[variable] = f"/{parent}/{service[key]}"
    place = root / "run/notify"
    place.unlink(missing_ok=True)
    notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    # Not by its path, which may be longer than a socket's name can be.
    os.chdir(root / "run")
    notified.bind("notify")
    place.chmod(0o777)
    notified.settimeout(20)

    def enter():
        os.chroot(root)
        os.chdir("/")
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)

    process = subprocess.Popen(shlex.split(service["ExecStart"]), env=environment, preexec_fn=enter)
    try:
        if status == 0:
            while b"READY=1" not in notified.recv(4096):
                pass
            process.send_signal(signal.SIGTERM)
        ended = process.wait(20)
    finally:
        process.kill()
    if ended != status:
        raise SystemExit(f"it ended with {ended}, not {status}")


if __name__ == "__main__":
    main(*sys.argv[1:])
