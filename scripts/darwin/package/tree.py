"""The files of a package as a tree: all of root, with modes from the files' own execute bits, in one order."""
import os
import stat

DIRECTORY, PROGRAM, FILE, LINK = 0o040755, 0o100755, 0o100644, 0o120755


class Node:
    def __init__(self, path, name, mode, data=b""):
        self.path, self.name, self.mode, self.data, self.children = path, name, mode, data, []

    @property
    def is_directory(self):
        return self.mode == DIRECTORY

    @property
    def is_link(self):
        return self.mode == LINK


def scan(root, path=".", name="."):
    full = os.path.join(root, path)
    state = os.lstat(full)
    if stat.S_ISLNK(state.st_mode):
        return Node(path, name, LINK, os.readlink(full).encode())
    if stat.S_ISDIR(state.st_mode):
        node = Node(path, name, DIRECTORY)
        node.children = [scan(root, f"{path}/{child}", child) for child in sorted(os.listdir(full))]
        return node
    with open(full, "rb") as file:
        return Node(path, name, PROGRAM if state.st_mode & 0o111 else FILE, file.read())


def walk(node):
    yield node
    for child in node.children:
        yield from walk(child)


def kilobytes(root):
    return -(-sum(len(node.data) for node in walk(root)) // 1024)
