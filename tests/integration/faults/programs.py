"""Holdfast's programs as processes: started, waited for, killed, and never left behind."""
import contextlib
import json
import os
import signal
import subprocess

from support import BIN, POLICY, SCENARIO, Failure, check, wait_until
from children import tied  # of scripts/, which support puts on the path


class Program:
    """One program that says by its ready file that it runs. Standard error and output go to `log`."""

    def __init__(self, name, folder, inside=()):
        self.inside = list(inside)  # the beginning of a command line that runs it elsewhere
        self.path = os.path.join(BIN, name)
        check(os.access(self.path, os.X_OK), f"{self.path} is not there: build it, or set HOLDFAST_BIN")
        os.makedirs(folder, mode=0o700, exist_ok=True)
        self.log = os.path.join(folder, "log")
        self.ready_file = os.path.join(folder, "ready")
        self.process = None

    def arguments(self):
        raise NotImplementedError

    def launch(self, arguments=None):
        """Starts it and does not wait."""
        if os.path.exists(self.ready_file):
            os.unlink(self.ready_file)  # a killed process left it
        with open(self.log, "ab") as log:
            command = [*self.inside, self.path, *(self.arguments() if arguments is None else arguments)]
            self.process = subprocess.Popen(tied(command), stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def start(self, seconds=30):
        self.launch()
        wait_until(f"{self.path} to be ready; {self.tail()}", self.is_ready, seconds, every=0.005)

    def is_ready(self):
        if self.process.poll() is not None:
            raise Failure(f"{self.path} ended with {self.process.returncode} at its start; {self.tail()}")
        return os.path.exists(self.ready_file)

    def wait(self, seconds=30):
        """The exit code of a process that ends by itself."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.path} did not end within {seconds} s; {self.tail()}") from None

    def kill(self):
        check(self.process.poll() is None, f"{self.path} ended by itself; {self.tail()}")
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        check(self.process.poll() is None, f"{self.path} ended by itself; {self.tail()}")
        self.process.send_signal(signal.SIGTERM)
        code = self.wait()
        check(code == 0, f"{self.path} ended with {code} after SIGTERM; {self.tail()}")

    def end(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def text(self):
        if not os.path.exists(self.log):
            return ""
        with open(self.log, encoding="utf-8", errors="replace") as log:
            return log.read()

    def tail(self):
        code = self.process.poll() if self.process is not None else None
        state = "it runs" if code is None else f"it ended with {code}"
        return f"{state}; its log ends:\n" + "\n".join(self.text().splitlines()[-15:]) + "\n"


class Server(Program):
    def __init__(self, folder, data_dir=None, inside=(), host=None):
        super().__init__("holdfast-server", folder, inside)
        self.host = host  # the name that agents reach it by; none: only those of this machine do
        self.data_dir = data_dir or os.path.join(folder, "data")
        self.database = os.path.join(self.data_dir, "fleet.db")
        self.extra = []  # further arguments
        self.port = 0  # any free one at the first start, then the one that agents know

    def arguments(self):
        listen = "0.0.0.0" if self.host else "127.0.0.1"
        named = ["--public-host", self.host] if self.host else []
        return ["--data-dir", self.data_dir, "--agent-listen", f"{listen}:{self.port}",
                "--admin-listen", "127.0.0.1:0", "--ready-file", self.ready_file, *named, *self.extra]

    def start(self, seconds=30):
        super().start(seconds)
        with open(self.ready_file, encoding="utf-8") as ready:
            self.port = int(json.load(ready)["agent_port"])

    def admin(self, *arguments):
        """What holdfast-admin answers, as JSON."""
        command = [*self.inside, os.path.join(BIN, "holdfast-admin"), "--data-dir", self.data_dir, "--json", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        check(done.returncode == 0, f"holdfast-admin {' '.join(arguments)}: {done.stderr.strip()}")
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def enrollment(self, *arguments):
        """A new token: its enrollment string and its id."""
        answer = self.admin("tokens", "create", *arguments)
        return answer["enrollmentString"], answer["token"]["tokenId"]


class Agent(Program):
    """holdfastd with a simulated Mac."""

    def __init__(self, folder, enrollment=None, state_dir=None, policy=POLICY, extra=(), inside=()):
        super().__init__("holdfastd", folder, inside)
        self.state_dir = state_dir or os.path.join(folder, "state")
        self.journal = os.path.join(self.state_dir, "journal.db")
        self.sim_control = os.path.join(folder, "sim")
        self.policy = policy
        self.extra = list(extra)
        self.enroll_file = None
        if enrollment is not None:
            self.enroll_file = os.path.join(folder, "enroll")
            with open(self.enroll_file, "w", encoding="utf-8", opener=_owner_only) as file:
                file.write(enrollment + "\n")

    def start(self, *arguments, **options):
        # It was killed by us, often: an agent that takes this for its own crashes would only report.
        with contextlib.suppress(FileNotFoundError):
            os.remove(os.path.join(self.state_dir, "starts"))
        return super().start(*arguments, **options)

    def arguments(self):
        out = ["--state-dir", self.state_dir, "--backend", "simulated", "--scenario", SCENARIO,
               "--sim-control", self.sim_control, "--ready-file", self.ready_file, "--policy", self.policy]
        return out + (["--enroll-file", self.enroll_file] if self.enroll_file else ["--no-server"]) + self.extra

    def ctl(self, *arguments):
        command = [os.path.join(BIN, "holdfastctl"), "--state-dir", self.state_dir, *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    def status(self):
        done = self.ctl("--json", "status")
        check(done.returncode == 0, f"holdfastctl status: {done.stderr.strip()}; {self.tail()}")
        return json.loads(done.stdout)

    def service(self, name, status=None):
        for service in (status or self.status())["services"]:
            if service["name"] == name:
                return service
        raise Failure(f"holdfastctl status shows no service '{name}'")

    def online(self):
        return self.status()["uplink"]["state"] == "online"

    def all_acknowledged(self):
        uplink = self.status()["uplink"]
        return int(uplink["lastSeq"]) == int(uplink["ackedThrough"]) and uplink


def _owner_only(path, flags):
    return os.open(path, flags, 0o600)
