#!/usr/bin/env python3
"""The installer package for macOS: what is written can be read by others, and the scripts in it, against a root of their own with a
launchctl that behaves, never leave a Mac worse than they found it."""
import os
import pathlib
import plistlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.dom.minidom

SOURCE = pathlib.Path(os.environ["HOLDFAST_SOURCE"])
PACKAGE = SOURCE / "scripts/darwin/package"
MACOS = SOURCE / "deploy/macos"
sys.path.insert(0, str(PACKAGE))
import bom  # noqa: E402

# Jobs are files in $FAKE_LAUNCHD, named by their domain and label. A program runs, for this launchd, unless it begins by saying that it
# crashes.
LAUNCHCTL = """#!/bin/sh
echo "$*" >> "$FAKE_LAUNCHD/calls"
case "$1" in
  bootstrap)
    label=$(basename "$3" .plist)
    job="$FAKE_LAUNCHD/$(echo "$2/$label" | tr / .)"
    if [ -e "$job" ]; then echo "Bootstrap failed: 37: Operation already in progress" >&2; exit 37; fi
    if [ ! -f "$3" ]; then echo "Bootstrap failed: 2: No such file or directory" >&2; exit 2; fi
    case "$label" in io.holdfast.agent) program=holdfastd ;; *) program=holdfast-session ;; esac
    cp "$HOLDFAST_TEST_ROOT/Library/Holdfast/bin/$program" "$job"
    if [ "$program" = holdfastd ] && ! head -c 20 "$job" | grep -q crashes; then
      mkdir -p "$HOLDFAST_TEST_ROOT/var/run"
      echo 1 > "$HOLDFAST_TEST_ROOT/var/run/io.holdfast.agent.ready"
    fi ;;
  bootout)
    job="$FAKE_LAUNCHD/$(echo "$2" | tr / .)"
    if [ ! -e "$job" ]; then echo "Boot-out failed: 3: No such process" >&2; exit 3; fi
    rm -f "$job"
    if [ "$2" = system/io.holdfast.agent ]; then rm -f "$HOLDFAST_TEST_ROOT/var/run/io.holdfast.agent.ready"; fi ;;
esac
"""
# Two people are logged in; a login window waits for a third.
PS = """#!/bin/sh
echo "    0 /sbin/launchd"
echo "  501 /System/Library/CoreServices/loginwindow.app/Contents/MacOS/loginwindow"
echo "  501 /System/Library/CoreServices/Dock.app/Contents/MacOS/Dock"
echo "  502 /System/Library/CoreServices/loginwindow.app/Contents/MacOS/loginwindow"
echo "    0 /System/Library/CoreServices/loginwindow.app/Contents/MacOS/loginwindow"
"""
PEOPLE = (501, 502)
DAEMON = "Library/LaunchDaemons/io.holdfast.agent.plist"
HELPER = "Library/LaunchAgents/io.holdfast.session.plist"


