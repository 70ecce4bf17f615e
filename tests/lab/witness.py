"""The witness: pings through the tunnel and keeps the times. Nobody's word about the tunnel counts but its.

As a program (in the client's namespace): sends an ICMP echo to ADDRESS every PERIOD seconds, prints the time of each
answer, on the clock of time.monotonic(), which all processes of a machine share. No answer within the lab comes around the
tunnel: the router does not know the network behind the gateway.
"""

import os
import select
import socket
import struct
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../scripts"))
from children import tied

PERIOD = 0.1
GAP = 2.5 * PERIOD  # between two answers: at least one ping was lost


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xFFFF)
    return ~(total + (total >> 16)) & 0xFFFF


def echo(identifier, number):
    body = struct.pack("!HH", identifier, number) + b"holdfast"
    return struct.pack("!BBH", 8, 0, checksum(struct.pack("!BBH", 8, 0, 0) + body)) + body


def ping_forever(address, period):
    # Not connected: each packet's source is the address that the tunnel has then.
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    identifier, number, due = os.getpid() & 0xFFFF, 0, time.monotonic()
    while True:
        wait = due - time.monotonic()
        if wait > 0:
            if select.select([raw], [], [], wait)[0]:
                answer, (source, _) = raw.recvfrom(2048)
                header = (answer[0] & 0x0F) * 4
                kind, _, _, who = struct.unpack("!BBHH", answer[header:header + 6])
                if kind == 0 and who == identifier and source == address:
                    print(f"{time.monotonic():.6f}", flush=True)
            continue
        due += period
        number = (number + 1) & 0xFFFF
        try:
            raw.sendto(echo(identifier, number), (address, 0))
        except OSError:
            pass  # no route: that is an answer, too


class Witness:
    def __init__(self, network, place, address):
        self.process = subprocess.Popen(tied([*network.inside(place), sys.executable, __file__, address, PERIOD]),
                                        stdout=subprocess.PIPE, text=True)
        self.answers = []
        self.changed = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        for line in self.process.stdout:
            with self.changed:
                self.answers.append(float(line))
                self.changed.notify_all()

    def first_after(self, moment, limit):
        """Time of the first answer later than `moment`; nothing when none comes within `limit` seconds of it."""
        with self.changed:
            while True:
                later = next((at for at in self.answers if at > moment), None)
                left = moment + limit - time.monotonic()
                if later is not None or left <= 0:
                    return later
                self.changed.wait(left)

    def gap_after(self, moment, limit):
        """The last answer before and the first after the first gap that ends later than `moment`; nothing if none does
        within `limit` seconds of it."""
        with self.changed:
            while True:
                pairs = zip(self.answers, self.answers[1:])
                gap = next(((a, b) for a, b in pairs if b > moment and b - a > GAP), None)
                left = moment + limit - time.monotonic()
                if gap is not None or left <= 0:
                    return gap
                self.changed.wait(left)

    def silent_since(self, quiet):
        """Waits until there was no answer for `quiet` seconds; the time of the last one."""
        while True:
            with self.changed:
                last = self.answers[-1] if self.answers else None
            if last is None or time.monotonic() - last > quiet:
                return last
            time.sleep(PERIOD)

    def stop(self):
        self.process.kill()
        self.process.wait()


if __name__ == "__main__":
    ping_forever(sys.argv[1], float(sys.argv[2]))
