"""The outer archive: a compressed table of contents in XML, its checksum, and the files' bytes."""
import hashlib
import struct
import time
import zlib
from xml.sax.saxutils import escape


def write(files, made):
    """`files`: {path: (bytes, whether to compress)}. `made`: when, in seconds; signers want it told."""
    heap, size, number = [], hashlib.sha1().digest_size, 0

    def data(content, compress):
        nonlocal size
        stored = zlib.compress(content, 9) if compress else content
        xml = (f'<data><extracted-checksum style="sha1">{hashlib.sha1(content).hexdigest()}</extracted-checksum>'
               f'<archived-checksum style="sha1">{hashlib.sha1(stored).hexdigest()}</archived-checksum>'
               f'<encoding style="application/{"x-gzip" if compress else "octet-stream"}"/>'
               f"<size>{len(content)}</size><offset>{size}</offset><length>{len(stored)}</length></data>")
        heap.append(stored)
        size += len(stored)
        return xml

    def folder(tree):
        nonlocal number
        xml = ""
        for name, value in tree.items():
            number += 1
            opening = f'<file id="{number}"><name>{escape(name)}</name>'
            if isinstance(value, dict):
                xml += f"{opening}<type>directory</type><mode>0755</mode>{folder(value)}</file>"
            else:
                xml += f"{opening}<type>file</type><mode>0644</mode>{data(*value)}</file>"
        return xml

    tree = {}
    for path, value in files.items():
        *folders, name = path.split("/")
        at = tree
        for part in folders:
            at = at.setdefault(part, {})
        at[name] = value
    told = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(made))
    contents = (f'<?xml version="1.0" encoding="UTF-8"?>\n<xar><toc><creation-time>{told}</creation-time><checksum style="sha1"><size>20</size><offset>0</offset></checksum>'
                f"{folder(tree)}</toc></xar>").encode()
    compressed = zlib.compress(contents, 9)
    # Magic, size of this header, version, the table's two sizes, checksum by SHA-1.
    header = struct.pack(">IHHQQI", 0x78617221, 28, 1, len(compressed), len(contents), 1)
    return header + compressed + hashlib.sha1(compressed).digest() + b"".join(heap)
