"""A log of Holdfast rows, numbered and chained as docs/api.md says, kept in memory. An example."""
import hashlib
import os
import struct
import time

from holdfast.v1 import agent_service_pb2 as pb
from holdfast.v1 import event_pb2
from signed_bytes import text

NOTHING = bytes(32)  # the hash before row 1
KIND_OF = {event_pb2.EpochBegan: 1, event_pb2.AgentStarted: 10, event_pb2.AgentStopped: 11, event_pb2.VerdictChanged: 50,
           event_pb2.IncidentOpened: 60, event_pb2.IncidentClosed: 61}


def row_hash(row, epoch, previous):
    return hashlib.sha256(b"HFR1" + previous + struct.pack(">QQ", epoch, row.seq) + row.boot_id +
                          struct.pack(">qqHH", row.mono_ns, row.wall_ns, row.kind, row.payload_version) +
                          text(row.subject) + text(row.payload)).digest()


def frame_of(rows, previous):
    """The frame of these consecutive rows, `previous` being the hash before the first; None without rows."""
    if not rows:
        return None
    data = pb.RowBatch(rows=rows).SerializeToString()
    return pb.RowFrame(encoding=pb.RowFrame.ENCODING_IDENTITY, size=len(data), data=data, previous_hash=previous)


class Log:
    """Rows of one epoch, each chained to the one before. It begins with its own beginning and a start of the agent."""

    def __init__(self, boot_id):
        self.boot_id = boot_id
        self.epoch = int.from_bytes(os.urandom(8), "big") or 1
        self.rows = []
        self.append(event_pb2.EpochBegan(reason="created"))
        self.append(event_pb2.AgentStarted(agent_version="python 1"))

    def append(self, event, subject="", kind=None):
        row = pb.Row(seq=len(self.rows) + 1, boot_id=self.boot_id, mono_ns=time.clock_gettime_ns(time.CLOCK_BOOTTIME),
                     wall_ns=time.time_ns(), kind=kind or KIND_OF[type(event)], payload_version=1, subject=subject,
                     payload=event.SerializeToString())
        row.hash = row_hash(row, self.epoch, self.hash_at(row.seq - 1))
        self.rows.append(row)
        return row

    def hash_at(self, seq):
        return self.rows[seq - 1].hash if seq else NOTHING

    def head(self):
        return pb.ChainHead(epoch=self.epoch, seq=len(self.rows), hash=self.hash_at(len(self.rows)))

    def frame(self, after, through=None):
        """The rows above `after`, up to `through` (all), as one frame."""
        return frame_of(self.rows[after:through], self.hash_at(after))
