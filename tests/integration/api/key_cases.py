"""The authority and the policy key are replaced under an agent that goes on; and tokens of admins."""
import os
import time

import grpc
from holdfast.v1 import admin_service_pb2 as admin_pb
from programs import Server
from python_agent import pinned_authority
from support import wait_until
from world import Admin, Case

POLICY = b"schemaVersion: 1\npolicyVersion: 7\nenforcementMode: audit\n"


def shows_authority_of(agent):
    """The listeners look for new certificates each second."""
    try:
        return pinned_authority(agent.enrollment)
    except PermissionError:
        return None


class Keys(Case):
    """On servers of their own: a key that is replaced is everybody's."""

    def own_server(self, name):
        server = Server(os.path.join(self.folder.name, name))
        server.start()
        self.addCleanup(server.end)
        return server, Admin(server)

    def ids(self, admin, kind):
        """Of the keys of a kind that are not retired, newest first."""
        keys = admin.call("ListKeys", admin_pb.ListKeysRequest()).keys
        return [key.key_id for key in keys if key.kind == kind and key.state != admin_pb.KEY_STATE_RETIRED]

    def test_a_policy_key_is_replaced_and_the_policy_keeps_its_id(self):
        server, admin = self.own_server("policy-key")
        agent = self.enrolled(server=server)
        admin.call("PutPolicy", admin_pb.PutPolicyRequest(document=POLICY))
        agent.sync()
        policy, old = agent.policy_id, agent.policy_key_id
        self.assertEqual([old], self.ids(admin, admin_pb.KEY_KIND_POLICY))
        new = admin.call("RotateKey", admin_pb.RotateKeyRequest(kind=admin_pb.KEY_KIND_POLICY)).key.key_id
        agent.sync()
        self.assertEqual(len(agent.identity.policy_keys), 2)
        agent.sync()  # says so
        admin.call("ActivateKey", admin_pb.ActivateKeyRequest(key_id=new))
        with self.assertRaises(grpc.RpcError) as refused:
            admin.call("RetireKey", admin_pb.RetireKeyRequest(key_id=old))
        self.assertEqual(refused.exception.code(), grpc.StatusCode.FAILED_PRECONDITION)
        self.assertTrue(agent.sync().HasField("policy"), "the same one, by the new key")
        self.assertEqual((agent.policy_id, agent.policy_key_id), (policy, new))
        answer = agent.sync()
        self.assertFalse(answer.HasField("policy"), "it has it")
        agent.sync(override_key_id=answer.override_key_id)
        admin.call("RetireKey", admin_pb.RetireKeyRequest(key_id=old))
        agent.sync(override_key_id=answer.override_key_id)
        self.assertEqual(len(agent.identity.policy_keys), 1)

    def test_an_authority_is_replaced_and_the_agent_renews_when_it_is_told(self):
        server, admin = self.own_server("authority")
        agent = self.enrolled("--quota", "1", server=server)  # a string that can still be used would hold the old one
        agent.sync()
        [old] = self.ids(admin, admin_pb.KEY_KIND_AUTHORITY)
        new = admin.call("RotateKey", admin_pb.RotateKeyRequest(kind=admin_pb.KEY_KIND_AUTHORITY)).key.key_id
        agent.sync()
        agent.sync()  # says that it trusts both
        admin.call("ActivateKey", admin_pb.ActivateKeyRequest(key_id=new))
        self.assertTrue(agent.sync().renew_certificate)
        agent.renew()
        self.assertFalse(agent.sync().renew_certificate)
        # Its string pins the new one, the server's certificate is by the old one.
        other, _ = self.new_agent(server=server)
        wait_until("the new authority to be shown", lambda: shows_authority_of(other))
        other.enroll()
        other.sync()
        admin.call("RetireKey", admin_pb.RetireKeyRequest(key_id=old))
        agent.sync()
        self.assertEqual(len(agent.identity.ca_certificates_pem), 1)
        agent.renew()
        agent.sync()


class AdminTokens(Case):
    def make(self, name, role, **fields):
        return self.admin.call("CreateAdminToken", admin_pb.CreateAdminTokenRequest(name=name, role=role, **fields))

    def refused_admin(self, code, admin, method, request):
        with self.assertRaises(grpc.RpcError) as refused:
            admin.call(method, request)
        self.assertEqual(refused.exception.code(), code, refused.exception.details())
        return refused.exception.details()

    def test_roles_a_name_and_an_end(self):
        made = self.make("anna", admin_pb.ADMIN_ROLE_AUDITOR)
        anna = Admin(self.server, made.secret)
        self.assertIn(made.token, anna.call("ListAdminTokens", admin_pb.ListAdminTokensRequest()).tokens)
        ending = admin_pb.RevokeAdminTokenRequest(token_id=made.token.token_id)
        self.refused_admin(grpc.StatusCode.PERMISSION_DENIED, anna, "RevokeAdminToken", ending)
        again = admin_pb.CreateAdminTokenRequest(name="anna", role=admin_pb.ADMIN_ROLE_VIEWER)
        self.refused_admin(grpc.StatusCode.ALREADY_EXISTS, self.admin, "CreateAdminToken", again)
        self.admin.call("RevokeAdminToken", ending)
        self.refused_admin(grpc.StatusCode.UNAUTHENTICATED, anna, "ListDevices", admin_pb.ListDevicesRequest())
        first = self.admin.token.split("_")[1]
        self.refused_admin(grpc.StatusCode.FAILED_PRECONDITION, self.admin, "RevokeAdminToken",
                           admin_pb.RevokeAdminTokenRequest(token_id=first))

    def test_one_that_expired_says_so(self):
        made = self.make("brief", admin_pb.ADMIN_ROLE_VIEWER, lifetime_seconds=1)
        wait_until("the token's end", lambda: time.time_ns() > made.token.expires.ToNanoseconds())
        said = self.refused_admin(grpc.StatusCode.UNAUTHENTICATED, Admin(self.server, made.secret), "ListDevices",
                                  admin_pb.ListDevicesRequest())
        self.assertIn("expired", said)
