"""Changes pages of a SQLite file, found by their content."""
import hashlib
import os
import sqlite3

from support import Failure

PAGE = 4096


def digest(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def overwrite(path, offset, new):
    with open(path, "r+b") as file:
        file.seek(offset)
        file.write(new)
        file.flush()
        os.fsync(file.fileno())


def flip(path, offset):
    with open(path, "rb") as file:
        file.seek(offset)
        old = file.read(1)
    overwrite(path, offset, bytes([old[0] ^ 0x10]))


def offset_of(path, content, beside=b""):
    """Where `content` stands, on a page that also has `beside`."""
    with open(path, "rb") as file:
        data = file.read()
    at = data.find(content)
    while at >= 0:
        page = data[at // PAGE * PAGE:(at // PAGE + 1) * PAGE]
        if beside in page:
            return at
        at = data.find(content, at + 1)
    raise Failure(f"{path} does not contain the row that the test wants to damage")


def hash_of_row(journal, seq):
    db = sqlite3.connect(f"file:{journal}?mode=ro", uri=True)
    try:
        return bytes(db.execute("SELECT hash FROM rows WHERE seq = ?", (seq,)).fetchone()[0])
    finally:
        db.close()


def root_page(path, table):
    """Offset of the first page of a table."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return (db.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,)).fetchone()[0] - 1) * PAGE
    finally:
        db.close()
