// Two profiles of any bytes, parted by a line "====": no crash, one is the same as itself, and no secret is
// shown.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/match.h"
#include "profiles/compare/verify.h"

using namespace holdfast::profiles;  // NOLINT: a fuzz target's own

namespace {

void CheckKeys(const std::vector<KeyChange>& keys) {
  for (const KeyChange& key : keys) {
    const bool named = absl::EndsWith(key.path, "Password") || absl::EndsWith(key.path, "SharedSecret");
    const bool shown = key.before != "(not shown)" && key.after != "(not shown)";
    // Switches and numbers are no secrets.
    if (named && shown && absl::StrContains(key.before + key.after, "secret")) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t line = text.find("\n====\n");
  if (line == absl::string_view::npos) return 0;
  const auto a = ReadComparable(text.substr(0, line), "a"), b = ReadComparable(text.substr(line + 6), "b");
  if (!a.ok() || !b.ok()) return 0;
  if (!Compare(*a, *a).same()) std::abort();
  const Comparison comparison = Compare(*a, *b);
  CheckKeys(comparison.profile);
  for (const PayloadChange& payload : comparison.payloads) CheckKeys(payload.keys);
  if (a->declaration) return 0;
  InstalledState state;
  state.profiles.push_back({a->identifier, holdfast::ProfileScope::kSystem, "", true, a->shown});
  if (VerifyInstalled({*a, *b}, state).size() != 2) std::abort();
  return 0;
}
