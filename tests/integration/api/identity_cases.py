"""Who is refused, and when: tokens, identities, certificates, and everybody when it is too many."""
import os
import time
import uuid

import grpc
from holdfast.v1 import admin_service_pb2 as admin_pb
from holdfast.v1 import agent_service_pb2 as pb
from programs import Server
from python_agent import Refused, call, new_key
from support import wait_until
from world import Case, MockServer

HOUR = 1
DAY = 24


class Tokens(Case):
    def test_unknown(self):
        agent, _ = self.new_agent()
        good = agent.enrollment.token
        for token in ("", "nonsense", good[:-1] + ("0" if good[-1] != "0" else "1")):
            agent.enrollment.token = token
            self.refused("PERMISSION_DENIED", "TOKEN_UNKNOWN", agent.enroll)

    def test_for_another_serial_number(self):
        agent, _ = self.new_agent("--serial", "C02OTHER")
        self.refused("PERMISSION_DENIED", "TOKEN_UNKNOWN", agent.enroll)

    def test_expired(self):
        agent, _ = self.new_agent()
        made = self.admin.call("CreateEnrollmentToken", admin_pb.CreateEnrollmentTokenRequest(lifetime_seconds=1))
        agent.enrollment.token = made.secret
        wait_until("the token's end", lambda: time.time_ns() > made.token.expires.ToNanoseconds())
        self.refused("PERMISSION_DENIED", "TOKEN_EXPIRED", agent.enroll)

    def test_exhausted(self):
        first, _ = self.new_agent("--quota", "1")
        first.enroll()
        second, _ = self.new_agent()
        second.enrollment.token = first.enrollment.token
        self.refused("PERMISSION_DENIED", "TOKEN_EXHAUSTED", second.enroll)

    def test_revoked(self):
        agent, token_id = self.new_agent()
        self.server.admin("tokens", "revoke", token_id)
        self.refused("PERMISSION_DENIED", "TOKEN_REVOKED", agent.enroll)


class Identity(Case):
    def test_hardware_that_is_enrolled_needs_a_proof(self):
        agent = self.enrolled()
        again = self.twin(agent)
        self.refused("PERMISSION_DENIED", "IDENTITY_CONFLICT", again.enroll)
        self.refused("PERMISSION_DENIED", "IDENTITY_CONFLICT", again.enroll, previous_key=new_key())
        agent.sync()
        bound = self.twin(agent, "--serial", agent.hardware.serial_number)
        bound.enroll()
        self.assertEqual(bound.identity.device_id, agent.identity.device_id)
        self.refused("UNAUTHENTICATED", "REENROLL_REQUIRED", agent.sync)

    def test_a_revoked_device_is_refused_at_once_and_comes_back_with_a_newer_token(self):
        agent = self.enrolled()
        agent.sync()
        nudges = agent.watch(timeout=60)
        self.admin.call("RevokeDevice", admin_pb.RevokeDeviceRequest(device=agent.identity.device_id, reason="a test"))
        next(nudges)
        self.refused("PERMISSION_DENIED", "REVOKED", agent.sync)
        self.refused("PERMISSION_DENIED", "REVOKED", agent.renew)
        self.refused("PERMISSION_DENIED", "REVOKED", next, agent.watch(timeout=60))
        self.refused("PERMISSION_DENIED", "REVOKED", agent.enroll)
        back = self.twin(agent)
        self.assertEqual(back.enroll().device_id, agent.identity.device_id)

    def test_a_certificate_that_is_not_valid_yet_is_a_clock_that_is_wrong(self):
        agent = self.enrolled()
        self.with_minted_certificate(agent, agent.identity.device_id, HOUR, DAY)
        self.refused("UNAUTHENTICATED", "CLOCK_SKEW", agent.sync)
        self.refused("UNAUTHENTICATED", "CLOCK_SKEW", agent.renew)
        self.refused("UNAUTHENTICATED", "CLOCK_SKEW", next, agent.watch(timeout=60))

    def test_enroll_does_not_mind_a_bad_certificate(self):
        agent = self.enrolled()
        request = agent.enroll_request()
        self.with_minted_certificate(agent, agent.identity.device_id, HOUR, DAY)
        self.assertEqual(call(agent.stub.Enroll, request).device_id, agent.identity.device_id)

    def test_certificates_that_are_over_or_unknown(self):
        agent = self.enrolled()
        self.with_minted_certificate(agent, agent.identity.device_id, -DAY, -HOUR)
        self.refused("UNAUTHENTICATED", "REENROLL_REQUIRED", agent.sync)
        self.refused("UNAUTHENTICATED", "REENROLL_REQUIRED", agent.renew)
        self.with_minted_certificate(agent, agent.identity.device_id, -HOUR, DAY)
        self.refused("UNAUTHENTICATED", "REENROLL_REQUIRED", agent.sync)
        stranger = str(uuid.uuid4())
        self.with_minted_certificate(agent, stranger, -HOUR, DAY)
        self.refused("UNAUTHENTICATED", "REENROLL_REQUIRED", agent.sync, device_id=stranger)

    def test_an_identity_on_other_hardware_enrolls_again(self):
        agent = self.enrolled()
        agent.hardware.platform_uuid = str(uuid.uuid4())
        self.refused("FAILED_PRECONDITION", "REENROLL_REQUIRED", agent.sync)

    def test_without_a_certificate_there_is_no_reason_to_enroll_again(self):
        agent = self.enrolled()
        roots = agent.identity.ca_certificates_pem[0].encode()
        self.refused("UNAUTHENTICATED", "", call, agent.connect(roots).Sync, agent.request())


class Throttling(Case):
    def test_more_enrollments_than_a_burst_are_sent_away(self):
        # A server of its own: what is used up here would be missing elsewhere.
        server = Server(os.path.join(self.folder.name, "throttled"))
        server.start()
        self.addCleanup(server.end)
        agent = self.enrolled(server=server)
        agent.enrollment.token = "nonsense"
        stub = agent.connect(agent.identity.ca_certificates_pem[0].encode())
        request = pb.EnrollRequest(token="nonsense")
        answers = [stub.Enroll.future(request, timeout=60) for _ in range(1000)]
        refusals = [Refused(answer.exception()) for answer in answers]
        self.assertEqual({refusal.reason for refusal in refusals}, {"TOKEN_UNKNOWN", "THROTTLED"})
        throttled = [refusal for refusal in refusals if refusal.reason == "THROTTLED"]
        self.assertIn(grpc.StatusCode.RESOURCE_EXHAUSTED, {refusal.code for refusal in throttled})
        self.assertGreaterEqual(min(refusal.retry_after for refusal in throttled), 1)
        agent.sync()

    def test_a_busy_server_names_the_delay(self):
        mock = MockServer(os.path.join(self.folder.name), """
rules:
  - {method: sync, nth: 2, fault: refuse, code: UNAVAILABLE, reason: THROTTLED, retry_after: 5500ms}
""")
        mock.start()
        self.addCleanup(mock.end)
        agent = self.enrolled(server=mock)
        agent.sync()
        self.assertEqual(self.refused("UNAVAILABLE", "THROTTLED", agent.sync).retry_after, 5.5)
        agent.sync()
