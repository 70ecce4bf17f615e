#!/usr/bin/env python3
"""Proof that verify.py finds what it looks for: breaks copies of a good program, each in one way, and requires that each is refused
for the reason planted.

usage: planted.py PROGRAM OPTIONS-OF-VERIFY..."""
import pathlib
import struct
import subprocess
import sys
import tempfile

import macho

HERE = pathlib.Path(__file__).parent


def universal(data):
    return struct.unpack_from(">I", data)[0] == macho.FAT


def slice_offset(data):
    return struct.unpack_from(">5I", data, 8)[2] if universal(data) else 0


def command(data, wanted):
    """Where the first slice's load command is."""
    base = slice_offset(data)
    at = base + 32
    while struct.unpack_from("<I", data, at)[0] != wanted:
        at += struct.unpack_from("<I", data, at + 4)[0]
    return base, at


def changed_page(data):
    data[slice_offset(data) + 0x1001] ^= 1


def newer_system(data):
    _, at = command(data, macho.BUILD_VERSION)
    struct.pack_into("<I", data, at + 12, 26 << 16)


def other_library(data):
    _, at = command(data, macho.LOAD_DYLIB)
    name = at + struct.unpack_from("<I", data, at + 8)[0]
    data[name + 1:name + 4] = b"opt"


def bad_indirect_symbol(data):
    base, at = command(data, macho.DYSYMTAB)
    first = struct.unpack_from("<I", data, at + 8 + 4 * 12)[0]
    struct.pack_into("<I", data, base + first, 0x00FFFFFF)


def without_runtime(data):
    base, at = command(data, macho.CODE_SIGNATURE)
    start = base + struct.unpack_from("<I", data, at + 8)[0]
    directory = start + struct.unpack_from(">I", data, start + 16)[0]
    flags = struct.unpack_from(">I", data, directory + 12)[0]
    struct.pack_into(">I", data, directory + 12, flags & ~0x10000)


def unknown_symbol(data):
    base, at = command(data, macho.SYMTAB)
    symbols, count, strings, _ = struct.unpack_from("<IIII", data, at + 8)
    for i in range(count):
        name, kind, _, _, _ = struct.unpack_from("<IBBHQ", data, base + symbols + 16 * i)
        if kind == 0x01:  # undefined, external
            data[base + strings + name + 1] = ord("?")
            return
    raise ValueError("the program needs no symbol of a library")


def missing_slice(data):
    struct.pack_into(">I", data, 4, struct.unpack_from(">I", data, 4)[0] - 1)


def missing_end(data):
    del data[-0x2000:]


PLANTED = {
    changed_page: "are not what was signed",
    newer_system: "26.0 and later",
    other_library: "loads /opt",
    bad_indirect_symbol: "name no symbol",
    unknown_symbol: ": _?",
    without_runtime: "no hardened runtime",
    missing_slice: "architectures: ",
    missing_end: "outside the file",
}


def main():
    program, *options = sys.argv[1:]
    good = pathlib.Path(program).read_bytes()
    # A thin file has no slices to lose.
    planted = {plant: reason for plant, reason in PLANTED.items() if universal(good) or plant not in (missing_slice, missing_end)}
    for plant, reason in planted.items():
        data = bytearray(good)
        plant(data)
        with tempfile.NamedTemporaryFile() as file:
            file.write(data)
            file.flush()
            ran = subprocess.run([sys.executable, HERE / "verify.py", *options, "--programs", file.name], capture_output=True, text=True)
        if ran.returncode != 1 or reason not in ran.stdout:
            print(f"a program with a {plant.__name__.replace('_', ' ')} was not refused for it:\n{ran.stdout}{ran.stderr}")
            return 1
    print(f"{len(planted)} broken copies, each refused for what was broken")
    return 0


sys.exit(main())
