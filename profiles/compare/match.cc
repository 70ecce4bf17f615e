#include "profiles/compare/match.h"

#include <algorithm>
#include <map>

#include "absl/strings/str_cat.h"
#include "profiles/plist/keys.h"

namespace holdfast::profiles {
namespace {

constexpr size_t kNone = static_cast<size_t>(-1);

// Pairs what has the same key and no partner yet; an empty key pairs with nothing.
template <class KeyOf>
void Pair(const plist::Array& a, const plist::Array& b, const KeyOf& key_of, std::vector<size_t>& partner,
          std::vector<bool>& taken) {
  std::multimap<std::string, size_t> free;
  for (size_t i = 0; i < b.size(); ++i) {
    if (!taken[i]) free.emplace(key_of(b[i]), i);
  }
  for (size_t i = 0; i < a.size(); ++i) {
    if (partner[i] != kNone) continue;
    const std::string key = key_of(a[i]);
    const auto found = key.empty() ? free.end() : free.find(key);
    if (found == free.end()) continue;
    partner[i] = found->second;
    taken[found->second] = true;
    free.erase(found);
  }
}

}  // namespace

const plist::Array& PayloadsOf(const plist::Value& root) {
  static const auto& none = *new plist::Array;
  const auto* payloads = plist::SubArray(root, "PayloadContent");
  return payloads == nullptr ? none : *payloads;
}

std::string PayloadName(const plist::Value& payload) {
  return plist::FirstText(payload, {"UserDefinedName", "PayloadDisplayName", "VisibleName"});
}

PayloadMatch MatchPayloads(const plist::Array& a, const plist::Array& b) {
  std::vector<size_t> partner(a.size(), kNone);
  std::vector<bool> taken(b.size(), false);
  const auto identity = [](const plist::Value& payload) {
    const std::string identifier = plist::Text(payload, "PayloadIdentifier");
    return identifier.empty() ? "" : absl::StrCat(plist::Text(payload, "PayloadType"), "\n", identifier);
  };
  // Those without a name are told apart by their order.
  const auto type_and_name = [](const plist::Value& payload) {
    return absl::StrCat(plist::Text(payload, "PayloadType"), "\n", PayloadName(payload));
  };
  Pair(a, b, identity, partner, taken);
  Pair(a, b, type_and_name, partner, taken);
  PayloadMatch out;
  for (size_t i = 0; i < a.size(); ++i) {
    if (partner[i] == kNone) {
      out.only_in_first.push_back(i);
    } else {
      out.pairs.emplace_back(i, partner[i]);
    }
  }
  for (size_t i = 0; i < b.size(); ++i) {
    if (!taken[i]) out.only_in_second.push_back(i);
  }
  return out;
}

}  // namespace holdfast::profiles
