#!/usr/bin/env python3
"""What ./dev darwin checks its programs with takes a good one and refuses each broken copy for what is broken in it. The program is a
small one, linked here with a stub of libSystem of our own; ./dev darwin runs the same over the real ones."""
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["HOLDFAST_SOURCE"])
DARWIN = SOURCE / "scripts/darwin"
sys.path.insert(0, str(DARWIN))
import macho  # noqa: E402

STUB = """--- !tapi-tbd
tbd-version: 4
targets: [ x86_64-macos, arm64-macos ]
install-name: /usr/lib/libSystem.B.dylib
exports:
  - targets: [ x86_64-macos, arm64-macos ]
    symbols: [ _puts, dyld_stub_binder ]
...
"""
RUNTIME = 0x10000


def with_runtime(path):
    """The linker's ad-hoc signature with the flag of the hardened runtime: no hash is over the flags."""
    data = bytearray(path.read_bytes())
    offset = macho.read(data)[0].signature[0]
    directory = offset + struct.unpack_from(">I", data, offset + 16)[0]
    struct.pack_into(">I", data, directory + 12, struct.unpack_from(">I", data, directory + 12)[0] | RUNTIME)
    path.write_bytes(data)


@unittest.skipUnless(shutil.which("ld64.lld-19"), "no ld64.lld-19")
class Verifier(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        (cls.folder / "libSystem.tbd").write_text(STUB)
        (cls.folder / "program.c").write_text('int puts(const char *);\nint main(void) { return puts("good"); }\n')
        slices = []
        for arch in ("arm64", "x86_64"):
            slices.append(cls.folder / f"program.{arch}")
            cls.tool("clang-19", f"--target={arch}-apple-macosx13.0", "-O1", "-c", cls.folder / "program.c", "-o", cls.folder / "program.o")
            cls.tool("ld64.lld-19", "-arch", arch, "-platform_version", "macos", "13.0", "13.0", "-adhoc_codesign", cls.folder / "program.o",
                    f"-L{cls.folder}", "-lSystem", "-o", slices[-1])
            with_runtime(slices[-1])
        cls.program = cls.folder / "program"
        cls.tool("llvm-lipo-19", "-create", *slices, "-output", cls.program)

    @staticmethod
    def tool(*command):
        subprocess.run(command, check=True)

    def options(self):
        return ["--minimum", "13.0", "--stubs", self.folder, "--entitlements", SOURCE / "deploy/macos/entitlements.plist", "--without",
                "/not/in/it"]

    def verify(self, *more):
        ran = subprocess.run([sys.executable, DARWIN / "verify.py", *self.options(), *more, "--programs", self.program], capture_output=True,
                             text=True)
        return ran.returncode, ran.stdout + ran.stderr

    def test_a_good_program_is_taken(self):
        code, said = self.verify()
        self.assertEqual((code, "WRONG" in said), (0, False), said)
        self.assertIn("arm64: ", said)
        self.assertIn("x86_64: ", said)

    def test_each_broken_copy_is_refused_for_what_is_broken(self):
        ran = subprocess.run([sys.executable, DARWIN / "planted.py", self.program, *self.options()], capture_output=True, text=True)
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)

    def test_a_program_for_another_system_is_refused(self):
        code, said = self.verify("--minimum", "12.0")
        self.assertEqual(code, 1)
        self.assertIn("instead of macOS 12.0", said)

    def test_a_text_that_must_not_be_in_it_is_found(self):
        code, said = self.verify("--without", "good")
        self.assertEqual(code, 1)
        self.assertIn('contains "good"', said)

    def test_other_entitlements_than_asked_for_are_refused(self):
        (self.folder / "other.plist").write_text('<plist version="1.0"><dict><key>x</key><true/></dict></plist>')
        code, said = self.verify("--entitlements", self.folder / "other.plist")
        self.assertEqual(code, 1)
        self.assertIn("entitlements are not those of", said)


if __name__ == "__main__":
    unittest.main()
