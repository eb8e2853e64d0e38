"""Trees of IEs as the ASN.1 has them, to the flat fields of Tests/Vectors/ngap.json and back."""


def tree_of(message, fields):
    return _drop_absent({**_common_tree(message, fields), **_tree(message, fields)})


def fields_of(message, tree):
    """Raises ValueError, KeyError or TypeError for an alternative that this link does not know."""
    return {**_fields(message, tree), **_common_fields(tree)}


def _drop_absent(value):
    if isinstance(value, dict):
        return {k: _drop_absent(v) for k, v in value.items() if v is not None and v != []}
    return [_drop_absent(v) for v in value] if isinstance(value, list) else value


def _bits(octets):
    return int.from_bytes(octets, "big"), 8 * len(octets)


def _octets(bits):
    number, count = bits
    if count % 8:
        raise ValueError(f"{count} bits are no whole octets")
    return number.to_bytes(count // 8, "big")


def _gnb(f):
    return {"plmn": bytes.fromhex(f["plmn"]), "gNB-ID": ("gNB-ID", (f["gnbID"], f["gnbIDLength"]))}


def _gnb_fields(gnb):
    alternative, bits = gnb["gNB-ID"]
    if alternative != "gNB-ID":
        raise ValueError("the node is no gNB")
    return {"gnbID": bits[0], "gnbIDLength": bits[1], "plmn": gnb["plmn"].hex()}


def _slices(f):
    return [{"s-NSSAI": {"sST": bytes([f["sst"]])}}]


def _diagnostics(d):
    ies = [{"criticality": e["iECriticality"], "id": e["iE-ID"], "error": e["typeOfError"]}
           for e in d.get("iEsCriticalityDiagnostics", [])]
    return {"procedureCode": d.get("procedureCode"), "triggering": d.get("triggeringMessage"),
            "criticality": d.get("procedureCriticality"), "ies": ies}


def _diagnostics_fields(d):
    ies = [{"iECriticality": e["criticality"], "iE-ID": e["id"], "typeOfError": e["error"]} for e in d.get("ies", [])]
    fields = {"procedureCode": d.get("procedureCode"), "triggeringMessage": d.get("triggering"),
              "procedureCriticality": d.get("criticality"), "iEsCriticalityDiagnostics": ies}
    return _drop_absent(fields)


def _common_tree(message, f):
    """IEs outside of transfers that many messages share."""
    diagnostics = _diagnostics(f["criticalityDiagnostics"]) if "criticalityDiagnostics" in f else None
    return {"aiotf": bytes.fromhex(f["aiotfIdentifier"]) if "aiotfIdentifier" in f else None,
            "correlation": f.get("correlationIdentifier"), "device": f.get("ranDeviceID"),
            "cause": tuple(f["cause"]) if f.get("cause") else None, "probes": f.get("probes"),
            "diagnostics": diagnostics if message == "ErrorIndication" else None}


def _common_fields(t):
    """The fields of those IEs. Where criticality lets one be absent, the transfer's stands for it."""
    transfer = t.get("transfer", {})
    both = {**transfer, **t}
    fields = {}
    if "aiotf" in t:
        fields["aiotfIdentifier"] = t["aiotf"].hex()
    if "correlation" in both:
        fields["correlationIdentifier"] = both["correlation"]
    if "device" in both:
        fields["ranDeviceID"] = both["device"]
    if "cause" in both:
        fields["cause"] = list(both["cause"])
    if "diagnostics" in both:
        fields["criticalityDiagnostics"] = _diagnostics_fields(both["diagnostics"])
    if t.get("probes"):
        fields["probes"] = True
    return fields


def _tree(message, f):
    """The IEs that only this message has."""
    if message == "NGSetupRequest":
        plmns = [{"plmn": bytes.fromhex(f["plmn"]), "slices": _slices(f)}]
        return {"node": ("globalGNB-ID", _gnb(f)), "nodeName": f.get("ranNodeName"), "support": f["aiotSupport"],
                "areas": [{"tAC": bytes.fromhex(f["tac"]), "plmns": plmns}], "pagingDRX": f["defaultPagingDRX"]}
    if message == "NGSetupResponse":
        plmn = bytes.fromhex(f["plmn"])
        guami = {"plmn": plmn, "region": (f["amfRegion"], 8), "set": (f["amfSet"], 10), "pointer": (f["amfPointer"], 6)}
        return {"amfName": f["amfName"], "guamis": [{"gUAMI": guami}], "capacity": f["relativeAMFCapacity"],
                "plmns": [{"plmn": plmn, "slices": _slices(f)}], "aiotfName": {"visible": f["aiotfName"]}}
    if message in ("NGSetupFailure", "ErrorIndication"):
        return {}
    return {"transfer": _transfer(message, f)}


def _transfer(message, f):
    common = {"correlation": f["correlationIdentifier"], "device": f.get("ranDeviceID"),
              "cause": tuple(f["cause"]) if "cause" in f else None,
              "diagnostics": _diagnostics(f["criticalityDiagnostics"]) if "criticalityDiagnostics" in f else None}
    if message == "InventoryRequest":
        return {**common, **_inventory_tree(f)}
    if message == "InventoryReport":
        devices = [{"nASPDU": bytes.fromhex(d["nasPDU"]), "device": d.get("ranDeviceID")} for d in f["devices"]]
        readers = [{"index": f["readerIndex"], "devices": devices}] if devices else []
        return {**common, "gNB": _gnb(f), "readers": readers, "complete": "true" if f["complete"] else None}
    if message == "CommandRequest":
        size = f.get("expectedD2RMsgSize")
        return {**common, "nasPDU": bytes.fromhex(f["nasPDU"]),
                "commandAssistance": {"messageSize": size} if size is not None else None}
    if message == "CommandResponse":
        return {**common, "nASPDU": bytes.fromhex(f["nasPDU"])}
    return common


def _inventory_tree(f):
    identity = 0 if f["identification"] == "allDevices" else _bits(bytes.fromhex(f["identity"]))
    nid = (f["nid"], 44) if f.get("nid") is not None else None
    areas = [{"plmn": bytes.fromhex(f["plmn"]), "nID": nid, "code": bytes.fromhex(code)} for code in f["areaCodes"]]
    readers = [{"gNB": _gnb({**r, "plmn": f["plmn"]}), "index": r["readerIndex"]} for r in f["readers"]]
    return {"identification": (f["identification"], identity), "serviceArea": {"readers": readers, "areas": areas},
            "assistance": {"messageSize": f["expectedD2RMsgSize"], "devices": f.get("approximateNoofTargetDevices"),
                           "interval": f.get("timeInterval")},
            "followOn": "true" if f["followonCommand"] else None,
            "security": ("rAND-n", _bits(bytes.fromhex(f["randN"])))}


def _fields(message, t):
    transfer = t.get("transfer", {})
    if message == "NGSetupRequest":
        area = t["areas"][0]
        alternative, node = t["node"]
        if alternative != "globalGNB-ID":
            raise ValueError("the node is no gNB")
        return {**_gnb_fields(node), "ranNodeName": t.get("nodeName"), "tac": area["tAC"].hex(),
                "sst": area["plmns"][0]["slices"][0]["s-NSSAI"]["sST"][0], "defaultPagingDRX": t.get("pagingDRX"),
                "aiotSupport": t["support"]}
    if message == "NGSetupResponse":
        guami, support = t["guamis"][0]["gUAMI"], t["plmns"][0]
        return {"amfName": t["amfName"], "plmn": guami["plmn"].hex(), "amfRegion": guami["region"][0],
                "amfSet": guami["set"][0], "amfPointer": guami["pointer"][0], "relativeAMFCapacity": t.get("capacity"),
                "sst": support["slices"][0]["s-NSSAI"]["sST"][0], "aiotfName": t["aiotfName"].get("visible")}
    if message == "InventoryRequest":
        return _inventory_fields(transfer)
    if message == "InventoryReport":
        readers = transfer.get("readers", [])
        devices = [{"nasPDU": d["nASPDU"].hex(), "ranDeviceID": d.get("device")} for r in readers for d in r["devices"]]
        return {**_gnb_fields(transfer["gNB"]), "readerIndex": readers[0]["index"] if readers else None,
                "devices": devices, "complete": transfer.get("complete") == "true"}
    if message == "CommandRequest":
        assistance = transfer.get("commandAssistance", {})
        return {"nasPDU": transfer["nasPDU"].hex(), "expectedD2RMsgSize": assistance.get("messageSize")}
    if message == "CommandResponse":
        return {"nasPDU": transfer["nASPDU"].hex()}
    return {}


def _inventory_fields(t):
    alternative, identity = t["identification"]
    security, random = t["security"]
    if alternative == "extension" or security != "rAND-n":
        raise ValueError("an identification or a security information of a later release")
    areas, readers = t["serviceArea"].get("areas", []), t["serviceArea"].get("readers", [])
    gnbs = [_gnb_fields(r["gNB"]) for r in readers]
    plmn = areas[0]["plmn"].hex() if areas else gnbs[0]["plmn"] if gnbs else None
    return {"identification": alternative, "identity": None if alternative == "allDevices" else _octets(identity).hex(),
            "areaCodes": [a["code"].hex() for a in areas], "plmn": plmn,
            "nid": areas[0]["nID"][0] if areas and "nID" in areas[0] else None,
            "readers": [{"gnbID": g["gnbID"], "gnbIDLength": g["gnbIDLength"], "readerIndex": r["index"]}
                        for g, r in zip(gnbs, readers)],
            "expectedD2RMsgSize": t["assistance"]["messageSize"],
            "approximateNoofTargetDevices": t["assistance"].get("devices"),
            "timeInterval": t["assistance"].get("interval"),
            "followonCommand": t.get("followOn") == "true", "randN": _octets(random).hex()}
