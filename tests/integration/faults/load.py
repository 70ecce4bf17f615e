"""A load on a simulated Mac: a person and a network that never leave it alone, so that rows are written all the time."""
import socket
import threading

COMMANDS = ['user-disconnect "Corporate VPN"', 'user-connect "Corporate VPN"',
            'user-disconnect "Cisco Secure Client"', 'user-connect "Cisco Secure Client"',
            "network down", "network up"]


class SimulatedMac:
    """One connection to --sim-control."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        try:
            self.socket.connect(path)
        except OSError:
            self.socket.close()
            raise
        self.answers = self.socket.makefile("r", encoding="utf-8")

    def do(self, line):
        self.socket.sendall((line + "\n").encode())
        answer = self.answers.readline()
        if not answer.startswith("ok"):
            raise OSError(f"the simulated Mac answered '{answer.strip()}' to '{line}'")
        return answer

    def close(self):
        self.answers.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Load(threading.Thread):
    """One command after the other, through every restart of the daemon, until stopped."""

    def __init__(self, agent, random, commands=COMMANDS, pause=0.004):
        super().__init__(daemon=True)
        self.agent = agent
        self.random = random
        self.choices = commands
        self.pause = pause  # at most, in seconds
        self.commands = 0
        self.connections = 0
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.is_set():
            try:
                with SimulatedMac(self.agent.sim_control) as mac:
                    self.connections += 1
                    while not self.stopping.wait(self.random.uniform(0, self.pause)):
                        mac.do(self.random.choice(self.choices))
                        self.commands += 1
            except OSError:
                self.stopping.wait(0.005)  # the daemon is dead or starting

    def stop(self):
        self.stopping.set()
        self.join(30)
