"""The bill of materials: a store of numbered blocks, some named, with the package's paths in a tree. The installer compares it with
what is on the disk and forgets files by it."""
import struct
import zlib

from tree import walk

HEADER = 512
PATHS_IN_A_LEAF = 256
FILE, DIRECTORY, LINK = 1, 2, 3
BLOCK = 4096

# Every byte with its bits the other way round.
MIRROR = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def checksum(data):
    """As POSIX cksum: the CRC of the bytes, then of their count; the same polynomial as zlib's, which takes bits from the other end."""
    count = len(data).to_bytes((len(data).bit_length() + 7) // 8, "little")
    crc = zlib.crc32(count.translate(MIRROR), zlib.crc32(data.translate(MIRROR), 0xFFFFFFFF))
    return int(f"{crc:032b}"[::-1], 2)


class Store:
    def __init__(self):
        self.blocks, self.names = [b""], {}

    def add(self, block):
        self.blocks.append(block)
        return len(self.blocks) - 1

    def add_tree(self, root, count, block_size=BLOCK):
        return self.add(struct.pack(">4sIIIIB", b"tree", 1, root, block_size, count, 0))

    def bytes(self):
        body, index = b"", []
        for block in self.blocks:
            index.append((HEADER + len(body) if block else 0, len(block)))
            body += block
        names = struct.pack(">I", len(self.names)) + b"".join(
            struct.pack(">IB", block, len(name)) + name.encode() for name, block in self.names.items())
        names_at = HEADER + len(body)
        index_at = names_at + len(names)
        # The list of free blocks follows: none, and room for two.
        table = struct.pack(">I", len(index)) + b"".join(struct.pack(">II", *entry) for entry in index) + struct.pack(">I", 2) + bytes(16)
        header = struct.pack(">8sIIIIII", b"BOMStore", 1, len(self.blocks) - 1, index_at, len(table), names_at, len(names))
        return header.ljust(HEADER, b"\0") + body + names + table


def node_block(entries, is_leaf, forward=0, backward=0, size=BLOCK):
    block = struct.pack(">HHII", is_leaf, len(entries), forward, backward) + b"".join(struct.pack(">II", *entry) for entry in entries)
    return block.ljust(size, b"\0")


def parents_first(root):
    """(node, number of its parent), numbered from 1 in this order."""
    order, waiting = [], [(root, 0)]
    while waiting:
        node, parent = waiting.pop(0)
        order.append((node, parent))
        waiting += [(child, len(order)) for child in node.children]
    return order


def path_info(node, time):
    kind = DIRECTORY if node.is_directory else LINK if node.is_link else FILE
    target = node.data + b"\0" if node.is_link else b""
    size = 0 if node.is_directory else len(node.data)
    crc = 0 if node.is_directory else checksum(node.data)
    # Kind, 1, architecture flags, mode, owner, group, time, size, 1, checksum, the length of a link's target.
    return struct.pack(">BBHHIIIIBII", kind, 1, 15, node.mode, 0, 0, time, size, 1, crc, len(target)) + target


def write(root, time):
    store, paths = Store(), []
    order = parents_first(root)
    for number, (node, parent) in enumerate(order, 1):
        key = store.add(struct.pack(">II", number, store.add(path_info(node, time))))
        paths.append((key, store.add(struct.pack(">I", parent) + node.name.encode() + b"\0")))
    total = sum(len(node.data) for node in walk(root))
    store.names["BomInfo"] = store.add(struct.pack(">IIIIIII", 1, len(order) + 1, 1, 0, 0, total, 0))
    leaves = [paths[i:i + PATHS_IN_A_LEAF] for i in range(0, len(paths), PATHS_IN_A_LEAF)]
    first = len(store.blocks)
    for i, leaf in enumerate(leaves):
        store.add(node_block(leaf, 1, first + i + 1 if i + 1 < len(leaves) else 0, first + i - 1 if i else 0))
    top = first if len(leaves) == 1 else store.add(node_block([(first + i, leaf[-1][1]) for i, leaf in enumerate(leaves)], 0))
    store.names["Paths"] = store.add_tree(top, len(order))
    store.names["HLIndex"] = store.add_tree(store.add(node_block([], 1)), 0)
    sizes = store.add_tree(store.add(node_block([], 1, size=128)), 0, 128)
    store.names["VIndex"] = store.add(struct.pack(">IIIB", 1, sizes, 0, 0))
    store.names["Size64"] = store.add_tree(store.add(node_block([], 1)), 0)
    return store.bytes()


def read(data):
    """{path: (mode, size, checksum)} of a bill of materials. Independent of write: follows the bytes alone."""
    magic, _, _, index_at, _, names_at, _ = struct.unpack_from(">8sIIIIII", data)
    if magic != b"BOMStore":
        raise ValueError("no bill of materials")

    def block(number):
        offset, size = struct.unpack_from(">II", data, index_at + 4 + 8 * number)
        return data[offset:offset + size]

    names, at = {}, names_at + 4
    for _ in range(struct.unpack_from(">I", data, names_at)[0]):
        number, length = struct.unpack_from(">IB", data, at)
        names[data[at + 5:at + 5 + length].decode()] = number
        at += 5 + length
    node = block(struct.unpack_from(">I", block(names["Paths"]), 8)[0])
    while not struct.unpack_from(">H", node)[0]:
        node = block(struct.unpack_from(">I", node, 12)[0])
    found, full = {}, {0: ""}
    while True:
        _, count, forward, _ = struct.unpack_from(">HHII", node)
        for i in range(count):
            key, file = struct.unpack_from(">II", node, 12 + 8 * i)
            number, info = struct.unpack_from(">II", block(key))
            entry = block(file)
            parent, name = struct.unpack_from(">I", entry)[0], entry[4:-1].decode()
            full[number] = f"{full[parent]}/{name}" if parent else name
            _, _, _, mode, _, _, _, size, _, crc, _ = struct.unpack_from(">BBHHIIIIBII", block(info))
            found[full[number]] = (mode, size, crc)
        if not forward:
            return found
        node = block(forward)
