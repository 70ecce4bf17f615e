"""Child processes that never outlive whoever started them, however that one ends: a test runner kills with SIGKILL."""
import shutil

_SETPRIV = shutil.which("setpriv")  # of util-linux; where it is missing (a Mac), children are ended in the ordinary way


def tied(argv):
    """The command line of `argv`, killed by the kernel when the thread that started it ends."""
    return [*([_SETPRIV, "--pdeathsig", "KILL", "--"] if _SETPRIV else []), *map(str, argv)]
