"""What works: enrolling, rows, state, policy, orders, Watch, renewal, and what admins see of it."""
import dataclasses
import re
import time

import grpc
import python_environment
from cryptography import x509
from google.protobuf.timestamp_pb2 import Timestamp
from holdfast.v1 import admin_service_pb2 as admin_pb
from holdfast.v1 import agent_service_pb2 as pb
from holdfast.v1 import event_pb2
from python_agent import call, pinned_authority, section
from signed_bytes import is_override_code, is_report, read_order
from world import Admin, Case

POLICY = b"""schemaVersion: 1
policyVersion: %d
enforcementMode: audit
"""
VERDICT = event_pb2.VerdictChanged(key="corp", rule="corp", service=bytes(16), service_name="Corporate VPN",
                                   time_class=1, cause="tunnel_up", detail="It is connected.")


class Exchange(Case):
    def test_enrolled_device_has_the_certificate_that_the_page_describes(self):
        agent = self.enrolled()
        certificate = x509.load_pem_x509_certificate(agent.identity.certificate_chain_pem.encode())
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        self.assertEqual([name.value for name in names], [f"holdfast:device:{agent.identity.device_id}"])
        life = certificate.not_valid_after_utc - certificate.not_valid_before_utc
        self.assertEqual((life.days, life.seconds), (90, 3600))
        self.assertEqual([len(key) for key in agent.identity.policy_keys], [32])

    def test_a_server_with_another_authority_is_not_spoken_to(self):
        agent, _ = self.new_agent()
        with self.assertRaises(PermissionError):
            pinned_authority(dataclasses.replace(agent.enrollment, ca_hash=bytes(32)))

    def test_a_lost_answer_costs_no_quota(self):
        agent, _ = self.new_agent("--quota", "1")
        first = agent.enroll().device_id
        self.assertEqual(agent.enroll().device_id, first)

    def test_rows_are_acknowledged_and_admins_see_them(self):
        agent = self.enrolled()
        agent.log.append(VERDICT, "corp")
        answer = agent.sync(sections=[section("services", b"{}")])
        self.assertEqual((answer.acked_through, answer.epoch), (3, agent.log.epoch))
        device = self.admin.call("GetDevice", admin_pb.GetDeviceRequest(device=agent.identity.device_id)).device
        self.assertEqual((device.stored_through, device.chain_head), (3, agent.log.head().hash))
        self.assertEqual(device.epoch, f"{agent.log.epoch:016x}")
        self.assertEqual((device.services[0].key, device.services[0].time_class), ("corp", admin_pb.TIME_CLASS_PROTECTED))
        shown = self.server.admin("device", agent.hardware.serial_number)
        self.assertEqual(int(shown["device"]["storedThrough"]), 3, "holdfast-admin says the same")
        request = admin_pb.ListHistoryRequest(device=agent.hardware.hostname, ascending=True, page_size=2)
        page = self.admin.call("ListHistory", request)
        request.page_token = page.next_page_token
        rows = [*page.rows, *self.admin.call("ListHistory", request).rows]
        self.assertEqual([(row.kind, row.hash) for row in rows],
                         list(zip(("epoch_began", "agent_started", "verdict"), (r.hash for r in agent.log.rows))))

    def test_the_server_knows_each_kind_of_the_pages_table_by_that_name(self):
        page = (python_environment.SOURCE / "docs/api.md").read_text(encoding="utf-8")
        table = re.findall(r"^\| (\d+) \| ([a-z_]+) \| (\w+) \|", page, re.MULTILINE)
        agent = self.enrolled()
        agent.sync()
        for kind, _, message in table:
            agent.log.append(getattr(event_pb2, message)(), kind=int(kind))
        agent.sync()
        rows = self.admin.call("ListHistory", admin_pb.ListHistoryRequest(
            device=agent.identity.device_id, ascending=True, page_size=1000)).rows[2:]
        self.assertEqual([row.kind for row in rows], [name for _, name, _ in table])
        self.assertEqual([row.kind for row in rows if "not known to this server" in row.text], [])
        with self.assertRaises(grpc.RpcError) as caught:
            self.admin.call("ListHistory", admin_pb.ListHistoryRequest(kinds=["none"]))
        known = caught.exception.details().partition("the kinds are ")[2].split(", ")
        self.assertEqual(set(known), {name for _, name, _ in table}, "and the table has all that there are")

    def test_rows_sent_twice_are_no_news(self):
        agent = self.enrolled()
        agent.sync()
        agent.log.append(VERDICT, "corp")
        answer = agent.sync(frame=agent.log.frame(0))
        self.assertEqual(answer.acked_through, 3)
        self.assertEqual(agent.sync(frame=agent.log.frame(0)).acked_through, 3)
        rows = self.admin.call("ListHistory", admin_pb.ListHistoryRequest(device=agent.identity.device_id)).rows
        self.assertEqual(sorted(row.seq for row in rows), [1, 2, 3])

    def test_a_gap_in_message_numbers_asks_for_full_state(self):
        agent = self.enrolled()
        self.assertTrue(agent.sync().want_full_state, "nothing is known of its state yet")
        self.assertFalse(agent.sync(sections=[section("services", b"{}")]).want_full_state)
        agent.message_number += 1
        self.assertTrue(agent.sync().want_full_state)

    def test_a_new_policy_nudges_and_comes_with_the_next_sync(self):
        agent = self.enrolled("--group", "nudged")
        agent.sync()
        nudges = agent.watch(timeout=60)
        self.admin.call("PutPolicy", admin_pb.PutPolicyRequest(document=POLICY % 7, group="nudged"))
        self.assertLessEqual(next(nudges).max_jitter_ns, 30 * 10**9)
        agent.sync()
        self.assertEqual(agent.policy_status.version, 7, "signed by a key that came with Enroll")
        self.assertFalse(agent.sync().HasField("policy"), "it has it")
        device = self.admin.call("GetDevice", admin_pb.GetDeviceRequest(device=agent.identity.device_id)).device
        self.assertEqual((device.policy_version, device.policy_state), (7, "applied"))

    def test_an_order_arrives_signed_and_goes_with_its_withdrawal(self):
        agent = self.enrolled()
        issued = self.admin.call("IssueOrder", admin_pb.IssueOrderRequest(
            kind=admin_pb.ORDER_KIND_HOLD, device=agent.identity.device_id, length_seconds=600, reason="a test of it"))
        orders = [read_order(order, agent.identity.policy_keys) for order in agent.sync().orders]
        self.assertEqual([(o["number"], o["kind"], o["scope"], o["target"], o["reason"]) for o in orders],
                         [(issued.order.number, 2, 2, agent.identity.device_id, "a test of it")])
        self.admin.call("IssueOrder", admin_pb.IssueOrderRequest(
            kind=admin_pb.ORDER_KIND_WITHDRAWAL, withdraws=issued.order.number, reason="it is over"))
        orders = [read_order(order, agent.identity.policy_keys) for order in agent.sync().orders]
        self.assertEqual([(o["kind"], o["withdraws"]) for o in orders], [(3, issued.order.number)])

    def test_an_override_code_is_good_for_its_device_alone(self):
        agent, other = self.enrolled(), self.enrolled()
        answer, others = agent.sync(), other.sync()
        issued = self.admin.call("IssueOverrideCode", admin_pb.IssueOverrideCodeRequest(
            device=agent.identity.device_id, length_seconds=1800, reason="a test of it"))
        self.assertTrue(is_override_code(issued.code, agent.identity.device_id, answer.override_key))
        self.assertFalse(is_override_code(issued.code, other.identity.device_id, others.override_key))
        self.assertFalse(agent.sync(override_key_id=answer.override_key_id).override_key, "it has it")

    def test_a_renewed_certificate_takes_the_old_ones_place_once_it_is_used(self):
        agent = self.enrolled()
        agent.sync()
        old = agent.stub
        agent.renew()
        call(old.Sync, agent.request())
        agent.sync()
        self.refused("UNAUTHENTICATED", "REENROLL_REQUIRED", call, old.Sync, agent.request())
        agent.sync()

    def test_a_second_watch_ends_the_first(self):
        agent = self.enrolled()
        first = agent.watch(timeout=60)
        agent.watch(timeout=60)
        self.refused("ABORTED", "", next, first)

    def test_a_report_is_signed_and_a_changed_digit_shows(self):
        agent = self.enrolled("--group", "reported")
        agent.log.append(VERDICT, "corp")
        agent.sync()
        now = time.time_ns()
        answer = self.admin.call("GetComplianceReport", admin_pb.GetComplianceReportRequest(
            **{"from": Timestamp(seconds=now // 10**9 - 3600)}, to=Timestamp(seconds=now // 10**9 + 60), group="reported"))
        report = answer.report
        self.assertEqual([(h.seq, h.hash) for h in report.chain_heads], [(3, agent.log.head().hash)])
        self.assertEqual([(s.key, s.causes[0].time_class) for s in report.services],
                         [("corp", admin_pb.TIME_CLASS_PROTECTED)])
        with open(f"{self.server.data_dir}/report.pub", encoding="utf-8") as file:
            key = bytes.fromhex(file.read().strip())
        self.assertTrue(is_report(report, answer.signature, key))
        report.services[0].totals.protected_ns += 1
        self.assertFalse(is_report(report, answer.signature, key))

    def test_admins_need_a_token(self):
        for token in ("hfa_" + "0" * 16 + "_" + "0" * 64, "nonsense"):
            with self.assertRaises(grpc.RpcError) as caught:
                Admin(self.server, token).call("ListDevices", admin_pb.ListDevicesRequest())
            self.assertEqual(caught.exception.code(), grpc.StatusCode.UNAUTHENTICATED)

    def test_the_goodbye_of_a_sleep_is_known(self):
        agent = self.enrolled()
        agent.sync(goodbye=pb.GOODBYE_SLEEP)
        device = self.admin.call("GetDevice", admin_pb.GetDeviceRequest(device=agent.identity.device_id)).device
        self.assertEqual(device.reachability, admin_pb.REACHABILITY_OFFLINE)

    def test_the_previous_key_proves_the_hardware(self):
        agent = self.enrolled()
        again = self.twin(agent)
        again.enroll(previous_key=agent.key)
        self.assertEqual(again.identity.device_id, agent.identity.device_id)
        again.sync()
