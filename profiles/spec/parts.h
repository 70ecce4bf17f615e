// The kinds of parts that a spec may name. Each function reads its section into `part`, whose kind and id are
// known, and tells what is wrong. Thread-safe.
#pragma once

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "profiles/plist/value.h"
#include "profiles/spec/part.h"

namespace holdfast::profiles {

struct PartKind {
  absl::string_view name;  // "ikev2"
  absl::string_view type;  // of the payload
  absl::string_view what;
  void (*read)(SpecSection& section, const PartContext& context, Part& part);
  bool device_only = false;
  bool identity = false;  // others may name it as their certificate
};

// In the order of the documentation.
absl::Span<const PartKind> PartKinds();

void ReadIkev2(SpecSection& section, const PartContext& context, Part& part);
void ReadProviderVpn(SpecSection& section, const PartContext& context, Part& part);
void ReadTransparentProxy(SpecSection& section, const PartContext& context, Part& part);
void ReadContentFilter(SpecSection& section, const PartContext& context, Part& part);
void ReadDnsProxyPart(SpecSection& section, const PartContext& context, Part& part);
void ReadSystemExtensions(SpecSection& section, const PartContext& context, Part& part);
void ReadServiceManagement(SpecSection& section, const PartContext& context, Part& part);
void ReadNotifications(SpecSection& section, const PartContext& context, Part& part);
void ReadPrivacy(SpecSection& section, const PartContext& context, Part& part);
void ReadPreferences(SpecSection& section, const PartContext& context, Part& part);
void ReadPkcs12(SpecSection& section, const PartContext& context, Part& part);
void ReadScep(SpecSection& section, const PartContext& context, Part& part);
void ReadAuthority(SpecSection& section, const PartContext& context, Part& part);

// --- what several kinds share

// The section `provider`. `types`: "packet-tunnel, app-proxy", the default first.
std::optional<Provider> ReadProvider(SpecSection& part, absl::string_view key, absl::string_view types);
// The rules of `onDemand`, as macOS takes them; empty without. The last one has no condition.
plist::Array ReadOnDemand(SpecSection& part);
// Which networks go through: into the dictionary of the VPN type.
void ReadRouting(SpecSection& part, plist::Dict& out);
// OnDemandEnabled and the rules, DisconnectOnIdle and its timer.
void SetOnDemand(SpecSection& part, plist::Dict& out);
void SetIdle(SpecSection& part, plist::Dict& out);
// What a vendor's program is given: any keys and values.
std::optional<plist::Dict> ReadVendorKeys(SpecSection& part, absl::string_view key);
// macOS reads a VPN's switches as numbers.
inline int64_t Switch(bool on) {
  return on ? 1 : 0;
}
void ReadAssets(SpecSection& section, Part& part);

// {TEAM: [extensions]}, as the policy for system extensions holds it; `types` alike.
plist::Dict ExtensionPolicy(const std::vector<std::pair<std::string, std::string>>& allowed);

}  // namespace holdfast::profiles
