"""One real server for all cases, agents enrolled with it, and what only whoever has its keys can make."""
import datetime
import itertools
import json
import os
import pathlib
import sys
import tempfile
import unittest
import uuid

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from holdfast.v1 import admin_service_pb2_grpc
from python_agent import Agent, Refused, new_key

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "faults"))
import programs

GOOD_HARDWARE = itertools.count(1)


class MockServer(programs.Program):
    """holdfast-server-mock with a script of faults."""

    def __init__(self, folder, script):
        super().__init__("holdfast-server-mock", folder)
        self.script = os.path.join(folder, "script.yaml")
        pathlib.Path(self.script).write_text(script, encoding="utf-8")

    def arguments(self):
        return ["--script", self.script, "--ready-file", self.ready_file]

    def enrollment(self):
        return json.loads(pathlib.Path(self.ready_file).read_text(encoding="utf-8"))["enrollment_string"], None


class Admin:
    """AdminService with the server's first token, or any other."""

    def __init__(self, server, token=None):
        ready = json.loads(pathlib.Path(server.ready_file).read_text(encoding="utf-8"))
        roots = pathlib.Path(server.data_dir, "ca.pem").read_bytes()
        self.token = token or pathlib.Path(server.data_dir, "admin-token").read_text(encoding="utf-8").strip()
        options = [("grpc.max_receive_message_length", -1)]
        channel = grpc.secure_channel(f"localhost:{ready['admin_port']}", grpc.ssl_channel_credentials(roots), options)
        self.stub = admin_service_pb2_grpc.AdminServiceStub(channel)

    def call(self, method, request):
        return getattr(self.stub, method)(request, timeout=30, metadata=[("authorization", f"Bearer {self.token}")])


class Case(unittest.TestCase):
    """Each case has devices and tokens of its own on the one server, so that order does not matter."""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="hf-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.server = programs.Server(os.path.join(cls.folder.name, "server"))
        cls.addClassCleanup(cls.server.end)
        cls.server.start()
        cls.admin = Admin(cls.server)

    def new_agent(self, *token, server=None, serial=None):
        """An agent with hardware of its own that has not enrolled, and its token's id. `token`: flags of holdfast-admin."""
        enrollment, token_id = (server or self.server).enrollment(*token)
        serial = serial or f"C02{next(GOOD_HARDWARE):06}"
        return Agent(enrollment, serial, str(uuid.uuid4()), f"mac-{serial}"), token_id

    def enrolled(self, *token, server=None):
        agent, _ = self.new_agent(*token, server=server)
        agent.enroll()
        return agent

    def twin(self, agent, *token):
        """The same hardware with nothing of what the first one keeps."""
        other, _ = self.new_agent(*token)
        other.hardware.CopyFrom(agent.hardware)
        return other

    def refused(self, code, reason, function, *arguments, **fields):
        """The refusal that this call must meet."""
        with self.assertRaises(Refused) as caught:
            function(*arguments, **fields)
        refusal = caught.exception
        self.assertEqual((refusal.code.name, refusal.reason), (code, reason), str(refusal))
        self.assertTrue(str(refusal), "a sentence for people")
        return refusal

    def with_minted_certificate(self, agent, device_id, begins, ends):
        """Lets the agent speak with a certificate that the server's authority would have made at another time."""
        ca = x509.load_pem_x509_certificate(pathlib.Path(self.server.data_dir, "ca.pem").read_bytes())
        [key_file] = pathlib.Path(self.server.data_dir).glob("ca-*.key")
        ca_key = serialization.load_pem_private_key(key_file.read_bytes(), None)
        now = datetime.datetime.now(datetime.timezone.utc)
        key = new_key()
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, device_id)])
        certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(ca.subject).public_key(key.public_key())
                       .serial_number(x509.random_serial_number())
                       .not_valid_before(now + datetime.timedelta(hours=begins))
                       .not_valid_after(now + datetime.timedelta(hours=ends))
                       .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
                       .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
                       .add_extension(x509.SubjectAlternativeName(
                           [x509.UniformResourceIdentifier(f"holdfast:device:{device_id}")]), critical=False)
                       .sign(ca_key, hashes.SHA256()))
        agent.use(key, certificate.public_bytes(serialization.Encoding.PEM).decode())
