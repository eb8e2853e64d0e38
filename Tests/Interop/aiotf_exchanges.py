"""What an AIoTF does with one device: docs/spec/1, steps 8 to 17, and commands."""

from dataclasses import dataclass

import security as s

MOST_REPEATS = MOST_RESYNCS = 3
NO_ANSWER = ["nas", "no-aiot-NAS-response"]


@dataclass
class Exchange:
    """One device's session under one RAN-AIOT-Device-NGAP-ID."""

    device: object
    session: s.Session
    is_authenticated: bool
    awaits: str = "nothing"  # ID report, command response, nothing
    sent: bytes = b""
    repeats: int = 0


class Exchanges:
    """The part of AIoTF that has sessions with devices."""

    def _access_response(self, pdu, ran_id):
        request, response = self.request, s.AccessResponse.parse(pdu)
        if response.nonce2 in request.nonces:
            raise s.Refused("repeated access responses")
        if response.counter is not None:
            self._stale(response)
            return
        device, session, is_authenticated = self._recognise(response)
        request.nonces.add(response.nonce2)
        self._confirm(is_authenticated)
        exchange = Exchange(device, session, is_authenticated)
        if ran_id is not None:
            request.exchanges[ran_id] = exchange
        if response.identity is not None:
            self._identified(device, is_authenticated)
        if ran_id is None or not request.follow_on:
            return
        if device.id in self.results:
            self._command(ran_id, exchange, b"", 0)  # nothing more is due: acknowledge it
        elif device.profile & s.NETWORK_AUTH:
            exchange.awaits = "ID report"
            size = 1 + len(device.id) + s.mac_size(device.algorithms)
            self._command(ran_id, exchange, bytes([s.NETWORK_RESPONSE]) + session.nres, size)
        else:
            self._follow_on(ran_id, exchange)

    def _confirm(self, is_authenticated):
        if is_authenticated and self.request.counter is not None:
            self.counters.confirm(self.request.target.id, self.request.counter)

    def _stale(self, response):
        """A device has found the paging stale and tells its counter, which the next request takes over."""
        request, target = self.request, self.request.target
        both = s.REPLAY | s.RESYNC
        if not target or target.profile & both != both or not target.algorithms & 15 or self.resyncs == MOST_RESYNCS:
            raise s.Refused("counters that nobody asked for")
        for device, key in request.keys.items():
            session = s.Session.of(key, device.algorithms, request.nonce1, response.nonce2)
            is_own = response.ares == (session.ares if device.profile & s.DEVICE_AUTH else None)
            if not is_own or response.hint is not None:
                continue
            try:
                text = s.unprotect(session.key, device.algorithms, s.COUNTER_COUNT, s.D2R, response.counter)
            except s.Refused:
                continue
            counter = int.from_bytes(text, "big")
            if len(text) != 4 or not self.counters.confirm(target.id, (counter - 1) % 2**32):
                break
            self.resyncs, request.is_stale = self.resyncs + 1, True
            return
        raise s.Refused("counters of no device, or that lead back")

    def _recognise(self, response):
        """(device, session, is authenticated) of an access response; raises Refused."""
        request = self.request
        fitting = []
        for device, key in request.keys.items():
            if s.expected_flags(device.profile, device.algorithms, request.target is None) != response.flags:
                continue
            if response.hint is not None and response.hint != s.key_hint(key):
                continue
            session = s.Session.of(key, device.algorithms, request.nonce1, response.nonce2)
            if response.ares is not None and not s.hmac.compare_digest(response.ares, session.ares):
                continue
            try:
                if response.identity is not None and session.unprotect(s.D2R, response.identity) != device.id:
                    continue
            except s.Refused:
                continue
            has_mac = response.identity is not None and device.algorithms & 15
            fitting.append((device, session, response.ares is not None or bool(has_mac)))
        if len(fitting) != 1:
            raise s.Refused("access responses of no device, or of more than one")
        return fitting[0]

    def _identified(self, device, is_authenticated):
        self.identified[device.id] = self.identified.get(device.id, False) or is_authenticated
        if not self._command_of(device):
            self._result(device, "done" if not self.order.command else "takes no commands")

    def _result(self, device, result, **more):
        if device.id not in self.results:
            self.results[device.id] = result
            if self.request:
                self.request.finds += 1
            self.emit({"type": "device", "id": device.id.hex(), "authenticated": self.identified[device.id],
                       "result": result, **more})

    def _command(self, ran_id, exchange, pdu, answer_size):
        exchange.sent = (pdu, answer_size)
        sizes = {"expectedD2RMsgSize": answer_size} if answer_size else {}
        self._send("CommandRequest", **self._names(), ranDeviceID=ran_id, nasPDU=pdu.hex(), **sizes)

    def _follow_on(self, ran_id, exchange):
        """The command that is due, or where none is and none was sent, that none is."""
        device, command = exchange.device, self._command_of(exchange.device)
        if command and device.id in self.altering:
            self._result(device, "failed: outcome unknown")
            self._command(ran_id, exchange, b"", 0)
        elif command:
            kind, offset, length, data = command
            if kind != "read":
                self.altering.add(device.id)
            exchange.awaits = "command response"
            text = s.command_text(kind, offset, length, data)
            pdu = bytes([s.COMMAND]) + exchange.session.protect(s.R2D, text)
            size = 2 + (length if kind == "read" else 0) + s.mac_size(device.algorithms)
            self._command(ran_id, exchange, pdu, size)
        elif not exchange.sent:
            self._command(ran_id, exchange, b"", 0)

    def _command_response(self, fields, now):
        exchange = self._exchange(fields)
        if not exchange or exchange.awaits == "nothing":
            return
        pdu, ran_id, expected = bytes.fromhex(fields["nasPDU"]), fields["ranDeviceID"], exchange.awaits
        try:
            if pdu[:1] != bytes([s.ID_REPORT if expected == "ID report" else s.COMMAND_RESPONSE]):
                raise s.Refused(f"no {expected}")
            text = exchange.session.unprotect(s.D2R, pdu[1:])
            if not text or expected == "ID report" and text != exchange.device.id:
                raise s.Refused(f"{expected}s of another device")
        except s.Refused as why:
            self.counts[str(why)] += 1
            return
        exchange.awaits, exchange.repeats = "nothing", 0
        if expected == "ID report":
            exchange.is_authenticated |= bool(exchange.device.algorithms & 15)
            self._confirm(exchange.is_authenticated)
            self._identified(exchange.device, exchange.is_authenticated)
            self._follow_on(ran_id, exchange)
        else:
            status = s.STATUSES[text[0]] if text[0] < len(s.STATUSES) else f"status {text[0]}"
            self._result(exchange.device, status, **({"data": text[1:].hex()} if text[1:] else {}))

    def _command_failure(self, fields, now):
        exchange = self._exchange(fields)
        if not exchange or exchange.awaits != "command response":
            return  # the device is met again in the next round
        if fields["cause"] == NO_ANSWER and exchange.repeats < MOST_REPEATS:
            exchange.repeats += 1
            self._command(fields["ranDeviceID"], exchange, *exchange.sent)
            return
        exchange.awaits = "nothing"
        if exchange.device.id in self.altering:  # it may have been executed: never sent again
            self._result(exchange.device, f"failed: {' '.join(fields['cause'])}")

    def _exchange(self, fields):
        exchange = self.request.exchanges.get(fields.get("ranDeviceID")) if self._is_current(fields) else None
        if not exchange:
            self.counts["of an unknown exchange"] += 1
        return exchange
