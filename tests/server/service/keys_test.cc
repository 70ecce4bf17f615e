// Replacing the authority and the policy key, from an admin's command to what devices are told.
#include "server/service/keys.h"

#include <gmock/gmock.h>

#include "core/orders/code.h"
#include "tests/server/service/test_device.h"

namespace holdfast::server {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Says what it trusts, and takes what it is told, as an agent does.
struct KeyedDevice : TestDevice {
  KeyedDevice(World& w, const std::string& name) : TestDevice(w, name) {
    const auto answer = Enroll(w.MakeToken({.quota = 1}));
    EXPECT_TRUE(answer.ok()) << answer.status();
    Learn(answer->policy_keys, answer->ca_certificates_pem);
    if (answer->policy) Keep(*answer->policy);
  }
  void Learn(const std::vector<std::string>& policy_keys, const std::vector<std::string>& authorities) {
    trusted.authorities.clear();
    for (const std::string& pem : authorities) {
      trusted.authorities.push_back(ToHex(crypto::ReadCertificate(pem)->spki_sha256).substr(0, 16));
    }
    if (trusted.policy_keys_pinned) return;
    trusted.policy_keys.clear();
    for (const std::string& raw : policy_keys) trusted.policy_keys.push_back(crypto::KeyId(raw));
  }
  void Keep(const wire::PolicyBundle& bundle) { policy = bundle; }
  // A Sync whose answer is taken.
  wire::SyncResponse Come() {
    Advance(absl::Seconds(1));
    wire::SyncRequest request = Request(1);
    if (says) request.trusted_keys = trusted;
    request.override_key_id = code_key_id;
    if (policy) {
      request.policy_id = Sha256(policy->signed_bytes);
      request.policy_key_id = policy->key_id;
    }
    const auto answer = Sync(request);
    EXPECT_TRUE(answer.ok()) << answer.status();
    Learn(answer->policy_keys, answer->ca_certificates_pem);
    if (answer->policy) Keep(*answer->policy);
    if (!answer->override_key.empty()) {
      code_key = answer->override_key;
      code_key_id = answer->override_key_id;
    }
    return *answer;
  }
  void Renew() {
    NewKey();
    const auto answer = world.core->Renew(AsPeer(), {id, *crypto::MakeCsrPem(key, "x")});
    ASSERT_TRUE(answer.ok()) << answer.status();
    serial = crypto::ReadCertificate(answer->certificate_chain_pem)->serial_hex;
  }

  bool says = true;
  wire::TrustedKeys trusted;
  std::optional<wire::PolicyBundle> policy;
  std::string code_key, code_key_id;
};

struct KeysTest : ::testing::Test {
  World world;
  std::string Current(KeyKind kind) { return world.issuer.ring().In(kind, KeyState::kCurrent)->id; }
  std::string Rotate(KeyKind kind) {
    const auto made = world.core->RotateKey(kAdmin, kind);
    EXPECT_TRUE(made.ok()) << made.status();
    return made->key.id;
  }
  absl::Status Retire(const std::string& id, const std::string& forced = "") {
    return world.core->RetireKey(kAdmin, {id, !forced.empty(), forced}).status();
  }
  KeyInfo Info(const std::string& id) {
    const std::vector<KeyInfo> keys = *world.core->ListKeys(kAdmin);
    for (const KeyInfo& info : keys) {
      if (info.key.id == id) return info;
    }
    ADD_FAILURE() << "no key " << id;
    return {};
  }
  void Tick() {
    world.clock.Advance(absl::Minutes(1));
    ASSERT_TRUE(world.core->Tick().ok());
  }
  void PutPolicy(const std::string& document) {
    ASSERT_TRUE(world.core->PutPolicy(kAdmin, {.document = document}).ok());
  }
};

TEST_F(KeysTest, ANextKeyBecomesCurrentWhenEveryDeviceTrustsIt) {
  KeyedDevice one(world, "one"), two(world, "two");
  for (const KeyKind kind : {KeyKind::kAuthority, KeyKind::kPolicy}) {
    const std::string old = Current(kind), next = Rotate(kind);
    one.Come();
    one.Come();  // the first answer tells, the second request says
    Tick();
    EXPECT_EQ(Current(kind), old) << "two does not know it";
    EXPECT_THAT(Info(next).waiting_for, ElementsAre(HasSubstr("two")));
    two.Come();
    two.Come();
    Tick();
    EXPECT_EQ(Current(kind), next);
  }
  EXPECT_EQ(world.Audit().front().action, "ActivateKey");
  EXPECT_EQ(world.Audit().front().actor, "server");
}

TEST_F(KeysTest, AMacThatIsMissingDoesNotHoldTheNextKeyButTheRetirement) {
  KeyedDevice awake(world, "awake"), drawer(world, "drawer");
  drawer.Come();
  const std::string old = Current(KeyKind::kPolicy);
  awake.Advance(absl::Hours(24 * 31));
  const std::string next = Rotate(KeyKind::kPolicy);
  awake.Come();
  awake.Come();
  Tick();
  EXPECT_EQ(Current(KeyKind::kPolicy), next);
  awake.Come();
  awake.Come();
  const absl::Status refused = Retire(old);
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(refused.message()), HasSubstr("drawer"));
  EXPECT_THAT(std::string(refused.message()), ::testing::Not(HasSubstr("awake")));
  ASSERT_TRUE(world.core->RevokeDevice(kAdmin, {drawer.id.ToString(), "lost"}).ok());
  EXPECT_TRUE(Retire(old).ok());
}

