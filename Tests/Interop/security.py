"""The security procedure of docs/spec/1 from the AIoTF's side: keys, protection, NAS PDUs.

A second implementation, written from the text alone.
"""

import hmac
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

REPLAY, DEVICE_AUTH, NETWORK_AUTH, RESYNC, HINT, TAG, COMMANDS, GROUP = (1 << bit for bit in range(8))
R2D, D2R = 1, 0
PAGING, ACCESS_RESPONSE, NETWORK_RESPONSE, ID_REPORT, COMMAND, COMMAND_RESPONSE = range(1, 7)
HAS_ARES, HAS_COUNTER, HAS_ID, HAS_HINT = 1, 2, 4, 8
COUNTER_COUNT = 2**32 - 1
COMMAND_TYPES = {"read": 1, "write": 2, "disable": 3}
STATUSES = ("done", "parameters invalid", "unspecified error", "low energy", "not implemented",
            "refused without integrity")


class Refused(Exception):
    """A NAS PDU that is dropped; the text says why."""


# Keys


def kdf(key, fc, *parameters):
    """TS 33.220 B.2."""
    text = bytes([fc]) + b"".join(p + len(p).to_bytes(2, "big") for p in parameters)
    return hmac.digest(key, text, "sha256")


def k_aiot(key, nonce1, profile, algorithms_):
    """With the profile as paged: bit 7 is set in group pagings."""
    return kdf(key, 0xF0, nonce1, bytes([profile, algorithms_]))[-16:]


def key_hint(k):
    return kdf(k, 0xF4)[:2]


def paging_tag(key, counter):
    return kdf(key, 0xF5, counter.to_bytes(4, "big"))[:2]


@dataclass
class Session:
    """k_AIoT_ses and what is made with it."""

    key: bytes
    algorithms: int
    nonce1: bytes
    nonce2: bytes
    next_count: dict = field(default_factory=lambda: {R2D: 0, D2R: 0})

    @classmethod
    def of(cls, device_k_aiot, algorithms_, nonce1, nonce2):
        return cls(kdf(device_k_aiot, 0xF1, nonce2)[-16:], algorithms_, nonce1, nonce2)

    @property
    def ares(self):
        return kdf(self.key, 0xF2, self.nonce1)[:8]

    @property
    def nres(self):
        return kdf(self.key, 0xF3, self.nonce2)[:8]

    def protect(self, direction, text):
        block = protect(self.key, self.algorithms, self.next_count[direction], direction, text)
        self.next_count[direction] += 1
        return block

    def unprotect(self, direction, block):
        """Moves the count only when the block verifies."""
        text = unprotect(self.key, self.algorithms, self.next_count[direction], direction, block)
        self.next_count[direction] += 1
        return text


# Protection


def _head(count, direction):
    return count.to_bytes(4, "big") + bytes([direction << 2, 0, 0, 0])


def _derive(key, kind, identity):
    return kdf(key, 0x69, bytes([kind]), bytes([identity]))[-16:]


def _cipher(key, algorithms_, count, direction, text):
    if algorithms_ >> 4 == 0:
        return text
    block = _head(count, direction) + bytes(8)
    cipher = Cipher(algorithms.AES(_derive(key, 1, algorithms_ >> 4)), modes.CTR(block)).encryptor()
    return cipher.update(text) + cipher.finalize()


def _mac(key, algorithms_, count, direction, ciphertext):
    if algorithms_ & 15 == 0:
        return b""
    mac = CMAC(algorithms.AES(_derive(key, 2, algorithms_ & 15)))
    mac.update(_head(count, direction) + ciphertext)
    return mac.finalize()[:4]


def protect(key, algorithms_, count, direction, text):
    ciphertext = _cipher(key, algorithms_, count, direction, text)
    return ciphertext + _mac(key, algorithms_, count, direction, ciphertext)


def unprotect(key, algorithms_, count, direction, block):
    size = mac_size(algorithms_)
    ciphertext, mac = block[:len(block) - size], block[len(block) - size:]
    if not hmac.compare_digest(mac, _mac(key, algorithms_, count, direction, ciphertext)):
        raise Refused("the MAC does not verify")
    return _cipher(key, algorithms_, count, direction, ciphertext)


def mac_size(algorithms_):
    return 4 if algorithms_ & 15 else 0


# NAS PDUs


def paging_identity(key, k, profile, algorithms_, identity, counter):
    """`key` is K or the group key, `k` the k_AIoT of it; without an identity all devices are paged."""
    if identity is None:
        return b""
    text = identity + (counter.to_bytes(4, "big") if profile & REPLAY else b"")
    tag = paging_tag(key, counter) if profile & TAG else b""
    return bytes([profile, algorithms_]) + tag + protect(k, algorithms_, 0, R2D, text)


@dataclass
class AccessResponse:
    nonce2: bytes
    hint: bytes = None
    ares: bytes = None
    counter: bytes = None  # protected
    identity: bytes = None  # protected

    @classmethod
    def parse(cls, pdu):
        if len(pdu) < 18 or pdu[0] != ACCESS_RESPONSE:
            raise Refused("no access response")
        flags, rest = pdu[1], pdu[18:]
        response, is_short = cls(pdu[2:18]), False
        for flag, name, size in (HAS_HINT, "hint", 2), (HAS_ARES, "ares", 8):
            if flags & flag:
                is_short |= len(rest) < size
                setattr(response, name, rest[:size])
                rest = rest[size:]
        if flags & HAS_COUNTER:
            response.counter, rest = rest, b""
        elif flags & HAS_ID:
            response.identity, rest = rest, b""
        if rest or is_short or response.flags != flags:
            raise Refused("access responses of wrong length or flags")
        return response

    @property
    def flags(self):
        given = (self.ares, HAS_ARES), (self.counter, HAS_COUNTER), (self.identity, HAS_ID), (self.hint, HAS_HINT)
        return sum(flag for value, flag in given if value is not None)

    @property
    def pdu(self):
        parts = self.hint, self.ares, self.counter, self.identity
        return bytes([ACCESS_RESPONSE, self.flags]) + self.nonce2 + b"".join(p for p in parts if p is not None)


def expected_flags(profile, algorithms_, pages_all):
    """The flags of an answer to a fresh paging."""
    hint = profile & HINT and algorithms_ & 15 and not pages_all
    return (HAS_ARES if profile & DEVICE_AUTH else 0) | (0 if profile & NETWORK_AUTH else HAS_ID) \
        | (HAS_HINT if hint else 0)


def access_response_size(profile, algorithms_, pages_all, id_size):
    flags = expected_flags(profile, algorithms_, pages_all)
    block = max(id_size if flags & HAS_ID else 0, 4 if profile & RESYNC else 0)
    return 18 + (8 if flags & HAS_ARES else 0) + (2 if flags & HAS_HINT else 0) \
        + (block + mac_size(algorithms_) if block else 0)


def command_text(kind, offset=0, length=0, data=b""):
    return bytes([COMMAND_TYPES[kind]]) + offset.to_bytes(2, "big") + bytes([length]) + data


def new_nonce():
    return secrets.token_bytes(16)
