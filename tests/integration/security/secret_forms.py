"""Secrets, the forms that they could take, and where in a folder's files one is found."""
import base64
import os
import re
import stat
import subprocess

from support import check


class Secret:
    def __init__(self, name, value, allowed=()):
        self.name = name
        self.value = value.encode() if isinstance(value, str) else value
        self.allowed = [os.path.realpath(path) for path in allowed]  # the files that it belongs into

    def forms(self):
        """The bytes themselves, in hex and in base64 at each of its three offsets; nothing so short that chance finds it."""
        out = {"as it is": self.value, "in hex": self.value.hex().encode(), "in HEX": self.value.hex().upper().encode(),
               "reversed": self.value[::-1]}
        compact = self.value.replace(b"-", b"")
        if compact != self.value and len(compact) >= 12:
            out["without dashes"] = compact
        for offset in range(3):
            coded = base64.b64encode(bytes(offset) + self.value)
            # The letters at both ends depend on what stands beside it.
            inner = coded[[0, 2, 3][offset]:len(coded) - 4 + (len(coded) % 4)]
            if len(inner) >= 12:
                out[f"in base64, offset {offset}"] = inner
                out[f"in URL base64, offset {offset}"] = inner.replace(b"+", b"-").replace(b"/", b"_")
        return {form: data for form, data in out.items() if len(data) >= 6}


def key_secrets(path):
    """The lines of each key's PEM body in a file, and the private number in it."""
    text = contents(path).decode("ascii", errors="replace")
    out = []
    for block in re.findall(r"-----BEGIN [A-Z ]*PRIVATE KEY-----\n.*?-----END [A-Z ]*PRIVATE KEY-----\n", text, re.S):
        first, *others = block.split("\n")[1:-2]
        # The first line begins as that of every key: it names the algorithm.
        out += [Secret(f"a line of the key in {path}", line, [path]) for line in (first[-16:], *others) if len(line) >= 16]
        shown = subprocess.run(["openssl", "pkey", "-noout", "-text"], input=block, capture_output=True, text=True, check=True)
        number = re.search(r"priv:\n(.*?)\npub:", shown.stdout, re.S).group(1)
        raw = bytes.fromhex(re.sub(r"[\s:]", "", number)).lstrip(b"\0")
        out.append(Secret(f"the private number of the key in {path}", raw, [path]))
    check(out, f"{path} has no private key that can be read")
    return out


def files_below(path):
    for root, _, names in os.walk(path):
        for name in names:
            each = os.path.join(root, name)
            if stat.S_ISREG(os.lstat(each).st_mode):
                yield each


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def search(home, secrets):
    """(secret, form, file) wherever one is that does not belong there; and how many bytes were searched."""
    found, searched = [], 0
    for path in files_below(home):
        data = contents(path)
        searched += len(data)
        for secret in secrets:
            if os.path.realpath(path) in secret.allowed:
                continue
            for form, wanted in secret.forms().items():
                if wanted in data:
                    found.append(f"{secret.name}, {form}, in {path}")
    return found, searched
