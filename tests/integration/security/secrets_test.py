"""Everything that the programs write is searched for every secret they were given, in each form that it could take."""
import base64
import os
import re
import shutil
import signal
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../faults"))
from programs import Agent, Server  # noqa: E402
from secret_forms import Secret, contents, files_below, key_secrets, search  # noqa: E402
from support import BIN, SCENARIO, SOURCE, Skip, arguments, check, finish, folder, say, wait_until  # noqa: E402

PROFILE = os.path.join(SOURCE, "tests/profiles/fixtures/secrets.mobileconfig")  # each secret in it has this word
PROFILE_SECRET = "hunter2"
PASSCODE, WRONG_PASSCODE = "correct-horse-4711", "wrong-donkey-0815"
WRONG_CODE = "K7M2-Q9XR-W3TD-V8HN"
PERSON = 501  # the console user's uid on a simulated Mac: only the person at the Mac may override
# The most that gRPC can be made to say.
VERBOSE = {"GRPC_VERBOSITY": "DEBUG", "GRPC_TRACE": "api,http,secure_endpoint,tsi,call_error,handshaker"}
POLICY = """policyVersion: {version}
enforcementMode: enforce
services:
  - name: Corporate VPN
    match:
      name: Corporate VPN
    authentication: machine
    alwaysConnected:
      enabled: true
reporting:
  heartbeatInterval: 1s
override:
  mode: passcode
  maxPerDay: 100
  passcode: "{passcode}"
"""


# --- the programs, with all that they print kept


class Session:
    def __init__(self, home):
        self.home = home
        self.outputs = os.path.join(home, "outputs")
        os.makedirs(self.outputs)
        self.count = 0

    def call(self, program, *options, typed="", shows=False, code=None, user=None):
        """Runs one command. What it prints is searched later, unless showing a secret is its purpose."""
        done = subprocess.run([os.path.join(BIN, program), *options], input=typed, capture_output=True, text=True,
                              timeout=120, check=False, user=user, group=user, extra_groups=[] if user else None)
        self.count += 1
        stem = os.path.join(self.outputs, f"{self.count:03}-{program}-{options[-1].replace('/', '_')[:40]}")
        for suffix, text in (("out", "" if shows else done.stdout), ("err", done.stderr)):
            with open(f"{stem}.{suffix}", "w", encoding="utf-8") as file:
                file.write(text)
        if code is not None:
            check(done.returncode == code, f"{program} {options}: ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done


class VerboseServer(Server):
    """Its first start prints the admin token on standard output, as it says: only the log is searched."""

    def launch(self, arguments=None):
        if os.path.exists(self.ready_file):
            os.unlink(self.ready_file)
        with open(self.log, "ab") as log, open(os.devnull, "wb") as nowhere:
            first = not os.path.exists(os.path.join(self.data_dir, "admin-token"))
            self.process = subprocess.Popen([self.path, *self.arguments()], stdin=subprocess.DEVNULL,
                                            stdout=nowhere if first else log, stderr=log)


class SharedAgent(Agent):
    """Its socket lies where others may ask it."""

    def __init__(self, folder, *arguments, **options):
        super().__init__(folder, *arguments, **options)
        self.socket = folder + ".sock"
        self.extra += ["--socket", self.socket]

    def ctl(self, *arguments):
        return super().ctl("--socket", self.socket, *arguments)


def write(path, text, mode=0o600):
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, mode), "w") as file:
        file.write(text)
    return path


def token_secret(enrollment):
    return enrollment.rsplit("_", 1)[-1]


