"""Three network namespaces: client -- router -- gateway. Names carry the process id, so that runs do not collide."""

import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts"))

CLIENT, ROUTER, GATEWAY = "client", "router", "gateway"
CLIENT_ADDRESS = "192.0.2.2"
CLIENT_ROUTER = "192.0.2.1"
GATEWAY_ADDRESS = "198.51.100.1"
GATEWAY_ROUTER = "198.51.100.254"
INSIDE = "10.66.0.1"  # behind the gateway: reached through the tunnel or not at all

BLOCK_IKE = """table inet lab {
  chain forward {
    type filter hook forward priority filter; policy accept;
    udp dport { 500, 4500 } drop
    udp sport { 500, 4500 } drop
  }
}
"""


def run(*command, text_in=None, check=True):
    done = subprocess.run(command, input=text_in, capture_output=True, text=True, timeout=60, check=False)
    if check and done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done


class Network:
    def __init__(self):
        self.names = {place: f"hf{os.getpid()}{place[0]}" for place in (CLIENT, ROUTER, GATEWAY)}

    def __enter__(self):
        try:
            self._build()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, *_):
        for name in self.names.values():
            run("ip", "netns", "del", name, check=False)

    def _build(self):
        for name in self.names.values():
            run("ip", "netns", "add", name)
            run("ip", "-n", name, "link", "set", "lo", "up")
        self._cable(CLIENT, "up0", CLIENT_ADDRESS, "down0", CLIENT_ROUTER)
        self._cable(GATEWAY, "up0", GATEWAY_ADDRESS, "down1", GATEWAY_ROUTER)
        self.ip(GATEWAY, "addr", "add", f"{INSIDE}/24", "dev", "lo")
        self.ip(GATEWAY, "route", "add", "default", "via", GATEWAY_ROUTER)
        self._default_route()
        for place in (ROUTER, GATEWAY):
            run(*self.inside(place), "sysctl", "-qw", "net.ipv4.ip_forward=1")

    def _cable(self, place, device, address, router_device, router_address):
        run("ip", "link", "add", device, "netns", self.names[place], "type", "veth",
            "peer", "name", router_device, "netns", self.names[ROUTER])
        for at, name, its in ((place, device, address), (ROUTER, router_device, router_address)):
            self.ip(at, "addr", "add", f"{its}/24", "dev", name)
            self.ip(at, "link", "set", name, "up")

    def _default_route(self):
        self.ip(CLIENT, "route", "replace", "default", "via", CLIENT_ROUTER)

    def ip(self, place, *arguments):
        run("ip", "-n", self.names[place], *arguments)

    def inside(self, place):
        """The beginning of a command line that runs in that place."""
        return ["ip", "netns", "exec", self.names[place]]

    # --- outages

    def block_ike(self):
        """The router drops everything between client and gateway that is IKE or ESP in UDP."""
        run(*self.inside(ROUTER), "nft", "-f", "-", text_in=BLOCK_IKE)

    def unblock_ike(self):
        run(*self.inside(ROUTER), "nft", "delete", "table", "inet", "lab")

    def cut_client_link(self):
        self.ip(CLIENT, "link", "set", "up0", "down")

    def mend_client_link(self):
        self.ip(CLIENT, "link", "set", "up0", "up")
        self._default_route()