TEST_F(KeysTest, ThePolicyInForceIsSignedAgainAndKeepsItsId) {
  PutPolicy(kPolicy1);
  KeyedDevice device(world, "mac");
  device.Come();
  device.Come();
  const wire::PolicyBundle before = *device.policy;
  const std::string old = Current(KeyKind::kPolicy), next = Rotate(KeyKind::kPolicy);
  ASSERT_TRUE(world.core->ActivateKey(kAdmin, {next, false, ""}).ok());
  EXPECT_THAT(Info(old).waiting_for, SizeIs(3)) << "trust, policy and code key";
  EXPECT_TRUE(device.Come().policy.has_value());
  EXPECT_EQ(device.policy->signed_bytes, before.signed_bytes);
  EXPECT_EQ(device.policy->key_id, next);
  EXPECT_TRUE(crypto::VerifyEd25519(world.issuer.PolicyPublicKeys().front(), device.policy->signed_bytes,
                                    device.policy->signature)
                  .ok());
  EXPECT_FALSE(device.Come().policy.has_value()) << "once";
  EXPECT_TRUE(Retire(old).ok());
  EXPECT_THAT(world.issuer.PolicyPublicKeys(), SizeIs(1));
}

TEST_F(KeysTest, ADeviceWithPinnedPolicyKeysIsWaitedForAndGetsNothingThatItCannotCheck) {
  PutPolicy(kPolicy1);
  KeyedDevice device(world, "pinned");
  device.trusted.policy_keys_pinned = true;
  device.Come();
  const std::string next = Rotate(KeyKind::kPolicy);
  device.Come();
  Tick();
  EXPECT_NE(Current(KeyKind::kPolicy), next);
  const auto refused = world.core->ActivateKey(kAdmin, {next, false, ""});
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("pinned"));
  EXPECT_EQ(world.core->ActivateKey(kAdmin, {next, true, ""}).status().code(),
            absl::StatusCode::kInvalidArgument)
      << "a forced step says why";
  ASSERT_TRUE(world.core->ActivateKey(kAdmin, {next, true, "profile goes out today"}).ok());
  EXPECT_FALSE(device.Come().policy.has_value());
  device.trusted.policy_keys.push_back(next);
  EXPECT_EQ(device.Come().policy->key_id, next);
}

TEST_F(KeysTest, ACrashBeforeTheSignaturesLeavesThemToTheNextStart) {
  PutPolicy(kPolicy1);
  KeyedDevice device(world, "mac");
  device.Come();
  const std::string next = Rotate(KeyKind::kPolicy);
  // The ring's step is durable, and then the power goes.
  ASSERT_TRUE(world.issuer.Activate(next, {world.clock.Now().wall.ns}).ok());
  world.Restart(sim::Loss::kUnsynced);
  Tick();
  EXPECT_EQ(device.Come().policy->key_id, next);
}

