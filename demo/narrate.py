"""Turns a Mac's journal rows into sentences for the viewer: what happened, and where the row itself does not say it, what follows."""

# Row kinds that a viewer of the demo wants to read; the rest is in `holdfastctl history`.
TOLD = {"verdict", "command", "command_outcome", "incident_opened", "incident_closed", "power", "override_began", "override_ended",
        "check", "policy", "session_manager", "user_request", "session"}
# Statuses are told when they end something, not each step on the way.
QUIET_SESSION = ("session connecting", "session disconnecting")


def worth_telling(row):
    if row.get("kind") not in TOLD:
        return False
    text = row.get("text", "")
    return not (row["kind"] == "session" and text.startswith(QUIET_SESSION))


def mark(row):
    """One character that says what kind of news it is."""
    kind, text = row.get("kind", ""), row.get("text", "")
    if kind == "incident_opened":
        return "!"
    if kind == "incident_closed":
        return "+"
    if kind == "verdict":
        return "+" if ": protected" in text else "-" if ": violation" in text else "~"
    if kind == "command":
        return ">"
    return " "
