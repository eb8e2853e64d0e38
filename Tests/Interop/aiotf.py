"""What an AIoTF decides, without I/O and without a clock: one order, carried out over one reader's link.

A second implementation of docs/spec/1 and docs/spec/3. It keeps counters, but not its sessions, over a restart.
"""

import collections
from dataclasses import dataclass, field

import ngap
import security as s
from aiotf_exchanges import Exchanges

RELEASE_SECONDS, BUSY_SECONDS = 10, 1
MOST_REQUESTS, MOST_SINGLES = 6, 32
SYNTAX_ERROR = ("protocol", "transfer-syntax-error")
WRONG_STATE = ("protocol", "message-not-compatible-with-receiver-state")
BUSY = ["misc", "control-processing-overload"]


@dataclass
class Order:
    kind: str  # allDevices, groupDevices, singleDevice
    identity: bytes = None
    command: tuple = None  # (read | write | disable, offset, length, data)


@dataclass
class Request:
    """One Inventory Request, until its release is complete."""

    correlation: int
    target: object  # the record whose key protects the paging; None: all devices
    nonce1: bytes
    counter: int
    follow_on: bool
    keys: dict  # device: its k_AIoT under this nonce1
    deadline: float
    state: str = "ordered"  # ordered, paged, releasing
    nonces: set = field(default_factory=set)
    finds: int = 0  # results that it brought
    is_stale: bool = False  # a device has told a counter that lies ahead
    exchanges: dict = field(default_factory=dict)


