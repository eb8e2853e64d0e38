"""NGAP of the A-IoT procedures by pycrate's ASN.1 compiler, from docs/spec/3a: PDUs to and from plain fields.

A second implementation, written from the text alone. Names of messages and fields are those of Tests/Vectors/ngap.json.
"""

import importlib.util
import pathlib
import tempfile

import ngap_fields
from pycrate_asn1c.asnproc import GLOBAL, PycrateGenerator, compile_text, generate_modules
from pycrate_core.charpy import Charpy

PROBES_ID, PROBES_VALUE = 65000, b"\x01"  # ours: a frame of length 0 is a probe
NOT_UNDERSTOOD, MISSING = "not-understood", "missing"


def _compile():
    """The types of ngap_aiot.asn as objects that read and write aligned PER."""
    source = pathlib.Path(__file__).with_name("ngap_aiot.asn").read_text()
    compile_text(source)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "ngap_aiot_compiled.py"
        generate_modules(PycrateGenerator, str(path))
        GLOBAL.clear()
        spec = importlib.util.spec_from_file_location("ngap_aiot_compiled", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module.AIoT_Link


ASN1 = _compile()

# ID: (name in a decoded message, type)
IES = {
    1: ("amfName", "NodeName"), 15: ("cause", "Cause"), 19: ("diagnostics", "Diagnostics"),
    21: ("pagingDRX", "PagingDRX"), 27: ("node", "GlobalRANNodeID"), 80: ("plmns", "PLMNSupportList"),
    82: ("nodeName", "NodeName"), 86: ("capacity", "RelativeCapacity"), 96: ("guamis", "ServedGUAMIList"),
    102: ("areas", "SupportedTAList"), 466: ("correlation", "Correlation"), 467: ("aiotf", "AIOTFIdentifier"),
    468: ("identification", "Identification"), 469: ("serviceArea", "ServiceArea"),
    470: ("assistance", "InventoryAssistance"), 471: ("followOn", "Present"), 472: ("device", "DeviceNGAPID"),
    473: ("commandAssistance", "CommandAssistance"), 474: ("nasPDU", "NASPDU"), 475: ("support", "AIoTSupport"),
    476: ("aiotfName", "AIOTFName"), 496: ("security", "SecurityInfo"),
}
# ID of a transfer: the type inside, or the IEs of the container inside ("?" marks an optional one).
TRANSFERS = {
    456: ("466", "468", "469", "470", "471?", "496"), 457: "InventoryResponse", 458: "InventoryFailure",
    459: "InventoryReport", 460: ("466", "472", "474", "473?"), 461: "CommandResponse", 462: "CommandFailure",
    463: ("466", "15i"), 464: "ReleaseComplete", 465: "ReleaseRequest",
}
# Name: (alternative of the PDU, procedure, IEs in their order; "i" marks criticality ignore, "?" optional)
_REQUEST, _SUCCESS, _FAILURE = "initiatingMessage", "successfulOutcome", "unsuccessfulOutcome"
MESSAGES = {
    "NGSetupRequest": (_REQUEST, 21, "27 82i? 102 21i 475 65000i?"),
    "NGSetupResponse": (_SUCCESS, 21, "1 96 86i 80 467 476 65000i?"),
    "NGSetupFailure": (_FAILURE, 21, "15i"),
    "InventoryRequest": (_REQUEST, 82, "467 466 456"),
    "InventoryResponse": (_SUCCESS, 82, "467 466 457"),
    "InventoryFailure": (_FAILURE, 82, "467i 466i 458i 15i"),
    "InventoryReport": (_REQUEST, 83, "467 466 459"),
    "CommandRequest": (_REQUEST, 84, "467 466 472 460"),
    "CommandResponse": (_SUCCESS, 84, "467 466 472 461"),
    "CommandFailure": (_FAILURE, 84, "467i 466i 472i 462i 15i"),
    "AIOTSessionReleaseCommand": (_REQUEST, 85, "467 466 463"),
    "AIOTSessionReleaseComplete": (_SUCCESS, 85, "467i 466i 464i"),
    "AIOTSessionReleaseRequest": (_REQUEST, 86, "467 466 465"),
    "ErrorIndication": (_REQUEST, 9, "15i? 19i?"),
}
_BY_PROCEDURE = {(kind, procedure): name for name, (kind, procedure, _) in MESSAGES.items()}


class Problem(Exception):
    """A PDU that cannot be taken, with what an Error Indication says of it; without a cause it is only dropped."""

    def __init__(self, text, cause=None, diagnostics=None):
        super().__init__(text)
        self.cause, self.diagnostics = cause, diagnostics


# Octets to a tree of IEs and back


def _read(kind, octets):
    """One value of the ASN.1 type, which fills the octets: at most 7 bits of padding are left."""
    try:
        data = Charpy(octets)
        getattr(ASN1, kind).from_aper(data)
        if data.len_bit() >= 8:
            raise ValueError(f"{data.len_bit() // 8} octets follow")
        return getattr(ASN1, kind).get_val()
    except Exception as error:  # pycrate raises errors of many kinds on malformed octets
        raise Problem(f"{kind} does not decode: {error}", ("protocol", "transfer-syntax-error")) from error


def _write(kind, value):
    getattr(ASN1, kind).set_val(value)
    return getattr(ASN1, kind).to_aper()


def _layout(ies):
    """[(ID, criticality, is mandatory)] of a row of MESSAGES or TRANSFERS."""
    words = ies.split() if isinstance(ies, str) else ies
    return [(int(w.rstrip("?i")), "ignore" if "i" in w else "reject", "?" not in w) for w in words]


def _read_ies(octets, ies):
    tree, unknown = {}, []
    layout = _layout(ies)
    for ie in _read("Message", octets)["ies"]:
        number = ie["id"]
        if number not in {row[0] for row in layout}:
            if ie["criticality"] != "ignore":
                unknown.append((ie["criticality"], number, NOT_UNDERSTOOD))
        elif number == PROBES_ID:
            tree["probes"] = ie["value"] == PROBES_VALUE
        elif number in TRANSFERS:
            inner = _read("Transfer", ie["value"])
            kind = TRANSFERS[number]
            tree["transfer"] = _read(kind, inner) if isinstance(kind, str) else _read_ies(inner, kind)[0]
        else:
            tree[IES[number][0]] = _read(IES[number][1], ie["value"])
    names = {number: IES.get(number, ("transfer",))[0] for number, _, _ in layout}
    missing = [("reject", n, MISSING) for n, criticality, mandatory in layout
               if mandatory and criticality == "reject" and names[n] not in tree]
    rejected = [entry for entry in unknown if entry[0] == "reject"] + missing
    if rejected:
        text = ", ".join(f"IE {number} {error}" for _, number, error in rejected)
        raise Problem(text, ("protocol", "abstract-syntax-error-reject"), rejected)
    return tree, unknown


def _write_ies(tree, ies):
    written = []
    for number, criticality, _ in _layout(ies):
        if number == PROBES_ID:
            value = PROBES_VALUE if tree.get("probes") else None
        elif number in TRANSFERS:
            kind = TRANSFERS[number]
            inner = tree["transfer"]
            value = _write("Transfer", _write(kind, inner) if isinstance(kind, str) else _write_ies(inner, kind))
        else:
            name, kind = IES[number]
            value = _write(kind, tree[name]) if name in tree else None
        if value is not None:
            written.append({"id": number, "criticality": criticality, "value": value})
    return _write("Message", {"ies": written})


def decode(octets):
    """(message, fields) of a PDU; raises Problem. An IE to be notified of is in fields["notify"]."""
    kind, outcome = _read("PDU", octets)
    if not isinstance(outcome, dict):
        raise Problem("a PDU of a later release", ("protocol", "transfer-syntax-error"))
    name = _BY_PROCEDURE.get((kind, outcome["procedureCode"]))
    if name is None:
        criticality = outcome["criticality"]
        error = {"reject": "reject", "notify": "ignore-and-notify"}.get(criticality)
        raise Problem(f"{kind} of procedure {outcome['procedureCode']} is unknown",
                      ("protocol", f"abstract-syntax-error-{error}") if error else None)
    tree, notify = _read_ies(outcome["value"], MESSAGES[name][2])
    try:
        fields = ngap_fields.fields_of(name, tree)
    except (KeyError, TypeError, ValueError) as error:  # an alternative that this link does not know
        raise Problem(f"{name}: {error}", ("protocol", "semantic-error")) from error
    return name, {**fields, "notify": notify} if notify else fields


def encode(message, **fields):
    """The octets of a message with the fields of the vectors; those that are absent or None are left out."""
    kind, procedure, ies = MESSAGES[message]
    tree = ngap_fields.tree_of(message, fields)
    criticality = "ignore" if message == "ErrorIndication" else "reject"
    value = _write_ies(tree, ies)
    return _write("PDU", (kind, {"procedureCode": procedure, "criticality": criticality, "value": value}))
