"""The live table and the story below it. On a terminal the picture is redrawn in place; without one each news is a line."""
import os
import shutil
import sys
import time
import unicodedata

COLOURS = {"protected": "32", "violation": "31;1", "excused": "33", "asleep_or_off": "36", "no_network": "33", "awaiting_user": "33",
           "unknown": "35"}
MARK_COLOURS = {"!": "31;1", "+": "32", "-": "31", ">": "36", "~": "33", "*": "1"}


def width_of(text):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def height_of(text, width):
    """How many lines of the terminal a text takes that it folds by itself."""
    return max(1, -(-width_of(text) // width))


def fit(text, width):
    """Exactly `width` columns: padded, or cut with an ellipsis."""
    if width_of(text) <= width:
        return text + " " * (width - width_of(text))
    out = ""
    for c in text:
        if width_of(out + c) > width - 1:
            break
        out += c
    return out + "…" + " " * (width - 1 - width_of(out))


class Screen:
    def __init__(self, out=sys.stdout, live=None):
        self.out = out
        self.live = out.isatty() if live is None else live
        self.colour = self.live and "NO_COLOR" not in os.environ
        self.news = []
        self.began = time.time()
        self.hints = []

    def paint(self, text, code):
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and code else text

    def tell(self, at, who, sentence, sign=" "):
        self.news.append((at, who, sentence, sign))
        if not self.live:
            print(f"{time.strftime('%H:%M:%S', time.localtime(at))} {sign} {who:<7} {sentence}", file=self.out, flush=True)

    def table(self, rows, width):
        """rows: dicts with chosen, mac, service, status, class, cause, link, unsent, incidents."""
        narrow = width < 90
        columns = [(" ", "chosen", 1), ("Mac", "mac", 8), ("Service", "service", 0), ("Session", "status", 13), ("Class of time", "class", 15)]
        if not narrow:
            columns += [("Cause", "cause", 16), ("Link", "link", 8), ("To send", "unsent", 7), ("Incidents", "incidents", 9)]
        fixed = sum(w for _, _, w in columns) + len(columns) * 2 - 2
        columns = [(t, k, w or max(10, min(26, width - fixed))) for t, k, w in columns]
        lines = [self.paint("  ".join(fit(t, w) for t, _, w in columns), "1")]
        for row in rows:
            cells = []
            for _, key, w in columns:
                cell = fit(str(row.get(key, "")), w)
                code = COLOURS.get(row.get("class")) if key == "class" else "31;1" if key in ("incidents", "link") and row.get(key) not in (0, "0", "up") else None
                cells.append(self.paint(cell, code))
            lines.append("  ".join(cells))
        return lines

    def draw(self, rows, title):
        if not self.live:
            return
        size = shutil.get_terminal_size((80, 24))
        width = size.columns
        lines = [self.paint(fit(title, width), "7"), ""] + self.table(rows, width) + [""]
        # Lines to paste are never cut; the terminal folds them, so that they copy as one.
        below = sum(height_of(hint, width) for hint in self.hints)
        room = size.lines - len(lines) - below - 2
        for at, who, sentence, sign in self.news[-max(room, 3):]:
            clock = time.strftime("%H:%M:%S", time.localtime(at))
            text = fit(f"{clock} {sign} {who:<7} {sentence}", width)
            lines.append(self.paint(text, MARK_COLOURS.get(sign)))
        lines += [""] * max(0, size.lines - below - len(lines) - 1)
        lines += [self.paint(hint, "2") for hint in self.hints]
        self.out.write("\x1b[H" + "\x1b[K\n".join(lines) + "\x1b[J")
        self.out.flush()

    def enter(self):
        if self.live:
            self.out.write("\x1b[?1049h\x1b[?25l")

    def leave(self):
        if self.live:
            self.out.write("\x1b[?25h\x1b[?1049l")
            self.out.flush()
