"""Whether the agent does what it is for, beside a load that leaves the required service alone."""
import random

from load import Load, SimulatedMac
from support import say, wait_until

# Rows without touching the service that the policy requires.
OTHER_SERVICE = ['user-connect "Cisco Secure Client"', 'user-disconnect "Cisco Secure Client"']
REQUIRED = "Corporate VPN"


def under_load(agent, choose, what, condition):
    """Runs a load until `condition(load)`, and gives what that says."""
    load = Load(agent, random.Random(choose.random()), OTHER_SERVICE)
    load.start()
    try:
        return wait_until(what, lambda: condition(load), seconds=90, every=0.1)
    finally:
        load.stop()
        say(f"load: {load.commands} commands, until {what}")


def is_up(agent):
    return agent.service(REQUIRED)["status"] == "connected"


def check_enforces(agent):
    """A person's disconnect is answered with a start, and the service comes up again."""
    before = agent.service(REQUIRED)
    with SimulatedMac(agent.sim_control) as mac:
        mac.do(f'user-disconnect "{REQUIRED}"')

    def restored():
        now = agent.service(REQUIRED)
        newer = int(now["statusSinceUnixNs"]) > int(before["statusSinceUnixNs"])
        return now["status"] == "connected" and newer and now["attemptsLastHour"] > before["attemptsLastHour"]

    wait_until(f"{REQUIRED} to be restored", restored, seconds=10)
