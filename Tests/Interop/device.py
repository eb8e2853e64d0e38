"""An A-IoT device's side of docs/spec/1, from the text alone, without the air: NAS PDUs in, NAS PDUs out."""

import security as s

MOST_ANSWERS = 16


class Device:
    def __init__(self, record, groups, memory):
        self.record, self.memory = record, bytearray(memory)
        self.keys = {None: (record.key, record.id), **{g.id: (g.key, g.id) for g in groups}}
        self.own = dict.fromkeys(self.keys, 0)  # counters, per key
        self.paging, self.answers, self.stale, self.is_sound = None, 0, None, False
        self.session, self.last, self.is_disabled = None, None, False

    def page(self, pdu):
        """The access response, or None: silence."""
        if pdu != self.paging:
            if not self._takes(pdu):
                return None
            self.paging, self.answers = pdu, 0
        if self.is_disabled or self.answers == MOST_ANSWERS:
            return None
        self.answers += 1
        record, nonce1, pages_all = self.record, pdu[1:17], len(pdu) == 17
        profile = record.profile | (pdu[17] & s.GROUP if not pages_all else 0)
        key = s.k_aiot(record.key, nonce1, profile, record.algorithms)
        session = s.Session.of(key, record.algorithms, nonce1, s.new_nonce())
        flags = s.expected_flags(record.profile, record.algorithms, pages_all)
        response = s.AccessResponse(session.nonce2)
        response.ares = session.ares if flags & s.HAS_ARES else None
        if self.stale is not None:  # no session, no hint, no ID
            counter = self.stale.to_bytes(4, "big")
            response.counter = s.protect(session.key, record.algorithms, s.COUNTER_COUNT, s.D2R, counter)
            return response.pdu
        self.session, self.last, self.is_sound = session, None, not record.profile & s.NETWORK_AUTH
        response.hint = s.key_hint(key) if flags & s.HAS_HINT else None
        response.identity = self.session.protect(s.D2R, record.id) if flags & s.HAS_ID else None
        return response.pdu

    def _takes(self, pdu):
        """Whether the paging names this device and is to be answered; its counter moves when it is fresh."""
        nonce1, identity, record = pdu[1:17], pdu[17:], self.record
        if pdu[:1] != bytes([s.PAGING]) or len(nonce1) < 16:
            return False
        if not identity:
            self.stale = None
            return True
        if identity[0] & ~s.GROUP != record.profile or identity[1:2] != bytes([record.algorithms]):
            return False
        names = [n for n in self.keys if (n is not None) == bool(identity[0] & s.GROUP)]
        return any(self._fits(name, nonce1, identity) for name in names)

    def _fits(self, name, nonce1, identity):
        (key, wanted), record = self.keys[name], self.record
        block = identity[4 if record.profile & s.TAG else 2:]
        try:
            of_paging = s.k_aiot(key, nonce1, identity[0], record.algorithms)
            text = s.unprotect(of_paging, record.algorithms, 0, s.R2D, block)
        except s.Refused:
            return False
        counter = None
        if record.profile & s.REPLAY:
            text, counter = text[:-4], int.from_bytes(text[-4:], "big")
        if text != wanted:
            return False
        if counter is not None and (counter - self.own[name]) % 2**32 > record.window:
            if record.profile & s.RESYNC:
                self.stale = self.own[name]
            return bool(record.profile & s.RESYNC)
        self.stale = None
        self.own[name] = ((counter if counter is not None else self.own[name]) + 1) % 2**32
        return True

    def receive(self, pdu):
        """The answer to a network response or a command, or None."""
        if self.last and self.last[0] == pdu:
            return self.last[1]
        if not self.session or self.is_disabled or not pdu:
            return None
        if pdu[0] == s.NETWORK_RESPONSE and self.record.profile & s.NETWORK_AUTH and not self.is_sound:
            if pdu[1:] != self.session.nres:
                return None
            self.is_sound = True
            answer = bytes([s.ID_REPORT]) + self.session.protect(s.D2R, self.record.id)
        elif pdu[0] == s.COMMAND and self.record.profile & s.COMMANDS and self.is_sound:
            try:
                text = self.session.unprotect(s.R2D, pdu[1:])
            except s.Refused:
                return None
            answer = bytes([s.COMMAND_RESPONSE]) + self.session.protect(s.D2R, self._execute(text))
        else:
            return None
        self.last = pdu, answer
        return answer

    def _execute(self, text):
        if len(text) < 4:
            return b"\x01"
        kind, offset, length, data = text[0], int.from_bytes(text[1:3], "big"), text[3], text[4:]
        if kind not in s.COMMAND_TYPES.values():
            return b"\x04"
        if kind != s.COMMAND_TYPES["read"] and not self.record.algorithms & 15:
            return b"\x05"
        if kind == s.COMMAND_TYPES["disable"]:
            self.is_disabled = True
            return b"\x00"
        is_read = kind == s.COMMAND_TYPES["read"]
        if offset + length > len(self.memory) or len(data) != (0 if is_read else length):
            return b"\x01"
        if is_read:
            return b"\x00" + self.memory[offset:offset + length]
        self.memory[offset:offset + length] = data
        return b"\x00"
