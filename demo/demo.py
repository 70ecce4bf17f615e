#!/usr/bin/env python3
"""./dev demo: one server and four simulated Macs on this machine, each with one thing that goes wrong.

With --once it ends by itself, prints what happened, and checks the server's compliance report against an independent model
(model.py). Exit status: 0 all as expected, 1 something differs or failed, 2 wrong usage.
"""
import argparse
import json
import os
import pathlib
import select
import shutil
import sys
import tempfile
import termios
import time
import tty

import yaml

from fleet import DemoError, Lab, Mac, Server, last_lines, wait_for
from model import CLASSES, Model, compare
from narrate import mark, worth_telling
from screen import Screen, fit

HERE = pathlib.Path(__file__).resolve().parent
TOLERANCE = 2.0  # seconds per class: two clocks are read by different programs, and a class changes when an event arrives


def load_macs():
    macs = []
    for path in sorted((HERE / "macs").glob("*.yaml")):
        spec = yaml.safe_load(path.read_text())
        spec["profiles"] = [HERE.parent / p for p in spec["profiles"]]
        spec["policy_file"] = HERE / "policies" / spec["policy"]
        macs.append(spec)
    return macs


class Demo:
    def __init__(self, arguments):
        self.arguments = arguments
        self.bin = pathlib.Path(arguments.bin).resolve()
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="holdfast-"))
        self.screen = Screen(live=False if arguments.plain else None)
        self.server = None
        self.macs = []
        self.done = []  # (time, mac, step) as carried out
        self.lab = None
        self.ended = None  # when the scenarios were through
        self.touched = False  # until then the viewer caused trouble: the model no longer knows what to expect

    # --- beginning
    def start(self):
        specs = load_macs()
        if self.arguments.lab and os.geteuid() != 0:
            raise DemoError("--lab makes network namespaces, which only root may: run it as root, or leave --lab out")
        self.screen.tell(time.time(), "server", "starts: makes its own certificate authority and an admin token", "*")
        self.server = Server(self.bin, self.folder)
        for spec in specs:
            self.server.admin("policy", "put", spec["policy_file"], "--group", spec["name"])
            token = self.server.admin("tokens", "create", "--group", spec["name"], "--quota", "1")
            mac = Mac(spec, self.server, self.bin, self.folder)
            mac.start(token["enrollmentString"])
            self.macs.append(mac)
            self.screen.tell(time.time(), mac.name, f"{spec['host']}: {spec['title']}", "*")
        if self.arguments.lab:
            self.lab = Lab(self.bin, self.folder)
            self.screen.tell(time.time(), "lab", "a fifth device, on a real IKEv2 tunnel between network namespaces: its gateway is lost and comes back", "*")
        for mac in self.macs:
            mac.wait_ready()
        self.hints()
        wait_for("bringing every service up", self.all_protected, 40)
        wait_for("hearing from every Mac", lambda: len(self.server.admin("devices").get("devices", [])) == len(self.macs), 20)

    def viewer_may_act(self):
        return not self.arguments.once and sys.stdin.isatty()

    def all_protected(self):
        self.refresh()
        return all(mac.row.get("class") == "protected" and mac.row.get("unsent") == 0 for mac in self.macs)

    def all_heard_of(self):
        self.refresh()
        devices = self.server.admin("devices").get("devices", [])
        return (all(mac.row["unsent"] == 0 for mac in self.macs) and len(devices) == len(self.macs)
                and all(d["lastSeen"] >= stamp(self.ended) for d in devices))

    def hints(self):
        first = self.macs[0]
        self.screen.hints = [
            "In a second terminal:",
            "  " + first.ctl_line("status"),
            "  " + first.ctl_line("why", f"'{first.spec['service']}'"),
            "  " + self.server.admin_line("devices"),
        ]
        if self.viewer_may_act():
            self.screen.hints.append("Keys: 1-4 choose a Mac, then d disconnect, n network off/on, s sleep/wake.  Ctrl-C ends.")
        if not self.screen.live:
            print("\n".join(self.screen.hints), flush=True)

    # --- looking
    def refresh(self):
        for mac in self.macs:
            status = mac.ctl("status")
            service = next((s for s in status.get("services", []) if s.get("required")), {})
            uplink = status.get("uplink", {})
            unsent = int(uplink.get("lastSeq", 0)) - int(uplink.get("ackedThrough", 0))
            mac.row = {
                "mac": mac.name, "service": service.get("name", mac.spec["service"]), "status": service.get("status", "-"),
                "class": service.get("timeClass", "unknown"), "cause": service.get("cause", ""),
                "link": "up" if mac.link.up else "CUT", "unsent": unsent, "incidents": len(status.get("incidents", [])),
            }
            self.news_of(mac)
        if self.lab:
            for line in self.lab.news():
                self.screen.tell(time.time(), "lab", line)

    def news_of(self, mac):
        rows = mac.ctl("history", "--limit", 200).get("rows", [])
        for row in sorted((r for r in rows if int(r["seq"]) > mac.rows_seen), key=lambda r: int(r["seq"])):
            mac.rows_seen = max(mac.rows_seen, int(row["seq"]))
            if worth_telling(row):
                self.screen.tell(int(row["wallNs"]) / 1e9, mac.name, row.get("text", ""), mark(row))

    def draw(self, state):
        for mac in self.macs:
            mac.row["chosen"] = ">" if mac is self.macs[self.chosen] and self.viewer_may_act() else " "
        self.screen.draw([mac.row for mac in self.macs], f" Holdfast demo   {state}")

    # --- the scenarios
    def run_scenarios(self):
        self.began = time.time()
        steps = sorted(((s["at"], mac, s) for mac in self.macs for s in mac.spec["steps"]), key=lambda x: x[0])
        length = max(s[0] for s in steps) + max(mac.spec.get("settles", 15) for mac in self.macs)
        if self.arguments.fast_end:
            length = min(length, self.arguments.fast_end)
        while (elapsed := time.time() - self.began) < length:
            while steps and steps[0][0] <= elapsed:
                _, mac, step = steps.pop(0)
                self.screen.tell(time.time(), mac.name, step["say"], "*")
                mac.do(step["do"].format(root=HERE.parent))
                self.done.append((time.time(), mac, step["do"]))
            self.refresh()
            self.draw(f"{int(elapsed)} s of {int(length)} s")
            if not self.arguments.once:
                self.keys(0.4)
            else:
                time.sleep(0.3)
        self.ended = time.time()
        # What a Mac has not yet told is unknown in a report: wait until each has been heard of after the window's end.
        wait_for("each Mac's next heartbeat", self.all_heard_of, 30)

    def idle(self):
        self.screen.tell(time.time(), "demo", "the scenarios are through; it goes on until Ctrl-C", "*")
        while True:
            self.refresh()
            self.draw("idle: cause trouble, or look around")
            self.keys(0.5)

    # --- the viewer's own trouble
    chosen = 0
    asleep = offline = frozenset()

    def keys(self, seconds):
        if not sys.stdin.isatty():
            time.sleep(seconds)
            return
        if not select.select([sys.stdin], [], [], seconds)[0]:
            return
        key = os.read(sys.stdin.fileno(), 1).decode(errors="replace")
        if key in "1234" and int(key) <= len(self.macs):
            self.chosen = int(key) - 1
            self.screen.tell(time.time(), "you", f"chose {self.macs[self.chosen].name}", "*")
            return
        mac = self.macs[self.chosen]
        if key == "d":
            self.trouble(mac, f"user-disconnect {mac.spec['service']}", "disconnects the service in System Settings")
        elif key == "n":
            line, text = ("network up", "plugs the network in") if mac in self.offline else ("network down", "pulls the network out")
            self.offline = self.offline ^ {mac}
            self.trouble(mac, line, text)
        elif key == "s":
            line, text = ("wake", "opens the lid") if mac in self.asleep else ("sleep", "closes the lid")
            self.asleep = self.asleep ^ {mac}
            self.trouble(mac, line, text)

    def trouble(self, mac, line, text):
        self.touched = self.touched or self.ended is None
        self.screen.tell(time.time(), "you", f"{mac.name}: somebody {text}", "*")
        try:
            mac.simulate(line)
        except DemoError as error:
            self.screen.tell(time.time(), "you", str(error), "!")

    # --- the account
    def check(self):
        """Compares the server's report with the model; gives what the summary prints."""
        results, failures = [], []
        begin, end = self.began, self.ended
        report = self.server.admin("report", "--from", stamp(begin), "--to", stamp(end))["report"]
        for mac in self.macs:
            policy = yaml.safe_load(mac.spec["policy_file"].read_text())
            rule = policy["services"][0]
            model = Model(policy, rule, mac.spec["scenario"], begin)
            for at, who, step in self.done:
                if who is mac:
                    model.apply(at, step)
            expected = model.totals(begin, end)
            line = next((s for s in report.get("services", []) if s.get("hostname") == mac.spec["host"]), None)
            if line is None:
                failures.append(f"{mac.name}: the report does not mention it")
                continue
            measured = {c: int(line.get("totals", {}).get(json_name(c), 0)) / 1e9 for c in CLASSES}
            if abs(sum(measured.values()) - (end - begin)) > 0.01:
                failures.append(f"{mac.name}: classes sum to {sum(measured.values()):.3f} s, the window is {end - begin:.3f} s")
            for name, want, got in compare(expected, measured, TOLERANCE):
                failures.append(f"{mac.name}: {name} should be {want:.1f} s and is {got:.1f} s")
            incidents = self.server.admin("incidents", "--device", mac.spec["host"]).get("incidents", [])
            names = [i["name"] for i in incidents]
            for name in mac.spec.get("incidents", []):
                if name not in names:
                    failures.append(f"{mac.name}: the incident {name} was not reported")
            for name in mac.spec.get("closed", []):
                if not any(i["name"] == name and i.get("closed") for i in incidents):
                    failures.append(f"{mac.name}: the incident {name} was not closed")
            results.append({"mac": mac.name, "host": mac.spec["host"], "expected": expected, "measured": measured, "incidents": incidents})
        if self.lab and self.lab.end(60) != 0:
            failures.append(f"lab: the real tunnel was not kept as it should be:\n{last_lines(self.lab.program.log)}")
        return results, failures

    def what_happened(self):
        print("\nWhat happened")
        for at, who, sentence, sign in self.screen.news:
            print(f"  {time.strftime('%H:%M:%S', time.localtime(at))} {sign} {who:<7} {sentence}")

    def summary(self, results, failures):
        self.what_happened()
        print("\nIncidents")
        for result in results:
            for incident in result["incidents"]:
                state = "closed" if incident.get("closed") else "OPEN"
                print(f"  {result['mac']:<7} {state:<6} {incident['name']}: {incident.get('summary', '')}")
        print(f"\nCompliance, {self.ended - self.began:.0f} s, measured by the server (expected by the model)")
        shown = [c for c in CLASSES if any(r["measured"][c] > 0.05 or r["expected"][c] > 0.05 for r in results)]
        print("  " + fit("Mac", 8) + "".join(fit(c, 19) for c in shown))
        for r in results:
            cells = "".join(fit(f"{r['measured'][c]:.1f} s ({r['expected'][c]:.1f})", 19) for c in shown)
            print("  " + fit(r["mac"], 8) + cells)
        if self.touched:
            print("\nYou caused trouble while the scenarios ran, so the model's figures do not apply.")
        elif failures:
            print("\nNOT as expected:")
            for failure in failures:
                print("  " + failure)
        else:
            print(f"\nEach class is within {TOLERANCE:g} s of the model, and every incident was opened and closed as it should be.")

    def write_json(self, results, failures):
        out = {
            "began": stamp(self.began), "ended": stamp(self.ended), "tolerance_seconds": TOLERANCE, "viewer_caused_trouble": self.touched,
            "failures": failures, "macs": results,
            "news": [{"at": stamp(at), "who": who, "text": text} for at, who, text, _ in self.screen.news],
        }
        pathlib.Path(self.arguments.json).write_text(json.dumps(out, indent=2) + "\n")

    def end(self):
        for mac in self.macs:
            if mac.program:
                mac.program.end()
        if self.lab:
            self.lab.program.end()
        if self.server:
            self.server.program.end()


