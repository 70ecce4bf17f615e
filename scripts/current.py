#!/usr/bin/env python3
"""Compiles the product's sources, without code, with other headers of gRPC, protobuf and Abseil than this machine's.

usage: current.py SOURCE-OF-GRPCIO-TOOLS GENERATED [FILE...]"""
import concurrent.futures
import json
import os
import pathlib
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]


def headers(source, generated):
    folders = [generated, f"{source}/grpc_root/include", f"{source}/third_party/abseil-cpp", f"{source}/third_party/protobuf/src",
               f"{source}/third_party/protobuf/third_party/utf8_range"]
    return [word for folder in folders for word in ("-isystem", folder)]


def ours(entry):
    """The file's own flags that do not name libraries, warnings or the precompiled header."""
    words = shlex.split(entry["command"])
    return [w for w in words if w.startswith(("-D", "-std", "-fblocks", f"-I{ROOT}"))]


def compile_one(entry, includes):
    command = ["clang++-19", "-fsyntax-only", *ours(entry), *includes, "-idirafter", "/usr/include", entry["file"]]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=entry["directory"])
    errors = [line for line in done.stderr.split("\n") if "error:" in line]
    return entry["file"], done.returncode, errors


def main():
    source, generated, wanted = sys.argv[1], sys.argv[2], [str(pathlib.Path(f).resolve()) for f in sys.argv[3:]]
    entries = {e["file"]: e for e in json.loads((ROOT / "build/dev/compile_commands.json").read_text())}
    product = [e for f, e in sorted(entries.items()) if "/build/" not in f and "/tests/" not in f and (not wanted or f in wanted)]
    includes = headers(source, generated)
    bad = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for file, code, errors in pool.map(lambda e: compile_one(e, includes), product):
            if code != 0:
                bad += 1
                print(f"{file}\n  " + "\n  ".join(errors[:5]))
    print(f"{len(product)} sources, {bad} do not compile")
    return 1 if bad or not product else 0


sys.exit(main())
