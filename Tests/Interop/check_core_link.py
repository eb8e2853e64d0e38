"""The worked example of docs/core-link.md, played again: AIoTF, reader and device of this folder with fixed nonces.

usage: check_core_link.py DOCUMENT [--hex | --write]; exits 1 when the document differs. --hex prints its PDUs instead,
for another decoder; --write puts the example as it is played into the document.
"""

import pathlib
import re
import sys

import aiotf
import device
import ngap
import reader_peer
import registry
import security

KEY, IDENTITY = "000102030405060708090a0b0c0d0e0f", "a10700000001"
NONCE1, NONCE2 = bytes(range(0x10, 0x20)), bytes(range(0x20, 0x30))
MEMORY = bytes.fromhex("cafe0042")
FENCE = re.compile(r"(<!-- example[^>]*-->\n```text\n)(.*?)(```\n)", re.DOTALL)


def played():
    """The lines of the example."""
    rows = registry.Registry([{"kind": "device", "id": IDENTITY, "key": KEY, "profile": "0x57"}])
    waiting, lines = [], []

    def say(arrow, octets):
        frame = len(octets).to_bytes(4, "big").hex()
        lines.append(f"{arrow} {ngap.decode(octets)[0] if octets else 'probe' if '->' in arrow else 'its answer'}")
        lines.append(" ".join([frame, octets.hex()]).strip())
        waiting.append((arrow, octets))

    security.new_nonce = iter([NONCE1, NONCE2]).__next__
    order = aiotf.Order("singleDevice", bytes.fromhex(IDENTITY), ("read", 0, 4, b""))
    core = aiotf.AIoTF(rows, registry.Counters(), order, lambda octets: say("reader <- AIoTF ", octets), lambda _: None,
                       identifier=b"\xa1", probes=True)
    tag = device.Device(rows.devices[bytes.fromhex(IDENTITY)], [], MEMORY)
    reader = reader_peer.Reader([tag], lambda m, **f: say("reader  -> AIoTF", ngap.encode(m, **f)), epoch=1)
    reader.setup(probes=True)
    while waiting or reader.open:
        if not waiting:
            reader.quiet()
        arrow, octets = waiting.pop(0)
        core.received(octets, 0) if "->" in arrow else reader.received(octets)
    assert core.summary and core.summary["found"] == 1 and not core.summary["failed"], core.summary
    say("reader  -> AIoTF", b"")
    say("reader <- AIoTF ", b"")
    return "\n".join(lines) + "\n"


def main(path, mode=None):
    document = pathlib.Path(path).read_text()
    found = FENCE.search(document)
    if not found:
        sys.exit(f"{path}: there is no example behind a line that begins with <!-- example")
    pdus = [line[9:] for line in found[2].splitlines() if re.fullmatch("[0-9a-f]{8} [0-9a-f]+", line)]
    if mode == "--hex":
        print("\n".join(pdus))
        return 0
    example = played()
    if mode == "--write":
        pathlib.Path(path).write_text(document[:found.start(2)] + example + document[found.end(2):])
        return 0
    for number, (is_there, right) in enumerate(zip(found[2].splitlines(), example.splitlines())):
        if is_there != right:
            print(f"{path}: line {number + 1} of the example is\n{is_there}\nnot\n{right}", file=sys.stderr)
    print(f"the {len(pdus)} PDUs of {path} {'agree' if found[2] == example else 'differ'}")
    return 0 if found[2] == example else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
