"""What is done to the tunnel. Each fault ends the tunnel's traffic, lasts, and is over at a known moment."""

import time
from dataclasses import dataclass
from typing import Callable


@dataclass
class Fault:
    name: str
    what: str
    inject: Callable[["Lab"], None]
    heal: Callable[["Lab"], None]
    lasts: float           # seconds between the two; 0: it is over as soon as it has happened
    within: float          # the tunnel must carry traffic again so many seconds after the end
    told: tuple[str, ...]  # a word that must be in the agent's history of it, one of them


def nothing(_lab):
    """There is nothing to repair."""


def kill_charon(lab):
    lab.client.kill()


def restart_charon(lab):
    lab.client.start()
    lab.client.load()


def forget_client(lab):
    """The link is cut, and meanwhile the gateway gives the client up: the client's charon learns neither."""
    lab.network.cut_client_link()
    time.sleep(0.5)
    lab.gateway.swanctl("--terminate", "--ike", "road", "--force")


FAULTS = [
    Fault("gateway_lost", "the router drops IKE and ESP",
          lambda lab: lab.network.block_ike(), lambda lab: lab.network.unblock_ike(), 9.0, 8.0,
          ("not responding", "giving up")),
    Fault("gateway_terminates", "the gateway's admin ends the session",
          lambda lab: lab.gateway.swanctl("--terminate", "--ike", "road"), nothing, 0.0, 5.0,
          ("terminated by the server",)),
    Fault("client_terminates", "somebody ends it on the client with swanctl",
          lambda lab: lab.client.swanctl("--terminate", "--ike", "lab"), nothing, 0.0, 6.0, ("Stop command",)),
    Fault("charon_killed", "kill -9 of the client's charon, started again and loaded",
          kill_charon, restart_charon, 2.0, 8.0, ("session manager restarted",)),
    Fault("link_lost", "the client's link goes down and comes back (MOBIKE keeps the session)",
          lambda lab: lab.network.cut_client_link(), lambda lab: lab.network.mend_client_link(), 6.0, 8.0,
          ("no network",)),
    Fault("link_lost_forgotten", "the same, and meanwhile the gateway gives the client up",
          forget_client, lambda lab: lab.network.mend_client_link(), 6.0, 12.0, ("did not re-assert",)),
]
