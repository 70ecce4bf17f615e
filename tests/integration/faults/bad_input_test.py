"""Wrong input of every kind: what the programs end with, and whether the one message says what, which, why and what to do."""
import glob
import os
import signal
import socket
import subprocess

from programs import Agent, Server
from support import BIN, POLICY, SCENARIO, Failure, arguments, check, finish, folder, say, wait_until

BROKEN_POLICY = "policyVersion: 2\nenforcementMode: sometimes\n"
checked = []


def has(text, words, case):
    """Prints the message and checks that it names all of `words`."""
    text = text.strip()
    say(f"{case}: {text}")
    missing = [word for word in words if word not in text]
    check(not missing, f"{case}: the message does not say {missing}")
    checked.append(case)


def refuses(case, name, options, code, words, lines=1):
    """A program that must end at once with `code` and one message of `lines` lines."""
    done = subprocess.run([os.path.join(BIN, name), *options], capture_output=True, text=True, timeout=30, check=False)
    text = done.stdout + done.stderr
    check(done.returncode == code, f"{case}: it ended with {done.returncode} and not with {code}: {text}")
    check(len(text.strip().splitlines()) == lines, f"{case}: not one message but this: {text}")
    has(text, words, case)


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def log_line(program, word):
    lines = [line for line in program.text().splitlines() if word in line]
    check(lines, f"no line of the log has '{word}'; {program.tail()}")
    return lines[-1].split("]: ", 1)[-1]


# --- what the daemon lives with


def broken_policy_at_first_start(home):
    path = write(os.path.join(home, "broken.yaml"), BROKEN_POLICY)
    agent = Agent(os.path.join(home, "first"), policy=path)
    try:
        agent.start()
        status = agent.status()
        check(status["enforcementMode"] == "audit" and status["policySource"] == "builtin",
              f"in force is {status['enforcementMode']} from {status['policySource']}")
        has(status["policyError"], [path + ":2", "enforcementMode", "sometimes", "audit, enforce"],
            "broken policy at the first start, in the status")
        check(status["policyError"] in log_line(agent, "rejected"), "the log says something else")
        has(log_line(agent, "is in force"), ["builtin"], "broken policy at the first start, in the log")
        shown = agent.ctl("status").stdout
        check("auditing" in shown and "Policy refused" in shown, f"people see this: {shown}")
    finally:
        agent.end()


def broken_policy_on_reload(home):
    path = write(os.path.join(home, "reloaded.yaml"), open(POLICY, encoding="utf-8").read())
    agent = Agent(os.path.join(home, "reload"), policy=path)
    try:
        agent.start()
        check(agent.status()["enforcementMode"] == "enforce", "the policy is not in force")
        write(path, BROKEN_POLICY)
        agent.process.send_signal(signal.SIGHUP)
        status = wait_until("the broken policy to be refused", lambda: refused_policy(agent))
        check(status["enforcementMode"] == "enforce" and int(status["policyVersion"]) == 1, "the last good one is gone")
        has(status["policyError"], [path + ":2", "enforcementMode", "sometimes"], "broken policy on SIGHUP")
        os.unlink(path)
        agent.process.send_signal(signal.SIGHUP)
        status = wait_until("the missing policy to be told", lambda: refused_policy(agent, "No such file"))
        check(status["enforcementMode"] == "enforce", "the last good one is gone")
        has(status["policyError"], [path, "No such file"], "missing policy on SIGHUP")
    finally:
        agent.end()


def refused_policy(agent, word=""):
    status = agent.status()
    return status if status["policyError"] and word in status["policyError"] else None


def unreadable_profile(home):
    path = write(os.path.join(home, "bad.mobileconfig"), "<plist><dict><key>PayloadType")
    agent = Agent(os.path.join(home, "profile"), extra=["--profiles", path])
    try:
        agent.start()
        has(log_line(agent, "bad.mobileconfig"), ["bad.mobileconfig", "profile"], "unreadable profile")
        wait_until("the other services", lambda: agent.service("Corporate VPN")["status"] == "connected")
    finally:
        agent.end()


