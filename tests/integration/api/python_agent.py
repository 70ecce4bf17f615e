"""A Holdfast agent in Python, written from docs/api.md alone: an example to begin your own from.

It enrolls, syncs its log, checks policies, watches and renews its certificate. It keeps everything in memory; a real
agent keeps key, certificate, log and message number durably before it relies on them, and waits as the table of
refusals says. Needs the stubs on the path (docs/api.md, "Stubs").
"""
import dataclasses
import hashlib
import os
import socket
import time

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from google.rpc import error_details_pb2, status_pb2
from holdfast.v1 import agent_service_pb2 as pb
from holdfast.v1 import agent_service_pb2_grpc as rpc
from journal_rows import Log
from OpenSSL import SSL
from signed_bytes import read_policy

DEADLINE = 30  # seconds
VERSION = "python 1"


class Refused(Exception):
    """What the server said instead: gRPC's code, the reason ("" when there is none), seconds to stay away or None."""

    def __init__(self, error):
        super().__init__(error.details())
        self.code = error.code()
        self.reason = ""
        self.retry_after = None
        for key, value in error.trailing_metadata() or ():
            if key == "grpc-status-details-bin":
                self._read(status_pb2.Status.FromString(value))

    def _read(self, status):
        info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
        for detail in status.details:
            if detail.Unpack(info) and info.domain == "holdfast":
                self.reason = info.reason
            elif detail.Unpack(retry):
                self.retry_after = retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9


def call(method, request):
    try:
        return method(request, timeout=DEADLINE)
    except grpc.RpcError as error:
        raise Refused(error) from None


@dataclasses.dataclass
class Enrollment:
    """holdfast1:HOST:PORT:HASH:TOKEN"""
    address: str
    ca_hash: bytes
    token: str

    @staticmethod
    def parse(line):
        version, _, rest = line.strip().partition(":")
        address, ca_hash, token = rest.rsplit(":", 2)
        if version != "holdfast1" or len(ca_hash) != 64:
            raise ValueError("not an enrollment string")
        return Enrollment(address, bytes.fromhex(ca_hash), token)

    def host_and_port(self):
        host, port = self.address.rsplit(":", 1)
        return host.strip("[]"), int(port)


def pinned_authority(enrollment):
    """First contact: of the certificates that the server shows, the one whose key has the hash that we were given."""
    context = SSL.Context(SSL.TLS_CLIENT_METHOD)
    context.set_alpn_protos([b"h2"])
    host, port = enrollment.host_and_port()
    with socket.create_connection((host, port), timeout=DEADLINE) as raw:
        raw.settimeout(None)  # OpenSSL wants a blocking socket
        connection = SSL.Connection(context, raw)
        connection.set_tlsext_host_name(host.encode())
        connection.set_connect_state()
        connection.do_handshake()
        chain = [one.to_cryptography() for one in connection.get_peer_cert_chain()]
    ours = [one for one in chain if hashlib.sha256(public_key_info(one)).digest() == enrollment.ca_hash]
    if not ours:
        raise PermissionError("this is not the server that the enrollment string names")
    # Two while the authority is being replaced: the self-signed one is the root.
    best = next((one for one in ours if one.issuer == one.subject), ours[0])
    return best.public_bytes(serialization.Encoding.PEM)


def public_key_info(certificate):
    return certificate.public_key().public_bytes(serialization.Encoding.DER,
                                                 serialization.PublicFormat.SubjectPublicKeyInfo)


def key_id(data):
    """Of a SubjectPublicKeyInfo, or of a raw policy key."""
    return hashlib.sha256(data).hexdigest()[:16]


def take_list(known, offered):
    """A list of authorities or policy keys from an answer: a new one is believed beside one that we have."""
    if any(item in known for item in offered):
        known[:] = offered


def new_key():
    return ec.generate_private_key(ec.SECP256R1())


