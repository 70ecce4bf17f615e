"""Starts holdfast-server and an OpenTelemetry Collector and loads both with the same rows: docs/bench.md.

compare.py COLLECTOR LOAD [FOLDER]     the collector's program and collector_load; FOLDER decides which disk (default: a new
folder in $TMPDIR or /tmp)
"""
import os
import re
import socket
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "../../integration/faults"))
from programs import Program, Server  # noqa: E402
from support import Failure, check  # noqa: E402
from children import tied  # noqa: E402  of scripts/, which support puts on the path

DEVICES = 100

PROMISES = """\
Not the same promise. The collector answers when a request lies flushed in its queue: it checks that the client's
certificate is by the authority, looks at no row, ties none to a device, takes one twice, and has delivered nothing.
holdfast-server answers when each row is in its place in the database: the device is the certificate's, the hash chain
is recomputed, a row that is there is not stored again, and state, incidents and intervals follow in the same
transaction. The collector's requests are encoded before the clock runs, ours while it runs."""


class Collector(Program):
    def __init__(self, path, folder, certificates):
        super().__init__(os.path.abspath(path), folder)
        self.config = os.path.join(folder, "config.yaml")
        self.storage = os.path.join(folder, "storage")
        os.mkdir(self.storage)
        # Takes connections, since the kernel does that, and never says a word.
        self.destination = socket.create_server(("127.0.0.1", 0))
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        with open(os.path.join(HERE, "collector.yaml"), encoding="utf-8") as template:
            text = template.read().format(port=self.port, certificates=certificates, storage=self.storage,
                                          destination=self.destination.getsockname()[1])
        with open(self.config, "w", encoding="utf-8") as config:
            config.write(text)

    def arguments(self):
        return ["--config", self.config]

    def is_ready(self):
        if self.process.poll() is not None:
            raise Failure(f"{self.path} ended with {self.process.returncode} at its start; {self.tail()}")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stored_bytes(self):
        return sum(entry.stat().st_size for entry in os.scandir(self.storage))


def openssl(*arguments):
    done = subprocess.run(["openssl", *arguments], capture_output=True, text=True, check=False)
    check(done.returncode == 0, f"openssl {arguments[0]}: {done.stderr}")


def make_certificates(folder):
    """An authority, the collector's certificate and its clients', with keys of the kind that ours have."""
    os.mkdir(folder)

    def file(name):
        return os.path.join(folder, name)

    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    openssl("req", "-x509", *key, "-keyout", file("ca.key"), "-out", file("ca.pem"), "-days", "2",
            "-subj", "/CN=bench authority", "-addext", "keyUsage=critical,keyCertSign")
    for name, usage in (("server", "serverAuth"), ("client", "clientAuth")):
        openssl("req", *key, "-keyout", file(f"{name}.key"), "-out", file(f"{name}.csr"), "-subj", f"/CN=bench {name}")
        with open(file(f"{name}.ext"), "w", encoding="ascii") as extensions:
            extensions.write(f"subjectAltName=IP:127.0.0.1\nextendedKeyUsage={usage}\n")
        openssl("x509", "-req", "-in", file(f"{name}.csr"), "-CA", file("ca.pem"), "-CAkey", file("ca.key"),
                "-CAcreateserial", "-days", "2", "-extfile", file(f"{name}.ext"), "-out", file(f"{name}.pem"))


def compare(collector_path, load, folder):
    certificates = os.path.join(folder, "certificates")
    make_certificates(certificates)
    collector = Collector(collector_path, os.path.join(folder, "collector"), certificates)
    server = Server(os.path.join(folder, "server"))
    try:
        collector.start()
        server.start()
        enrollment = os.path.join(folder, "enrollment")
        with open(enrollment, "w", encoding="utf-8") as file:
            file.write(server.enrollment("--quota", str(DEVICES))[0])
        print(f"this machine: {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} before the run", flush=True)
        done = subprocess.run(tied([load, enrollment, server.process.pid, f"127.0.0.1:{collector.port}",
                                    collector.process.pid, certificates]),
                              stdout=subprocess.PIPE, text=True, check=False)
        print(done.stdout, end="")
        check(done.returncode == 0, f"collector_load ended with {done.returncode}\n{server.tail()}\n{collector.tail()}")
        accepted = int(re.search(r"^accepted by the collector: (\d+) bytes$", done.stdout, re.MULTILINE).group(1))
        stored = collector.stored_bytes()
        check(stored >= accepted, f"the collector accepted {accepted} bytes and has only {stored} in its files")
        print(f"the collector's files: {stored / 1e6:.0f} MB; our database: {os.path.getsize(server.database) / 1e6:.0f} MB")
        print(PROMISES)
        collector.stop()
        server.stop()
    finally:
        collector.end()
        server.end()


def main():
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory(prefix="holdfast-bench-", dir=sys.argv[3] if len(sys.argv) > 3 else None) as folder:
        try:
            compare(sys.argv[1], sys.argv[2], folder)
        except Failure as failure:
            sys.exit(f"compare.py: {failure}")


main()
