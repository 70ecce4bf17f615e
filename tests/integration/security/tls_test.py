"""What both ports of holdfast-server offer in a TLS handshake: versions, suites, certificate. With --sslyze, what sslyze says of them."""
import contextlib
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import warnings

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../faults"))
from programs import Server  # noqa: E402
from support import Skip, arguments, check, finish, folder, say  # noqa: E402

warnings.filterwarnings("ignore", category=DeprecationWarning)  # old versions are asked for on purpose
OLD = {"TLS 1.0": ssl.TLSVersion.TLSv1, "TLS 1.1": ssl.TLSVersion.TLSv1_1}
STRONG_13 = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}


def strong(cipher):
    """Forward secret and authenticated: ECDHE with GCM or ChaCha20-Poly1305."""
    return cipher.startswith("ECDHE-") and ("-GCM-" in cipher or cipher.endswith("CHACHA20-POLY1305"))


def client(version=None, cipher=None):
    """A context that would take anything, however weak."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    context.set_ciphers((cipher or "ALL:COMPLEMENTOFALL") + ":@SECLEVEL=0")
    if version is not None:
        context.minimum_version = context.maximum_version = version
    return context


def handshake(port, context):
    """(version, suite) that were agreed on; None when the server refuses."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as plain:
        try:
            with context.wrap_socket(plain) as tls:
                return tls.version(), tls.cipher()[0]
        except (ssl.SSLError, ConnectionError):
            return None


def weaknesses(port):
    """What a server on this port agrees to and should not."""
    found = [name for name, version in OLD.items() if handshake(port, client(version))]
    names = {cipher["name"] for cipher in client().get_ciphers() if not cipher["name"].startswith("TLS_")}
    for name in sorted(names):
        try:
            context = client(ssl.TLSVersion.TLSv1_2, name)
        except ssl.SSLError:
            continue  # one that this client cannot be asked to use
        agreed = handshake(port, context)
        if agreed and not strong(agreed[1]):
            found.append(agreed[1])
    newest = handshake(port, client(ssl.TLSVersion.TLSv1_3))
    if newest is None or newest[1] not in STRONG_13:
        found.append(f"no good TLS 1.3: {newest}")
    if handshake(port, client(ssl.TLSVersion.TLSv1_2)) is None:
        found.append("no TLS 1.2")
    if early_data(port):
        found.append("early data, which can be replayed")
    return found


def early_data(port):
    """Whether a session ticket invites to send data before the handshake. sslyze cannot see it of an HTTP/2 server."""
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-tls1_3", "-alpn", "h2"], input=b"\n",
                          capture_output=True, timeout=30, check=False)
    return re.search(rb"Max Early Data: [1-9]", done.stdout) is not None


