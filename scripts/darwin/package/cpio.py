"""The payload: a cpio archive in the old portable format (IEEE 1003.1, "odc"), compressed."""
import gzip

from tree import walk


def entry(name, mode, data, inode, links, time):
    name = name.encode() + b"\0"
    # Magic, device, inode, mode, owner and group (root, wheel), links, device of a special file, time, sizes.
    header = b"070707%06o%06o%06o%06o%06o%06o%06o%011o%06o%011o" % (0, inode & 0o777777, mode, 0, 0, links, 0, time, len(name), len(data))
    return header + name + data


def archive(root, time):
    out = [entry(node.path, node.mode, node.data, i, 2 if node.is_directory else 1, time) for i, node in enumerate(walk(root), 1)]
    out.append(entry("TRAILER!!!", 0, b"", 0, 1, 0))
    return gzip.compress(b"".join(out), 9, mtime=0)