# --- enrollment


def enrollment_refused(home, name, enrollment, state, words):
    agent = Agent(os.path.join(home, name), enrollment)
    try:
        agent.start()
        uplink = wait_until(f"{name}: to be refused", lambda: refused(agent), seconds=60)
        check(state in uplink["state"], f"{name}: the state is {uplink['state']}")
        has(f"{uplink['state']}: {uplink['lastError']}", words, name)
        check(any(incident["name"] == "enrollment_refused" for incident in agent.status()["incidents"])
              or state == "backing off", f"{name}: there is no incident enrollment_refused")
        secret = enrollment.rsplit("_", 1)[-1]
        check(secret not in agent.text() + str(agent.status()), f"{name}: the token's secret is shown")
        wait_until(f"{name}: the agent to enforce", lambda: agent.service("Corporate VPN")["status"] == "connected")
    finally:
        agent.end()


def refused(agent):
    uplink = agent.status()["uplink"]
    return uplink if uplink["lastError"] else None


def enroll_once(home, name, enrollment):
    agent = Agent(os.path.join(home, name), enrollment)
    try:
        agent.start()
        wait_until("the agent to be online", agent.online)
    finally:
        agent.end()


def expired(server, token_id):
    tokens = server.admin("tokens", "list")["tokens"]
    expires = next(token["expires"] for token in tokens if token["tokenId"] == token_id)
    now = subprocess.run(["date", "-u", "+%Y-%m-%dT%H:%M:%SZ"], capture_output=True, text=True, check=True)
    return now.stdout.strip() > expires[:19] + "Z"


def tokens(home, server):
    good, _ = server.enrollment()
    unknown = good[:-8] + "00000000"
    enrollment_refused(home, "unknown token", unknown, "refused", ["TOKEN_UNKNOWN", "ask an admin for a new token"])
    once, _ = server.enrollment("--quota", "1")
    enroll_once(home, "once", once)
    enrollment_refused(home, "exhausted token", once, "refused", ["TOKEN_EXHAUSTED", "1", "ask an admin for a new token"])
    revoked, token_id = server.enrollment()
    server.admin("tokens", "revoke", token_id)
    enrollment_refused(home, "revoked token", revoked, "refused", ["TOKEN_REVOKED", "ask an admin for a new token"])
    short, token_id = server.enrollment("--lifetime", "1s")
    wait_until("the token to expire", lambda: expired(server, token_id), every=0.2)
    enrollment_refused(home, "expired token", short, "refused", ["TOKEN_EXPIRED", "ask an admin for a new token"])
    parts = good.split(":")
    pin = ("0" if parts[3][0] != "0" else "1") + parts[3][1:]
    enrollment_refused(home, "server that is not ours", ":".join([*parts[:3], pin, parts[4]]), "",
                       [f"127.0.0.1:{server.port}", pin[:8], "enrollment string"])


# --- what ends a program at once


