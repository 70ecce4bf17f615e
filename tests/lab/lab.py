"""holdfastd keeps a real IKEv2 tunnel up, through outages. README.md says what is proved and how."""

import argparse
import os
import shutil
import sys
import tempfile
import time

from agent import Agent
from charon import Charon
from faults import FAULTS
from network import CLIENT, GATEWAY, INSIDE, Network
from witness import Witness

UP_WITHIN = 10.0   # from the agent's start to the first answer through the tunnel
STEADY = 1.0       # of answers before the next fault
QUIET = 0.6        # without an answer: the outage has begun
ROW = "{:<20} {:>9} {:>9} {:>9}  {:<6} {}"


class Lab:
    def __init__(self, network, folder, binaries):
        self.network = network
        self.gateway = Charon(network, GATEWAY, folder)
        self.client = Charon(network, CLIENT, folder)
        self.witness = self.agent = None
        self.folder, self.binaries = folder, binaries
        self.failures = []

    def fail(self, what):
        self.failures.append(what)
        print(f"lab: FAILED: {what}", flush=True)

    def bring_up(self):
        for charon in (self.gateway, self.client):
            charon.start()
            charon.load()
        self.witness = Witness(self.network, CLIENT, INSIDE)
        start = time.monotonic()
        if self.witness.first_after(start, 1.5) is not None:
            raise RuntimeError("there is an answer without a tunnel: the witness would prove nothing")
        start = time.monotonic()
        self.agent = Agent(self.network, self.binaries, self.client.socket, self.folder)
        up = self.witness.first_after(start, UP_WITHIN)
        if up is None:
            self.fail(f"no answer through the tunnel within {UP_WITHIN:.0f} s of the agent's start")
            return False
        print(ROW.format("start", "-", "-", f"{up - start:.2f} s", "ok", "from the agent's start to the first answer"))
        return True

    def go_through(self, fault):
        time.sleep(STEADY)
        before = self.agent.last_row()
        injected = time.monotonic()
        fault.inject(self)
        if fault.lasts > 0:
            last = self.witness.silent_since(QUIET)
            time.sleep(max(0.0, injected + fault.lasts - time.monotonic()))
            healed = time.monotonic()
            fault.heal(self)
            back = self.witness.first_after(healed, fault.within)
        else:
            healed = injected
            last, back = self.witness.gap_after(injected, fault.within) or (None, None)
        self.judge(fault, before, last, healed, back)

    def judge(self, fault, before, last, healed, back):
        told = [row["text"] for row in self.agent.history_after(before)]
        faithful = any(word in text for text in told for word in fault.told)
        good = back is not None and faithful
        outage = f"{back - last:.2f} s" if back and last else "-"
        recovery = f"{back - healed:.2f} s" if back else "never"
        print(ROW.format(fault.name, f"{fault.lasts:.1f} s", outage, recovery, "ok" if good else "FAILED", fault.what),
              flush=True)
        if back is None:
            self.fail(f"{fault.name}: no answer through the tunnel within {fault.within:.0f} s")
        if not faithful:
            self.fail(f"{fault.name}: the history names none of {fault.told}; it says: {'; '.join(told)}")

    def finish(self):
        time.sleep(STEADY)
        service = self.agent.status()
        if service["status"] != "connected" or service["timeClass"] != "protected":
            self.fail(f"at the end the agent calls the tunnel {service['status']}/{service['timeClass']}")
        code = self.agent.stop()
        self.agent = None
        if code != 0:
            self.fail(f"holdfastd ended with {code}")

    def clean_up(self):
        if self.agent is not None:
            self.agent.stop()
        if self.witness is not None:
            self.witness.stop()
        for charon in (self.client, self.gateway):
            charon.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("faults", nargs="*", help="all, unless named: " + ", ".join(f.name for f in FAULTS))
    parser.add_argument("--require", action="store_true", help="a missing prerequisite is a failure")
    parser.add_argument("--keep", action="store_true", help="keep logs and state, and say where")
    options = parser.parse_args()
    unknown = set(options.faults) - {f.name for f in FAULTS}
    if unknown:
        parser.error(f"no such fault: {', '.join(sorted(unknown))}")
    here = os.path.dirname(os.path.abspath(__file__))
    binaries = os.environ.get("HOLDFAST_BIN") or os.path.join(here, "..", "..", "build", "bin")
    if not os.access(os.path.join(binaries, "holdfastd"), os.X_OK):
        print(f"lab: skipped, because there is no holdfastd in {binaries}: ./dev build", file=sys.stderr)
        return 1 if options.require else 77
    folder = tempfile.mkdtemp(prefix="hflab-")
    os.chmod(folder, 0o755)
    print(ROW.format("FAULT", "LASTED", "OUTAGE", "RECOVERY", "", "recovery is counted from the fault's end"))
    with Network() as network:
        lab = Lab(network, folder, os.path.abspath(binaries))
        try:
            if lab.bring_up():
                for fault in FAULTS:
                    if not options.faults or fault.name in options.faults:
                        lab.go_through(fault)
                lab.finish()
        finally:
            lab.clean_up()
    if options.keep or lab.failures:
        print(f"lab: logs and state are kept in {folder}")
    else:
        shutil.rmtree(folder)
    print(f"lab: {'FAILED' if lab.failures else 'passed'}")
    return 1 if lab.failures else 0


if __name__ == "__main__":
    sys.exit(main())
