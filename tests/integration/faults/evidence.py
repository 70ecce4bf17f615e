"""What is on the disks, read with SQLite alone: no code of the programs takes part in judging them."""
import contextlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile

from support import SOURCE, Failure, check

VERIFY = os.path.join(SOURCE, "tests/storage/journal/verify_journal.py")


@contextlib.contextmanager
def reading(path):
    """Read-only, beside the program or after it has stopped."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
    try:
        yield db
    finally:
        db.close()


@contextlib.contextmanager
def copy_of(path):
    """A copy of a database that a killed process left, with its write-ahead log: the original is not touched."""
    with tempfile.TemporaryDirectory(prefix="hf-copy-", dir="/tmp") as folder:
        copy = os.path.join(folder, "copy.db")
        shutil.copyfile(path, copy)
        if os.path.exists(path + "-wal"):
            shutil.copyfile(path + "-wal", copy + "-wal")
        db = sqlite3.connect(copy)
        try:
            yield db
        finally:
            db.close()


def head(db):
    """Of a journal: epoch, newest row, acknowledged through."""
    epoch, seq, acked = db.execute("SELECT epoch, seq, acked FROM head").fetchone()
    return epoch, seq, acked


def chains(db):
    """Of the server: the newest row of each (device, epoch)."""
    return {(bytes(device), epoch): seq for device, epoch, seq in db.execute(
        "SELECT d.id, c.epoch, c.seq FROM chains c JOIN devices d ON d.key = c.device")}


def device_bytes(device_id):
    return bytes.fromhex(device_id.replace("-", ""))


def half_written(wal):
    """True when a write-ahead log ends in a transaction that was never committed."""
    if not os.path.exists(wal):
        return False
    with open(wal, "rb") as file:
        data = file.read()
    page, salts, open_frames = int.from_bytes(data[8:12], "big"), data[16:24], False
    for at in range(32, len(data), 24 + page):
        if data[at + 8:at + 16] != salts:  # left over from before the log began anew
            break
        open_frames = data[at + 4:at + 8] == bytes(4)
    return open_frames


def verify_chain(path):
    done = subprocess.run([sys.executable, VERIFY, "journal", path], capture_output=True, text=True, timeout=120,
                          check=False)
    check(done.returncode == 0, f"verify_journal.py on {path}: {done.stdout}{done.stderr}")
    return done.stdout.strip()


def compare(journal, database, device_id):
    """Every row of the journal is on the server once, with the same hash, and nothing else is. Gives their number."""
    with reading(journal) as db:
        epoch, head_seq, _ = head(db)
        here = db.execute("SELECT seq, hash FROM rows ORDER BY seq").fetchall()
    with reading(database) as db:
        there = db.execute(
            "SELECT c.epoch, r.seq, r.hash FROM rows r JOIN devices d ON d.key = r.device "
            "JOIN chains c ON c.device = r.device AND c.ordinal = r.chain WHERE d.id = ? ORDER BY c.ordinal, r.seq",
            (device_bytes(device_id),)).fetchall()
    epochs = {row[0] for row in there}
    check(epochs == {epoch}, f"{device_id}: the journal has one epoch, the server has {len(epochs)}")
    check([seq for seq, _ in here] == list(range(1, head_seq + 1)), f"{journal}: rows are missing in the journal")
    mine, its = dict(here), {}
    for _, seq, digest in there:
        check(seq not in its, f"{device_id}: row {seq} is on the server twice")
        its[seq] = digest
    missing, surplus = sorted(mine.keys() - its.keys()), sorted(its.keys() - mine.keys())
    check(not missing, f"{device_id}: {len(missing)} rows never arrived, the first is {missing[:1]}")
    check(not surplus, f"{device_id}: {len(surplus)} rows were never written, the first is {surplus[:1]}")
    different = [seq for seq, digest in mine.items() if its[seq] != digest]
    check(not different, f"{device_id}: {len(different)} rows differ, the first is {different[:1]}")
    return len(mine)


def dumped(agent):
    """What holdfastd --dump-rows prints of a stopped agent: {seq: hash}."""
    done = subprocess.run([agent.path, "--state-dir", agent.state_dir, "--dump-rows"], capture_output=True, text=True,
                          timeout=60, check=False)
    check(done.returncode == 0, f"holdfastd --dump-rows: {done.stderr.strip()}")
    return {int(seq): digest for _, seq, digest, *_ in map(str.split, done.stdout.splitlines())}


def hashes(database, device_id):
    """What the server has of a device: {seq: hash}."""
    with reading(database) as db:
        return {seq: bytes(digest).hex() for seq, digest in db.execute(
            "SELECT r.seq, r.hash FROM rows r JOIN devices d ON d.key = r.device WHERE d.id = ?", (device_bytes(device_id),))}


def check_that_compare_can_fail(journal, database, device_id):
    """The same comparison with one row changed, one missing and one too many on a copy of the server's side."""
    for sql in ("UPDATE rows SET hash = zeroblob(32) WHERE rowid = ?", "DELETE FROM rows WHERE rowid = ?",
                "INSERT INTO rows SELECT device, chain, 1000000000, boot, mono, wall, kind, payload_version, subject, "
                "payload, hash, at, uncertainty, received FROM rows WHERE rowid = ?"):
        with tempfile.TemporaryDirectory(prefix="hf-copy-", dir="/tmp") as folder:
            copy = os.path.join(folder, "copy.db")
            shutil.copyfile(database, copy)
            with contextlib.closing(sqlite3.connect(copy)) as db, db:
                row = db.execute("SELECT r.rowid FROM rows r JOIN devices d ON d.key = r.device WHERE d.id = ? "
                                 "ORDER BY r.seq LIMIT 1 OFFSET 5", (device_bytes(device_id),)).fetchone()
                db.execute(sql, row)
            try:
                compare(journal, copy, device_id)
            except Failure:
                continue
            raise Failure(f"the comparison does not notice this: {sql}")
