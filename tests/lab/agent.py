"""holdfastd in the client's namespace, and holdfastctl to look at what it says."""

import json
import os
import signal
import subprocess
import time

from network import CLIENT
from children import tied  # of scripts/, which network puts on the path

# Short values: the lab's gateway answers in milliseconds, and its outages last seconds.
POLICY = """policyVersion: 1
enforcementMode: enforce
services:
  - name: lab tunnel
    match:
      name: lab/net
    authentication: machine
    alwaysConnected:
      enabled: true
      reconnectAfter: 1s
boot: { grace: 0s }
reconnect:
  settle: 300ms
  initialDelay: 500ms
  multiplier: 1.5
  maxDelay: 2s
  jitter: 0.1
  attemptBudget: { perTenMinutes: 200, perHour: 1000 }
"""


class Agent:
    def __init__(self, network, binaries, vici_socket, folder):
        self.binaries = binaries
        self.state = os.path.join(folder, "agent")
        os.makedirs(self.state, mode=0o755)
        policy, ready = os.path.join(folder, "policy.yaml"), os.path.join(folder, "ready")
        with open(policy, "w", encoding="utf-8") as file:
            file.write(POLICY)
        with open(os.path.join(folder, "holdfastd.log"), "wb") as log:
            self.process = subprocess.Popen(
                tied([*network.inside(CLIENT), os.path.join(binaries, "holdfastd"), "--backend", "vici",
                      "--vici-socket", vici_socket, "--policy", policy, "--state-dir", self.state, "--no-server",
                      "--ready-file", ready]),
                stdout=log, stderr=log)
        limit = time.monotonic() + 20
        while not os.path.exists(ready):
            if self.process.poll() is not None or time.monotonic() > limit:
                raise RuntimeError(f"holdfastd did not start; see {folder}/holdfastd.log")
            time.sleep(0.02)

    def ask(self, *arguments):
        done = subprocess.run([os.path.join(self.binaries, "holdfastctl"), *arguments, "--json", "--state-dir",
                               self.state], capture_output=True, text=True, timeout=30, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"holdfastctl {' '.join(arguments)}: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def status(self):
        return next(s for s in self.ask("services") if s["rule"] == "lab tunnel")

    def last_row(self):
        rows = self.ask("history", "--limit", "1")["rows"]
        return int(rows[-1]["seq"]) if rows else 0

    def history_after(self, seq):
        return [row for row in self.ask("history", "--limit", "1000")["rows"] if int(row["seq"]) > seq]

    def stop(self):
        """Its exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return -1
