"""Leaves of ICU's data what a program in English needs: icu_data.py LIB_FOUNDATION_ICU_A OBJECT

Foundation brings 34 MB of it, nearly all for other languages and old character sets. This is what ICU's own data build
tool does with a filter; locales that are left out fall back to the root locale, as ICU documents it. The object it
writes defines the same symbol; linked before the archive, it stands in the place of the whole.
"""

import pathlib
import re
import struct
import subprocess
import sys
import tempfile

MEMBER = "icu_packaged_data.cpp.o"
# Folders of a locale's names, and the locales that stay.
BY_LOCALE = {"", "coll", "brkitr", "curr", "rbnf", "zone"}
LOCALES = re.compile(r"root|en(_.*)?")
A_LOCALE = re.compile(r"[a-z]{2,3}(_\w+)?")
# Of character sets those that are no algorithm: Windows 1252, which the web takes for Latin 1.
CHARACTER_SETS = {"ibm-5348_P100-1997"}
LEFT_OUT = re.compile(r"""
    translit/.*            # from script to script
    | brkitr/.*\.dict      # words of Thai, Khmer, Lao, Burmese, Chinese, Japanese
    | brkitr/line_.*_?cj\.brk | brkitr/line_(loose|normal|strict).*
    | (lang|region|unit)/.*  # how languages, regions and units are called
    | unames\.icu          # characters by name
    | .*\.spp              # names of hosts and users before IDNA 2008
    | confusables\.cfu""", re.VERBOSE)


def stays(path):
    folder, _, file = path.rpartition("/")
    stem, _, kind = file.rpartition(".")
    if LEFT_OUT.fullmatch(path):
        return False
    if kind == "cnv":
        return stem in CHARACTER_SETS
    if kind == "res" and folder in BY_LOCALE and A_LOCALE.fullmatch(stem):
        return bool(LOCALES.fullmatch(stem))
    return True


def items(data):
    """(name, octets) of each item of a package in ICU's common format, version 1."""
    header, = struct.unpack_from("<H", data)
    assert data[12:16] == b"CmnD" and data[16] == 1, "ICU's data has another format: see packaging/icu_data.py"
    count, = struct.unpack_from("<I", data, header)
    offsets = [struct.unpack_from("<II", data, header + 4 + 8 * place) for place in range(count)]
    ends = [begin for _, begin in offsets[1:]] + [len(data) - header]
    for (name, begin), end in zip(offsets, ends):
        name += header
        yield data[name:data.index(0, name)], data[header + begin:header + end]


def package(header, kept):
    """A package of the items, which are in the order of their names."""
    names, table, body = b"", struct.pack("<I", len(kept)), b""
    first = 4 + 8 * len(kept)
    start = first + sum(len(name) + 1 for name, _ in kept)
    start += -start % 16
    for name, octets in kept:
        table += struct.pack("<II", first + len(names), start + len(body))
        names += name + b"\0"
        body += octets + bytes(-len(octets) % 16)
    return header + (table + names).ljust(start, b"\0") + body


def main(archive, target):
    with tempfile.TemporaryDirectory() as folder:
        def run(*arguments):
            return subprocess.run(arguments, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout
        run("ar", "x", archive, MEMBER)
        symbol = run("nm", "--defined-only", "--format=posix", MEMBER).split()[0]
        run("objcopy", "-O", "binary", "--only-section=.rodata", MEMBER, "whole")
        data = pathlib.Path(folder, "whole").read_bytes()
        kept = [(name, octets) for name, octets in items(data) if stays(name.decode().partition("/")[2])]
        small = package(data[:struct.unpack_from("<H", data)[0]], kept)
        pathlib.Path(folder, "small").write_bytes(small)
        pathlib.Path(folder, "data.s").write_text(f"""
            .section .rodata.icu,"a"
            .balign 16
            .globl {symbol}
            .type {symbol}, @object
            .size {symbol}, {len(small)}
            {symbol}: .incbin "small"
            .section .note.GNU-stack,"",@progbits
            """)
        run("as", "-o", target, "data.s")
    print(f"ICU's data: {len(kept)} items, {len(small):,} octets of {len(data):,}", file=sys.stderr)


if __name__ == "__main__":
    main(str(pathlib.Path(sys.argv[1]).resolve()), str(pathlib.Path(sys.argv[2]).resolve()))
