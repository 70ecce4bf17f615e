"""A file system of a few megabytes, with a ballast that fills most of it. Needs root."""
import contextlib
import ctypes
import os
import subprocess

from support import Skip

MEGABYTES = 8
CLONE_NEWNS = 0x00020000


class SmallDisk:
    def __init__(self, path):
        self.path = path
        self.ballast = os.path.join(path, "ballast")

    def free(self):
        info = os.statvfs(self.path)
        return info.f_bavail * info.f_frsize

    def fill_but(self, left):
        """Leaves `left` bytes."""
        with open(self.ballast, "wb") as file:
            file.write(bytes(max(0, self.free() - left)))

    def make_space(self):
        os.unlink(self.ballast)


def leave_no_mount():
    """Mounts of this process from now on end with it and its children, also when it is killed."""
    if ctypes.CDLL(None).unshare(CLONE_NEWNS) != 0:
        raise Skip("this machine does not let us make a mount namespace")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)


@contextlib.contextmanager
def small_disk(path):
    os.makedirs(path, mode=0o700)
    if os.geteuid() != 0:
        raise Skip("mounting a small file system needs root")
    leave_no_mount()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=0700", "holdfast-test", path],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Skip(f"a tmpfs cannot be mounted here: {done.stderr.strip()}")
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(["umount", "--lazy", path], check=False)
