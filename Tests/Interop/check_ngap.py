"""Every PDU of Tests/Vectors/ngap*.json by a second implementation: octets to fields, fields to octets.

usage: check_ngap.py VECTORS…; exits 1 when one differs.
"""

import json
import pathlib
import sys

import ngap


def given(fields):
    """The fields without those that say that something is absent, or that belong to a list that is absent."""
    of_lists = {"plmn", "nid"} if fields.get("areaCodes") == fields.get("readers") == [] else set()
    of_lists |= {"readerIndex"} if fields.get("devices") == [] else {"nid"} if fields.get("areaCodes") == [] else set()
    return {name: value for name, value in fields.items() if value not in (None, []) and name not in of_lists}


def differences(vector):
    """What differs in one vector, as lines."""
    message, fields, octets = vector["message"], vector["fields"], bytes.fromhex(vector["aper"])
    try:
        decoded = ngap.decode(octets)
    except ngap.Problem as problem:
        yield f"does not decode: {problem}"
    else:
        if (decoded[0], given(decoded[1])) != (message, given(fields)):
            yield f"decodes to {decoded}"
        again = ngap.encode(decoded[0], **decoded[1])
        if again != octets:
            yield f"decoded and encoded again: {again.hex()}"
    if ngap.encode(message, **fields) != octets:
        yield f"encodes to {ngap.encode(message, **fields).hex()}"


def main(paths):
    total = failed = 0
    for path in paths:
        for index, vector in enumerate(json.loads(pathlib.Path(path).read_text())["vectors"]):
            lines = list(differences(vector))
            total, failed = total + 1, failed + bool(lines)
            for line in lines:
                print(f"{path}: vector {index}, {vector['message']}: {line}", file=sys.stderr)
    print(f"{total - failed} NGAP PDUs agree, {failed} do not")
    return 1 if failed or not total else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
