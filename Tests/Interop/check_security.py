"""Every exchange of Tests/Vectors/security.json by a second implementation of docs/spec/1.

usage: check_security.py VECTORS; exits 1 when one differs.
"""

import json
import pathlib
import sys

import security as s


def made(v):
    """What the second implementation makes of the inputs of a vector, by the names of the vector."""
    octets = {name: bytes.fromhex(value) for name, value in v.items() if isinstance(value, str) and name != "mode"}
    k, nonce1, nonce2, algorithms = octets["k"], octets["nonce1"], octets["nonce2"], v["algorithms"]
    profile, paged = v["profile"], v["pagedProfile"]
    is_group, is_all = v["mode"] == "group", v["mode"] == "all"
    own = s.k_aiot(k, nonce1, paged, algorithms)
    paging_key = octets["groupKey"] if is_group else k
    of_paging = s.k_aiot(paging_key, nonce1, paged, algorithms)
    session = s.Session.of(own, algorithms, nonce1, nonce2)
    identity = None if is_all else octets["groupID"] if is_group else octets["deviceID"]
    counter = v["pagedCounter"]
    out = {"kAIoT": own, "kAIoTGroup": of_paging if is_group else None, "kAIoTSession": session.key,
           "ares": session.ares, "nres": session.nres, "keyHint": s.key_hint(own),
           "pagingTag": s.paging_tag(paging_key, counter) if profile & s.TAG and not is_all else b"",
           "pagingIdentity": s.paging_identity(paging_key, of_paging, paged, algorithms, identity, counter)}
    out["pagingPDU"] = bytes([s.PAGING]) + nonce1 + out["pagingIdentity"]
    out["networkResponse"] = bytes([s.NETWORK_RESPONSE]) + session.nres
    for name, nonce in ("accessResponse", nonce2), ("repeatAccessResponse", octets.get("repeatNonce2")):
        if octets.get(name):
            out[name] = access_response(v, octets, own, nonce, s.AccessResponse.parse(octets[name]), is_all)
    answered = s.AccessResponse.parse(octets["accessResponse"]) if octets.get("accessResponse") else None
    if answered and answered.identity is not None:
        session.next_count[s.D2R] = 1
    if v.get("idReport"):
        out["idReport"] = bytes([s.ID_REPORT]) + session.protect(s.D2R, octets["deviceID"])
    if v.get("command"):
        text = session.unprotect(s.R2D, octets["command"][1:])
        session.next_count[s.R2D] = 0
        out["command"] = bytes([s.COMMAND]) + session.protect(s.R2D, text)
        answer = session.unprotect(s.D2R, octets["commandResponse"][1:])
        session.next_count[s.D2R] -= 1
        out["commandResponse"] = bytes([s.COMMAND_RESPONSE]) + session.protect(s.D2R, answer)
    return {name: value.hex() if value is not None else None for name, value in out.items()}


def access_response(v, octets, own, nonce2, answered, is_all):
    """The access response that a device of the vector makes; whether it is a stale one the answer tells."""
    algorithms = v["algorithms"]
    session = s.Session.of(own, algorithms, octets["nonce1"], nonce2)
    response = s.AccessResponse(nonce2, ares=session.ares if v["profile"] & s.DEVICE_AUTH else None)
    if answered.counter is not None:
        counter = v["groupCounter" if v["mode"] == "group" else "deviceCounter"].to_bytes(4, "big")
        response.counter = s.protect(session.key, algorithms, s.COUNTER_COUNT, s.D2R, counter)
        return response.pdu
    flags = s.expected_flags(v["profile"], algorithms, is_all)
    response.hint = s.key_hint(own) if flags & s.HAS_HINT else None
    response.identity = session.protect(s.D2R, octets["deviceID"]) if flags & s.HAS_ID else None
    return response.pdu


def main(path):
    vectors = json.loads(pathlib.Path(path).read_text())["vectors"]
    failed = 0
    for index, vector in enumerate(vectors):
        try:
            values = made(vector)
            wrong = [f"{n} is {v}, not {vector[n]}" for n, v in values.items() if n in vector and v != vector[n]
                     and not (n == "networkResponse" and vector[n] is None)]
        except s.Refused as problem:
            wrong = [str(problem)]
        failed += bool(wrong)
        for line in wrong:
            print(f"{path}: vector {index}: {line}", file=sys.stderr)
    print(f"{len(vectors) - failed} security exchanges agree, {failed} do not")
    return 1 if failed or not vectors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
