"""A fleet of real uplinks in one process against a server that is killed again and again: what is stored must be what was sent.

Without arguments a short run for every build. The long ones, by name:
  swarm_test.py --agents 1000 --seconds 600 --kill-every 30 --heartbeat 60
  swarm_test.py --agents 10000 --seconds 900 --kill-every 180 --rows-every 60 --ramp 200 --heartbeat 60
  swarm_test.py --agents 10000 --seconds 260 --kill-every 0 --rows-every 3600 --burst 1 --lose 0 --ramp 300 --heartbeat 60   (a fleet at rest: CPU and memory)
"""
import os
import random
import signal
import time

from programs import Program, Server
from support import arguments, check, finish, folder, say

ENROLL_PER_SECOND = 100


class Swarm(Program):
    def __init__(self, folder, options):
        super().__init__("holdfast-swarm", folder)
        self.options = [str(o) for o in options]
        self.summary = os.path.join(folder, "summary.json")

    def arguments(self):
        return [*self.options, "--json", self.summary]

    def is_ready(self):
        return True

    def mark(self):
        self.process.send_signal(signal.SIGUSR1)

    def runs(self):
        return self.process.poll() is None


class Use:
    """What a process uses, between two looks."""

    def __init__(self, pid):
        self.pid = pid
        self.began = time.monotonic()
        self.cpu = self.seconds()

    def seconds(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def cores(self):
        return (self.seconds() - self.cpu) / (time.monotonic() - self.began)

    def megabytes(self):
        with open(f"/proc/{self.pid}/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def kill_until_over(server, swarm, every, until, choose):
    """Kills at random moments around the interval; the server starts again at once."""
    kills = 0
    while swarm.runs():
        pause = every * choose.uniform(0.8, 1.2)
        if time.monotonic() + pause > until:
            break
        time.sleep(pause)  # nothing waits for it: it is the time between two kills
        server.kill()
        kills += 1
        swarm.mark()
        began = time.monotonic()
        server.start(seconds=120)
        say(f"kill {kills}: the server serves again after {time.monotonic() - began:.2f} s")
    return kills


def measure(server, seconds):
    """What a fleet at rest costs; the second half of the life, when the first contacts are over."""
    time.sleep(seconds / 2)  # nothing waits for it: it is what is measured
    use = Use(server.process.pid)
    time.sleep(seconds / 2 - 5)
    return f"the server used {use.cores() * 100:.1f} % of a core and {use.megabytes():.0f} MB"


def run(options, home):
    server = Server(os.path.join(home, "server"))
    server.extra = ["--enrollments-per-second", str(ENROLL_PER_SECOND)]
    ramp = max(options.ramp, options.agents / ENROLL_PER_SECOND)
    swarm = None
    try:
        server.start()
        enrollment, _ = server.enrollment("--quota", str(options.agents))
        enroll_file = os.path.join(home, "enroll")
        with open(enroll_file, "w", encoding="ascii") as file:
            file.write(enrollment)
        swarm = Swarm(os.path.join(home, "swarm"), [
            "--enroll-file", enroll_file, "--data-dir", server.data_dir, "--agents", options.agents, "--ramp", ramp,
            "--live", options.seconds, "--rows-every", options.rows_every, "--burst", options.burst, "--heartbeat", options.heartbeat,
            "--lose", options.lose, "--double", options.lose, "--seed", options.seed, "--progress", 15])
        swarm.start()
        end = time.monotonic() + ramp + options.seconds
        kills, used = 0, ""
        if options.kill_every > 0:
            kills = kill_until_over(server, swarm, options.kill_every, end, random.Random(options.seed))
        else:
            time.sleep(ramp)  # nothing waits for it: the swarm starts its agents along this time
            used = measure(server, options.seconds) + "; "
        code = swarm.wait(seconds=ramp + options.seconds + 1200)
        print(swarm.text(), flush=True)
        check(code == 0, f"holdfast-swarm ended with {code}: what it printed stands above")
        server.stop()
    finally:
        for program in [swarm, server]:
            if program is not None:
                program.end()
    return f"{options.agents} agents, {kills} kills of the server; {used}sent = stored"


def main():
    def add(parser):
        parser.add_argument("--agents", type=int, default=80)
        parser.add_argument("--seconds", type=float, default=12, help="of life, after the ramp (default: %(default)s)")
        parser.add_argument("--kill-every", type=float, default=3, help="seconds; 0: never (default: %(default)s)")
        parser.add_argument("--rows-every", type=float, default=1, help="seconds between bursts of an agent (default: %(default)s)")
        parser.add_argument("--burst", type=int, default=5, help="rows of one (default: %(default)s)")
        parser.add_argument("--heartbeat", type=float, default=4, help="seconds; 60 is what a policy says (default: %(default)s)")
        parser.add_argument("--ramp", type=float, default=1)
        parser.add_argument("--lose", type=float, default=0.02, help="share of the Syncs lost, and as many doubled (default: %(default)s)")
    options = arguments(__doc__, add)
    with folder() as home:
        finish("swarm_test", options.seed, lambda: run(options, home))


if __name__ == "__main__":
    main()
