"""What is refused of a message: its fields, its rows, its place in the chain."""
import grpc
from holdfast.v1 import admin_service_pb2 as admin_pb
from holdfast.v1 import agent_service_pb2 as pb
from holdfast.v1 import event_pb2
from journal_rows import NOTHING, Log, frame_of, row_hash
from python_agent import call, section
from world import Case

NOTE = event_pb2.IncidentClosed(name="note")


class Messages(Case):
    def test_fields_that_are_malformed(self):
        agent = self.enrolled()
        frame = agent.log.frame(0)
        hole = frame_of([agent.log.rows[1], agent.log.append(NOTE), agent.log.append(NOTE)][::2], agent.log.hash_at(1))
        changed = section("services", b"{}")
        changed.body = b"{ }"
        cases = {
            "no device id": {"device_id": "nonsense"}, "boot id": {"boot_id": b"short"},
            "head": {"head": pb.ChainHead(epoch=agent.log.epoch, seq=2, hash=b"short")},
            "policy id": {"policy_id": b"short"}, "goodbye": {"goodbye": 9},
            "the server's epoch": {"epoch": 0, "frame": frame},
            "an empty frame": {"frame": pb.RowFrame(encoding=pb.RowFrame.ENCODING_IDENTITY)},
            "no encoding": {"frame": pb.RowFrame(size=frame.size, data=frame.data)},
            "a size that is not the data's": {"frame": pb.RowFrame(encoding=1, size=frame.size - 1, data=frame.data)},
            "a hole in a frame": {"frame": hole},
            "a section that is not its hash's": {"sections": [changed]},
            "a section without a name": {"sections": [section("", b"")]},
            "too many sections": {"sections": [section(str(n), b"") for n in range(33)]},
            "a section that is too large": {"sections": [section("big", bytes(256 * 1024 + 1))]},
            "one that is far too large": {"sections": [section("big", bytes(1024 * 1024 + 1))]},
        }
        for name, fields in cases.items():
            with self.subTest(name):
                self.refused("INVALID_ARGUMENT", "BAD_REQUEST", agent.sync, **fields)
        self.assertEqual(agent.sync().acked_through, 4)

    def test_certificate_requests_that_are_malformed(self):
        agent = self.enrolled()
        for csr in ("nonsense", "x" * (16 * 1024 + 1)):
            request = pb.RenewCertificateRequest(device_id=agent.identity.device_id, csr_pem=csr)
            self.refused("INVALID_ARGUMENT", "BAD_REQUEST", call, agent.stub.RenewCertificate, request)

    def test_another_devices_message(self):
        agent, other = self.enrolled(), self.enrolled()
        self.refused("PERMISSION_DENIED", "BAD_REQUEST", agent.sync, device_id=other.identity.device_id)
        agent.identity.device_id = other.identity.device_id
        self.refused("PERMISSION_DENIED", "BAD_REQUEST", agent.renew)
        self.refused("PERMISSION_DENIED", "BAD_REQUEST", next, agent.watch(timeout=60))

    def test_watch_of_no_device(self):
        agent = self.enrolled()
        agent.identity.device_id = "nonsense"
        self.refused("INVALID_ARGUMENT", "BAD_REQUEST", next, agent.watch(timeout=60))

    def test_a_row_that_was_changed(self):
        agent = self.enrolled()
        agent.log.rows[1].wall_ns += 1
        self.refused("INVALID_ARGUMENT", "BAD_REQUEST", agent.sync)

    def test_a_row_that_is_refused_alone_is_quarantined_and_the_hole_is_taken(self):
        agent = self.enrolled()
        agent.sync()
        bad = agent.log.append(NOTE)
        agent.log.append(NOTE)
        bad.payload += b"!"  # it does not match its hash any more
        self.refused("INVALID_ARGUMENT", "BAD_REQUEST", agent.sync, frame=agent.log.frame(2, 3))
        ranges = [pb.Quarantined(first_seq=3, last_seq=3, error="refused")]
        self.assertEqual(agent.sync(frame=agent.log.frame(3), quarantined=ranges).acked_through, 4)

    def test_too_large(self):
        agent = self.enrolled()
        agent.sync()
        last = agent.log.head()

        def rows(count, size):
            payload, previous, out = bytes(size), last.hash, []
            for seq in range(last.seq + 1, last.seq + 1 + count):
                row = pb.Row(seq=seq, boot_id=agent.boot_id, kind=60, payload_version=1, payload=payload)
                previous = row.hash = row_hash(row, agent.log.epoch, previous)
                out.append(row)
            head = pb.ChainHead(epoch=agent.log.epoch, seq=out[-1].seq, hash=previous)
            return {"frame": frame_of(out, last.hash), "head": head}

        declared = frame_of(agent.log.rows, NOTHING)
        declared.size = 4 * 1024 * 1024 + 1
        self.refused("RESOURCE_EXHAUSTED", "TOO_LARGE", agent.sync, frame=declared)
        self.refused("RESOURCE_EXHAUSTED", "TOO_LARGE", agent.sync, **rows(10_001, 0))
        self.refused("RESOURCE_EXHAUSTED", "TOO_LARGE", agent.sync, **rows(2, 512 * 1024 + 1))
        self.refused("RESOURCE_EXHAUSTED", "", agent.sync, sections=[section("huge", bytes(9 * 1024 * 1024))])
        self.assertEqual(agent.sync(**rows(2, 512 * 1024)).acked_through, last.seq + 2, "exactly the limit")

    def test_compression_is_not_taken(self):
        agent = self.enrolled()
        with self.assertRaises(grpc.RpcError) as caught:
            agent.stub.Sync(agent.request(), timeout=30, compression=grpc.Compression.Gzip)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.UNIMPLEMENTED)


