#include "profiles/compare/verify.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "profiles/compare/match.h"
#include "profiles/plist/keys.h"

namespace holdfast::profiles {
namespace {

using plist::Text;
using plist::Value;

constexpr absl::string_view kVpn = "com.apple.vpn.managed";

ProfileScope ScopeOf(const Comparable& wanted) {
  return Text(wanted.root, "PayloadScope") == "User" ? ProfileScope::kUser : ProfileScope::kSystem;
}

// Neither side tells a secret.
Comparable Shown(const Comparable& wanted) {
  Comparable out = wanted;
  out.root = out.shown;
  return out;
}

Comparable Listed(const InstalledTree& installed) {
  return {"installed", installed.identifier, "", /*declaration=*/false, installed.root, installed.root};
}

// A key of the envelope that the list does not print says nothing.
bool IsUntold(const KeyChange& change) {
  return change.kind == ChangeKind::kAdded && absl::StartsWith(change.path, "Payload");
}

// What the list's form alone makes of it.
Comparison Difference(const Comparable& wanted, const InstalledTree& installed) {
  Comparison out = Compare(Listed(installed), Shown(wanted));
  std::erase_if(out.profile, IsUntold);
  for (PayloadChange& payload : out.payloads) std::erase_if(payload.keys, IsUntold);
  std::erase_if(out.payloads, [](const PayloadChange& payload) {
    return payload.kind == ChangeKind::kChanged && payload.keys.empty();
  });
  out.same_meaning.clear();  // a list has an order and a form of its own
  std::erase_if(out.effects, [](const Effect& effect) { return effect.code == "replaces"; });
  return out;
}

std::string Provenanced(const InstalledTree& installed) {
  return absl::StrCat("profile", installed.managed ? ", managed" : "",
                      installed.user.empty() ? "" : absl::StrCat(", of the user ", installed.user));
}

int64_t OrderOf(const Value& payload) {
  constexpr int64_t kNone = -1;
  const Value* proxy = plist::SubDict(payload, "TransparentProxy");
  const Value* order = proxy == nullptr ? nullptr : proxy->Find("Order");
  return order == nullptr || order->As<int64_t>() == nullptr ? kNone : *order->As<int64_t>();
}

void AddPayloadCollisions(const Value& wanted, const InstalledTree& other, std::vector<std::string>& out) {
  const std::string uuid = absl::AsciiStrToUpper(Text(wanted, "PayloadUUID")),
                    type = Text(wanted, "PayloadType");
  for (const Value& payload : PayloadsOf(other.root)) {
    const auto add = [&](absl::string_view what) {
      out.push_back(absl::StrCat("the installed profile ", other.identifier, " has a payload ", what, " of '",
                                 PayloadName(wanted), "'"));
    };
    if (!uuid.empty() && absl::AsciiStrToUpper(Text(payload, "PayloadUUID")) == uuid) {
      add("with the PayloadUUID");
    } else if (Text(payload, "PayloadType") != type) {
      continue;
    } else if (!Text(wanted, "PayloadIdentifier").empty() &&
               Text(payload, "PayloadIdentifier") == Text(wanted, "PayloadIdentifier")) {
      add("with the PayloadIdentifier");
    } else if (type == kVpn && PayloadName(payload) == PayloadName(wanted)) {
      add("with the name (one of the two is renamed)");
    }
    if (OrderOf(wanted) >= 0 && OrderOf(payload) == OrderOf(wanted)) add("with the Order");
  }
}

void AddConfigurationCollisions(const Value& wanted, const InstalledState& state,
                                const std::string& identifier, std::vector<std::string>& out) {
  for (const ConfigurationTree& configuration : state.configurations) {
    if (configuration.profile_identifier == identifier || configuration.name != PayloadName(wanted)) continue;
    const bool app = configuration.provenance == Provenance::kApp;
    out.push_back(
        absl::StrCat("a configuration '", configuration.name, "' exists that ",
                     app ? absl::StrCat("the app ", configuration.application, " made")
                     : configuration.profile_identifier.empty()
                         ? std::string("no profile made: an app, or a declaration")
                         : absl::StrCat("the profile ", configuration.profile_identifier, " made")));
  }
}

class Verifier {
 public:
  Verifier(const std::vector<Comparable>& wanted, const InstalledState& installed) : installed_(installed) {
    for (const Comparable& one : wanted) identifiers_.insert(one.identifier);
  }

  Verified Run(const Comparable& wanted) const {
    Verified out{wanted.name, wanted.identifier, VerifyState::kMissing, "", {}, {}};
    if (wanted.declaration) {
      out.state = VerifyState::kUnknown;
    } else {
      Find(wanted, out);
    }
    const Comparable payloads = wanted.declaration ? AsProfile(wanted) : wanted;
    for (const Value& payload : PayloadsOf(payloads.shown)) {
      for (const InstalledTree& other : installed_.profiles) {
        if (!identifiers_.contains(other.identifier)) AddPayloadCollisions(payload, other, out.collisions);
      }
      AddConfigurationCollisions(payload, installed_, wanted.identifier, out.collisions);
    }
    return out;
  }

 private:
  void Find(const Comparable& wanted, Verified& out) const {
    for (const InstalledTree& installed : installed_.profiles) {
      if (installed.identifier != wanted.identifier) continue;
      if (installed.scope != ScopeOf(wanted)) {
        out.collisions.push_back(absl::StrCat(
            "a profile of the same identifier is installed for ",
            installed.user.empty() ? std::string("the Mac") : absl::StrCat("the user ", installed.user),
            ", another scope than wanted"));
        continue;
      }
      out.provenance = Provenanced(installed);
      out.difference = Difference(wanted, installed);
      out.state = out.difference.same() ? VerifyState::kEqual : VerifyState::kDifferent;
    }
  }

  const InstalledState& installed_;
  std::set<std::string> identifiers_;
};

}  // namespace

absl::string_view VerifyStateName(VerifyState state) {
  switch (state) {
    case VerifyState::kEqual:
      return "equal";
    case VerifyState::kDifferent:
      return "different";
    case VerifyState::kMissing:
      return "missing";
    case VerifyState::kUnknown:
      break;
  }
  return "unknown";
}

std::vector<Verified> VerifyInstalled(const std::vector<Comparable>& wanted,
                                      const InstalledState& installed) {
  const Verifier verifier(wanted, installed);
  std::vector<Verified> out;
  for (const Comparable& one : wanted) out.push_back(verifier.Run(one));
  return out;
}

}  // namespace holdfast::profiles
