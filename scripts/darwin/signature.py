"""Reads and checks an embedded code signature: each page's hash, the hashes of what is signed along, and the certificate's
signature over all of them (through openssl). Written from Apple's published cs_blobs.h; shares nothing with the signer."""
import hashlib
import pathlib
import plistlib
import struct
import subprocess
import tempfile

SUPER_BLOB, CODE_DIRECTORY = 0xFADE0CC0, 0xFADE0C02
SLOT_DIRECTORY, SLOT_ENTITLEMENTS, SLOT_CMS = 0, 5, 0x10000
ALTERNATES = range(0x1000, 0x1005)
SLOT_NAMES = {1: "Info.plist", 2: "requirements", 3: "resources", 5: "entitlements", 7: "entitlements (DER)"}
HASHES = {1: (hashlib.sha1, 20), 2: (hashlib.sha256, 32)}
AD_HOC, RUNTIME = 0x2, 0x10000


class Directory:
    def __init__(self, blob):
        (magic, _, self.version, self.flags, self.hashes, identifier, self.special, self.code, self.limit, self.size, self.hash_type, _,
         page) = struct.unpack_from(">IIIIIIIIIBBBB", blob)
        if magic != CODE_DIRECTORY or self.hash_type not in HASHES or self.size != HASHES[self.hash_type][1]:
            raise ValueError("no code directory, or hashed in an unknown way")
        self.blob, self.page = blob, 1 << page
        self.identifier = blob[identifier:blob.index(b"\0", identifier)].decode()
        team = struct.unpack_from(">I", blob, 48)[0] if self.version >= 0x20200 else 0
        self.team = blob[team:blob.index(b"\0", team)].decode() if team else ""

    def hash(self, data):
        return HASHES[self.hash_type][0](data).digest()

    def slot(self, i):
        return self.blob[self.hashes + i * self.size:self.hashes + (i + 1) * self.size]


def blobs_of(data, position):
    offset, size = position
    whole = data[offset:offset + size]
    magic, length, count = struct.unpack_from(">III", whole)
    if magic != SUPER_BLOB or length > len(whole):
        raise ValueError("no signature where the load command points")
    blobs = {}
    for i in range(count):
        slot, start = struct.unpack_from(">II", whole, 12 + 8 * i)
        blobs[slot] = whole[start:start + struct.unpack_from(">I", whole, start + 4)[0]]
    return blobs


def check_directory(data, end, blobs, directory):
    problems = []
    pages = -(-directory.limit // directory.page)
    if directory.limit != end:
        problems.append(f"the signature covers {directory.limit} bytes, the code has {end}")
    if directory.code != pages:
        problems.append(f"{directory.code} page hashes for {pages} pages")
    bad = [i for i in range(directory.code)
           if directory.hash(data[i * directory.page:min((i + 1) * directory.page, directory.limit)]) != directory.slot(i)]
    if bad:
        problems.append(f"{len(bad)} of {directory.code} pages are not what was signed (first: page {bad[0]})")
    for slot in range(1, directory.special + 1):
        told = directory.slot(-slot)
        if slot in blobs and directory.hash(blobs[slot]) != told:
            problems.append(f"{SLOT_NAMES.get(slot, f'slot {slot}')} is not what was signed")
        if slot not in blobs and any(told):
            problems.append(f"{SLOT_NAMES.get(slot, f'slot {slot}')} was signed and is not there")
    problems += [f"{SLOT_NAMES[slot]} is there and not signed" for slot in SLOT_NAMES if slot in blobs and slot > directory.special]
    return problems


def check_cms(cms, directory):
    with tempfile.TemporaryDirectory() as folder:
        signature, content = pathlib.Path(folder, "cms"), pathlib.Path(folder, "directory")
        signature.write_bytes(cms)
        content.write_bytes(directory.blob)
        # Whether the certificate is Apple's is a Mac's to say; that it signed this directory is said here.
        ran = subprocess.run(["openssl", "cms", "-verify", "-inform", "DER", "-in", signature, "-content", content, "-binary", "-noverify",
                              "-out", "/dev/null"], capture_output=True, text=True)
    return [] if ran.returncode == 0 else ["the certificate's signature does not hold: " + " ".join(ran.stderr.split())[-200:]]


def check(slice_, entitlements):
    """(problems, what it says in words). `entitlements`: the file that should be signed along."""
    if not slice_.signature:
        return ["not signed"], ""
    try:
        blobs = blobs_of(slice_.data, slice_.signature)
        directories = [Directory(blobs[slot]) for slot in (SLOT_DIRECTORY, *ALTERNATES) if slot in blobs]
    except (ValueError, struct.error, KeyError) as error:
        return [f"the signature cannot be read: {error}"], ""
    if not directories:
        return ["the signature has no code directory"], ""
    problems = []
    for directory in directories:
        problems += check_directory(slice_.data, slice_.signature[0], blobs, directory)
    best = max(directories, key=lambda directory: directory.size)
    if best.hash_type != 2:
        problems.append("no SHA-256 hashes")
    if not best.flags & RUNTIME:
        problems.append("no hardened runtime")
    signed_along = plistlib.loads(blobs[SLOT_ENTITLEMENTS][8:]) if SLOT_ENTITLEMENTS in blobs else {}
    if signed_along != plistlib.loads(pathlib.Path(entitlements).read_bytes()):
        problems.append(f"the entitlements are not those of {entitlements}")
    cms = blobs.get(SLOT_CMS, b"")[8:]
    ad_hoc = bool(best.flags & AD_HOC)
    if ad_hoc == bool(cms):
        problems.append("ad hoc with a certificate's signature, or neither")
    if cms:
        problems += check_cms(cms, directories[0])
    kind = "ad hoc" if ad_hoc else f"by a certificate{f', team {best.team}' if best.team else ''}"
    return problems, f"{best.identifier}, {kind}, hardened runtime, {best.code} pages of {best.page} bytes hashed"
