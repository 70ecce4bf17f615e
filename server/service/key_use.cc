#include "server/service/key_use.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "server/service/reachability.h"

namespace holdfast::server {
namespace {

bool Contains(const std::vector<std::string>& ids, const std::string& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

// "2 devices" or "1 device".
std::string Count(const Named& named, absl::string_view thing) {
  return absl::StrCat(named.count, " ", thing, named.count == 1 ? "" : "s");
}

std::string Names(const Named& named) {
  const size_t more = static_cast<size_t>(named.count) - named.first.size();
  const auto name = [](std::string* out, const auto& named_one) { absl::StrAppend(out, named_one.second); };
  return absl::StrCat(absl::StrJoin(named.first, ", ", name),
                      more == 0 ? "" : absl::StrCat(" and ", more, " more"));
}

void Say(std::vector<std::string>& out, const Named& named, absl::string_view thing, absl::string_view what) {
  if (named.count > 0) out.push_back(absl::StrCat(Count(named, thing), " ", what, ": ", Names(named)));
}

// A device that does not say what it trusts knows at least the authority of its certificate: both came in one
// answer.
bool Trusts(const fleet::KeyHolders& device, const RingKey& key) {
  const bool said = device.evidence && device.evidence->said;
  if (key.kind == KeyKind::kPolicy) return said && Contains(device.evidence->policy_keys, key.id);
  return said ? Contains(device.evidence->authorities, key.id) : device.authority == key.id;
}

}  // namespace

void Named::Add(const std::string& name) {
  Add(1, {{count, name}});
}

void Named::Add(int more, const Names& first_of_them) {
  count += more;
  first.insert(first.end(), first_of_them.begin(), first_of_them.end());
  std::sort(first.begin(), first.end());
  if (first.size() > kFirst) first.resize(kFirst);
}

void KeyUses::Add(const fleet::KeyHolders& devices) {
  devices_ += devices.count;
  const auto all = [&](Named& named) { named.Add(devices.count, devices.first); };
  for (const RingKey& key : ring_.keys()) {
    if (key.state == KeyState::kRetired) continue;
    KeyUse& use = uses_[key.id];
    if (Trusts(devices, key)) {
      use.trusted_by += devices.count;
    } else {
      all(use.without);
      use.recent_without.Add(devices.count - devices.missing, devices.first_recent);
      const bool pinned = devices.evidence && devices.evidence->policy_keys_pinned;
      if (pinned && key.kind == KeyKind::kPolicy) all(use.pinned_without);
    }
    if (devices.authority == key.id) all(use.certificates);
    if (devices.evidence && devices.evidence->bundle_key == key.id) all(use.bundles);
    if (devices.evidence && devices.evidence->code_key == key.id) all(use.code_keys);
  }
}

std::optional<ServerTime> KeyUses::ReplacedAt(KeyKind kind) const {
  return ring_.In(kind, KeyState::kRetiring) == nullptr ? std::nullopt
                                                        : ring_.In(kind, KeyState::kCurrent)->activated;
}

void KeyUses::AddToken(const fleet::EnrollmentToken& token) {
  if (token.revoked || token.expires <= now_ || token.used >= token.quota) return;
  const std::optional<ServerTime> replaced = ReplacedAt(KeyKind::kAuthority);
  const KeyState pins = replaced && token.created < *replaced ? KeyState::kRetiring : KeyState::kCurrent;
  uses_[ring_.In(KeyKind::kAuthority, pins)->id].tokens.Add(token.id);
}

void KeyUses::AddOrder(uint64_t number, ServerTime issued) {
  const std::optional<ServerTime> replaced = ReplacedAt(KeyKind::kPolicy);
  const KeyState by = replaced && issued < *replaced ? KeyState::kRetiring : KeyState::kCurrent;
  uses_[ring_.In(KeyKind::kPolicy, by)->id].orders.Add(absl::StrCat(number));
}

const KeyUse& KeyUses::Of(const std::string& id) const {
  static const KeyUse kNone;
  const auto it = uses_.find(id);
  return it == uses_.end() ? kNone : it->second;
}

std::vector<std::string> KeyUses::HeldBy(const RingKey& retiring) const {
  std::vector<std::string> out;
  const KeyUse& use = Of(retiring.id);
  const std::string& successor = ring_.In(retiring.kind, KeyState::kCurrent)->id;
  Say(out, Of(successor).without, "device",
      absl::StrCat(Of(successor).without.count == 1 ? "has" : "have", " not said that it trusts ",
                   successor));
  Say(out, use.certificates, "certificate", "by it in use, of");
  Say(out, use.bundles, "device", "with a policy that it signed");
  Say(out, use.code_keys, "device", "with an override code key made with it");
  Say(out, use.tokens, "enrollment token", "whose strings pin it, and which can still be used");
  Say(out, use.orders, "order", "that it signed and that may have been printed, not over");
  return out;
}

std::string KeyUses::PinnedWithout(const RingKey& next) const {
  const Named& pinned = Of(next.id).pinned_without;
  if (pinned.count == 0) return "";
  return absl::StrCat(Count(pinned, "device"), " with policy keys pinned on the device and not this one (",
                      Names(pinned), "): add it where they are pinned");
}

std::vector<std::string> KeyUses::WaitingFor(const RingKey& key) const {
  if (key.state == KeyState::kRetiring) return HeldBy(key);
  if (key.state != KeyState::kNext) return {};
  std::vector<std::string> out = RefusedBy(key);
  const Named& recent = Of(key.id).recent_without;
  Say(out, recent, "device",
      absl::StrCat("heard of in the last 30 days ", recent.count == 1 ? "has" : "have",
                   " not said that it trusts it"));
  return out;
}

std::vector<std::string> KeyUses::RefusedBy(const RingKey& key) const {
  if (key.state == KeyState::kRetiring) return HeldBy(key);
  const std::string pinned = key.state == KeyState::kNext ? PinnedWithout(key) : "";
  return pinned.empty() ? std::vector<std::string>() : std::vector<std::string>{pinned};
}

}  // namespace holdfast::server
