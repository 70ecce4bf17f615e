"""Every command that a recipe for a management server gives is run, and what the recipes name of the package is what it has."""
import os
import pathlib
import plistlib
import re
import shlex
import subprocess
import tempfile
import unittest

BIN = pathlib.Path(os.environ["HOLDFAST_BIN"])
SOURCE = pathlib.Path(os.environ["HOLDFAST_SOURCE"])
MDM = SOURCE / "deploy" / "mdm"


def commands(page):
    return re.findall(r"^ +(holdfastctl profile generate .*)$", page.read_text(), re.M)


class Recipes(unittest.TestCase):
    def test_every_command_makes_its_file(self):
        pages = sorted(MDM.rglob("README.md"))
        self.assertEqual(len(pages), 6)
        ran = 0
        for page in pages:
            for command in commands(page):
                with tempfile.TemporaryDirectory() as folder, self.subTest(page=page.parent.name, command=command):
                    here = pathlib.Path(folder)
                    (here / "policy.yaml").write_bytes((SOURCE / "deploy/policy/example.yaml").read_bytes())
                    (here / "io.holdfast.agent.plist").write_bytes((SOURCE / "deploy/macos/io.holdfast.agent.plist").read_bytes())
                    words = shlex.split(command)
                    made = subprocess.run([BIN / words[0], *words[1:]], cwd=here, capture_output=True, text=True)
                    self.assertEqual(made.returncode, 0, made.stderr)
                    content = (here / words[words.index("-o") + 1]).read_bytes()
                    if content.startswith(b"<?xml"):
                        plistlib.loads(content)
                    ran += 1
        self.assertGreaterEqual(ran, 12)

    def test_munki_names_what_the_package_has(self):
        info = plistlib.loads((MDM / "munki" / "pkginfo.plist").read_bytes())
        uninstall = (SOURCE / "deploy/macos/uninstall").read_text()
        self.assertIn(f"--forget {info['receipts'][0]['packageid']} ", uninstall)
        self.assertIn("/Library/Holdfast/bin/uninstall", info["uninstall_script"])
        self.assertTrue((SOURCE / "deploy/macos/uninstall").exists())

    def test_no_recipe_names_a_program_that_is_not_installed(self):
        stage = (SOURCE / "deploy/macos/stage").read_text()
        self.assertIn("/Library/Holdfast/bin", stage)
        for page in MDM.rglob("README.md"):
            for program in re.findall(r"/Library/Holdfast/bin/(\w+)", page.read_text()):
                self.assertIn(program, {"holdfastctl", "holdfastd", "uninstall"}, page)


if __name__ == "__main__":
    unittest.main()