class Machine(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.root, self.launchd, tools = (self.folder / name for name in ("root", "launchd", "tools"))
        for path in (self.root, self.launchd, tools):
            path.mkdir()
        for name, text in {"launchctl": LAUNCHCTL, "ps": PS, "sleep": "#!/bin/sh\n", "pkgutil": "#!/bin/sh\n", "id": "#!/bin/sh\necho 0\n"}.items():
            (tools / name).write_text(text)
            (tools / name).chmod(0o755)
        self.environment = {"PATH": f"{tools}:/usr/bin:/bin", "FAKE_LAUNCHD": str(self.launchd), "HOLDFAST_TEST_ROOT": str(self.root)}
        self.scripts = MACOS / "scripts"
        self.state = self.root / "Library/Application Support/Holdfast/journal.db"
        self.state.parent.mkdir(parents=True)
        self.state.write_text("rows")

    def script(self, name, *arguments):
        return subprocess.run([self.scripts / name, "x.pkg", "/", *(arguments or [self.root])], env=self.environment,
                              capture_output=True, text=True)

    def running(self, job="system.io.holdfast.agent"):
        """The first word of the program that runs."""
        path = self.launchd / job
        return path.read_bytes().split()[0].decode(errors="replace") if path.exists() else None

    def helpers(self):
        return [self.running(f"gui.{person}.io.holdfast.session") for person in PEOPLE]


class Scripts(Machine):
    def payload(self, version, works=True):
        """What the installer itself does between the scripts."""
        program = self.root / "Library/Holdfast/bin/holdfastd"
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f"{version} {'works' if works else 'crashes'}")
        tool = program.with_name("holdfastctl")
        tool.write_text(f'#!/bin/sh\necho "$* of {version}"\n')
        tool.chmod(0o755)
        program.with_name("holdfast-session").write_text(f"{version} helper")
        for job in (DAEMON, HELPER):
            (self.root / job).parent.mkdir(parents=True, exist_ok=True)
            (self.root / job).write_text(version)

    def install(self, version, works=True):
        self.assertEqual(self.script("preinstall").returncode, 0)
        self.payload(version, works)
        return self.script("postinstall")

    def installed(self):
        return (self.root / "Library/Holdfast/bin/holdfastd").read_text().split()[0]

    def assert_clean(self):
        self.assertEqual({p.name for p in (self.root / "Library/Holdfast").iterdir()}, {"bin", "share"})
        self.assertEqual(self.state.read_text(), "rows")

    def test_a_first_installation_runs(self):
        self.assertEqual(self.install("1.0").returncode, 0)
        self.assertEqual(self.running(), "1.0")
        self.assert_clean()

    def test_an_upgrade_stops_the_old_and_runs_the_new(self):
        self.install("1.0")
        self.assertEqual(self.script("preinstall").returncode, 0)
        self.assertIsNone(self.running())
        self.payload("2.0")
        self.assertEqual(self.script("postinstall").returncode, 0)
        self.assertEqual((self.running(), self.installed()), ("2.0", "2.0"))
        self.assert_clean()

    def test_a_version_that_does_not_run_gives_way_to_the_one_before(self):
        self.install("1.0")
        result = self.install("2.0", works=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn("the version before runs again", result.stderr)
        self.assertEqual((self.running(), self.installed()), ("1.0", "1.0"))
        self.assertEqual([(self.root / job).read_text() for job in (DAEMON, HELPER)], ["1.0", "1.0"])
        self.assertEqual(self.helpers(), ["1.0", "1.0"])
        self.assert_clean()

    def test_a_first_version_that_does_not_run_fails(self):
        self.assertEqual(self.install("1.0", works=False).returncode, 1)
        self.assertIsNone(self.running())

    def test_after_an_upgrade_that_was_cut_off_the_last_that_ran_is_what_one_goes_back_to(self):
        self.install("1.0")
        self.script("preinstall")
        self.payload("2.0", works=False)  # and here the power went
        self.assertEqual(self.install("3.0", works=False).returncode, 1)
        self.assertEqual((self.running(), self.installed()), ("1.0", "1.0"))
        self.assert_clean()

    def test_each_person_who_is_logged_in_has_a_helper_of_the_version_that_runs(self):
        self.install("1.0")
        self.assertEqual(self.helpers(), ["1.0", "1.0"])
        self.script("preinstall")
        self.assertEqual(self.helpers(), [None, None])
        self.payload("2.0")
        self.script("postinstall")
        self.assertEqual(self.helpers(), ["2.0", "2.0"])

    def test_going_back_to_a_version_without_helpers_leaves_none(self):
        self.script("preinstall")
        self.payload("1.0")
        (self.root / HELPER).unlink()
        self.assertEqual(self.script("postinstall").returncode, 0)
        self.assertEqual(self.install("2.0", works=False).returncode, 1)
        self.assertEqual((self.running(), self.helpers()), ("1.0", [None, None]))
        self.assertFalse((self.root / HELPER).exists())

    def test_completions_are_those_of_the_version_that_runs(self):
        completions = self.root / "Library/Holdfast/share/completion"
        self.install("1.0")
        self.assertEqual((completions / "_holdfastctl").read_text(), "completion zsh of 1.0\n")
        self.install("2.0")
        self.assertEqual((completions / "holdfastctl.bash").read_text(), "completion bash of 2.0\n")
        self.install("3.0", works=False)
        self.assertEqual((completions / "_holdfastctl").read_text(), "completion zsh of 2.0\n")

    def test_a_program_without_completions_is_installed_all_the_same(self):
        self.script("preinstall")
        self.payload("1.0")
        (self.root / "Library/Holdfast/bin/holdfastctl").unlink()
        self.assertEqual(self.script("postinstall").returncode, 0)
        self.assertEqual(self.running(), "1.0")

    def test_installing_the_same_twice_is_installing_it(self):
        self.install("1.0")
        self.assertEqual(self.install("1.0").returncode, 0)
        self.assertEqual(self.running(), "1.0")

    def test_another_volume_is_left_to_start_by_itself(self):
        self.environment.pop("HOLDFAST_TEST_ROOT")
        self.assertEqual(self.script("preinstall").returncode, 0)
        self.payload("1.0")
        self.assertEqual(self.script("postinstall").returncode, 0)
        self.assertFalse((self.launchd / "calls").exists())

    def test_uninstalling_keeps_the_state_unless_told(self):
        self.install("1.0")
        uninstall = [MACOS / "uninstall"]
        self.assertEqual(subprocess.run(uninstall, env=self.environment, capture_output=True).returncode, 0)
        self.assertIsNone(self.running())
        self.assertFalse((self.root / "Library/Holdfast").exists())
        self.assertFalse(any((self.root / job).exists() for job in (DAEMON, HELPER)))
        self.assertEqual(self.helpers(), [None, None])
        self.assertEqual(self.state.read_text(), "rows")
        self.assertEqual(subprocess.run([*uninstall, "--purge"], env=self.environment, capture_output=True).returncode, 0)
        self.assertFalse(self.state.exists())
        self.assertEqual(subprocess.run([*uninstall, "--all"], env=self.environment, capture_output=True).returncode, 2)


class Package(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.root = self.folder / "root"
        (self.root / "Library/Holdfast/bin").mkdir(parents=True)
        (self.root / "Library/Holdfast/bin/holdfastd").write_bytes(bytes(range(256)) * 40)
        (self.root / "Library/Holdfast/bin/holdfastd").chmod(0o700)
        (self.root / "Library/Holdfast/latest").symlink_to("bin/holdfastd")
        for i in range(300):  # more than one leaf of the bill of materials
            (self.root / f"Library/Holdfast/page{i}").write_text(str(i))
        self.package = self.write("one.pkg")

    def write(self, name):
        out = self.folder / name
        subprocess.run([sys.executable, PACKAGE / "write.py", "--root", self.root, "--scripts", MACOS / "scripts", "--identifier",
                        "io.holdfast.pkg", "--version", "1.2", "--title", "Holdfast & Co", "--minimum", "13.0", "--time", "1700000000",
                        "-o", out], check=True)
        return out

    def opened(self):
        out = self.folder / "opened"
        out.mkdir()
        subprocess.run(["bsdtar", "-xf", self.package, "-C", out], check=True)
        return out, out / "io.holdfast.pkg.component.pkg"

    def test_equal_inputs_give_equal_bytes(self):
        self.assertEqual(self.package.read_bytes(), self.write("two.pkg").read_bytes())

    def test_the_payload_is_the_root(self):
        _, component = self.opened()
        unpacked = self.folder / "unpacked"
        unpacked.mkdir()
        subprocess.run(["bsdtar", "-xf", component / "Payload", "-C", unpacked], check=True)
        subprocess.run(["diff", "-r", "--no-dereference", self.root, unpacked], check=True)
        listing = subprocess.check_output(["bsdtar", "-tvf", component / "Payload"], text=True)
        program = next(line for line in listing.splitlines() if line.endswith("bin/holdfastd") and "->" not in line)
        self.assertTrue(program.startswith("-rwxr-xr-x"), program)
        self.assertEqual(program.split()[2:4], ["0", "0"])

    def test_the_scripts_are_there_to_be_run(self):
        _, component = self.opened()
        listing = subprocess.check_output(["bsdtar", "-tvf", component / "Scripts"], text=True)
        for name in ("preinstall", "postinstall"):
            self.assertRegex(listing, f"(?m)^-rwxr-xr-x.* \\./{name}$")

    def test_the_bill_of_materials_lists_every_file_with_its_checksum(self):
        _, component = self.opened()
        listed = bom.read((component / "Bom").read_bytes())
        expected = {"."} | {"./" + str(path.relative_to(self.root)) for path in self.root.rglob("*")}
        self.assertEqual(set(listed), expected)
        for path in ("Library/Holdfast/bin/holdfastd", "Library/Holdfast/page299"):
            crc, size = subprocess.check_output(["cksum"], input=(self.root / path).read_bytes()).split()[:2]
            self.assertEqual(listed["./" + path][1:], (int(size), int(crc)))
        self.assertEqual(listed["./Library/Holdfast/bin/holdfastd"][0], 0o100755)
        self.assertEqual(listed["./Library/Holdfast/latest"][0], 0o120755)

    def test_what_the_installer_reads_first_is_well_formed(self):
        opened, component = self.opened()
        info = xml.dom.minidom.parse(str(component / "PackageInfo")).documentElement
        self.assertEqual((info.getAttribute("identifier"), info.getAttribute("version")), ("io.holdfast.pkg", "1.2"))
        files = len(list(self.root.rglob("*"))) + 1
        self.assertEqual(info.getElementsByTagName("payload")[0].getAttribute("numberOfFiles"), str(files))
        installer = xml.dom.minidom.parse(str(opened / "Distribution")).documentElement
        self.assertEqual(installer.getElementsByTagName("title")[0].firstChild.data, "Holdfast & Co")
        self.assertEqual(installer.getElementsByTagName("pkg-ref")[-1].firstChild.data, f"#{component.name}")

    def test_a_changed_byte_is_noticed(self):
        data = bytearray(self.package.read_bytes())
        data[-1000] ^= 1
        self.package.write_bytes(data)
        out = self.folder / "broken"
        out.mkdir()
        ran = subprocess.run(["bsdtar", "-xf", self.package, "-C", out], capture_output=True)
        self.assertNotEqual(ran.returncode, 0)


class Installed(Machine):
    """The package as the installer takes it: $HOLDFAST_PACKAGE, or one of stand-ins for the programs."""

    def setUp(self):
        super().setUp()
        for link in ("etc", "var"):
            (self.root / "private" / link).mkdir(parents=True)
            (self.root / link).symlink_to(f"private/{link}")
        package = os.environ.get("HOLDFAST_PACKAGE") or self.write()
        opened = self.folder / "opened"
        opened.mkdir()
        subprocess.run(["bsdtar", "-xf", package, "-C", opened], check=True)
        self.component = next(opened.glob("*.component.pkg"))
        self.scripts = self.folder / "scripts"
        self.scripts.mkdir()
        subprocess.run(["bsdtar", "-xf", self.component / "Scripts", "-C", self.scripts], check=True)

    def write(self):
        programs = self.folder / "programs"
        programs.mkdir()
        for name in ("holdfastd", "holdfastctl", "holdfast-session"):
            (programs / name).write_text("#!/bin/sh\n")
            (programs / name).chmod(0o755)
        subprocess.run([MACOS / "stage", programs, self.folder / "stage"], check=True)
        subprocess.run([sys.executable, PACKAGE / "write.py", "--root", self.folder / "stage", "--scripts", MACOS / "scripts", "--identifier",
                        "io.holdfast.pkg", "--version", "1.2", "--title", "Holdfast", "--minimum", "13.0", "--time", "0", "-o",
                        self.folder / "x.pkg"], check=True)
        return self.folder / "x.pkg"

    def install(self):
        before = self.script("preinstall")
        self.assertEqual(before.returncode, 0, before.stderr)
        subprocess.run(["bsdtar", "-xf", self.component / "Payload", "-C", self.root], check=True)
        after = self.script("postinstall")
        self.assertEqual(after.returncode, 0, after.stderr)

    def files(self):
        return {str(path.relative_to(self.root)) for path in self.root.rglob("*") if not path.is_dir() and not path.is_symlink()}

    def test_installed_upgraded_and_taken_off_again(self):
        self.install()
        daemon = self.root / "Library/Holdfast/bin/holdfastd"
        self.assertEqual((self.launchd / "system.io.holdfast.agent").read_bytes(), daemon.read_bytes())
        listed = {path[2:] for path, (mode, _, _) in bom.read((self.component / "Bom").read_bytes()).items() if mode & 0o170000 == 0o100000}
        self.assertLessEqual(listed, self.files())
        self.install()
        self.assertTrue(all([self.running(), *self.helpers()]))
        self.assertFalse((self.root / "Library/Holdfast/previous").exists())
        uninstall = [self.root / "Library/Holdfast/bin/uninstall"]
        subprocess.run(uninstall, env=self.environment, check=True, capture_output=True)
        self.assertEqual((self.running(), self.helpers()), (None, [None, None]))
        self.assertEqual(self.files(), {str(self.state.relative_to(self.root))})


# Each writes down what it is given: the layout, and the arguments.
PKGBUILD = """#!/bin/sh
echo "pkgbuild $*" >> "$FAKE_APPLE/calls"
cp -R "$2" "$FAKE_APPLE/root"
"""
PRODUCTBUILD = """#!/bin/sh
echo "productbuild $*" >> "$FAKE_APPLE/calls"
cp "$2" "$FAKE_APPLE/Distribution"
"""


class ApplesTools(unittest.TestCase):
    def test_they_are_given_what_our_own_writer_packs(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        for path in ("programs", "tools"):
            (folder / path).mkdir()
        for name, text in {"tools/pkgbuild": PKGBUILD, "tools/productbuild": PRODUCTBUILD, "programs/holdfastd": "daemon"}.items():
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
        environment = {**os.environ, "PATH": f"{folder / 'tools'}:{os.environ['PATH']}", "FAKE_APPLE": str(folder)}
        subprocess.run([MACOS / "package", folder / "programs", "1.2", folder / "out.pkg", "Developer ID Installer: X"], env=environment,
                       check=True)
        subprocess.run([MACOS / "stage", folder / "programs", folder / "ours"], check=True)
        subprocess.run(["diff", "-r", folder / "ours", folder / "root"], check=True)
        subprocess.run([sys.executable, PACKAGE / "write.py", "--root", folder / "ours", "--scripts", MACOS / "scripts", "--identifier",
                        "io.holdfast.pkg", "--version", "1.2", "--title", "Holdfast", "--minimum", "13.0", "--time", "0", "-o",
                        folder / "ours.pkg"], check=True)
        ours = subprocess.check_output(["bsdtar", "-xOf", folder / "ours.pkg", "Distribution"], text=True)
        self.assertEqual((folder / "Distribution").read_text(), ours)
        calls = (folder / "calls").read_text()
        self.assertIn("--version 1.2", calls)
        self.assertIn("--sign Developer ID Installer: X", calls)


class Jobs(unittest.TestCase):
    def test_the_daemon_starts_what_is_installed_and_is_waited_for(self):
        job = plistlib.loads((MACOS / "io.holdfast.agent.plist").read_bytes())
        self.assertEqual(job["ProgramArguments"][0], "/Library/Holdfast/bin/holdfastd")
        self.assertIn("/var/run/io.holdfast.agent.ready", job["ProgramArguments"])
        self.assertIn("/var/run/io.holdfast.agent.ready", (MACOS / "scripts/postinstall").read_text())
        self.assertGreater(job["ExitTimeOut"], 8)

    def test_a_label_is_the_file_s_name(self):
        for path in MACOS.glob("io.holdfast.*.plist"):
            job = plistlib.loads(path.read_bytes())
            self.assertEqual(job["Label"], path.stem)
            self.assertRegex(job["ProgramArguments"][0], "^/Library/Holdfast/bin/holdfast")


if __name__ == "__main__":
    unittest.main()
