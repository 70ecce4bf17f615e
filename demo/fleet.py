"""The processes of the demo: one server, the Macs' agents, and a link between each Mac and the server that can be cut.

Everything lives under one folder, listens on loopback only, and is ended by its own process id.
"""
import json
import os
import pathlib
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "scripts"))
from children import tied


class DemoError(Exception):
    """What went wrong, with which program, and where to look."""


def wait_for(what, condition, seconds, process=None, log=None):
    """Polls `condition` until it gives something true. A dead process ends the wait with its last words."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if process is not None and process.poll() is not None:
            raise DemoError(f"{what}: the program ended with status {process.returncode}\n{last_lines(log)}")
        if time.monotonic() > deadline:
            raise DemoError(f"{what}: nothing after {seconds} s\n{last_lines(log)}")
        time.sleep(0.05)


def last_lines(path, count=15):
    if not path or not pathlib.Path(path).exists():
        return ""
    return "\n".join(pathlib.Path(path).read_text(errors="replace").splitlines()[-count:])


def read_json(path):
    try:
        return json.loads(pathlib.Path(path).read_text())
    except (OSError, ValueError):
        return None


def short(path):
    """As the viewer would type it from here, when that is shorter."""
    return min(str(path), os.path.relpath(path), key=len)


class Link:
    """A TCP forwarder on loopback. Cutting it drops live connections and refuses new ones, as an outage does."""

    def __init__(self, target_port):
        self.target_port = target_port
        self.up = True
        self.pairs = set()
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                up = self.up
            if not up:
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.target_port), timeout=5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            with self.lock:
                self.pairs.add((near, far))
            for a, b in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(a, b, (near, far)), daemon=True).start()

    def _pump(self, source, sink, pair):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
        except OSError:
            pass
        self._close(pair)

    def _close(self, pair):
        with self.lock:
            self.pairs.discard(pair)
        for end in pair:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()

    def cut(self):
        with self.lock:
            self.up = False
            pairs = list(self.pairs)
        for pair in pairs:
            self._close(pair)

    def restore(self):
        with self.lock:
            self.up = True


class Program:
    """One child process with its log."""

    def __init__(self, argv, log):
        self.log = log
        self.argv = [str(a) for a in argv]
        with open(log, "ab") as out:
            self.process = subprocess.Popen(tied(self.argv), stdin=subprocess.DEVNULL, stdout=out, stderr=out)

    def end(self, seconds=10):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode


class Server:
    def __init__(self, binaries, folder):
        self.bin = binaries
        self.data = folder / "server"
        self.data.mkdir(mode=0o700)
        ready = folder / "server.ready.json"
        self.program = Program(
            [self.bin / "holdfast-server", "--data-dir", self.data, "--agent-listen", "127.0.0.1:0", "--admin-listen",
             "127.0.0.1:0", "--ready-file", ready], folder / "server.log")
        self.ready = wait_for("starting the server", lambda: read_json(ready), 30, self.program.process, self.program.log)

    def admin_line(self, *arguments):
        return " ".join([short(self.bin / "holdfast-admin"), "--data-dir", str(self.data), *arguments])

    def admin(self, *arguments):
        """Runs holdfast-admin --json and gives what it printed."""
        done = subprocess.run([str(self.bin / "holdfast-admin"), "--data-dir", str(self.data), "--json", *map(str, arguments)],
                              capture_output=True, text=True, timeout=30)
        if done.returncode != 0:
            raise DemoError(f"holdfast-admin {' '.join(map(str, arguments))}: status {done.returncode}: {done.stderr.strip()}")
        return json.loads(done.stdout) if done.stdout.strip() else {}


class Mac:
    """One simulated Mac and its agent."""

    def __init__(self, spec, server, binaries, folder):
        self.spec = spec
        self.name = spec["name"]
        self.bin = binaries
        self.server = server
        self.folder = folder / self.name
        self.folder.mkdir(mode=0o700)
        self.state = self.folder / "state"
        # A Unix socket's path may have 107 bytes.
        self.socket = self.folder / "ctl.sock"
        self.sim_socket = self.folder / "sim.sock"
        self.link = Link(server.ready["agent_port"])
        self.rows_seen = 0
        self.program = None

    def start(self, enrollment):
        # The enrollment string names the server's port; this Mac reaches it over a link that can be cut.
        parts = enrollment.split(":")
        parts[1:3] = ["127.0.0.1", str(self.link.port)]
        scenario = self.folder / "scenario.yaml"
        scenario.write_text(json.dumps(self.spec["scenario"]))  # JSON is YAML
        enroll = self.folder / "enrollment"
        enroll.touch(mode=0o600)
        enroll.write_text(":".join(parts) + "\n")
        ready = self.folder / "ready.json"
        argv = [self.bin / "holdfastd", "--state-dir", self.state, "--socket", self.socket, "--enroll-file", enroll, "--backend",
                "simulated", "--scenario", scenario, "--sim-control", self.sim_socket, "--seed", self.spec.get("seed", 1),
                "--session-library", self.bin / "holdfast_ne_double.so", "--ready-file", ready]
        for profile in self.spec["profiles"]:
            argv += ["--profiles", profile]
        self.program = Program(argv, self.folder / "holdfastd.log")
        self.ready = ready

    def wait_ready(self):
        wait_for(f"starting the agent of {self.name}", lambda: read_json(self.ready), 30, self.program.process, self.program.log)

    def ctl_line(self, *arguments):
        return " ".join([short(self.bin / "holdfastctl"), "--socket", str(self.socket), *arguments])

    def ctl(self, *arguments):
        done = subprocess.run([str(self.bin / "holdfastctl"), "--socket", str(self.socket), "--json", *map(str, arguments)],
                              capture_output=True, text=True, timeout=15)
        if done.returncode != 0:
            raise DemoError(f"holdfastctl {' '.join(map(str, arguments))} on {self.name}: status {done.returncode}: {done.stderr.strip()}")
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def simulate(self, line):
        """One command to the simulated Mac; gives its answer. An answer that begins with "error" is an error."""
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(5)
            s.connect(str(self.sim_socket))
            s.sendall(line.encode() + b"\n")
            answer = b""
            while not answer.endswith(b"\n"):
                part = s.recv(4096)
                if not part:
                    break
                answer += part
        text = answer.decode(errors="replace").strip()
        if text.startswith("error"):
            raise DemoError(f"{self.name}: simulated Mac refused '{line}': {text}")
        return text

    def do(self, line):
        """A step of a scenario: `link down` and `link up` are the demo's own, the rest belongs to the simulated Mac."""
        if line == "link down":
            self.link.cut()
        elif line == "link up":
            self.link.restore()
        else:
            self.simulate(line)


class Lab:
    """The lab (tests/lab): holdfastd on strongSwan's charon, with one fault. Its own witness judges it."""

    def __init__(self, binaries, folder):
        script = pathlib.Path(__file__).resolve().parent.parent / "tests/lab/lab.sh"
        self.told = 0
        os.environ["HOLDFAST_BIN"] = str(binaries)
        self.program = Program([script, "--require", "gateway_lost"], folder / "lab.log")

    def news(self):
        lines = [line for line in pathlib.Path(self.program.log).read_text(errors="replace").splitlines() if line.strip()]
        new, self.told = lines[self.told:], len(lines)
        return new

    def end(self, seconds):
        try:
            return self.program.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return self.program.end()
