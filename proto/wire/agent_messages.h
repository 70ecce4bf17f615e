// The messages of AgentService as plain values, for uplink, ServerCore and the in-process transport.
// proto/wire/agent_codec.h turns them into protobuf and back; nothing else needs generated headers. Field
// meanings: proto/holdfast/v1/agent_service.proto.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/ids.h"
#include "base/sha256.h"
#include "base/time.h"
#include "storage/journal/row.h"

namespace holdfast::wire {

struct HardwareIdentity {
  std::string serial_number, platform_uuid, model, os_version, os_build, hostname;
  friend bool operator==(const HardwareIdentity&, const HardwareIdentity&) = default;
};

// The exact signed bytes of a policy; see core/policy/bundle.h for what is inside.
struct PolicyBundle {
  std::string signed_bytes, signature, key_id;
  friend bool operator==(const PolicyBundle&, const PolicyBundle&) = default;
};

struct EnrollRequest {
  std::string token, csr_pem;
  HardwareIdentity hardware;
  std::string agent_version;
  std::vector<std::string> features;
  std::string previous_key_signature;
};

struct EnrollResponse {
  Uuid device_id;
  std::string certificate_chain_pem;
  std::vector<std::string> ca_certificates_pem;
  std::vector<std::string> policy_keys;  // raw Ed25519 public keys
  absl::Duration heartbeat;              // zero: the policy's
  std::optional<PolicyBundle> policy;
  std::vector<std::string> features;
  ServerTime server_time;
};

struct TimeAnchor {
  BootId boot;
  MonoTime mono;
  ServerTime server_time;
  absl::Duration round_trip;
  friend bool operator==(const TimeAnchor&, const TimeAnchor&) = default;
};

struct ChainHead {
  Epoch epoch = 0;
  uint64_t seq = 0;  // 0: no row yet
  Sha256Digest hash{};
  friend bool operator==(const ChainHead&, const ChainHead&) = default;
};

// Consecutive rows of one epoch.
struct RowFrame {
  Sha256Digest previous_hash{};  // of the row before the first one
  std::vector<journal::Row> rows;
};

struct StateSection {
  std::string name, body;
  Sha256Digest hash{};
};

enum class Goodbye : uint8_t { kNone = 0, kSleep = 1, kShutdown = 2, kStop = 3 };

struct PolicyStatus {
  enum class State : uint8_t { kUnspecified = 0, kApplying = 1, kApplied = 2, kFailed = 3 };
  State state = State::kUnspecified;
  uint64_t version = 0;
  Sha256Digest policy_id{};
  std::string error;
};

struct Quarantined {
  uint64_t first_seq = 0, last_seq = 0;
  std::string error;
};

// By ids: crypto::KeyId of a policy key, the first 16 hex digits of an authority's SPKI hash.
struct TrustedKeys {
  std::vector<std::string> authorities, policy_keys;
  bool policy_keys_pinned = false;
  friend bool operator==(const TrustedKeys&, const TrustedKeys&) = default;
};

struct SyncRequest {
  Uuid device_id;
  uint64_t message_number = 0;
  Stamp sent;  // device clocks at sending
  std::optional<TimeAnchor> anchor;
  ChainHead head;  // its epoch is the frame's epoch
  std::optional<RowFrame> frame;
  std::vector<StateSection> sections;
  std::optional<Sha256Digest> policy_id;
  std::optional<PolicyStatus> policy_status;
  Goodbye goodbye = Goodbye::kNone;
  std::string agent_version;
  std::vector<std::string> features;
  HardwareIdentity hardware;
  std::vector<Quarantined> quarantined;
  std::string override_key_id;
  std::optional<TrustedKeys> trusted_keys;
  std::string policy_key_id;
};

struct SignedOrder {
  std::string signed_bytes, signature;
};

struct SyncResponse {
  ServerTime server_time;
  Epoch epoch = 0;
  uint64_t acked_through = 0;
  std::optional<PolicyBundle> policy;
  absl::Duration heartbeat;  // zero: the policy's
  bool want_full_state = false;
  std::vector<std::string> features;
  std::vector<std::string> policy_keys;
  std::vector<std::string> ca_certificates_pem;
  std::string override_key, override_key_id;
  std::vector<SignedOrder> orders;
  bool renew_certificate = false;
};

struct WatchNudge {
  absl::Duration max_jitter;
};

struct RenewRequest {
  Uuid device_id;
  std::string csr_pem;
};

struct RenewResponse {
  std::string certificate_chain_pem;
  std::vector<std::string> ca_certificates_pem;
};

}  // namespace holdfast::wire
