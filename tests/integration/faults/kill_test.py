"""kill -9 of holdfast-server and of holdfastd, many times, while rows are written, sent, stored and acknowledged.

A kill comes at a random moment, or right after the victim's write-ahead log changed: there a commit has begun and its
acknowledgement is under way. Whatever is killed starts again at once. In the end both logs must be the same, row by row.
"""
import os
import random
import time

import evidence
from load import Load
from programs import Agent, Server
from support import arguments, check, finish, folder, say, wait_until

AIM_WITHIN = 2.0  # seconds until an aimed kill gives up waiting for a write
LATEST_MOMENT = 0.4  # seconds
AFTER_WRITE = 0.003


class Killer:
    def __init__(self, server, agents, choose):
        self.server = server
        self.agents = agents
        self.choose = choose
        self.counts = dict.fromkeys(
            ["server", "agent", "aimed", "missed", "mid-commit", "mid-acknowledgement", "while enrolling"], 0)

    def await_moment(self, wal):
        """Returns at the moment of the kill."""
        if self.choose.random() < 0.4:
            time.sleep(self.choose.uniform(0, LATEST_MOMENT))  # nothing waits for it: it is the random moment
            return
        before, end = stamp(wal), time.monotonic() + AIM_WITHIN
        while stamp(wal) == before:  # without a pause: a commit writes its pages within some microseconds
            if time.monotonic() > end:
                self.counts["missed"] += 1
                return
        self.counts["aimed"] += 1
        if self.choose.random() < 0.5:
            time.sleep(self.choose.uniform(0, AFTER_WRITE))

    def kill_server(self):
        wal = self.server.database + "-wal"
        self.await_moment(wal)
        self.server.kill()
        self.counts["server"] += 1
        self.counts["mid-commit"] += evidence.half_written(wal)
        self.check_promises()
        self.server.start()

    def kill_agent(self):
        agent = self.choose.choice(self.agents)
        wal = agent.journal + "-wal"
        self.await_moment(wal)
        agent.kill()
        self.counts["agent"] += 1
        self.counts["mid-commit"] += evidence.half_written(wal)
        self.note_unsaid(agent)
        agent.start()

    def check_promises(self):
        """The server is dead. Whatever an agent was told is stored must be in what it left."""
        with evidence.copy_of(self.server.database) as db:
            stored = evidence.chains(db)
        seqs = {epoch: seq for (_, epoch), seq in stored.items()}
        for agent in self.agents:
            with evidence.reading(agent.journal) as db:
                epoch, _, acked = evidence.head(db)
            have = seqs.get(epoch, 0)
            check(acked <= have, f"{agent.journal}: acknowledged through {acked}, the killed server has {have}")
            self.counts["mid-acknowledgement"] += acked < have

    def note_unsaid(self, agent):
        """The agent is dead: has the server stored rows of which it had not yet noted the acknowledgement?"""
        with evidence.copy_of(agent.journal) as db:
            epoch, seq, acked = evidence.head(db)
            newest = db.execute("SELECT max(seq) FROM rows").fetchone()[0]
        check(newest == seq, f"{agent.journal}: its head says row {seq}, the newest is {newest}")
        with evidence.reading(self.server.database) as db:
            have = {chain: stored for (_, chain), stored in evidence.chains(db).items()}.get(epoch)
        self.counts["while enrolling"] += have is None
        self.counts["mid-acknowledgement"] += have is not None and acked < have


def stamp(wal):
    try:
        info = os.stat(wal)
        return info.st_size, info.st_mtime_ns
    except FileNotFoundError:
        return None


def check_server_saw_nothing_odd(server, agents):
    with evidence.reading(server.database) as db:
        devices = db.execute("SELECT count(*) FROM devices").fetchone()[0]
        odd = db.execute("SELECT name, summary, evidence FROM incidents WHERE name IN ('chain_fork', 'chain_break', "
                         "'journal_gap', 'journal_corrupt', 'clone_conflict', 'enrollment_refused')").fetchall()
    check(devices == len(agents), f"{len(agents)} agents are {devices} devices on the server")
    check(not odd, f"the server tells of {odd[:3]}")
    for agent in agents:
        known = {"journal.db", "journal.db-wal", "journal.db-shm", "journal.db.lock"}
        extra = [name for name in os.listdir(agent.state_dir) if name.startswith("journal") and name not in known]
        check(not extra, f"{agent.state_dir} has {extra}")


def run_kills(options, server, agents, choose):
    loads = [Load(agent, random.Random(choose.random())) for agent in agents]
    killer = Killer(server, agents, choose)
    began = time.monotonic()
    try:
        for load in loads:
            load.start()
        for number in range(1, options.kills + 1):
            for kill in choose.sample([killer.kill_server, killer.kill_agent], 2):
                kill()
            if number % 10 == 0:
                say(f"{number} kills of each; {sum(load.commands for load in loads)} commands to the Macs")
    finally:
        for load in loads:
            load.stop()
    seconds = time.monotonic() - began
    commands = sum(load.commands for load in loads)
    say(f"load: {commands} commands in {seconds:.0f} s, {commands / seconds:.0f}/s; kills: {killer.counts}")
    return killer, seconds


def settle_and_compare(server, agents):
    began = time.monotonic()
    ids = {}
    for agent in agents:
        uplink = wait_until(f"all rows of {agent.state_dir} to be acknowledged", agent.all_acknowledged, seconds=120,
                            every=0.2)
        ids[agent] = uplink["deviceId"]
    say(f"all acknowledged {time.monotonic() - began:.1f} s after the load's end")
    for agent in agents:
        agent.stop()
    server.stop()
    for agent in agents:
        say(evidence.verify_chain(agent.journal))
    check_server_saw_nothing_odd(server, agents)
    evidence.check_that_compare_can_fail(agents[0].journal, server.database, ids[agents[0]])
    return sum(evidence.compare(agent.journal, server.database, ids[agent]) for agent in agents)


def run(options, home):
    choose = random.Random(options.seed)
    server = Server(os.path.join(home, "server"))
    agents = []
    try:
        server.start()
        enrollment, _ = server.enrollment("--quota", str(options.agents))
        agents += [Agent(os.path.join(home, f"a{number}"), enrollment) for number in range(options.agents)]
        for agent in agents:
            agent.start()
        killer, seconds = run_kills(options, server, agents, choose)
        rows = settle_and_compare(server, agents)
    finally:
        for program in [*agents, server]:
            program.end()
    counts = killer.counts
    return (f"{counts['server']} kills of the server and {counts['agent']} of agents in {seconds:.0f} s, "
            f"{counts['mid-acknowledgement']} between commit and acknowledgement, {counts['mid-commit']} inside a commit; "
            f"{rows} rows ({rows / seconds:.0f}/s) of {len(agents)} agents on both sides once, no gap, no double, equal "
            "hashes")


def main():
    def add(parser):
        parser.add_argument("--kills", type=int, default=50, help="of each program (default: %(default)s)")
        parser.add_argument("--agents", type=int, default=3, help="(default: %(default)s)")
    options = arguments(__doc__, add)
    with folder() as home:
        finish("kill_test", options.seed, lambda: run(options, home))


if __name__ == "__main__":
    main()
