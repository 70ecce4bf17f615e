#include "agent/uplink/identity.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/crypto/keys.h"
#include "base/error.h"
#include "base/sha256.h"

namespace holdfast::uplink {
namespace {

constexpr absl::string_view kMagic = "HFI1";
constexpr uint32_t kMaxListed = 16;  // authorities or policy keys

void PutList(CanonicalWriter& out, const std::vector<std::string>& list) {
  out.U32(static_cast<uint32_t>(list.size()));
  for (const std::string& item : list) out.Bytes(item);
}

std::vector<std::string> TakeList(CanonicalReader& in) {
  std::vector<std::string> list;
  const uint32_t count = std::min(in.U32(), kMaxListed);
  for (uint32_t i = 0; i < count; ++i) list.emplace_back(in.Bytes());
  return list;
}

}  // namespace

Identity DeviceIdentity::ForTransport() const {
  return {certificate_chain_pem, private_key_pem, ca_certificates_pem};
}

std::string EncodeIdentity(const DeviceIdentity& identity) {
  CanonicalWriter out;
  out.Raw(kMagic);
  out.Raw({reinterpret_cast<const char*>(identity.device_id.bytes.data()), identity.device_id.bytes.size()});
  out.Bytes(identity.private_key_pem).Bytes(identity.certificate_chain_pem);
  PutList(out, identity.ca_certificates_pem);
  PutList(out, identity.policy_keys);
  out.Bytes(identity.serial_number).Bytes(identity.platform_uuid).Bytes(identity.token_id);
  return out.Take();
}

absl::StatusOr<DeviceIdentity> DecodeIdentity(absl::string_view bytes) {
  CanonicalReader in(bytes);
  DeviceIdentity identity;
  if (in.Raw(kMagic.size()) != kMagic) return absl::DataLossError("not a device identity");
  const absl::string_view id = in.Raw(identity.device_id.bytes.size());
  std::copy(id.begin(), id.end(), identity.device_id.bytes.begin());
  identity.private_key_pem = std::string(in.Bytes());
  identity.certificate_chain_pem = std::string(in.Bytes());
  identity.ca_certificates_pem = TakeList(in);
  identity.policy_keys = TakeList(in);
  identity.serial_number = std::string(in.Bytes());
  identity.platform_uuid = std::string(in.Bytes());
  identity.token_id = std::string(in.Bytes());
  if (absl::Status done = in.Done(); !done.ok()) {
    return absl::DataLossError(absl::StrCat("device identity: ", done.message()));
  }
  return identity;
}

absl::StatusOr<std::optional<DeviceIdentity>> LoadIdentity(const platform::StateFiles& files) {
  HOLDFAST_ASSIGN_OR_RETURN(std::optional<std::string> bytes, files.Read(kIdentityFile));
  if (!bytes) return std::optional<DeviceIdentity>();
  HOLDFAST_ASSIGN_OR_RETURN(DeviceIdentity identity, DecodeIdentity(*bytes));
  return std::optional<DeviceIdentity>(std::move(identity));
}

absl::Status SaveIdentity(platform::StateFiles& files, const DeviceIdentity& identity) {
  return files.Write(kIdentityFile, EncodeIdentity(identity));
}

absl::StatusOr<DeviceIdentity> NewIdentity(const wire::HardwareIdentity& hardware) {
  HOLDFAST_ASSIGN_OR_RETURN(crypto::PrivateKey key, crypto::PrivateKey::Generate(crypto::KeyType::kEcP256));
  DeviceIdentity identity;
  identity.private_key_pem = key.ToPem();
  identity.serial_number = hardware.serial_number;
  identity.platform_uuid = hardware.platform_uuid;
  return identity;
}

absl::StatusOr<WallTime> RenewalTime(const std::string& certificate_chain_pem) {
  HOLDFAST_ASSIGN_OR_RETURN(crypto::CertificateInfo info, crypto::ReadCertificate(certificate_chain_pem));
  return info.not_before + (info.not_after - info.not_before) * 2 / 3;
}

bool IsRotationOf(const std::vector<std::string>& pinned, const std::vector<std::string>& offered) {
  return std::any_of(offered.begin(), offered.end(), [&](const std::string& item) {
    return std::find(pinned.begin(), pinned.end(), item) != pinned.end();
  });
}

std::vector<std::string> TrustedPolicyKeys(const std::vector<std::string>& pinned,
                                           const std::optional<DeviceIdentity>& identity) {
  if (!pinned.empty() || !identity) return pinned;
  return identity->policy_keys;
}

wire::TrustedKeys TrustedBy(const std::vector<std::string>& pinned, const DeviceIdentity& identity) {
  wire::TrustedKeys trusted;
  for (const std::string& pem : identity.ca_certificates_pem) {
    const absl::StatusOr<crypto::CertificateInfo> info = crypto::ReadCertificate(pem);
    if (info.ok()) trusted.authorities.push_back(crypto::AuthorityId(*info));
  }
  for (const std::string& key : TrustedPolicyKeys(pinned, identity)) {
    trusted.policy_keys.push_back(crypto::KeyId(key));
  }
  trusted.policy_keys_pinned = !pinned.empty();
  return trusted;
}

std::string TokenId(const std::string& token) {
  return ToHex(Sha256(absl::StrCat("holdfast-token:", token))).substr(0, 16);
}

}  // namespace holdfast::uplink