@contextlib.contextmanager
def weak_server(home):
    """A server that takes everything: what this test must be able to see."""
    key, certificate = os.path.join(home, "weak.key"), os.path.join(home, "weak.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                    "-days", "2", "-subj", "/CN=localhost"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError):
                context.wrap_socket(plain, server_side=True).close()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def chain(port, ca_file):
    """Verifies the certificate as a client that knows the authority does."""
    context = ssl.create_default_context(cafile=ca_file)
    context.set_alpn_protocols(["h2"])
    with socket.create_connection(("127.0.0.1", port), timeout=20) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as tls:
            der = tls.getpeercert(binary_form=True)
    text = subprocess.run(["openssl", "x509", "-inform", "DER", "-noout", "-text"], input=der, check=True,
                          capture_output=True).stdout.decode()
    for word in ("ecdsa-with-SHA256", "ASN1 OID: prime256v1", "TLS Web Server Authentication", "CA:FALSE"):
        check(word in text, f"port {port}: the certificate lacks '{word}':\n{text}")


def ports(server):
    with open(server.ready_file, encoding="utf-8") as file:
        ready = json.load(file)
    return {"agents": int(ready["agent_port"]), "admins": int(ready["admin_port"])}, ready["ca_file"]


# --- sslyze


class ScannedServer(Server):
    """A scan is a thousand connections in a second or two, from one address."""

    def arguments(self):
        return [*super().arguments(), "--source-percent", "100", "--connections-per-second", "10000"]


EVERYTHING = ["--certinfo", "--sslv2", "--sslv3", "--tlsv1", "--tlsv1_1", "--tlsv1_2", "--tlsv1_3", "--compression",
              "--openssl_ccs", "--heartbleed", "--robot", "--reneg", "--fallback", "--ems", "--elliptic_curves", "--resum"]


def sslyze_command():
    """sslyze of this Python, of HOLDFAST_SSLYZE, or of the PATH."""
    for command in ([os.environ.get("HOLDFAST_SSLYZE", "sslyze")], [sys.executable, "-m", "sslyze"]):
        with contextlib.suppress(FileNotFoundError):
            if subprocess.run([*command, "--help"], capture_output=True, check=False).returncode == 0:
                return command
    raise Skip("sslyze is not installed (pip install sslyze)")


def sslyze(command, home, port, ca_file, credentials):
    out = os.path.join(home, f"sslyze-{port}.json")
    # Without a certificate it would ask whether one is required in a way that an HTTP/2 server ends.
    done = subprocess.run([*command, "--slow_connection", *EVERYTHING, "--mozilla_config=intermediate", f"--certinfo_ca_file={ca_file}",
                           *credentials, f"--json_out={out}", f"localhost:{port}"],
                          capture_output=True, text=True, timeout=300, check=False)
    with open(out, encoding="utf-8") as file:
        results = json.load(file)["server_scan_results"]
    check(len(results) == 1 and results[0]["scan_status"] == "COMPLETED", f"port {port}: no scan:\n{done.stdout}")
    return results[0]["scan_result"], done.stdout


def accepted(result, name):
    attempt = result[name]
    check(attempt["status"] == "COMPLETED", f"{name} was not scanned: {attempt.get('error_trace')}")
    return [suite["cipher_suite"]["name"] for suite in attempt["result"]["accepted_cipher_suites"]]


def judge(whose, result):
    """Everything that sslyze calls weak, by name."""
    found = [f"{name}: {accepted(result, name)}" for name in
             ("ssl_2_0_cipher_suites", "ssl_3_0_cipher_suites", "tls_1_0_cipher_suites", "tls_1_1_cipher_suites")
             if accepted(result, name)]
    suites = accepted(result, "tls_1_2_cipher_suites")
    found += [name for name in suites if not name.startswith("TLS_ECDHE_") or "CBC" in name]
    found += [name for name in accepted(result, "tls_1_3_cipher_suites") if name not in STRONG_13]
    facts = {
        "tls_compression": ("supports_compression", False),
        "openssl_ccs_injection": ("is_vulnerable_to_ccs_injection", False),
        "heartbleed": ("is_vulnerable_to_heartbleed", False),
        "session_renegotiation": ("is_vulnerable_to_client_renegotiation_dos", False),
        "tls_fallback_scsv": ("supports_fallback_scsv", True),
        "tls_extended_master_secret": ("supports_ems_extension", True),
    }
    for name, (field, wanted) in facts.items():
        attempt = result[name]
        check(attempt["status"] == "COMPLETED", f"{name} was not scanned: {attempt.get('error_trace')}")
        if attempt["result"][field] != wanted:
            found.append(f"{name}: {field} is {attempt['result'][field]}")
    say(f"{whose}: TLS 1.2 {suites}, TLS 1.3 {accepted(result, 'tls_1_3_cipher_suites')}")
    return found


def run_sslyze(home):
    command = sslyze_command()
    key, certificate = os.path.join(home, "any.key"), os.path.join(home, "any.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                    key, "-out", certificate, "-days", "2", "-subj", "/CN=any"], check=True, capture_output=True)
    server = ScannedServer(os.path.join(home, "server"))
    try:
        server.start()
        offered, ca_file = ports(server)
        for whose, port in offered.items():
            result, text = sslyze(command, home, port, ca_file, ["--cert", certificate, "--key", key])
            found = judge(whose, result)
            check(not found, f"the {whose}' port: {found}\n{text}")
            mozilla = text[text.find("COMPLIANCE"):]
            check("OK - Compliant" in mozilla, f"the {whose}' port against Mozilla's intermediate profile:\n{mozilla}")
    finally:
        server.end()
    return "sslyze finds nothing weak on either port; both comply with Mozilla's intermediate profile"


def run(home):
    with weak_server(home) as port:
        seen = weaknesses(port)
        check("TLS 1.0" in seen and any("CBC" in name or name.startswith("AES") for name in seen),
              f"this machine's OpenSSL does not show what is weak, of a server that is: {seen}")
        say(f"a weak server, to compare: {len(seen)} weaknesses")
    server = Server(os.path.join(home, "server"))
    try:
        server.start()
        offered, ca_file = ports(server)
        for whose, port in offered.items():
            found = weaknesses(port)
            check(not found, f"the {whose}' port takes {found}")
            chain(port, ca_file)
    finally:
        server.end()
    return "TLS 1.2 and 1.3 only, forward-secret AEAD suites only, a P-256 certificate of the server's authority, on both ports"


def main():
    options = arguments(__doc__, lambda parser: parser.add_argument("--sslyze", action="store_true"))
    with folder() as home:
        finish("tls_test", options.seed, lambda: (run_sslyze if options.sslyze else run)(home))


if __name__ == "__main__":
    main()
