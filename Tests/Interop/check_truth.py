"""Checks the keys of truth files: check_truth.py NAME.truth.json...

From K and the nonces of each completed device the security procedure of docs/spec/1, written a second time in security.py,
makes what its NAS PDUs must say: ARES, NRES, the device ID, and that command and response verify.
"""

import json
import pathlib
import sys

import security as s


def faults(inventory, device):
    """Names of what does not come out of the keys."""
    value = {name: bytes.fromhex(text) for name, text in device.items() if isinstance(text, str)}
    nonce1 = value.get("nonce1") or bytes.fromhex(inventory["nonce1"])
    key = s.k_aiot(value["k"], nonce1, inventory["profile"], inventory["algorithms"])
    session = s.Session.of(key, inventory["algorithms"], nonce1, value["nonce2"])
    response = s.AccessResponse.parse(value["accessResponse"])
    wrong = []
    if response.nonce2 != value["nonce2"]:
        wrong.append("nonce2")
    if response.ares is not None and response.ares != session.ares:
        wrong.append("ares")
    if response.hint is not None and response.hint != s.key_hint(key):
        wrong.append("key hint")
    if "networkResponse" in value and value["networkResponse"][1:] != session.nres:
        wrong.append("networkResponse")
    try:
        identities = [response.identity] if response.identity is not None else []
        identities += [value["idReport"][1:]] if "idReport" in value else []
        for block in identities:
            if session.unprotect(s.D2R, block) != value["deviceID"]:
                wrong.append("deviceID")
        if "command" in value:
            session.unprotect(s.R2D, value["command"][1:])
            session.unprotect(s.D2R, value["commandResponse"][1:])
    except (s.Refused, KeyError) as error:
        wrong.append(f"protection ({error})")
    return wrong


def main(names):
    count = wrong = 0
    for name in names:
        document = json.loads(pathlib.Path(name).read_text(encoding="utf-8"))
        for inventory in document.get("inventories") or [document]:
            for device in inventory.get("completed", []):
                count += 1
                for fault in faults(inventory, device):
                    wrong += 1
                    print(f"{name}: device {device['deviceID']}: {fault}", file=sys.stderr)
    print(f"{count} devices, {wrong} faults")
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