TEST_F(KeysTest, OrdersInForceAreSignedAgain) {
  KeyedDevice device(world, "mac");
  ASSERT_TRUE(world.core
                  ->IssueOrder(kAdmin, {.kind = Order::Kind::kEmergency,
                                        .fleet = true,
                                        .length = absl::Hours(2),
                                        .reason = "gateway outage"})
                  .ok());
  const std::string old = Current(KeyKind::kPolicy), next = Rotate(KeyKind::kPolicy);
  device.Come();
  ASSERT_TRUE(world.core->ActivateKey(kAdmin, {next, false, ""}).ok());
  const auto answer = device.Come();
  ASSERT_THAT(answer.orders, SizeIs(1));
  EXPECT_TRUE(crypto::VerifyEd25519(world.issuer.PolicyPublicKeys().front(), answer.orders[0].signed_bytes,
                                    answer.orders[0].signature)
                  .ok());
  device.Come();
  // One that was printed for the MDM profile cannot be signed again.
  EXPECT_THAT(std::string(Retire(old).message()), HasSubstr("1 order"));
  device.Advance(absl::Hours(2));
  EXPECT_TRUE(Retire(old).ok()) << Retire(old);
}

TEST_F(KeysTest, ACodeIsMadeWithTheKeyThatTheDeviceHas) {
  KeyedDevice device(world, "mac");
  device.Come();
  device.Come();
  const std::string next = Rotate(KeyKind::kPolicy);
  ASSERT_TRUE(world.core->ActivateKey(kAdmin, {next, false, ""}).ok());
  // It is offline: exactly the one that needs a code.
  const auto code = world.core->IssueOverrideCode(kAdmin, {device.id.ToString(), absl::Hours(1), "on call"});
  ASSERT_TRUE(code.ok()) << code.status();
  EXPECT_TRUE(DecodeOverrideCode(code->code, device.id, device.code_key, world.clock.Now().wall).ok());
  device.Come();
  device.Come();
  const auto later = world.core->IssueOverrideCode(kAdmin, {device.id.ToString(), absl::Hours(1), "on call"});
  EXPECT_EQ(device.code_key_id, next);
  EXPECT_TRUE(DecodeOverrideCode(later->code, device.id, device.code_key, world.clock.Now().wall).ok());
}

TEST_F(KeysTest, DevicesAreToldToRenewOneAfterTheOther) {
  KeyedDevice one(world, "one"), two(world, "two");
  one.Come();
  two.Come();
  const std::string old = Current(KeyKind::kAuthority), next = Rotate(KeyKind::kAuthority);
  ASSERT_TRUE(world.core->ActivateKey(kAdmin, {next, false, ""}).ok());
  EXPECT_TRUE(one.Come().renew_certificate);
  EXPECT_TRUE(one.Sync(one.Request(1))->renew_certificate == false) << "within the same moment, nobody else";
  EXPECT_TRUE(two.Come().renew_certificate);
  EXPECT_EQ(Info(old).certificates, 2);
  for (KeyedDevice* device : {&one, &two}) {
    device->Renew();
    EXPECT_FALSE(device->Come().renew_certificate);
    device->Come();
  }
  EXPECT_EQ(Info(next).certificates, 2);
  EXPECT_TRUE(Retire(old).ok()) << Retire(old);
}

TEST_F(KeysTest, StringsPinTheCurrentAuthorityAndHoldTheOldOneWhileTheyCanBeUsed) {
  const std::string token = world.core->CreateEnrollmentToken(kAdmin, {.quota = 2})->token.id;
  world.clock.Advance(absl::Seconds(1));
  const std::string old = Current(KeyKind::kAuthority), next = Rotate(KeyKind::kAuthority);
  EXPECT_THAT(world.core->CreateEnrollmentToken(kAdmin, {.quota = 1})->enrollment_string, HasSubstr(old));
  world.clock.Advance(absl::Seconds(1));
  ASSERT_TRUE(world.core->ActivateKey(kAdmin, {next, false, ""}).ok());
  const auto fresh = world.core->CreateEnrollmentToken(kAdmin, {.quota = 1});
  EXPECT_THAT(fresh->enrollment_string, HasSubstr(next));
  EXPECT_THAT(std::string(Retire(old).message()), HasSubstr("2 enrollment tokens"));
  world.clock.Advance(absl::Hours(24 * 8));
  EXPECT_TRUE(Retire(old).ok());
}

