"""SigMF recordings as complex samples (https://sigmf.org, version 1)."""

import json
import pathlib

import numpy

FORMATS = {
    "cf32_le": ("<f4", 0, 1), "ci16_le": ("<i2", 0, 32768), "ci8": ("i1", 0, 128), "cu8": ("u1", 128, 128),
}


def read(name):
    """Samples and sample rate of NAME.sigmf-meta and NAME.sigmf-data."""
    base = str(name).removesuffix(".sigmf-meta").removesuffix(".sigmf-data")
    about = json.loads(pathlib.Path(base + ".sigmf-meta").read_text())["global"]
    kind, zero, scale = FORMATS[about["core:datatype"]]
    numbers = numpy.fromfile(base + ".sigmf-data", dtype=kind).astype(numpy.float32)
    numbers = (numbers - zero) / scale
    return numbers[0::2] + 1j * numbers[1::2], float(about["core:sample_rate"])
