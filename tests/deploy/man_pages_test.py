"""The man pages name every command and option that the programs have, and none that they do not have."""
import os
import pathlib
import re
import subprocess
import unittest

BIN = pathlib.Path(os.environ["HOLDFAST_BIN"])
PAGES = pathlib.Path(os.environ["HOLDFAST_SOURCE"]) / "deploy" / "man"
SHORT = {"help", "version"}


def help_of(program, *command):
    return subprocess.run([BIN / program, *command, "--help"], check=True, capture_output=True, text=True).stdout


def section(text, title):
    found = re.search(rf"^{title}:\n(.*?)(?:\n\n|\Z)", text, re.S | re.M)
    return found.group(1) if found else ""


def commands(program, *command):
    """Every command with its parents: ("policy",), ("policy", "put"), ..."""
    for name in re.findall(r"^  ([a-z]\S*)", section(help_of(program, *command), "Subcommands"), re.M):
        yield (*command, name)
        yield from commands(program, *command, name)


def options(program, *command):
    return set(re.findall(r"^  (?:-\w,)?--([a-z-]+)", section(help_of(program, *command), "Options"), re.M))


class ManPages(unittest.TestCase):
    def check(self, program, chapter):
        page = (PAGES / f"{program}.{chapter}").read_text().replace("\\-", "-").replace("\\fR", "").replace("scutil --nc list", "")
        known = options(program)
        for command in commands(program):
            self.assertRegex(page, rf"\b{' '.join(command)}\b", f"{program}: the command {command} is not in its page")
            known |= options(program, *command)
        documented = set(re.findall(r"--([a-z][a-z-]*)", page))
        self.assertEqual(known - documented, set(), f"{program}: options that its page does not name")
        self.assertEqual(documented - known - SHORT, set(), f"{program}: options that only its page has")

    def test_holdfastctl(self):
        self.check("holdfastctl", 1)

    def test_holdfast_admin(self):
        self.check("holdfast-admin", 1)

    def test_holdfastd(self):
        self.check("holdfastd", 8)

    def test_holdfast_session(self):
        self.check("holdfast-session", 8)

    def test_holdfast_server(self):
        self.check("holdfast-server", 8)


if __name__ == "__main__":
    unittest.main()
