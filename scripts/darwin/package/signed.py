#!/usr/bin/env python3
"""Checks the signature of an installer package, through openssl alone: that the table of contents is what the archive says, and that
the certificate in it signed that. Whether Apple trusts the certificate is a Mac's to say.

usage: signed.py FILE.pkg"""
import base64
import hashlib
import pathlib
import struct
import subprocess
import sys
import tempfile
import xml.etree.ElementTree
import zlib

X509 = "{http://www.w3.org/2000/09/xmldsig#}X509Certificate"


def run(*command):
    ran = subprocess.run(["openssl", *command], capture_output=True, text=True)
    return "" if ran.returncode == 0 else " ".join((ran.stdout + ran.stderr).split())[-200:]


def check(data, folder):
    """What is wrong, each in words; and whose the signature is."""
    magic, header, _, length, _, _ = struct.unpack_from(">IHHQQI", data)
    if magic != 0x78617221:
        return ["no package"], ""
    table, heap = data[header:header + length], header + length
    contents = xml.etree.ElementTree.fromstring(zlib.decompress(table)).find("toc")

    def part(element):
        at, size = (heap + int(element.find("offset").text)), int(element.find("size").text)
        return data[at:at + size]

    def file(name, content):
        (folder / name).write_bytes(content)
        return folder / name

    digest = part(contents.find("checksum"))
    problems = [] if digest == hashlib.sha1(table).digest() else ["the table of contents is not what was signed"]
    rsa, cms = contents.find("signature"), contents.find("x-signature")
    if rsa is None or cms is None:
        return problems + ["not signed"], ""
    certificate = file("certificate", base64.b64decode(next(rsa.iter(X509)).text))
    key = subprocess.check_output(["openssl", "x509", "-inform", "DER", "-in", certificate, "-noout", "-pubkey"])
    checksum = file("checksum", digest)
    # rcodesign signs the checksum as a message, by its SHA-256.
    if said := run("dgst", "-sha256", "-verify", file("key", key), "-signature", file("rsa", part(rsa)), checksum):
        problems.append(f"the certificate's signature does not hold: {said}")
    if said := run("cms", "-verify", "-inform", "DER", "-in", file("cms", part(cms)), "-content", checksum, "-binary", "-noverify", "-out",
                   "/dev/null"):
        problems.append(f"the CMS signature does not hold: {said}")
    subject = subprocess.check_output(["openssl", "x509", "-inform", "DER", "-in", certificate, "-noout", "-subject"], text=True)
    return problems, subject.strip()


def main():
    path = pathlib.Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        problems, subject = check(path.read_bytes(), pathlib.Path(folder))
    for problem in problems:
        print(f"  WRONG: {path.name}: {problem}")
    if not problems:
        print(f"  signed: {subject}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
