#include "profiles/spec/profile_spec.h"

#include <algorithm>
#include <array>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/policy/schema.h"
#include "profiles/preferences/preferences.h"
#include "profiles/spec/parts.h"

namespace holdfast::profiles {
namespace {

constexpr std::array kKinds = {
    PartKind{"ikev2", "com.apple.vpn.managed", "A VPN service that macOS itself runs", ReadIkev2},
    PartKind{"vpn", "com.apple.vpn.managed", "A VPN service of a vendor's provider", ReadProviderVpn},
    PartKind{"transparent-proxy", "com.apple.vpn.managed", "A vendor's transparent proxy",
             ReadTransparentProxy},
    PartKind{"content-filter", "com.apple.webcontent-filter", "A vendor's content filter", ReadContentFilter,
             true},
    PartKind{"dns-proxy", "com.apple.dnsProxy.managed", "A vendor's DNS proxy", ReadDnsProxyPart, true},
    PartKind{"system-extensions", "com.apple.system-extension-policy",
             "The system extensions that may run without a person's approval", ReadSystemExtensions, true},
    PartKind{"service-management", "com.apple.servicemanagement",
             "Launch jobs that nobody switches off in Login Items", ReadServiceManagement, true},
    PartKind{"notifications", "com.apple.notificationsettings",
             "The programs that show Holdfast's messages may show notifications", ReadNotifications},
    PartKind{"privacy", "com.apple.TCC.configuration-profile-policy",
             "Holdfast's daemon may read the VPN configurations", ReadPrivacy, true},
    PartKind{"preferences", kPolicyDomain, "Holdfast's policy as managed preferences", ReadPreferences, true},
    PartKind{"pkcs12", "com.apple.security.pkcs12", "An identity from a file", ReadPkcs12, false, true},
    PartKind{"scep", "com.apple.security.scep", "An identity that the Mac enrolls for", ReadScep, false,
             true},
    PartKind{"authority", "com.apple.security.root", "A certificate authority to trust", ReadAuthority},
};

const PartKind* KindNamed(absl::string_view name) {
  const auto kind =
      std::find_if(kKinds.begin(), kKinds.end(), [&](const PartKind& k) { return k.name == name; });
  return kind == kKinds.end() ? nullptr : kind;
}

bool IsId(absl::string_view text) {
  constexpr size_t kLongest = 64;
  return !text.empty() && text.size() <= kLongest && absl::ascii_isalnum(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-'; });
}

// Files, identifiers and UUIDs are made of it.
std::string CheckedId(SpecSection& section, absl::string_view key, std::string id) {
  if (!id.empty() && !IsId(id)) {
    section.Error(key, absl::StrCat("'", id, "' may have small letters, digits and dashes, at most 64"));
  }
  return id;
}

struct Head {
  const PartKind* kind = nullptr;
  std::string id;
};

// Kinds and ids come first: parts name each other.
std::vector<Head> ReadHeads(std::vector<SpecSection>& sections) {
  std::vector<Head> out;
  std::set<std::string> ids;
  for (SpecSection& section : sections) {
    Head head;
    const std::string kind = section.RequiredText("kind", "what it is");
    head.kind = KindNamed(kind);
    if (!kind.empty() && head.kind == nullptr) {
      section.Error("kind", absl::StrCat("'", kind, "' is not one of: ",
                                         absl::StrJoin(kKinds, ", ", [](std::string* out, const PartKind& k) {
                                           absl::StrAppend(out, k.name);
                                         })));
    }
    head.id = CheckedId(section, "id", section.Text("id").value_or(kind));
    if (const PartKind* other = KindNamed(head.id); other != nullptr && other != head.kind) {
      section.Error("id", absl::StrCat("'", head.id, "' is the name of another kind; choose another id"));
    }
    if (head.kind != nullptr && !ids.insert(head.id).second) {
      section.Error("id", absl::StrCat("'", head.id,
                                       "' is the id of an earlier part; give each its own, and "
                                       "keep it: the payload's UUID follows from it"));
    }
    out.push_back(std::move(head));
  }
  return out;
}

Part ReadPart(SpecSection& section, const Head& head, const PartContext& context, const Envelope& envelope) {
  Part part;
  part.kind = std::string(head.kind->name);
  part.device_only = head.kind->device_only;
  part.path = section.path();
  part.at = section.at();
  part.payload.type = std::string(head.kind->type);
  part.payload.name = head.id;
  part.payload.display_name =
      section.Text("name").value_or(absl::StrCat(envelope.display_name, ": ", head.id));
  part.payload.description = section.Text("description").value_or(std::string(head.kind->what));
  head.kind->read(section, context, part);
  section.Finish();
  if (part.device_only && envelope.scope == ProfileScope::kUser) {
    section.Error("kind", absl::StrCat(part.kind,
                                       " holds for the whole Mac alone; put it into a profile with "
                                       "scope: system"));
  }
  return part;
}

}  // namespace

absl::Span<const PartKind> PartKinds() {
  return kKinds;
}

ProfileSpec ReadProfileSpec(SpecSection& section, const FleetDefaults& fleet, const SpecFiles& files) {
  ProfileSpec out;
  out.path = section.path();
  out.at = section.at();
  out.id = CheckedId(section, "id", section.RequiredText("id", "the last part of its identifier"));
  Envelope& envelope = out.envelope;
  envelope.identifier = absl::StrCat(fleet.identifier, ".", out.id);
  envelope.display_name = section.Text("name").value_or(out.id);
  envelope.description = section.Text("description").value_or("");
  envelope.organization = fleet.organization;
  if (section.Choice("scope", "system, user").value_or("system") == "user") {
    envelope.scope = ProfileScope::kUser;
  }
  envelope.removal_disallowed = section.Flag("removalDisallowed").value_or(false);
  std::vector<SpecSection> sections = section.Items("parts");
  if (sections.empty() && !section.Has("parts")) section.Error("parts", "at least one is needed");
  const std::vector<Head> heads = ReadHeads(sections);
  PartContext context{files, fleet.holdfast, {}};
  for (const Head& head : heads) {
    if (head.kind == nullptr || !head.kind->identity) continue;
    context.certificates[head.id] = PartUuid(envelope, head.kind->type, head.id);
  }
  for (size_t i = 0; i < sections.size(); ++i) {
    if (heads[i].kind != nullptr) out.parts.push_back(ReadPart(sections[i], heads[i], context, envelope));
  }
  section.Finish();
  return out;
}

}  // namespace holdfast::profiles
