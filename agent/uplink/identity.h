// Who this device is to its server, and where that is kept. The key is made here and never leaves the device.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/platform/state_files.h"
#include "agent/uplink/transport.h"
#include "base/ids.h"
#include "base/time.h"
#include "proto/wire/agent_messages.h"

namespace holdfast::uplink {

struct DeviceIdentity {
  Uuid device_id;  // nil: a key was made, the server has not answered yet
  std::string private_key_pem;
  std::string certificate_chain_pem;
  std::vector<std::string> ca_certificates_pem;
  std::vector<std::string> policy_keys;  // raw Ed25519 public keys, as pinned at enrollment or rotated since
  std::string serial_number;             // the hardware it was made for
  std::string platform_uuid;
  std::string token_id;  // of the token it was enrolled with: tells a new token from the one that was used
  friend bool operator==(const DeviceIdentity&, const DeviceIdentity&) = default;

  bool enrolled() const { return !device_id.IsNil(); }
  bool MadeFor(const wire::HardwareIdentity& hardware) const {
    return serial_number == hardware.serial_number && platform_uuid == hardware.platform_uuid;
  }
  Identity ForTransport() const;
};

std::string EncodeIdentity(const DeviceIdentity& identity);
// DATA_LOSS for bytes that are not an identity.
absl::StatusOr<DeviceIdentity> DecodeIdentity(absl::string_view bytes);

inline constexpr char kIdentityFile[] = "identity";
inline constexpr char kDamagedIdentityFile[] = "identity.damaged";  // what could not be decoded, as it was
absl::StatusOr<std::optional<DeviceIdentity>> LoadIdentity(const platform::StateFiles& files);
absl::Status SaveIdentity(platform::StateFiles& files, const DeviceIdentity& identity);

// A new P-256 key for this hardware, not enrolled yet.
absl::StatusOr<DeviceIdentity> NewIdentity(const wire::HardwareIdentity& hardware);

// When the certificate is to be renewed: at two thirds of its life.
absl::StatusOr<WallTime> RenewalTime(const std::string& certificate_chain_pem);

// Whether `offered` may take the place of `pinned`: it must not be empty and must share a member with it, as
// a rotation does that keeps two valid at once. An empty `pinned` trusts nothing.
bool IsRotationOf(const std::vector<std::string>& pinned, const std::vector<std::string>& offered);

// Whose signatures count: the `pinned` ones when there are any, the identity's otherwise.
std::vector<std::string> TrustedPolicyKeys(const std::vector<std::string>& pinned,
                                           const std::optional<DeviceIdentity>& identity);

// What the server is told of them, by their ids.
wire::TrustedKeys TrustedBy(const std::vector<std::string>& pinned, const DeviceIdentity& identity);

// Names a token without telling its secret.
std::string TokenId(const std::string& token);

}  // namespace holdfast::uplink