def request_for(key):
    """A certificate request as PEM; the server ignores its subject."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "python agent")])
    csr = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return csr.public_bytes(serialization.Encoding.PEM).decode()


def section(name, body):
    return pb.StateSection(name=name, body=body, hash=hashlib.sha256(body).digest())


class Agent:
    """One device. `log`, `acked` and the rest are open to whoever wants to send something unusual."""

    def __init__(self, enrollment_string, serial, platform_uuid, hostname):
        self.enrollment = Enrollment.parse(enrollment_string)
        self.hardware = pb.HardwareIdentity(serial_number=serial, platform_uuid=platform_uuid, hostname=hostname,
                                            model="Python", os_version="1", os_build="1A1")
        self.key = new_key()
        self.boot_id = os.urandom(16)
        self.log = Log(self.boot_id)
        self.acked = 0
        self.message_number = 0
        self.anchor = None
        self.policy_id = b""
        self.policy_key_id = ""
        self.policy_status = None
        self.identity = None  # the answer to Enroll
        self.stub = None

    def connect(self, roots, key=None, certificate=None):
        pem = key and key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                        serialization.NoEncryption())
        credentials = grpc.ssl_channel_credentials(roots, pem, certificate)
        # Connections are not shared between identities, and it is we who decide when to try again.
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0)]
        return rpc.AgentServiceStub(grpc.secure_channel(self.enrollment.address, credentials, options))

    def enroll_request(self, previous_key=None):
        csr = request_for(self.key)
        proof = previous_key.sign(csr.encode(), ec.ECDSA(hashes.SHA256())) if previous_key else b""
        return pb.EnrollRequest(token=self.enrollment.token, csr_pem=csr, hardware=self.hardware,
                                agent_version=VERSION, features=["rows.v1"], previous_key_signature=proof)

    def enroll(self, previous_key=None):
        """With the key that was made for it: asking again after a lost answer is harmless."""
        stub = self.connect(pinned_authority(self.enrollment))
        answer = call(stub.Enroll, self.enroll_request(previous_key))
        self.identity = answer
        self.use(self.key, answer.certificate_chain_pem)
        if answer.HasField("policy"):
            self.take_policy(answer.policy)
        return answer

    def use(self, key, certificate_pem):
        self.key = key
        roots = "".join(self.identity.ca_certificates_pem).encode()
        self.stub = self.connect(roots, key, certificate_pem.encode())

    def request(self, **fields):
        """The next message, with all rows that are not acknowledged. `fields` take the place of its own."""
        self.message_number += 1
        own = {"device_id": self.identity.device_id, "message_number": self.message_number, "epoch": self.log.epoch,
               "boot_id": self.boot_id, "mono_ns": time.clock_gettime_ns(time.CLOCK_BOOTTIME),
               "wall_ns": time.time_ns(), "anchor": self.anchor, "head": self.log.head(),
               "frame": self.log.frame(self.acked), "policy_id": self.policy_id, "policy_status": self.policy_status,
               "policy_key_id": self.policy_key_id, "trusted_keys": self.trusted_keys(), "agent_version": VERSION, "features": ["rows.v1"], "hardware": self.hardware}
        return pb.SyncRequest(**{**own, **fields})

    def trusted_keys(self):
        authorities = [x509.load_pem_x509_certificate(pem.encode()) for pem in self.identity.ca_certificates_pem]
        return pb.TrustedKeys(authorities=[key_id(public_key_info(one)) for one in authorities],
                              policy_keys=[key_id(key) for key in self.identity.policy_keys])

    def sync(self, **fields):
        request = self.request(**fields)
        answer = call(self.stub.Sync, request)
        take_list(self.identity.ca_certificates_pem, answer.ca_certificates_pem)
        take_list(self.identity.policy_keys, answer.policy_keys)
        round_trip = time.clock_gettime_ns(time.CLOCK_BOOTTIME) - request.mono_ns
        self.anchor = pb.TimeAnchor(boot_id=self.boot_id, mono_ns=request.mono_ns + round_trip // 2,
                                    server_time_ns=answer.server_time_ns, round_trip_ns=round_trip)
        if answer.epoch == self.log.epoch:
            self.acked = answer.acked_through
        if answer.HasField("policy"):
            self.take_policy(answer.policy)
        return answer

    def take_policy(self, bundle):
        """Keeps what it is; a real agent also reads the document, and says FAILED with the reason when it must."""
        version, _, _ = read_policy(bundle, self.identity.policy_keys)
        self.policy_key_id = bundle.key_id.decode()
        self.policy_id = hashlib.sha256(bundle.signed).digest()
        self.policy_status = pb.PolicyStatus(state=pb.PolicyStatus.STATE_APPLIED, version=version,
                                             policy_id=self.policy_id)

    def watch(self, timeout=None):
        """Yields a nudge each time the server wants a Sync. The first headers say that the stream is accepted."""
        stream = self.stub.Watch(pb.WatchRequest(device_id=self.identity.device_id), timeout=timeout)
        stream.initial_metadata()
        return self._nudges(stream)

    @staticmethod
    def _nudges(stream):
        try:
            yield from stream
        except grpc.RpcError as error:
            raise Refused(error) from None

    def renew(self):
        """The new certificate is used from now on; the first call with it ends the old one."""
        key = new_key()
        request = pb.RenewCertificateRequest(device_id=self.identity.device_id, csr_pem=request_for(key))
        answer = call(self.stub.RenewCertificate, request)
        take_list(self.identity.ca_certificates_pem, answer.ca_certificates_pem)
        self.use(key, answer.certificate_chain_pem)
        return answer
