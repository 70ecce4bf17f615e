"""A server, some Macs and a router between them, each in a network namespace of its own; and what can befall their cables.

What is dropped is dropped at the router: neither end hears of it, as in a real outage.
"""
import contextlib
import os
import shutil
import sys

from support import SOURCE, Skip

sys.path.insert(0, os.path.join(SOURCE, "tests/lab"))
from network import run

HOST = "fleet.holdfast.test"  # the server's name: it is no address, so that the address can change
SERVER, ROUTER = "s", "r"
MASKED = "/24"


def missing():
    """Why this machine cannot run such a test; nothing if it can."""
    if sys.platform != "linux":
        return "network namespaces are Linux's"
    if os.geteuid() != 0:
        return "network namespaces need root"
    for program in ("ip", "nft", "tc"):
        if shutil.which(program) is None:
            return f"there is no {program}: ./dev setup installs what is needed"
    probe = f"hf{os.getpid()}p"
    if run("ip", "netns", "add", probe, check=False).returncode != 0:
        return "this machine does not let us make network namespaces"
    try:
        rate = ("tc", "-n", probe, "qdisc", "add", "dev", "lo", "root", *RATE)
        if run("ip", "netns", "exec", probe, "nft", "list", "ruleset", check=False).returncode != 0:
            return "nftables does not work in a network namespace here"
        if run(*rate, check=False).returncode != 0:
            return "this kernel has no tbf, which makes a cable slow"
    finally:
        run("ip", "netns", "del", probe, check=False)
    return None


RATE = ("tbf", "rate", "256kbit", "burst", "3000", "latency", "2s")
NETEM = ("netem", "delay", "300ms", "100ms", "loss", "8%", "rate", "256kbit")

FORWARDING = """table inet wires {
  chain forward {
    type filter hook forward priority filter; policy accept;
  }
}
"""


class Star:
    def __init__(self, macs):
        if reason := missing():
            raise Skip(reason)
        self.names = {place: f"hf{os.getpid()}{place}" for place in (SERVER, ROUTER, *map(str, range(macs)))}
        self.server_addresses = 0
        self.netem = False  # whether the kernel delays packets

    def __enter__(self):
        try:
            for place, name in self.names.items():
                run("ip", "netns", "add", name)
                self.ip(place, "link", "set", "lo", "up")
            self._cable(SERVER, "198.51.100.")
            for place in self.macs():
                self._cable(place, f"192.0.{int(place) + 2}.")
            run(*self.inside(ROUTER), "sysctl", "-qw", "net.ipv4.ip_forward=1")
            run(*self.inside(ROUTER), "nft", "-f", "-", text_in=FORWARDING)
            self.move_server()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for name in self.names.values():
            run("ip", "netns", "del", name, check=False)
            shutil.rmtree(f"/etc/netns/{name}", ignore_errors=True)
        with contextlib.suppress(OSError):  # somebody else's, or not made
            os.rmdir("/etc/netns")

    def macs(self):
        return [place for place in self.names if place not in (SERVER, ROUTER)]

    def ip(self, place, *arguments):
        run("ip", "-n", self.names[place], *arguments)

    def inside(self, place):
        """The beginning of a command line that runs in that place."""
        return ["ip", "netns", "exec", self.names[place]]

    def _cable(self, place, network):
        run("ip", "link", "add", "up0", "netns", self.names[place], "type", "veth",
            "peer", "name", f"to-{place}", "netns", self.names[ROUTER])
        self.ip(place, "addr", "add", network + "1" + MASKED, "dev", "up0")
        self.ip(ROUTER, "addr", "add", network + "254" + MASKED, "dev", f"to-{place}")
        self.ip(place, "link", "set", "up0", "up")
        self.ip(ROUTER, "link", "set", f"to-{place}", "up")
        self._default_route(place, network)

    def _default_route(self, place, network):
        self.ip(place, "route", "replace", "default", "via", network + "254")

    # --- what befalls a cable

    def cut(self, place):
        """The Mac's interface goes down, and its routes with it."""
        self.ip(place, "link", "set", "up0", "down")

    def mend(self, place):
        self.ip(place, "link", "set", "up0", "up")
        self._default_route(place, f"192.0.{int(place) + 2}.")

    def drop(self, *, to=None, of=None):
        """Nothing goes to, or comes from, this Mac any more; nobody is told. Both may be given."""
        for place, direction in ((to, "oifname"), (of, "iifname")):
            if place is not None:
                run(*self.inside(ROUTER), "nft", "add", "rule", "inet", "wires", "forward", direction, f"to-{place}", "drop")

    def slow(self, place):
        """A bad mobile network, both ways: late, lossy and narrow. Without netem the queue alone makes it late."""
        for at, device in ((place, "up0"), (ROUTER, f"to-{place}")):
            add = ("tc", "-n", self.names[at], "qdisc", "add", "dev", device, "root")
            self.netem = run(*add, *NETEM, check=False).returncode == 0
            if not self.netem:
                run(*add, *RATE)
        if not self.netem:
            for direction in ("oifname", "iifname"):
                run(*self.inside(ROUTER), "nft", "add", "rule", "inet", "wires", "forward", direction, f"to-{place}",
                    "numgen", "random", "mod", "100", "<", "8", "drop")

    def clear(self, slow=()):
        """No packet is dropped or delayed any more."""
        run(*self.inside(ROUTER), "nft", "flush", "chain", "inet", "wires", "forward")
        for place in slow:
            run("tc", "-n", self.names[place], "qdisc", "del", "dev", "up0", "root")
            run("tc", "-n", self.names[ROUTER], "qdisc", "del", "dev", f"to-{place}", "root")

    def move_server(self):
        """The server gets another address, and its name follows; connections to the old one are told nothing."""
        self.server_addresses += 1
        address = f"198.51.100.{9 + self.server_addresses}"
        if self.server_addresses > 1:
            self.ip(SERVER, "addr", "del", f"198.51.100.{8 + self.server_addresses}{MASKED}", "dev", "up0")
        self.ip(SERVER, "addr", "add", address + MASKED, "dev", "up0")
        for name in self.names.values():
            # `ip netns exec` mounts this over /etc/hosts: the same file is written again, so that a program sees it.
            os.makedirs(f"/etc/netns/{name}", exist_ok=True)
            with open(f"/etc/netns/{name}/hosts", "w", encoding="utf-8") as hosts:
                hosts.write(f"127.0.0.1 localhost\n{address} {HOST}\n")
