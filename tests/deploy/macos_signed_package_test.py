#!/usr/bin/env python3
"""What ./dev darwin checks a signed package with: takes a good one, refuses each that was changed after it was signed. The certificate and
the signatures are openssl's."""
import base64
import hashlib
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

PACKAGE = pathlib.Path(os.environ["HOLDFAST_SOURCE"]) / "scripts/darwin/package"
sys.path.insert(0, str(PACKAGE))
import xar  # noqa: E402

HEADER = struct.Struct(">IHHQQI")


def openssl(*command, **options):
    return subprocess.run(["openssl", *command], check=True, capture_output=True, **options).stdout


class SignedPackage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.key, cls.certificate = cls.folder / "key", cls.folder / "certificate"
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", cls.key, "-out", cls.certificate, "-subj", "/CN=A signer")
        cls.unsigned = xar.write({"Distribution": (b"<installer-gui-script/>", True), "x.pkg/Payload": (b"payload" * 100, False)}, 0)
        cls.good = cls.sign(cls.unsigned)

    @classmethod
    def signatures(cls, digest):
        rsa = openssl("dgst", "-sha256", "-sign", cls.key, input=digest)
        return rsa, openssl("cms", "-sign", "-binary", "-outform", "DER", "-signer", cls.certificate, "-inkey", cls.key, input=digest)

    @classmethod
    def sign(cls, package):
        """Signatures at the end of the heap, told in the table of contents, as signers do."""
        magic, header, version, length, _, kind = HEADER.unpack_from(package)
        heap = package[header + length + 20:]
        der = openssl("x509", "-in", cls.certificate, "-outform", "DER")
        key_info = ('<KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>'
                    f"{base64.b64encode(der).decode()}</X509Certificate></X509Data></KeyInfo>")
        at, told = 20 + len(heap), ""
        for name, style, part in zip(("signature", "x-signature"), ("RSA", "CMS"), cls.signatures(bytes(20))):
            told += f'<{name} style="{style}"><offset>{at}</offset><size>{len(part)}</size>{key_info}</{name}>'
            at += len(part)
        contents = zlib.decompress(package[header:header + length]).replace(b"</toc>", told.encode() + b"</toc>")
        table = zlib.compress(contents)
        digest = hashlib.sha1(table).digest()
        return HEADER.pack(magic, header, version, len(table), len(contents), kind) + table + digest + heap + b"".join(cls.signatures(digest))

    def check(self, package):
        path = self.folder / "x.pkg"
        path.write_bytes(package)
        ran = subprocess.run([PACKAGE / "signed.py", path], capture_output=True, text=True)
        return ran.returncode, ran.stdout + ran.stderr

    def refused(self, offset, reason):
        broken = bytearray(self.good)
        broken[offset] ^= 1
        code, said = self.check(broken)
        self.assertEqual(code, 1, said)
        self.assertIn(reason, said)

    def test_a_good_signature_is_taken_and_its_signer_named(self):
        code, said = self.check(self.good)
        self.assertEqual(code, 0, said)
        self.assertIn("A signer", said)

    def test_an_unsigned_package_is_not_taken_for_a_signed_one(self):
        code, said = self.check(self.unsigned)
        self.assertEqual(code, 1)
        self.assertIn("not signed", said)

    def test_each_part_that_was_changed_is_named(self):
        _, header, _, length, _, _ = HEADER.unpack_from(self.good)
        rsa, cms = self.signatures(bytes(20))
        self.refused(header + length, "the table of contents is not what was signed")
        self.refused(len(self.good) - len(cms) - len(rsa) + 9, "the certificate's signature does not hold")
        self.refused(len(self.good) - 9, "the CMS signature does not hold")  # the signer's own signature stands last


if __name__ == "__main__":
    unittest.main()
