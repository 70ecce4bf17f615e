"""Pages of the agent's journal and of the server's database are changed while their programs are stopped.

A damaged journal is set aside as it is, a new epoch begins, the server hears of it, and enforcement goes on. A server
does not start on a damaged database, says which file it is and what to do, and leaves it as it is; damage in rows that
no start reads is found while it serves, logged, and an incident of the device.
"""
import contextlib
import glob
import os
import random
import sqlite3

import damage
import evidence
from enforcement import REQUIRED, check_enforces, is_up, under_load
from programs import Agent, Server
from support import arguments, check, finish, folder, say, wait_until

ROWS = 700  # more than the 256 that every opening checks


def header(journal):
    damage.overwrite(journal, 0, b"no database any more")


def schema(journal):
    damage.overwrite(journal, 100, bytes(64))


def leaf_page(journal):
    at = damage.offset_of_row(journal, newest(journal) - 100)
    damage.overwrite(journal, at // damage.PAGE * damage.PAGE, bytes(damage.PAGE))


def newest_row(journal):
    damage.flip(journal, damage.offset_of_row(journal, newest(journal)))


def old_row(journal):
    damage.flip(journal, damage.offset_of_row(journal, newest(journal) - 500))


def newest(journal):
    with evidence.reading(journal) as db:
        return evidence.head(db)[1]


def incidents(server, name):
    with evidence.reading(server.database) as db:
        return db.execute("SELECT summary, evidence FROM incidents WHERE name = ?", (name,)).fetchall()


def epochs(server):
    with evidence.reading(server.database) as db:
        return {epoch for _, epoch in evidence.chains(db)}


def contents(*paths):
    """Those that have any: a clean stop leaves an empty write-ahead log."""
    return [path for path in paths if os.path.exists(path) and os.path.getsize(path) > 0]


def fill(agent, choose, rows=ROWS):
    begin = newest(agent.journal)
    under_load(agent, choose, f"{rows} rows are written", lambda _: newest(agent.journal) > begin + rows)
    wait_until("all rows to be acknowledged", agent.all_acknowledged, seconds=60)


def kill_with_short_wal(agent, choose):
    """Leaves a write-ahead log that has the newest pages only, so that damage in the file below it is not healed."""
    with contextlib.closing(sqlite3.connect(agent.journal, timeout=10)) as db:
        wait_until("a checkpoint", lambda: db.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[0] == 0)
    fill(agent, choose, rows=10)
    agent.kill()
    check(os.path.getsize(agent.journal + "-wal") > 0, "kill -9 left no write-ahead log")


def set_aside(server, agent, hurt):
    """Damages the stopped agent's journal in one place and starts it."""
    old_epochs, told = epochs(server), len(incidents(server, "journal_corrupt"))
    hurt(agent.journal)
    before = [damage.digest(path) for path in contents(agent.journal, agent.journal + "-wal")]
    known = set(glob.glob(agent.journal + ".corrupt-*"))
    agent.start()
    new = sorted(set(glob.glob(agent.journal + ".corrupt-*")) - known)
    kept = contents(*(path for path in new if not path.endswith("-shm")))
    check([damage.digest(path) for path in kept] == before, f"set aside were {new}, not the damaged files as they were")
    line = next((line for line in agent.text().splitlines()[::-1] if "set aside" in line), "")
    check(kept[0] in line, f"the daemon does not say what it set aside; {agent.tail()}")
    say(f"{hurt.__name__}: {line.split(']: ', 1)[-1]}")
    check_enforces(agent)
    wait_until("the server to hear of the damage", lambda: len(incidents(server, "journal_corrupt")) > told)
    wait_until("all rows to be acknowledged", agent.all_acknowledged, seconds=60)
    check(len(epochs(server) - old_epochs) == 1, f"new epochs on the server: {epochs(server) - old_epochs}")
    with evidence.reading(agent.journal) as db:
        kind, payload = db.execute("SELECT kind, payload FROM rows WHERE seq = 1").fetchone()
    check(kind == 1 and b"set_aside" in payload, "the new epoch's first row does not say why it began")


def rolled_back(server, agent):
    """A write-ahead log that cannot be read to its end: the rows behind are gone, and the server knows them."""
    agent.kill()
    told, old_epochs = len(incidents(server, "chain_fork")), epochs(server)
    damage.overwrite(agent.journal + "-wal", 32, bytes(24))
    agent.start()
    check_enforces(agent)
    wait_until("the server to hear of the fork", lambda: len(incidents(server, "chain_fork")) > told)
    wait_until("all rows to be acknowledged", agent.all_acknowledged, seconds=60)
    check(len(epochs(server) - old_epochs) == 1, f"new epochs on the server: {epochs(server) - old_epochs}")
    kept = [path for path in glob.glob(agent.journal + ".????????????????") if os.path.isfile(path)]
    check(kept, "the old epoch's file was not kept")


def found_later(server, agent):
    """An old row that no opening reads: found by the check that follows an unclean stop."""
    agent.kill()
    epoch = epochs(server)
    old_row(agent.journal)
    agent.start()
    check_enforces(agent)
    incident = wait_until("the old row's damage to be found and reported", lambda: incidents(server, "chain_break"),
                          seconds=60)
    say(f"an old row: {incident[0][0]}")
    check(epochs(server) == epoch, "a new epoch began, although the chain can go on")


def agents_journal(home, choose):
    server = Server(os.path.join(home, "server"))
    agent = None
    try:
        server.start()
        agent = Agent(os.path.join(home, "a"), server.enrollment()[0])
        agent.start()
        wait_until("the agent to be online", agent.online)
        wait_until(f"{REQUIRED} to be connected", lambda: is_up(agent))
        device = agent.status()["uplink"]["deviceId"]
        for hurt in (header, schema, leaf_page, newest_row):
            fill(agent, choose)
            agent.stop()
            set_aside(server, agent, hurt)
        fill(agent, choose)
        kill_with_short_wal(agent, choose)
        set_aside(server, agent, leaf_page)
        fill(agent, choose)
        rolled_back(server, agent)
        fill(agent, choose)
        check(agent.status()["uplink"]["deviceId"] == device, "the agent has another device id")
        agent.stop()
        evidence.verify_chain(agent.journal)
        agent.start()
        fill(agent, choose)
        found_later(server, agent)
        return len(epochs(server))
    finally:
        for program in (agent, server):
            if program is not None:
                program.end()


def refuses_to_start(server, place, hurt):
    server.stop()
    with open(server.database, "rb") as file:
        good = file.read()
    hurt(server.database)
    bad = damage.digest(server.database)
    before = len(server.text())
    server.launch()
    code = server.wait()
    message = server.text()[before:].strip()
    say(f"{place}: exit {code}: {message}")
    check(code == 4, f"it ended with {code}")
    check(len(message.splitlines()) == 1, "it is not one message")
    check(server.database in message and "restore" in message, "the message does not name the file and what to do")
    check(damage.digest(server.database) == bad, "the damaged database was changed")
    damage.overwrite(server.database, 0, good)
    server.start()


def flipped_bit(database, seq):
    damage.flip(database, damage.offset_of_row(database, seq))


def lost_page(database, seq):
    at = damage.offset_of_row(database, seq)
    damage.overwrite(database, at // damage.PAGE * damage.PAGE, bytes(damage.PAGE))


def found_while_serving(server, hurt):
    """Damage among the stored rows, where a start does not look."""
    server.stop()
    with open(server.database, "rb") as file:
        good = file.read()
    hurt(server.database, 300)
    before = len(server.text())
    server.start()
    incident = wait_until("the damaged rows to be found and reported", lambda: incidents(server, "chain_break"),
                          seconds=60)
    line = next((line for line in server.text()[before:].splitlines() if "are damaged" in line), "")
    say(f"{hurt.__name__}: {line}")
    check("restore the newest backup" in line, "the log does not say what is damaged and what to do")
    check("server's database" in incident[0][0], f"the incident is another one: {incident}")
    server.stop()
    damage.overwrite(server.database, 0, good)
    os.truncate(server.database, len(good))
    server.start()


def servers_database(home, choose):
    server = Server(os.path.join(home, "server2"))
    agent = None
    try:
        server.start()
        agent = Agent(os.path.join(home, "a2"), server.enrollment()[0])
        agent.start()
        wait_until("the agent to be online", agent.online)
        fill(agent, choose)
        agent.stop()
        places = {"header": lambda path: damage.overwrite(path, 0, b"no database any more"),
                  "schema": lambda path: damage.overwrite(path, 100, bytes(64))}
        for table in ("devices", "contacts", "admin_tokens", "rows"):
            places[table] = lambda path, table=table: damage.overwrite(path, damage.root_page(path, table), bytes(4096))
        for place, hurt in places.items():
            refuses_to_start(server, place, hurt)
        for hurt in (flipped_bit, lost_page):
            found_while_serving(server, hurt)
        agent.start()
        fill(agent, choose)
        return len(places)
    finally:
        for program in (agent, server):
            if program is not None:
                program.end()


def main():
    options = arguments(__doc__)
    choose = random.Random(options.seed)

    def run():
        with folder() as home:
            made = agents_journal(home, choose)
            places = servers_database(home, choose)
        return (f"5 damaged journals set aside unchanged, {made} epochs on the server; damage in an old row reported; "
                f"the server refused a database damaged in {places} places and left it alone, and found damage in its rows")

    finish("corruption_test", options.seed, run)


if __name__ == "__main__":
    main()
