"""The network between real agents and a real server fails in every way that nobody is told of, while rows are written.

Macs and server have network namespaces of their own. At once: one Mac's interface goes down, one's packets are dropped both
ways, one's on the way to the server, one's on the way back, one's cable is slow and lossy. Then all is mended. Then the
server gets another address. Each Mac must say that it is cut off, say so in its journal, be back within a bound after the
mending, and everything it wrote must be on the server once, with equal hashes.
"""
import os
import random
import time

import evidence
from enforcement import REQUIRED, is_up
from load import Load
from programs import Agent, Server
from star import HOST, SERVER, Star
from support import arguments, check, finish, folder, say, wait_until

CUT, LOST, NO_WAY_OUT, NO_WAY_BACK, SLOW = map(str, range(5))
WHAT = {CUT: "interface down", LOST: "dropped both ways", NO_WAY_OUT: "dropped to the server",
        NO_WAY_BACK: "dropped from the server", SLOW: "slow and lossy"}
CUT_OFF = [CUT, LOST, NO_WAY_OUT, NO_WAY_BACK]
SAID_WITHIN = 45.0  # a call's deadline is 30 s
# A connection that was alive is given up 20 s after its last answer; the next attempt comes after the backoff.
BACK_WITHIN = 45.0
LATE_AFTER = 125  # two minutes without a word: the server's own interval and a minute
PAUSE = 0.25  # between a person's commands, at most


class Fleet:
    def __init__(self, star, home, choose):
        self.star = star
        self.server = Server(os.path.join(home, "server"), inside=star.inside(SERVER), host=HOST)
        self.server.start()
        enrollment, _ = self.server.enrollment("--quota", str(len(WHAT)))
        self.agents = {place: Agent(os.path.join(home, f"a{place}"), enrollment, inside=star.inside(place)) for place in WHAT}
        self.loads = [Load(agent, random.Random(choose.random()), pause=PAUSE) for agent in self.agents.values()]

    def begin(self):
        for agent in self.agents.values():
            agent.start()
        for agent in self.agents.values():
            wait_until(f"{REQUIRED} to be connected", lambda agent=agent: is_up(agent))
            wait_until(f"the agent to be online; {agent.status()['uplink']}", agent.online)
        for load in self.loads:
            load.start()

    def end(self):
        for load in self.loads:
            if load.is_alive():
                load.stop()
        for agent in self.agents.values():
            agent.end()
        self.server.end()

    def stored(self, place):
        """The newest row of this Mac's that the server has."""
        device = evidence.device_bytes(self.agents[place].status()["uplink"]["deviceId"])
        with evidence.reading(self.server.database) as db:
            return max(seq for (who, _), seq in evidence.chains(db).items() if who == device)

    def all_say(self, places, state, seconds):
        """Seconds from now until each says so; in the meantime nobody waits for anybody."""
        began, said = time.monotonic(), {}

        def done():
            for place in places:
                if place not in said and self.agents[place].status()["uplink"]["state"] == state:
                    said[place] = time.monotonic() - began
            return len(said) == len(places)

        try:
            wait_until(f"the Macs to say '{state}'", done, seconds, every=0.1)
        finally:
            for place in places:
                say(f"{WHAT[place]}: '{state}' after {said[place]:.1f} s" if place in said else
                    f"{WHAT[place]}: not '{state}': {self.agents[place].status()['uplink']}")
        return said

    def flows(self, places, seconds):
        """Seconds from now until the server has a row that is written only now."""
        began, back = time.monotonic(), {}
        goal = {place: int(self.agents[place].status()["uplink"]["lastSeq"]) + 1 for place in places}

        def done():
            for place in places:
                if place not in back and self.stored(place) >= goal[place]:
                    back[place] = time.monotonic() - began
            return len(back) == len(places)

        try:
            wait_until("new rows of each Mac to be on the server", done, seconds, every=0.1)
        finally:
            for place in places:
                say(f"{WHAT[place]}: " + (f"rows flow again {back[place]:.1f} s after it was mended" if place in back else
                                          f"no rows: {self.agents[place].status()['uplink']}"))
        return max(back.values())


