#!/usr/bin/env python3
"""Checks that the `sigmf` package accepts a recording: check_sigmf.py NAME.sigmf-meta...

Schema and order of the metadata, and where the data file is there too, its checksum and the number of its samples.
Exits 1 with a message for each recording that it does not accept.
"""
import json
import pathlib
import sys
import warnings

import sigmf
from sigmf import validate


def fault(meta):
    """What is wrong with the recording of the metadata file `meta`; None when nothing is."""
    document = json.loads(meta.read_text(encoding="utf-8"))
    validate.validate(document)
    data = meta.with_suffix(".sigmf-data")
    if not data.exists():
        return None
    if "core:sha512" not in document["global"]:
        return "no core:sha512 though the data file is there"
    recording = sigmf.fromfile(str(meta))
    recording.validate()
    recording.calculate_hash()
    for key in ("captures", "annotations"):
        for entry in document[key]:
            end = entry["core:sample_start"] + entry.get("core:sample_count", 0)
            if end > recording.sample_count:
                return f"{key} reach to sample {end}, and there are {recording.sample_count}"
    return None


def main(names):
    if not names:
        print(__doc__, file=sys.stderr)
        return 64
    status = 0
    warnings.simplefilter("error", DeprecationWarning)
    for name in names:
        try:
            reason = fault(pathlib.Path(name))
        except Exception as error:  # the package raises many kinds; each of them means that it does not accept
            reason = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no text'}"
        if reason is None:
            print(f"{name}: accepted")
        else:
            print(f"{name}: {reason}", file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