TEST_F(KeysTest, ADeviceThatSaysNothingIsCountedAsNotTrusting) {
  KeyedDevice old_agent(world, "old-agent");
  old_agent.says = false;
  old_agent.Come();
  const std::string old = Current(KeyKind::kPolicy), next = Rotate(KeyKind::kPolicy);
  old_agent.Come();
  Tick();
  EXPECT_NE(Current(KeyKind::kPolicy), next);
  ASSERT_TRUE(world.core->ActivateKey(kAdmin, {next, false, ""}).ok());
  old_agent.Come();
  EXPECT_FALSE(Retire(old).ok());
  EXPECT_TRUE(Retire(old, "its agent cannot be updated").ok());
  EXPECT_THAT(world.Audit().front().after, HasSubstr("its agent cannot be updated"));
}

TEST_F(KeysTest, TwoValidAtOnceIsAll) {
  const std::string old = Current(KeyKind::kAuthority), next = Rotate(KeyKind::kAuthority);
  EXPECT_EQ(world.core->RotateKey(kAdmin, KeyKind::kAuthority).status().code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(Retire(old).ok()) << "the current one";
  EXPECT_TRUE(Retire(next).ok()) << "the next one is given up";
  EXPECT_THAT(world.issuer.CaCertificatesPem(), SizeIs(1));
  const std::string again = Rotate(KeyKind::kAuthority);
  ASSERT_TRUE(world.core->ActivateKey(kAdmin, {again, false, ""}).ok());
  EXPECT_FALSE(world.core->RotateKey(kAdmin, KeyKind::kAuthority).ok());
  ASSERT_TRUE(Retire(old).ok()) << Retire(old);
  EXPECT_TRUE(world.core->RotateKey(kAdmin, KeyKind::kAuthority).ok());
  EXPECT_EQ(Retire("0123456789abcdef").code(), absl::StatusCode::kNotFound);
}

TEST_F(KeysTest, ListenersAreToldAgainUntilTheyHaveFollowed) {
  std::vector<std::string> told;
  bool fails = true;
  world.core->SetKeyListener([&](const std::string& what) {
    told.push_back(what);
    return fails ? absl::UnavailableError("no space") : absl::OkStatus();
  });
  Rotate(KeyKind::kAuthority);
  EXPECT_FALSE(world.core->Tick().ok());
  fails = false;
  EXPECT_TRUE(world.core->Tick().ok());
  const size_t until_now = told.size();
  EXPECT_TRUE(world.core->Tick().ok());
  EXPECT_EQ(told.size(), until_now) << "done";
}

TEST(KeyRing, TextRoundTripsAndHalfOfItIsRefused) {
  KeyRing ring = *KeyRing().Add(KeyKind::kAuthority, "0000000000000001", {1});
  ring = *ring.Add(KeyKind::kPolicy, "0000000000000002", {2});
  ring = *ring.Add(KeyKind::kPolicy, "0000000000000003", {3});
  ring = *ring.Activate("0000000000000003", {4});
  ring = *ring.Retire("0000000000000002", {5});
  const std::string text = ring.Encode();
  EXPECT_EQ(*KeyRing::Decode(text), ring);
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_EQ(KeyRing::Decode(text.substr(0, size)).status().code(), absl::StatusCode::kDataLoss) << size;
  }
  for (const char* bad : {"ca 000000000000000G current 1 1 -\n", "ca 0000000000000009 current 1 1 -\n",
                          "x 0000000000000009 retired 1 1 1\n", "policy 0000000000000003 retired 1 1 1\n"}) {
    EXPECT_FALSE(KeyRing::Decode(text + bad).ok()) << bad;
  }
}

}  // namespace
}  // namespace holdfast::server
