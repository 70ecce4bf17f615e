"""What should have happened, worked out from scenario and policy alone.

It knows nothing of the agent's code: it reads the policy document (YAML), the simulated Mac's timers (the scenario) and the
times at which the demo did each step, and gives the class of every moment of the window. The demo compares that with what the
server's compliance report says, class by class.
"""
import re

CLASSES = ("protected", "violation", "excused", "no_network", "awaiting_user", "asleep_or_off", "observed_only", "unknown",
           "not_required")


def seconds(text):
    """ "1m30s" -> 90.0 """
    parts = re.findall(r"([0-9.]+)(ms|h|m|s)", str(text))
    if not parts or "".join(a + b for a, b in parts) != str(text):
        raise ValueError(f"not a duration: {text!r}")
    return sum(float(number) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600}[unit] for number, unit in parts)


class Model:
    """One required service on one Mac. All times are seconds since the Unix epoch."""

    def __init__(self, policy, rule, scenario, begin):
        always = rule.get("alwaysConnected", {})
        reconnect = policy.get("reconnect", {})
        timers = scenario.get("timers", {})
        self.reconnect_after = seconds(always.get("reconnectAfter", "10s"))
        self.settle = seconds(reconnect.get("settle", "2s"))
        self.stuck = seconds(policy.get("stuckConnecting", {}).get("timeout", "150s"))
        self.wake_grace = seconds(policy.get("wake", {}).get("grace", "60s"))
        self.connect_time = seconds(timers["connect"])
        self.stop_time = seconds(timers["disconnect"])
        self.gateway_answers = True
        self.changes = [(begin, "protected")]  # the window begins when the service is up

    def _set(self, at, name):
        # What was foreseen for later than this moment no longer happens.
        self.changes = [c for c in self.changes if c[0] < at] + [(at, name)]

    def user_disconnects(self, at):
        """Not allowed by the policy: a violation from the first second, restored after reconnectAfter."""
        self._set(at, "violation")
        down = at + self.stop_time
        self._start(down + self.reconnect_after)

    def sleeps(self, at):
        self._set(at, "asleep_or_off")

    def wakes(self, at):
        """Excused for the grace, or until the tunnel is up; a start that hangs is broken by the ladder: stop, wait, start."""
        self._set(at, "excused")
        self.changes.append((at + self.wake_grace, "violation"))
        self._start(at + self.settle)

    def gateway(self, at, answers):
        self.gateway_answers = answers
        if answers and self.hung_since is not None:
            # The hanging start stays as it is; the ladder's next one succeeds.
            again = self.hung_since + self.stuck + self.stop_time
            while again < at:
                again += self.stuck + self.stop_time
            self.hung_since = None
            self._up(again + self.connect_time)

    hung_since = None

    def _start(self, at):
        if self.gateway_answers:
            self._up(at + self.connect_time)
        else:
            self.hung_since = at

    def _up(self, at):
        self.changes = [c for c in self.changes if c[0] < at] + [(at, "protected")]

    def apply(self, at, step):
        words = step.split()
        if words[0] == "user-disconnect":
            self.user_disconnects(at)
        elif words[0] == "sleep":
            self.sleeps(at)
        elif words[0] == "wake":
            self.wakes(at)
        elif words[0] == "gateway":
            self.gateway(at, words[2] == "reachable")
        elif words[0] in ("install", "link"):
            pass  # the order of proxies and the link to the server do not change the tunnel
        else:
            raise ValueError(f"the model does not know the step {step!r}")

    def totals(self, begin, end):
        """Seconds of each class in [begin, end)."""
        out = dict.fromkeys(CLASSES, 0.0)
        ordered = sorted(self.changes)
        for (at, name), following in zip(ordered, ordered[1:] + [(end, None)]):
            out[name] += max(0.0, min(following[0], end) - max(at, begin))
        return out


def compare(expected, measured, tolerance):
    """The classes that differ by more than `tolerance` seconds: [(class, expected, measured)]."""
    return [(c, expected.get(c, 0.0), measured.get(c, 0.0)) for c in CLASSES
            if abs(expected.get(c, 0.0) - measured.get(c, 0.0)) > tolerance]