def stamp(at):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at * 1000) % 1000:03d}Z"


def json_name(name):
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest) + "Ns"


def run(demo):
    """Gives the exit status."""
    status = 1
    results, failures = [], []
    old = termios.tcgetattr(sys.stdin) if sys.stdin.isatty() and not demo.arguments.once else None
    try:
        demo.screen.enter()
        if old:
            tty.setcbreak(sys.stdin.fileno())
        demo.start()
        demo.run_scenarios()
        results, failures = demo.check()
        status = 1 if failures and not demo.touched else 0
        if not demo.arguments.once:
            demo.idle()
    except KeyboardInterrupt:
        status = 0 if not failures or demo.touched else 1
    finally:
        if old:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, old)
        demo.screen.leave()
    if results:
        demo.summary(results, failures)
        if demo.arguments.json:
            demo.write_json(results, failures)
    elif demo.screen.live:  # ended by the viewer before the account; on a terminal the story was only on the screen
        demo.what_happened()
        print("\nEnded before the scenarios were through, so there is no account to compare with the model.")
    return status


def main():
    parser = argparse.ArgumentParser(prog="./dev demo", description=__doc__.split("\n\n")[0])
    parser.add_argument("--bin", default="build/bin", help=argparse.SUPPRESS)
    parser.add_argument("--once", action="store_true", help="end by itself within two minutes; exit status 0 only if all is as expected")
    parser.add_argument("--json", metavar="FILE", help="also write what happened as data")
    parser.add_argument("--plain", action="store_true", help="lines instead of a live table, on a terminal too")
    parser.add_argument("--keep", action="store_true", help="keep state and logs after a good end, too")
    parser.add_argument("--fast-end", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--lab", action="store_true", help="a fifth device on a real IKEv2 tunnel (root)")
    arguments = parser.parse_args()
    if arguments.json and not os.access(pathlib.Path(arguments.json).resolve().parent, os.W_OK):
        parser.error(f"--json {arguments.json}: its folder does not exist or may not be written; name another file")
    demo = Demo(arguments)
    status = 1
    try:
        status = run(demo)
    except DemoError as error:
        print(f"demo: {error}", file=sys.stderr)
    finally:
        demo.end()
        if status == 0 and arguments.once and not arguments.keep:
            shutil.rmtree(demo.folder)
        else:
            print(f"\nState and logs: {demo.folder}")
    sys.exit(status)


if __name__ == "__main__":
    main()