class Story:
    """What is done to the programs, and the secrets that came up."""

    def __init__(self, home):
        self.home = home
        self.session = Session(home)
        self.secrets = [Secret("the passcode", PASSCODE), Secret("a wrong passcode", WRONG_PASSCODE),
                        Secret("a wrong code", WRONG_CODE)]
        self.profiles = Secret("a secret of a profile", PROFILE_SECRET)
        self.secrets.append(self.profiles)
        self.server = VerboseServer(os.path.join(home, "server"))
        self.agents = []

    def admin(self, *options, **more):
        return self.session.call("holdfast-admin", "--data-dir", self.server.data_dir, *options, **more)

    def ctl(self, *options, **more):
        return self.session.call("holdfastctl", "--state-dir", self.agents[0].state_dir, "--socket", self.agents[0].socket,
                                 *options, **more)

    def override(self, *options, **more):
        return self.ctl("override", *options, user=PERSON, **more)

    def agent(self, name, enrollment, policy):
        profile = shutil.copy(PROFILE, os.path.join(self.home, name + ".mobileconfig"))
        self.profiles.allowed.append(os.path.realpath(profile))
        agent = SharedAgent(os.path.join(self.home, name), enrollment, policy=policy, extra=["--profiles", profile])
        self.agents.append(agent)
        kept = os.path.join(agent.state_dir, "enrollment")  # to enroll again with
        self.secrets.append(Secret(f"the token of {name}", token_secret(enrollment), [agent.enroll_file, kept]))
        return agent

    def enrollment(self, *options):
        shown = self.admin("tokens", "create", *options, shows=True, code=0).stdout
        return re.search(r"holdfast1:\S+", shown).group(0)

    def play(self):
        self.server.start()
        token_file = os.path.join(self.server.data_dir, "admin-token")
        self.admin_token = contents(token_file).decode().strip()
        self.secrets.append(Secret("the admin token's secret", token_secret(self.admin_token), [token_file]))
        kept = os.path.join(self.home, "auditor-token")
        self.admin("admins", "create", "auditor", "--role", "auditor", "--out", kept, code=0)
        self.secrets.append(Secret("the auditor's token", token_secret(contents(kept).decode().strip()), [kept]))
        self.policies()
        self.refused_enrollments()
        first = self.agent("first", self.enrollment(), self.policy)
        first.start()
        wait_until("the agent to be online", first.online)
        wait_until("the policy in force", lambda: first.status()["policyVersion"] == "7")
        self.overrides()
        self.new_keys()
        self.bad_input()
        self.crashes()
        self.records()

    def policies(self):
        made = self.session.call("holdfast-admin", "override", "passcode", typed=PASSCODE + "\n", code=0).stdout
        salted = re.search(r'passcode: "([^"]+)"', made).group(1)
        self.policy = write(os.path.join(self.home, "policy.yaml"), POLICY.format(version=7, passcode=salted))
        self.admin("policy", "put", self.policy, code=0)
        self.admin("policy", "list", code=0)
        clear = write(os.path.join(self.home, "clear.yaml"), POLICY.format(version=8, passcode=PASSCODE))
        self.secrets[0].allowed.append(os.path.realpath(clear))
        self.admin("policy", "put", clear, code=1)
        self.session.call("holdfastctl", "policy", "lint", clear)
        self.session.call("holdfastd", "--check-policy", clear, code=5)

    def refused_enrollments(self):
        wrong = self.enrollment()[:-8] + "00000000"
        pinned = self.enrollment()
        for name, string in (("unknown", wrong), ("pin", pinned.replace(pinned.split(":")[3][:4], "0000"))):
            agent = self.agent(name, string, self.policy)
            agent.start()
            wait_until(f"the agent '{name}' to be refused", lambda: agent.status()["uplink"]["lastError"])  # noqa: B023
            agent.stop()
        good = self.enrollment()
        self.secrets.append(Secret("a token that stands in a broken string", token_secret(good)))
        self.session.call("holdfastd", "--state-dir", os.path.join(self.home, "broken"), "--backend", "simulated",
                          "--enroll", good.replace("holdfast1:", "holdfast1:x:"), code=2)
        other = write(os.path.join(self.home, "other-token"), self.admin_token[:-4] + "0000\n")
        self.secrets.append(Secret("a wrong admin token", token_secret(self.admin_token[:-4] + "0000"), [other]))
        ready = self.server.ready_file
        port = re.search(r'"admin_port": *(\d+)', contents(ready).decode()).group(1)
        self.session.call("holdfast-admin", "--server", f"localhost:{port}", "--ca",
                          os.path.join(self.server.data_dir, "ca.pem"), "--token-file", other, "devices", code=4)
        self.agents.clear()

    def overrides(self):
        reason = ["--reason", "the help desk asked for it", "--for", "10m", "Corporate VPN"]
        self.override("--passcode", *reason, typed=WRONG_PASSCODE + "\n")
        self.override("--passcode", *reason, typed=PASSCODE + "\n", code=0)
        self.override("--end", "Corporate VPN", code=0)
        self.override("--code", WRONG_CODE, *reason)
        device = self.agents[0].status()["uplink"]["deviceId"]
        shown = self.admin("override", "code", device, "--for", "1h", "--reason", "the help desk asked", shows=True, code=0)
        code = re.search(r"\b[0-9A-Z]{4,}(?:-[0-9A-Z]{4,})+\b", shown.stdout).group(0)
        self.secrets.append(Secret("an override code", code))
        self.override("--code", code, *reason, code=0)
        self.override("--code", code, *reason)  # a second time
        self.override("--end", "Corporate VPN")

    def new_keys(self):
        """Their private halves are found by the search for key files, like the first ones."""
        for kind in ("policy", "ca"):
            self.admin("keys", "rotate", kind, code=0)
        self.admin("keys", "list", code=0)

    def bad_input(self):
        agent = self.agents[0]
        shutil.copy(os.path.join(self.home, "clear.yaml"), self.policy)
        self.secrets[0].allowed.append(os.path.realpath(self.policy))
        agent.process.send_signal(signal.SIGHUP)
        wait_until("the policy with a clear passcode to be refused", lambda: agent.status()["policyError"])
        self.ctl("policy")
        self.ctl("explain", "nothing")
        self.admin("device", "nobody")
        self.ctl("why", "Corporate VPN")

    def crashes(self):
        for program, how in ((self.agents[0], signal.SIGKILL), (self.server, signal.SIGKILL),
                             (self.agents[0], signal.SIGABRT), (self.server, signal.SIGABRT)):
            program.process.send_signal(how)
            program.process.wait()
            program.start()
        wait_until("the agent to be online again", self.agents[0].online, 60)
        wait_until("all rows to be acknowledged", self.agents[0].all_acknowledged, 60)

    def records(self):
        """What somebody would attach to a question."""
        self.ctl("--json", "status", code=0)
        self.ctl("--json", "history", "--limit", "5000", code=0)
        self.ctl("history", "export", "--output", os.path.join(self.home, "journal.export"), code=0)
        self.ctl("incidents")
        self.ctl("doctor", "--report", os.path.join(self.home, "doctor.txt"))
        device = self.agents[0].status()["uplink"]["deviceId"]
        for options in (["audit"], ["tokens", "list"], ["admins", "list"], ["devices"], ["device", device], ["history", device], ["orders"],
                        ["incidents"], ["report", "--html", os.path.join(self.home, "report.html")]):
            self.admin(*options)
            self.admin("--json", *options)
        self.agents[0].stop()
        self.session.call("holdfastd", "--state-dir", self.agents[0].state_dir, "--dump-rows")
        self.server.stop()

    def end(self):
        for program in (*self.agents, self.server):
            program.end()


