#include "profiles/compare/effects.h"

#include <map>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "profiles/mobileconfig/read.h"
#include "profiles/plist/keys.h"

namespace holdfast::profiles {
namespace {

using plist::Text;
using plist::Value;

constexpr absl::string_view kVpn = "com.apple.vpn.managed";
constexpr absl::string_view kExtensionPolicy = "com.apple.system-extension-policy";

Profile Facts(const Comparable& side) {
  ProfileSource source;
  source.name = side.name;
  source.root = side.shown;
  return Interpret(std::move(source));
}

bool IsUser(const Comparable& side) {
  return Text(side.root, "PayloadScope") == "User";
}

void AddIdentity(const Comparable& a, const Comparable& b, std::vector<Effect>& out) {
  if (a.declaration != b.declaration) {
    out.push_back({"another-form",
                   "a declaration and a profile do not replace each other: remove the one when the other is "
                   "sent, or a Mac has both"});
  } else if (a.identifier != b.identifier) {
    out.push_back(
        {"second-profile", absl::StrCat("B does not replace A, whose identifier is another (", a.identifier,
                                        ", ", b.identifier, "): both stay installed until A is removed")});
  } else if (!a.declaration && IsUser(a) != IsUser(b)) {
    out.push_back(
        {"scope-changed",
         absl::StrCat("the scope becomes ", IsUser(b) ? "User" : "System",
                      ": another channel installs it; whether A goes is not known, so remove it first"),
         /*known=*/false});
  } else {
    out.push_back({"replaces", "B replaces A in place"});
  }
}

void AddVpn(const Comparable& a, const Comparable& b, const PayloadMatch& match, std::vector<Effect>& out) {
  for (const auto& [i, j] : match.pairs) {
    const Value &before = PayloadsOf(a.root)[i], &after = PayloadsOf(b.root)[j];
    if (Text(before, "PayloadType") != kVpn || a.declaration || b.declaration) continue;
    const std::string old_id = absl::AsciiStrToUpper(Text(before, "PayloadUUID")),
                      new_id = absl::AsciiStrToUpper(Text(after, "PayloadUUID"));
    if (old_id == new_id) continue;
    out.push_back(
        {"vpn-recreated",
         absl::StrCat("the VPN configuration '", PayloadName(after),
                      "' is made anew, because its PayloadUUID is: its session ends, and what names "
                      "it by UUID (services[].match.identifier of a policy) names nothing"),
         /*known=*/false});
  }
  for (size_t i : match.only_in_first) {
    const Value& gone = PayloadsOf(a.root)[i];
    if (Text(gone, "PayloadType") != kVpn || a.identifier != b.identifier) continue;
    out.push_back({"vpn-removed", absl::StrCat("the VPN configuration '", PayloadName(gone),
                                               "' goes, and its session ends")});
  }
}

void AddOrders(const Profile& a, const Profile& b, std::vector<Effect>& out) {
  const auto shown = [](const ProxyFacts& proxy) {
    return proxy.order_state == OrderState::kValid ? absl::StrCat(proxy.order)
                                                   : std::string("none that counts");
  };
  std::map<std::string, std::string> before;
  for (const ProxyFacts& proxy : a.proxies) before[proxy.bundle_id] = shown(proxy);
  for (const ProxyFacts& proxy : b.proxies) {
    const auto old = before.find(proxy.bundle_id);
    if (old == before.end() || old->second == shown(proxy)) continue;
    out.push_back(
        {"order-changed",
         absl::StrCat("the transparent proxy ", proxy.bundle_id, " moves: its Order was ", old->second,
                      " and becomes ", shown(proxy), "; lower ones see traffic earlier"),
         /*known=*/false});
  }
}

using Extension = std::pair<std::string, std::string>;

std::set<Extension> Allowed(const Profile& profile) {
  std::set<Extension> out;
  for (const AllowedExtension& extension : profile.allowed_extensions) {
    out.emplace(extension.team_id, extension.bundle_id);
  }
  return out;
}

bool HasPolicy(const Comparable& side) {
  for (const Value& payload : PayloadsOf(side.root)) {
    if (Text(payload, "PayloadType") == kExtensionPolicy) return true;
  }
  return false;
}

void AddExtensions(const Comparable& a, const Comparable& b, const Profile& before, const Profile& after,
                   std::vector<Effect>& out) {
  if (a.identifier != b.identifier) return;  // A stays, and what it allows
  const std::set<Extension> still = Allowed(after);
  const bool removed = HasPolicy(a) && !HasPolicy(b);
  for (const auto& [team, bundle] : Allowed(before)) {
    if (still.contains({team, bundle}) || still.contains({team, ""})) continue;
    const std::string what =
        bundle.empty() ? absl::StrCat("the team ", team) : absl::StrCat(bundle, " (team ", team, ")");
    out.push_back(
        {"extensions-narrowed",
         absl::StrCat("the system extension of ", what,
                      " is allowed no longer: since macOS 11.3 one whose policy goes is deactivated",
                      removed ? "" : "; that a shorter list does the same is expected"),
         /*known=*/removed});
  }
}

}  // namespace

std::vector<Effect> EffectsOf(const Comparable& a, const Comparable& b, const PayloadMatch& match) {
  std::vector<Effect> out;
  AddIdentity(a, b, out);
  AddVpn(a, b, match, out);
  const Profile before = Facts(a), after = Facts(b);
  AddOrders(before, after, out);
  AddExtensions(a, b, before, after, out);
  return out;
}

}  // namespace holdfast::profiles