class AIoTF(Exchanges):
    """`send` takes PDUs, `emit` dictionaries for the consumer; `summary` is set when the order is done."""

    def __init__(self, registry, counters, order, send, emit, identifier=b"\xd2", guard=600, probes=False):
        self.registry, self.counters, self.order = registry, counters, order
        self.send_octets, self.emit, self.identifier, self.guard, self.probes = send, emit, identifier, guard, probes
        self.targets = {d.id: d for d in self._candidates(order.kind, order.identity)}
        self.identified, self.results = {}, {}  # ID: is authenticated; ID: what came out
        self.request, self.summary, self.up = None, None, False
        self.requests = self.barren = self.singles = self.resyncs = 0
        self.retry_at = None
        self.altering = set()  # IDs of devices that a WRITE or PERMANENT_DISABLE has left for
        self.counts = collections.Counter()

    # The link

    def connected(self):
        self.up = False

    def received(self, octets, now):
        try:
            name, fields = ngap.decode(octets)
        except ngap.Problem as problem:
            self._refuse(problem)
            return
        if fields.pop("notify", None):
            self.counts["IEs to be notified of"] += 1
        if name == "NGSetupRequest":
            self._setup(fields, now)
        elif not self.up:
            self._refuse(ngap.Problem(f"{name} before NG Setup", WRONG_STATE))
        elif handler := self.HANDLERS.get(name):
            fields.setdefault("cause", ["misc", "unspecified"])  # it may be absent where it is to be ignored
            handler(self, fields, now)
        else:
            self._refuse(ngap.Problem(f"{name} is not for an AIoTF", WRONG_STATE))

    def tick(self, now):
        if self.retry_at is not None and now >= self.retry_at:
            self.retry_at = None
            self._begin(now)
        if self.request and now >= self.request.deadline:
            self.counts["guard"] += 1
            if self.request.state == "releasing":  # no Complete came
                self._next(now)
            else:
                self._release(("misc", "unspecified"), now)

    def _send(self, message, **fields):
        self.send_octets(ngap.encode(message, **fields))

    def _refuse(self, problem):
        """The link stays up."""
        self.counts["refused PDUs"] += 1
        self.emit({"type": "error", "error": str(problem)})
        if problem.cause:
            ies = [{"iECriticality": c, "iE-ID": n, "typeOfError": e} for c, n, e in problem.diagnostics or []]
            more = {"criticalityDiagnostics": {"iEsCriticalityDiagnostics": ies}} if ies else {}
            self._send("ErrorIndication", cause=problem.cause, **more)

    def _setup(self, fields, now):
        self._send("NGSetupResponse", amfName="interop", plmn=fields["plmn"], amfRegion=2, amfSet=1, amfPointer=0,
                   relativeAMFCapacity=255, sst=fields["sst"], aiotfIdentifier=self.identifier.hex(),
                   aiotfName="interop", probes=self.probes and fields.get("probes"))
        self.up = True
        self.emit({"type": "reader", "name": fields["ranNodeName"], "gnbID": fields["gnbID"],
                   "probes": bool(self.probes and fields.get("probes"))})
        if self.summary:
            return
        if not self.request:
            self._begin(now)
        else:
            # With the link the inventory ended. What was spooled of it comes before the Complete.
            self._release(("misc", "unspecified"), now)

    # Requests

    def _candidates(self, kind, identity):
        if kind == "allDevices":
            return list(self.registry.devices.values())
        return self.registry.members(identity) if kind == "groupDevices" else [self.registry.devices[identity]]

    def _missing(self):
        return [device for identity, device in self.targets.items() if identity not in self.results]

    def _begin(self, now):
        """The next Inventory Request, or the end of the order."""
        missing, kind = self._missing(), self.order.kind
        if not missing or self.requests >= MOST_REQUESTS + self.singles or self.singles >= MOST_SINGLES:
            self._finish()
            return
        identity = self.order.identity
        if kind == "groupDevices" and self.barren >= 2:
            kind, identity, self.singles = "singleDevice", missing[self.singles % len(missing)].id, self.singles + 1
        self.requests += 1
        self._page(kind, identity, now)

    def _page(self, kind, identity, now):
        known = {"allDevices": {None: None}, "groupDevices": self.registry.groups,
                 "singleDevice": self.registry.devices}[kind]
        target, candidates = known[identity], self._candidates(kind, identity)
        nonce1, counter, paging = s.new_nonce(), None, b""
        profiles = {d: target.profile if target else d.profile for d in candidates}
        if target:
            profile = target.profile | (s.GROUP if kind == "groupDevices" else 0)
            profiles = dict.fromkeys(candidates, profile)
            counter = self.counters.page(target.id, target.window) if profile & s.REPLAY else None
            key = s.k_aiot(target.key, nonce1, profile, target.algorithms)
            paging = s.paging_identity(target.key, key, profile, target.algorithms, target.id, counter)
        keys = {d: s.k_aiot(d.key, nonce1, profiles[d], d.algorithms) for d in candidates}
        follow_on = any(d.profile & s.NETWORK_AUTH or self._command_of(d) for d in candidates)
        self.request = Request(self.counters.next_correlation(), target, nonce1, counter, follow_on, keys,
                               now + self.guard)
        size = max(s.access_response_size(d.profile, d.algorithms, target is None, len(d.id)) for d in candidates)
        self._send("InventoryRequest", **self._names(), identification=kind, identity=paging.hex(),
                   areaCodes=[], readers=[], expectedD2RMsgSize=size, approximateNoofTargetDevices=len(candidates),
                   followonCommand=follow_on, randN=nonce1.hex())

    def _names(self):
        return {"aiotfIdentifier": self.identifier.hex(), "correlationIdentifier": self.request.correlation}

    def _command_of(self, device):
        """The command that the device is still due."""
        wanted = self.order.command and device.profile & s.COMMANDS and device.id not in self.results
        return self.order.command if wanted else None

    def _is_current(self, fields):
        name = self.identifier.hex(), self.request and self.request.correlation
        if self.request and (fields.get("aiotfIdentifier"), fields.get("correlationIdentifier")) == name:
            return True
        self.counts["of another inventory"] += 1
        return False

    def _inventory_response(self, fields, now):
        if self._is_current(fields) and self.request.state == "ordered":
            self.request.state = "paged"

    def _inventory_failure(self, fields, now):
        if not self._is_current(fields) or self.request.state != "ordered":
            return
        self.emit({"type": "error", "error": f"Inventory Failure: {' '.join(fields['cause'])}"})
        self.request = None
        if fields["cause"] == BUSY:
            self.retry_at = now + BUSY_SECONDS
        else:
            self._finish()

    def _inventory_report(self, fields, now):
        if not self._is_current(fields):
            return
        for device in fields["devices"]:
            try:
                self._access_response(bytes.fromhex(device["nasPDU"]), device["ranDeviceID"])
            except s.Refused as why:
                self.counts[str(why)] += 1
        if (fields["complete"] or self.request.is_stale) and self.request.state != "releasing":
            self._release(("nas", "normal-release"), now)

    def _release(self, cause, now):
        self.request.state, self.request.deadline = "releasing", now + RELEASE_SECONDS
        self._send("AIOTSessionReleaseCommand", **self._names(), cause=cause)

    def _release_complete(self, fields, now):
        if self._is_current(fields) and self.request.state == "releasing":
            self._next(now)

    def _release_request(self, fields, now):
        if self._is_current(fields):
            self.emit({"type": "error", "error": f"the reader gives up: {' '.join(fields['cause'])}"})
            self._release(("nas", "normal-release"), now)

    def _error_indication(self, fields, now):
        self.emit({"type": "error", "error": f"Error Indication: {' '.join(fields['cause'])}"})

    def _next(self, now):
        self.barren = 0 if self.request.finds or self.request.is_stale else self.barren + 1
        self.request = None
        if self.order.kind == "allDevices":
            self._finish()
        else:
            self._begin(now)

    def _finish(self):
        for identity in self.identified.keys() - self.results.keys():
            self._result(self.targets[identity], "no answer to the command")
        missing = [identity.hex() for identity in self.targets if identity not in self.identified]
        failed = sum(result != "done" for result in self.results.values())
        self.summary = {"type": "summary", "found": len(self.identified), "missing": missing, "failed": failed,
                        "requests": self.requests, "counts": dict(self.counts)}
        self.emit(self.summary)

    HANDLERS = {"InventoryResponse": _inventory_response, "InventoryFailure": _inventory_failure,
                "InventoryReport": _inventory_report, "CommandResponse": Exchanges._command_response,
                "CommandFailure": Exchanges._command_failure, "AIOTSessionReleaseComplete": _release_complete,
                "AIOTSessionReleaseRequest": _release_request, "ErrorIndication": _error_indication}
