#!/usr/bin/env python3
"""AdminService through reflection alone: a client that knows no .proto file lists devices and reads a report.

Needs the packages of ../python_environment.py; where they cannot be had it is skipped (exit code 77).
"""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parents[3] / "scripts"),
                str(pathlib.Path(__file__).resolve().parents[1])]
import python_environment
from children import tied

BIN = pathlib.Path(os.environ["HOLDFAST_BIN"])
ENROLL_DEVICE = os.environ["HOLDFAST_ENROLL_DEVICE"]


class Server:
    """holdfast-server on free ports, with one device that has reported."""

    def __init__(self, folder):
        self.data = folder / "data"
        ready = folder / "ready.json"
        self.process = subprocess.Popen(
            tied([BIN / "holdfast-server", "--data-dir", self.data, "--agent-listen", "127.0.0.1:0",
                  "--admin-listen", "127.0.0.1:0", "--ready-file", ready]), stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not ready.exists():
            assert self.process.poll() is None and time.monotonic() < deadline, "the server did not start"
            time.sleep(0.02)
        self.ready = json.loads(ready.read_text())
        made = subprocess.run([BIN / "holdfast-admin", "--data-dir", self.data, "--json", "tokens", "create"],
                              check=True, capture_output=True, text=True)
        self.device = subprocess.run(
            [ENROLL_DEVICE, json.loads(made.stdout)["enrollmentString"], self.ready["ca_file"], "mac-1", "7"],
            check=True, capture_output=True, text=True).stdout.strip()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)


class Client:
    """Finds services and messages by reflection; knows no generated code."""

    def __init__(self, server):
        import grpc
        from google.protobuf import descriptor_pool, message_factory
        from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

        credentials = grpc.ssl_channel_credentials(pathlib.Path(server.ready["ca_file"]).read_bytes())
        self.channel = grpc.secure_channel(f"localhost:{server.ready['admin_port']}", credentials)
        self.database = ProtoReflectionDescriptorDatabase(self.channel)
        self.pool = descriptor_pool.DescriptorPool(self.database)
        self.message_class = message_factory.GetMessageClass
        token = (server.data / "admin-token").read_text().strip()
        self.metadata = [("authorization", f"Bearer {token}")]

    def services(self):
        return set(self.database.get_services())

    def call(self, service, method, authorized=True, **fields):
        found = self.pool.FindServiceByName(service).FindMethodByName(method)
        request = self.message_class(found.input_type)(**fields)
        call = self.channel.unary_unary(f"/{service}/{method}", request_serializer=lambda m: m.SerializeToString(),
                                        response_deserializer=self.message_class(found.output_type).FromString)
        return call(request, timeout=30, metadata=self.metadata if authorized else [])


def check(server):
    import grpc

    client = Client(server)
    admin = "holdfast.v1.AdminService"
    services = client.services()
    assert admin in services and "grpc.health.v1.Health" in services, services
    assert "holdfast.v1.AgentService" not in services, "agents' methods are not for admins"

    devices = client.call(admin, "ListDevices")
    assert [d.device_id for d in devices.devices] == [server.device], devices
    assert devices.devices[0].hostname == "mac-1"

    timestamp = client.message_class(client.pool.FindMessageTypeByName("google.protobuf.Timestamp"))
    now = int(time.time())
    window = {"from": timestamp(seconds=now - 3600), "to": timestamp(seconds=now)}
    answer = client.call(admin, "GetComplianceReport", **window)
    assert answer.report.devices == 1, answer
    assert len(answer.signature) == 64, "the report is signed"
    assert [(h.device_id, h.seq) for h in answer.report.chain_heads] == [(server.device, 7)], answer.report

    try:
        client.call(admin, "ListDevices", authorized=False)
        raise AssertionError("a call without a token was answered")
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.UNAUTHENTICATED, error
    # Listed by reflection but without a descriptor (gRPC's own service has none in the pool): empty request, raw answer.
    health = client.channel.unary_unary("/grpc.health.v1.Health/Check")
    assert health(b"", timeout=30) == b"\x08\x01", "SERVING, and without a token"


def main():
    python_environment.enter(__file__)
    with tempfile.TemporaryDirectory() as folder:
        server = Server(pathlib.Path(folder))
        try:
            check(server)
        finally:
            code = server.stop()
        assert code == 0, f"the server ended with {code}"
    print("reflection: devices listed and a report read without a .proto file")


if __name__ == "__main__":
    main()
