#!/usr/bin/env python3
"""Compiles every source of the device's programs for macOS, without making code: warnings are errors, and so is calling
what the oldest supported macOS does not have. What passed before, and did not change since, is not compiled again.

usage: check.py COMPILER-FOLDER LIBRARY-HEADERS GENERATED-HEADERS REMEMBERED-FOLDER JOBS ARCHITECTURE..."""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
# What holdfastd, holdfastctl and holdfast-session are made of.
FOLDERS = ["base", "core", "profiles", "proto", "storage/sqlite", "storage/journal", "agent"]
# Linux's own, and what plays a Mac.
NOT_ON_A_MAC = ("agent/session/vici/", "agent/session/simulated/", "agent/platform/linux/", "agent/signals/simulated/",
                "agent/doctor/simulated_target.cc", "agent/daemon/machine_linux.cc", "agent/daemon/machine_simulated.cc",
                "agent/daemon/backends_linux.cc")
# Precompiled as in cmake/HoldfastTargets.cmake; there too every other target does without.
PRECOMPILED = re.search(r"target_precompile_headers\(holdfast_\$\{kind\}_headers PRIVATE(.*?)\)",
                        (ROOT / "cmake/HoldfastTargets.cmake").read_text(), re.S).group(1).split()
WARNINGS = re.search(r"set\(HOLDFAST_WARNINGS (.*?)\)", (ROOT / "cmake/HoldfastToolchain.cmake").read_text(), re.S).group(1).split()


def sources():
    listed = subprocess.check_output(["git", "ls-files", "--cached", "--others", "--exclude-standard", *FOLDERS], cwd=ROOT, text=True)
    return sorted(f for f in listed.split() if f.endswith(".cc") and not f.startswith(NOT_ON_A_MAC))


class Compiler:
    def __init__(self, tools, headers, generated, memory, arch):
        compiler = pathlib.Path(tools) / f"{arch}-clang++"
        self.command = [str(compiler), "-std=c++20", "-pthread", f"-isystem{headers}", f"-isystem{generated}", f"-I{ROOT}", *WARNINGS,
                        "-Werror=unguarded-availability-new", "-Wno-unused-command-line-argument", '-DHOLDFAST_VERSION="0"']
        identity = "\0".join([compiler.read_text(), *self.command[1:], *PRECOMPILED])
        self.memory = memory / hashlib.sha256(identity.replace(str(ROOT), "").encode()).hexdigest()[:12]
        self.memory.mkdir(parents=True, exist_ok=True)
        self.precompiled = self.memory / "precompiled.pch"
        self.hashes = {}

    def precompile(self):
        if self.precompiled.exists():
            return
        header = self.memory / "precompiled.h"
        header.write_text("".join(f"#include {name}\n" for name in PRECOMPILED))
        subprocess.run([*self.command, "-x", "c++-header", str(header), "-o", str(self.precompiled)], check=True)

    def hash_of(self, path):
        if path not in self.hashes:
            try:
                self.hashes[path] = hashlib.sha256((ROOT / path).read_bytes()).hexdigest()
            except FileNotFoundError:
                self.hashes[path] = "missing"
        return self.hashes[path]

    def passed_before(self, note):
        try:
            return all(self.hash_of(path) == digest for path, digest in json.loads(note.read_text()).items())
        except (FileNotFoundError, ValueError):
            return False

    def compile(self, source):
        """Whether it was compiled now, and what the compiler says when it failed. Files of ours that it read are remembered."""
        note = self.memory / (source.replace("/", "--") + ".json")
        if self.passed_before(note):
            return False, None
        made = subprocess.run([*self.command, "-include-pch", str(self.precompiled), "-fsyntax-only", "-H", source],
                              cwd=ROOT, capture_output=True, text=True)
        read = re.findall(r"^\.+ (.+)$", made.stderr, re.M)
        if made.returncode != 0:
            note.unlink(missing_ok=True)
            return True, "\n".join(line for line in made.stderr.splitlines() if not re.match(r"\.+ ", line))
        ours = {os.path.relpath(path, ROOT) for path in read if path.startswith((str(ROOT) + "/", "./"))} | {source}
        note.write_text(json.dumps({path: self.hash_of(path) for path in sorted(ours) if not path.startswith("..")}))
        return True, None


def main():
    tools, headers, generated, memory, jobs, *architectures = sys.argv[1:]
    failed = 0
    for arch in architectures:
        start = time.monotonic()
        compiler = Compiler(tools, headers, generated, pathlib.Path(memory), arch)
        compiler.precompile()
        files = sources()
        with concurrent.futures.ThreadPoolExecutor(int(jobs)) as pool:
            results = list(zip(files, pool.map(compiler.compile, files)))
        for source, (_, complaint) in results:
            if complaint:
                failed += 1
                print(f"--- {source} ({arch})\n{complaint}")
        compiled = sum(1 for _, (done, _) in results if done)
        print(f"{arch}: {len(files)} sources, {compiled} compiled, {len(files) - compiled} unchanged since they passed, "
              f"{time.monotonic() - start:.0f} s")
    return 1 if failed else 0


sys.exit(main())