def daemon_refuses(home):
    simulated = ["--backend", "simulated", "--scenario", SCENARIO, "--no-server"]
    agent = Agent(os.path.join(home, "owner"))
    try:
        agent.start()
        refuses("second daemon on a state folder", "holdfastd", ["--state-dir", agent.state_dir, *simulated], 4,
                [agent.state_dir, str(agent.process.pid), "stop"])
        check(agent.status()["enforcementMode"] == "enforce", "the first daemon suffered")
    finally:
        agent.end()
    file = write(os.path.join(home, "file"), "")
    refuses("state folder that is a file", "holdfastd", ["--state-dir", file, *simulated], 3,
            [file, "not a folder", "--state-dir"])
    refuses("state folder below a file", "holdfastd", ["--state-dir", file + "/state", *simulated], 3,
            [file, "Not a directory", "--state-dir"])
    refuses("state folder that cannot be made", "holdfastd", ["--state-dir", "/proc/holdfast", *simulated], 3,
            ["/proc/holdfast", "No such file", "--state-dir"])
    state = os.path.join(home, "refused")
    here = ["--state-dir", state, "--backend", "simulated"]
    refuses("unknown flag", "holdfastd", [*here, "--polcy", POLICY], 2, ["--polcy", "--help"], lines=2)
    refuses("unknown back end", "holdfastd", ["--state-dir", state, "--backend", "darwin"], 2,
            ["--backend", "darwin", "simulated"], lines=2)
    refuses("flags that exclude each other", "holdfastd", [*here, "--enroll", "x", "--no-server"], 2,
            ["--enroll", "--no-server"], lines=2)
    refuses("enrollment string that is none", "holdfastd", [*here, "--enroll", "holdfast1:localhost"], 2,
            ["enrollment string"])
    refuses("enrollment file that is not there", "holdfastd", [*here, "--enroll-file", file + ".none"], 2,
            ["--enroll-file", file + ".none", "No such file", "tokens create"])
    refuses("scenario that is not there", "holdfastd", [*here, "--no-server", "--scenario", file + ".yaml"], 2,
            [file + ".yaml"])
    refuses("policy to check that is broken", "holdfastd",
            ["--check-policy", write(os.path.join(home, "check.yaml"), BROKEN_POLICY)], 5,
            ["check.yaml:2", "enforcementMode", "sometimes"])
    refuses("status without a daemon", "holdfastctl", ["--state-dir", state, "status"], 3, [state, "does not run"])


def server_refuses(home, server):
    listen = ["--agent-listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]
    refuses("second server on a data folder", "holdfast-server", ["--data-dir", server.data_dir, *listen], 3,
            [server.data_dir, str(server.process.pid), "stop"])
    other = os.path.join(home, "other")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refuses("port in use", "holdfast-server",
                ["--data-dir", other, "--agent-listen", f"127.0.0.1:{port}", "--admin-listen", "127.0.0.1:0"], 5,
                [f"127.0.0.1:{port}", "in use", "listen elsewhere"])
    refuses("port of another holdfast-server", "holdfast-server",
            ["--data-dir", other, "--agent-listen", f"127.0.0.1:{server.port}", "--admin-listen", "127.0.0.1:0"], 5,
            [f"127.0.0.1:{server.port}", "in use", "listen elsewhere"])
    file = write(os.path.join(home, "file2"), "")
    refuses("data folder that is a file", "holdfast-server", ["--data-dir", file, *listen], 3,
            [file, "not a folder", "--data-dir"])
    refuses("data folder that cannot be made", "holdfast-server", ["--data-dir", "/proc/holdfast", *listen], 3,
            ["/proc/holdfast", "No such file", "--data-dir"])
    refuses("server without a data folder", "holdfast-server", listen, 2, ["--data-dir", "--help"], lines=2)
    refuses("address that is none", "holdfast-server", ["--data-dir", other, "--agent-listen", "nonsense"], 2,
            ["--agent-listen", "nonsense"], lines=2)
    [policy_key] = glob.glob(os.path.join(home, "other", "policy-*.key"))
    os.unlink(policy_key)
    write(os.path.join(home, "other", "fleet.db"), "")
    refuses("data folder without its keys", "holdfast-server", ["--data-dir", other, *listen], 3,
            [other, os.path.basename(policy_key), "restore"])


def run(home):
    server = Server(os.path.join(home, "server"))
    try:
        server.start()
        cases = [broken_policy_at_first_start, broken_policy_on_reload, unreadable_profile, daemon_refuses,
                 lambda home: server_refuses(home, server), lambda home: tokens(home, server)]
        failures = []
        for case in cases:
            try:
                case(home)
            except Failure as failure:
                say(f"FAILED: {failure}")
                failures.append(str(failure))
        check(not failures, f"{len(failures)} of the cases; the first: {failures[:1]}")
        check(server.process.poll() is None, "the server ended")
    finally:
        server.end()
    return f"{len(checked)} kinds of wrong input, each with its exit code and one message"


def main():
    options = arguments(__doc__)
    with folder() as home:
        finish("bad_input_test", options.seed, lambda: run(home))


if __name__ == "__main__":
    main()
