"""Thousands of connections and half-made TLS handshakes from one address, while a Mac at another one works on, and a second one enrolls."""
import contextlib
import os
import random
import resource
import socket
import ssl
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../faults"))
from load import Load  # noqa: E402
from programs import Agent, Server  # noqa: E402
from support import arguments, check, finish, folder, say, wait_until  # noqa: E402

STRANGERS = 1000  # connections without an authenticated call that the server takes
SHARE = STRANGERS // 2  # of one address
ATTACKER = "127.0.0.2"
ATTEMPTS = 6000
MOST_MEMORY = 150 << 20  # that the server may take more; without limits it takes several times that
HALF_A_HELLO = bytes.fromhex("1603010200010001fc0303") + bytes(100)  # of the 512 bytes that it announces


class FloodedServer(Server):
    def arguments(self):
        return [*super().arguments(), "--max-unauthenticated", str(STRANGERS), "--source-percent", "50"]


class Flood:
    """Connections from one address, all held open."""

    def __init__(self, port, choice):
        self.port = port
        self.choice = choice
        self.sockets = []
        self.reset = 0
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()
        for each in self.sockets:
            each.close()

    def run(self):
        for _ in range(ATTEMPTS):
            if self.stopping.is_set():
                return
            with contextlib.suppress(OSError):
                self.sockets.append(self.connect())
        while not self.stopping.wait(0.1):  # those that were turned away come again
            self.drop_reset()
            for _ in range(min(200, ATTEMPTS - len(self.sockets))):
                with contextlib.suppress(OSError):
                    self.sockets.append(self.connect())

    def connect(self):
        each = socket.socket()
        try:
            each.bind((ATTACKER, 0))
            each.settimeout(10)
            each.connect(("127.0.0.1", self.port))
            each.setblocking(False)
            if self.choice.random() < 0.5:
                each.send(HALF_A_HELLO)
        except OSError:
            each.close()
            self.reset += 1
            raise
        return each

    def drop_reset(self):
        kept = []
        for each in self.sockets:
            if alive(each):
                kept.append(each)
            else:
                each.close()
                self.reset += 1
        self.sockets = kept


def alive(each):
    try:
        return each.recv(1, socket.MSG_PEEK) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def memory(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        return next(int(line.split()[1]) << 10 for line in status if line.startswith("VmRSS:"))


def acknowledged(agent):
    return int(agent.status()["uplink"]["ackedThrough"])


def goes_on(agent, seconds):
    """The longest time in which nothing more of this agent was acknowledged."""
    longest, last, at = 0.0, acknowledged(agent), time.monotonic()
    end = at + seconds
    while time.monotonic() < end:
        now = acknowledged(agent)
        if now > last:
            longest, last, at = max(longest, time.monotonic() - at), now, time.monotonic()
        time.sleep(0.05)
    return max(longest, time.monotonic() - at)


def silent_after_handshake(port):
    """A stranger that made a whole handshake and says no more."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), timeout=20))


def flood(server, first, second, choice):
    pid = server.process.pid
    before_memory, before_descriptors = memory(pid), descriptors(pid)
    with Flood(server.port, choice) as attack:
        wait_until("the first of them to be turned away", lambda: attack.reset > 0 or len(attack.sockets) == ATTEMPTS, 60)
        gap = goes_on(first, 5)
        began = time.monotonic()
        second.start()
        wait_until("the second Mac to enroll during the flood", second.online, 60)
        joined = time.monotonic() - began
        held = wait_until("the flood to go on", lambda: descriptors(pid) - before_descriptors)
        more = memory(pid) - before_memory
        check(first.online(), f"the first Mac is not online: {first.status()['uplink']}")
        check(attack.reset > ATTEMPTS // 10, f"only {attack.reset} connections were turned away")
    say(f"{attack.reset} turned away, {held} descriptors more, {more >> 20} MB more, longest pause of the first Mac {gap:.1f} s, "
        f"the second one was online after {joined:.1f} s")
    check(held <= SHARE + 50, f"the server holds {held} connections more, one address may have {SHARE}")
    check(more <= MOST_MEMORY, f"the server took {more >> 20} MB more")
    check(gap < 4, f"for {gap:.1f} s nothing of the first Mac was acknowledged")
    wait_until("the server to let go of what was closed", lambda: descriptors(pid) <= before_descriptors + 10)
    check("from 127.0.0.2" in wait_until("the log to tell", lambda: refusals(server)), "the log does not say from where")
    return attack.reset, held, more, gap, joined


def refusals(server):
    return "\n".join(line for line in server.text().splitlines() if "before their handshake" in line)


def run(home, options):
    choice = random.Random(options.seed)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    check(hard > ATTEMPTS + 100, f"this machine allows {hard} open files")
    server = FloodedServer(os.path.join(home, "server"))
    agents = []
    try:
        server.start()
        agents = [Agent(os.path.join(home, name), server.enrollment()[0]) for name in ("first", "second")]
        agents[0].start()
        wait_until("the first Mac to be online", agents[0].online)
        load = Load(agents[0], choice)
        load.start()
        stranger = silent_after_handshake(server.port)
        try:
            reset, held, more, gap, joined = flood(server, *agents, choice)
        finally:
            load.stop()
            stranger.close()
        wait_until("every row of both Macs to be acknowledged", lambda: all(agent.all_acknowledged() for agent in agents))
    finally:
        for program in (*agents, server):
            program.end()
    return (f"{reset} connections turned away before their handshake; the server held {held} and {more >> 20} MB more, a Mac "
            f"worked on (longest pause {gap:.1f} s) and another enrolled in {joined:.1f} s")


def main():
    options = arguments(__doc__)
    with folder() as home:
        finish("flood_test", options.seed, lambda: run(home, options))


if __name__ == "__main__":
    main()
