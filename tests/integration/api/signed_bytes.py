"""What a Holdfast server signs, read and checked as docs/api.md says: policies, orders, codes, reports. An example."""
import hashlib
import hmac
import struct
import uuid

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def is_signed(keys, message, signature):
    """Whether one of these raw Ed25519 keys made the signature."""
    for key in keys:
        try:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
            return True
        except InvalidSignature:
            continue
    return False


class Reader:
    """Takes canonical bytes apart."""

    def __init__(self, data, magic):
        if not data.startswith(magic):
            raise ValueError("not " + magic.decode())
        self.rest = data[len(magic):]

    def take(self, size):
        if len(self.rest) < size:
            raise ValueError("the bytes end too early")
        value, self.rest = self.rest[:size], self.rest[size:]
        return value

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def text(self):
        return self.take(self.number(4)).decode()

    def end(self):
        if self.rest:
            raise ValueError("something follows the signed bytes")


def read_policy(bundle, keys):
    """(version, group, document) of a bundle that one of our policy keys signed."""
    if not is_signed(keys, bundle.signed, bundle.signature):
        raise PermissionError("the policy is not signed by a key that we know")
    signed = Reader(bundle.signed, b"holdfast-policy-v1")
    policy = signed.number(8), signed.text(), signed.text()
    signed.end()
    return policy


def read_order(order, keys):
    if not is_signed(keys, order.signed, order.signature):
        raise PermissionError("the order is not signed by a key that we know")
    signed = Reader(order.signed, b"holdfast-order-v1")
    content = {"number": signed.number(8), "kind": signed.number(4), "scope": signed.number(4), "target": signed.text(),
               "withdraws": signed.number(8), "issued": signed.number(8), "expires": signed.number(8),
               "disconnect": signed.number(4) != 0, "reason": signed.text(), "issued_by": signed.text()}
    signed.end()
    return content


def text(data):
    data = data.encode() if isinstance(data, str) else data
    return struct.pack(">I", len(data)) + data


def _ns(timestamp):
    return timestamp.seconds * 10**9 + timestamp.nanos


def _totals(totals):
    return struct.pack(">9q", totals.not_required_ns, totals.protected_ns, totals.violation_ns, totals.excused_ns,
                       totals.no_network_ns, totals.awaiting_user_ns, totals.asleep_or_off_ns, totals.observed_only_ns,
                       totals.unknown_ns)


def _service(service):
    out = uuid.UUID(service.device_id).bytes + b"".join(
        map(text, (service.hostname, service.key, service.rule, service.service_name))) + _totals(service.totals)
    out += struct.pack(">I", len(service.causes))
    for cause in service.causes:
        out += struct.pack(">B", cause.time_class) + text(cause.cause) + struct.pack(">q", cause.ns)
    outages = service.outages
    return out + struct.pack(">5q", service.uncertainty_ns, outages.count, outages.longest_ns, outages.first_ns,
                             outages.last_ns)


def report_bytes(report):
    """The canonical bytes of a ComplianceReport."""
    moments = (getattr(report, "from"), report.to, report.made)
    out = b"holdfast-report-v3" + struct.pack(">3q", *map(_ns, moments))
    out += text(report.device) + text(report.group) + struct.pack(">I", report.devices) + _totals(report.totals)
    out += struct.pack(">I", len(report.days))
    for day in report.days:
        out += struct.pack(">q", _ns(day.begin)) + _totals(day.totals)
    out += struct.pack(">I", len(report.services)) + b"".join(map(_service, report.services))
    out += struct.pack(">I", len(report.chain_heads))
    for head in report.chain_heads:
        out += uuid.UUID(head.device_id).bytes + struct.pack(">QQ", int(head.epoch, 16), head.seq) + head.hash
    return out


def is_override_code(code, device_id, key):
    """Whether the server made this code for this device. Its hour and whether it was used before are not looked at."""
    bits = 0
    for letter in code.upper().replace("-", "").replace(" ", "").translate(str.maketrans("OIL", "011")):
        bits = bits << 5 | "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(letter)
    fields = struct.pack(">Q", bits >> 52)
    mac = hmac.digest(key, b"holdfast-code-v1" + uuid.UUID(device_id).bytes + fields, "sha256")
    return bits >> 96 == 1 and bits & (1 << 52) - 1 == int.from_bytes(mac[:8], "big") >> 12


def is_report(report, signature, key):
    return is_signed([key], hashlib.sha256(report_bytes(report)).digest(), signature)
