"""Checks Holdfast journal encoding v1 without Holdfast: written from docs/journal.md alone, for auditors.

  verify_journal.py vectors FILE.json    the test vectors
  verify_journal.py journal FILE.db      every row of a journal, from its checkpoints to its head
  verify_journal.py export FILE          what `holdfastctl history export` wrote
Exits 0 when everything agrees, 1 with the first disagreement otherwise.
"""
import hashlib, json, os, sqlite3, struct, sys


def canonical(previous, epoch, seq, boot, mono, wall, kind, version, subject, payload):
    return (b"HFR1" + previous + struct.pack(">QQ16sqqHH", epoch, seq, boot, mono, wall, kind, version)
            + struct.pack(">I", len(subject)) + subject + struct.pack(">I", len(payload)) + payload)


def check_vectors(path):
    for v in json.load(open(path, encoding="utf-8"))["vectors"]:
        data = canonical(bytes.fromhex(v["previous"]), int(v["epoch"], 16), int(v["seq"]), bytes.fromhex(v["boot_id"]),
                         int(v["mono_ns"]), int(v["wall_ns"]), v["kind"], v["payload_version"],
                         v["subject"].encode(), bytes.fromhex(v["payload"]))
        if data.hex() != v["canonical"] or hashlib.sha256(data).hexdigest() != v["hash"]:
            sys.exit(f"vector \"{v['name']}\" differs")


def check_journal(path):
    mode = "mode=ro" if os.path.exists(path + "-wal") else "mode=ro&immutable=1"
    db = sqlite3.connect(f"file:{path}?{mode}", uri=True)
    db.text_factory = bytes
    epoch, head_seq, head_hash = db.execute("SELECT epoch, seq, hash FROM head").fetchone()
    known = dict(db.execute("SELECT last, hash FROM checkpoints"))
    known[0] = bytes(32)
    seq, stored = 0, known[0]
    for seq, boot, mono, wall, kind, version, subject, payload, stored in db.execute(
            "SELECT seq, boot, mono, wall, kind, payload_version, subject, payload, hash FROM rows ORDER BY seq"):
        if seq - 1 not in known:
            sys.exit(f"row {seq}: the row before it is missing")
        data = canonical(known[seq - 1], epoch % 2**64, seq, boot, mono, wall, kind, version, subject, payload)
        if hashlib.sha256(data).digest() != stored:
            sys.exit(f"row {seq}: its content does not match its hash")
        known[seq] = stored
    if (seq, stored) != (head_seq, head_hash):
        sys.exit(f"the journal ends at row {seq} and its head is {head_seq}")
    print(f"epoch {epoch % 2**64:016x}: rows through {seq} agree, head {stored.hex()}")


def check_export(path):
    lines = [json.loads(line) for line in open(path, encoding="utf-8")]
    head, seq, stored = lines[0], None, ""
    for row in lines[1:]:
        data = bytes.fromhex(row["canonical"])
        if data[:4] != b"HFR1" or hashlib.sha256(data).hexdigest() != row["hash"]:
            sys.exit(f"row {row['seq']}: its content does not match its hash")
        epoch, this = struct.unpack(">QQ", data[36:52])
        if (f"{epoch:016x}", this) != (head["epoch"], row["seq"]) or (seq is not None and this <= seq):
            sys.exit(f"row {row['seq']}: it is in the wrong place")
        if seq is not None and this == seq + 1 and data[4:36].hex() != stored:
            sys.exit(f"row {this}: it does not follow row {seq}")
        seq, stored = this, row["hash"]
    if (seq, stored) != (head["through"], head["head"]):
        sys.exit(f"the file ends at row {seq} and its head is {head['through']}")
    print(f"epoch {head['epoch']}: rows through {seq} agree, head {stored}")


{"vectors": check_vectors, "export": check_export, "journal": check_journal}[sys.argv[1]](sys.argv[2])