def cut_off(fleet, hold):
    star = fleet.star
    star.cut(CUT)
    star.drop(to=LOST, of=LOST)
    star.drop(of=NO_WAY_OUT)
    star.drop(to=NO_WAY_BACK)
    star.slow(SLOW)
    began = time.monotonic()
    say(f"faults begin; the slow cable is made so by {'netem' if star.netem else 'tbf and random drops: no netem here'}")
    said = fleet.all_say(CUT_OFF, "backing off", SAID_WITHIN)
    check(max(said.values()) < SAID_WITHIN, f"a Mac said only after {max(said.values()):.0f} s that it is cut off")
    for place in CUT_OFF:
        check(fleet.agents[place].status()["uplink"]["lastError"], f"{WHAT[place]}: the status names no error")
    # What the router drops cannot be stored; this Mac's own packets still arrive.
    for place in (CUT, LOST, NO_WAY_OUT):
        last = int(fleet.agents[place].status()["uplink"]["lastSeq"])
        check(fleet.stored(place) < last, f"{WHAT[place]}: all its rows arrive, so nothing was cut")
    fleet.flows([SLOW], SAID_WITHIN)
    if hold > time.monotonic() - began:
        say(f"the faults stay until {hold:.0f} s are over")
        time.sleep(hold - (time.monotonic() - began))  # the length of the outage is what is tested
    waiting = {place: int(fleet.agents[place].status()["uplink"]["unacknowledgedRows"]) for place in CUT_OFF}
    say(f"mended; rows waiting: {', '.join(f'{WHAT[place]} {rows}' for place, rows in waiting.items())}")
    check(min(waiting.values()) > 0, "a Mac that was cut off has nothing to send: the test proves nothing")
    if hold > LATE_AFTER:
        check_called_late(fleet)
    star.clear(slow=[SLOW])
    star.mend(CUT)
    worst = fleet.flows(list(WHAT), BACK_WITHIN + hold / 2)
    fleet.all_say(list(WHAT), "online", SAID_WITHIN)
    return worst


def check_called_late(fleet):
    """What the server says of the Macs that it does not hear of; it still hears the one whose way back is cut."""
    for place, word in {CUT: "LATE", LOST: "LATE", NO_WAY_OUT: "LATE", SLOW: "ONLINE"}.items():
        device = fleet.server.admin("device", fleet.agents[place].status()["uplink"]["deviceId"])["device"]
        said = device["reachability"]
        check(said == f"REACHABILITY_{word}", f"{WHAT[place]}: the server says {said}, not {word}")


def another_address(fleet):
    fleet.star.move_server()
    say("the server has another address")
    worst = fleet.flows(list(WHAT), SAID_WITHIN + BACK_WITHIN)
    fleet.all_say(list(WHAT), "online", SAID_WITHIN)
    return worst


def outages(fleet, place):
    """How often the server reads in this Mac's journal that it was out of reach, and why."""
    device = fleet.agents[place].status()["uplink"]["deviceId"]
    rows = fleet.server.admin("history", device, "--kind", "server_contact", "--limit", "0")["rows"]
    return [row["text"] for row in rows if "not reached" in row["text"]]


def check_outages_are_told(fleet):
    for place in CUT_OFF:
        told = outages(fleet, place)
        say(f"{WHAT[place]}: {len(told)} outages told, the last: {told[0] if told else '-'}")
        check(len(told) >= 2, f"{WHAT[place]}: two outages, and its history on the server tells of {len(told)}")


def settle_and_compare(fleet):
    for load in fleet.loads:
        load.stop()
    ids = {place: wait_until(f"all rows of {WHAT[place]} to be acknowledged", agent.all_acknowledged, 120, every=0.2)["deviceId"]
           for place, agent in fleet.agents.items()}
    say("all rows are acknowledged")
    for agent in fleet.agents.values():
        agent.stop()
    fleet.server.stop()
    say("all have stopped")
    with evidence.reading(fleet.server.database) as db:
        odd = db.execute("SELECT name, summary FROM incidents WHERE name IN ('chain_fork', 'chain_break', 'journal_gap', "
                         "'clone_conflict')").fetchall()
    check(not odd, f"the server tells of {odd[:3]}")
    rows = 0
    for place, agent in fleet.agents.items():
        evidence.verify_chain(agent.journal)
        count = evidence.compare(agent.journal, fleet.server.database, ids[place])
        check(evidence.dumped(agent) == evidence.hashes(fleet.server.database, ids[place]),
              f"{WHAT[place]}: what holdfastd --dump-rows prints is not what the server has")
        rows += count
    return rows


def run(options, home):
    choose = random.Random(options.seed)
    with Star(len(WHAT)) as star:
        fleet = Fleet(star, home, choose)
        try:
            fleet.begin()
            mended = cut_off(fleet, options.hold)
            moved = another_address(fleet)
            check_outages_are_told(fleet)
            rows = settle_and_compare(fleet)
        finally:
            fleet.end()
    return (f"{rows} rows of {len(WHAT)} Macs on both sides once, no gap, no double, equal hashes; rows flowed again within "
            f"{mended:.1f} s of the mending and {moved:.1f} s of the change of address")


def main():
    def add(parser):
        parser.add_argument("--hold", type=float, default=0, help="seconds that the faults last at the least (default: until each Mac says so)")
    options = arguments(__doc__, add)
    with folder() as home:
        finish("network_test", options.seed, lambda: run(options, home))


if __name__ == "__main__":
    main()
