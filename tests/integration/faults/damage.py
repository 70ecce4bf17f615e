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


def offset_of_row(path, seq):
    """Where the row's hash stands in the file: hashes stand elsewhere too, in the head's record and on pages set free."""
    content = hash_of_row(path, seq)
    pages = set(pages_of_rows(path))
    with open(path, "rb") as file:
        data = file.read()
    at = data.find(content)
    while at >= 0:
        if at // PAGE + 1 in pages:
            return at
        at = data.find(content, at + 1)
    raise Failure(f"{path} does not contain row {seq}, which the test wants to damage")


def pages_of_rows(path):
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        found = db.execute("SELECT pageno FROM dbstat WHERE name = 'rows' AND pagetype <> 'internal'").fetchall()
        return [page for page, in found]
    finally:
        db.close()


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