class Chains(Case):
    def test_a_gap_is_answered_by_where_the_server_is(self):
        agent = self.enrolled()
        agent.sync()
        for _ in range(3):
            agent.log.append(NOTE)
        self.refused("FAILED_PRECONDITION", "SEQUENCE_GAP", agent.sync, frame=agent.log.frame(3))
        self.assertEqual(agent.sync(frame=None).acked_through, 2)
        self.assertEqual(agent.sync().acked_through, 5)

    def test_rows_that_do_not_exist_any_more_are_gone_over_after_asking(self):
        agent = self.enrolled()
        agent.sync()
        for _ in range(3):
            agent.log.append(NOTE)
        self.refused("FAILED_PRECONDITION", "SEQUENCE_GAP", agent.sync, frame=agent.log.frame(3))
        agent.sync(frame=None)
        self.assertEqual(agent.sync(frame=agent.log.frame(3)).acked_through, 5)
        request = admin_pb.ListIncidentsRequest(device=agent.identity.device_id, name="journal_gap")
        self.assertEqual(len(self.admin.call("ListIncidents", request).incidents), 1)

    def test_another_row_under_a_number_that_is_stored_forks(self):
        agent = self.enrolled()
        agent.sync()
        other = Log(agent.boot_id)
        other.epoch = agent.log.epoch
        other.rows.clear()
        for _ in range(3):
            other.append(NOTE)
        self.refused("FAILED_PRECONDITION", "CHAIN_FORK", agent.sync, frame=other.frame(0), head=other.head())
        self.refused("FAILED_PRECONDITION", "CHAIN_FORK", agent.sync, frame=other.frame(2), head=other.head())
        agent.log, agent.acked = Log(agent.boot_id), 0
        self.assertEqual(agent.sync().acked_through, 2, "a new epoch goes on")

    def test_a_head_before_what_is_stored_forks(self):
        agent = self.enrolled()
        agent.sync()
        rolled_back = pb.ChainHead(epoch=agent.log.epoch, seq=1, hash=agent.log.hash_at(1))
        self.refused("FAILED_PRECONDITION", "CHAIN_FORK", agent.sync, head=rolled_back)
