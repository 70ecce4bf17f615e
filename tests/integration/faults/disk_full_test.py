"""A real 8 MB file system fills up under load: first below the agent's journal, then below the server's database.

The agent goes on enforcing and says what is wrong; the server acknowledges nothing that it has not stored. Once there
is space again every row arrives, and both sides have the same.
"""
import os
import random

import evidence
from enforcement import REQUIRED, check_enforces, is_up, under_load
from load import SimulatedMac
from programs import Agent, Server
from small_disk import small_disk
from support import arguments, check, finish, folder, say, wait_until

def rows_in(agent):
    with evidence.reading(agent.journal) as db:
        return evidence.head(db)[1]


def full_below_the_agent(server, agent, disk, choose):
    wait_until("the agent to be online", agent.online)
    wait_until(f"{REQUIRED} to be connected", lambda: is_up(agent))
    disk.fill_but(256 << 10)

    def warning():
        return next((text for text in agent.status()["warnings"] if "full" in text), None)

    text = under_load(agent, choose, "the agent says that its disk is full", lambda _: warning())
    say(f"warning: {text}")
    check("journal.db" in text and "free space" in text, "the warning does not name the file and what to do")
    check(text.split(":")[0] in agent.ctl("status").stdout.replace("\n", " "), "people are not shown the warning")
    check(any(incident["name"] == "disk_full" for incident in agent.status()["incidents"]),
          "there is no incident disk_full")
    before = rows_in(agent)
    check_enforces(agent)
    under_load(agent, choose, "500 more commands are done", lambda load: load.commands >= 500)
    check_enforces(agent)
    check(rows_in(agent) == before, "the disk took rows: the test did not fill it")
    say(f"enforces on a full disk, {disk.free()} bytes free, {before} rows in the journal")
    disk.make_space()
    wait_until("the agent to write again", lambda: not warning() and rows_in(agent) > before, seconds=90, every=0.1)
    check(not any(incident["name"] == "disk_full" for incident in agent.status()["incidents"]),
          "the incident disk_full stays open")
    wait_until("all rows to be acknowledged", agent.all_acknowledged, seconds=60)
    say(f"after space was made: {rows_in(agent) - before} rows from memory and later are written and acknowledged")
    return settle(server, [agent])


def full_below_the_server(server, agents, disk, choose):
    for agent in agents:
        wait_until("the agents to be online", agent.online)
    disk.fill_but(128 << 10)
    agent = agents[0]
    text = under_load(agent, choose, "the server refuses because its disk is full", lambda _: refused(agent))
    say(f"the agent is told: {text}")
    check("fleet.db" in text and "try again" in text, "the refusal does not name the file and that a retry helps")
    check(server.process.poll() is None, "the server ended")
    check("the store takes nothing" in server.text() and "fleet.db" in server.text(), f"it says nothing; {server.tail()}")
    with SimulatedMac(agent.sim_control) as mac:
        mac.do(f'user-disconnect "{REQUIRED}"')
    uplink = agent.status()["uplink"]
    kept = int(uplink["lastSeq"]) - int(uplink["ackedThrough"])
    check(kept > 0, "there are no rows that wait for the server")
    with evidence.copy_of(server.database) as db:
        stored = {epoch: seq for (_, epoch), seq in evidence.chains(db).items()}
    with evidence.reading(agent.journal) as db:
        epoch, _, acked = evidence.head(db)
    check(acked <= stored[epoch], f"acknowledged through {acked}, stored are {stored[epoch]}")
    say(f"{kept} rows wait at the agent")
    disk.make_space()
    for each in agents:
        wait_until(f"all rows of {each.state_dir} to be acknowledged", each.all_acknowledged, seconds=90, every=0.1)
    wait_until("the server to say that its store works", lambda: "the store takes rows again" in server.text())
    lines = server.text().count("the store takes nothing"), server.text().count("the store takes rows again")
    check(lines == (1, 1), f"the server's log has {lines} lines about its store; {server.tail()}")
    return settle(server, agents)


def refused(agent):
    error = agent.status()["uplink"]["lastError"]
    return error if "full" in error else None


def settle(server, agents):
    """Stops all; both sides must have the same rows."""
    ids = [agent.status()["uplink"]["deviceId"] for agent in agents]
    for agent in agents:
        agent.stop()
    server.stop()
    for agent in agents:
        say(evidence.verify_chain(agent.journal))
    return sum(evidence.compare(agent.journal, server.database, id) for agent, id in zip(agents, ids))


def run_case(home, name, choose):
    base = os.path.join(home, name)
    with small_disk(os.path.join(base, "disk")) as disk:
        on_disk = os.path.join(disk.path, "holdfast")
        server = Server(os.path.join(base, "server"), data_dir=on_disk if name == "server" else None)
        agents = []
        try:
            server.start()
            enrollment, _ = server.enrollment()
            if name == "agent":
                agents.append(Agent(os.path.join(base, "a0"), enrollment, state_dir=on_disk))
            else:
                agents += [Agent(os.path.join(base, f"a{number}"), enrollment) for number in range(2)]
            for agent in agents:
                agent.start()
            if name == "agent":
                return full_below_the_agent(server, agents[0], disk, choose)
            return full_below_the_server(server, agents, disk, choose)
        finally:
            for program in [*agents, server]:
                program.end()


def main():
    options = arguments(__doc__)
    choose = random.Random(options.seed)

    def run():
        with folder() as home:
            rows = run_case(home, "agent", choose)
            more = run_case(home, "server", choose)
        return (f"agent's disk full: it went on enforcing, {rows} rows arrived; server's disk full: nothing was lost, "
                f"{more} rows arrived")

    finish("disk_full_test", options.seed, run)


if __name__ == "__main__":
    main()