def private_keys(home):
    """All key files of both sides; each is its owner's alone, and nothing else holds a key."""
    out = [path for path in files_below(home) if b"PRIVATE KEY-----" in contents(path)]
    for path in out:
        check(os.stat(path).st_mode & 0o077 == 0, f"{path} has a private key and may be read by others")
    say(f"private keys: {', '.join(os.path.relpath(path, home) for path in out)}")
    return out


def run(home, leave):
    if os.geteuid() != 0:
        raise Skip("to act as the person at the Mac needs root")
    os.environ.update(VERBOSE)
    story = Story(home)
    try:
        story.play()
    finally:
        story.end()
    keys = private_keys(home)
    check(len(keys) >= 4, f"only these keys: {keys}")
    secrets = story.secrets + [secret for path in keys for secret in key_secrets(path)]
    if leave:  # the search itself must find what is there
        write(os.path.join(home, "leak"), base64.b64encode(b"x" + secrets[0].value + b"yz").decode())
    found, searched = search(home, secrets)
    for line in found:
        say(f"FOUND {line}")
    check(not found, f"{len(found)} secrets where they do not belong; the first: {found[:1]}")
    return f"{len(secrets)} secrets in {sum(len(s.forms()) for s in secrets)} forms, {searched >> 10} KB of files and output searched: none found"


def main():
    options = arguments(__doc__, lambda parser: parser.add_argument("--leak", action="store_true", help="plant one"))
    check(os.path.exists(SCENARIO), SCENARIO)
    with folder() as home:
        os.chmod(home, 0o711)
        finish("secrets_test", options.seed, lambda: run(home, options.leak))


if __name__ == "__main__":
    main()
