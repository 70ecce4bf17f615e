#include "core/policy/trust.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "core/policy/schema.h"
#include "core/policy/spelling.h"

namespace holdfast {
namespace {

constexpr std::array<absl::string_view, 5> kNames = {"managed preferences of the device",
                                                     "managed preferences of a user", "an unmanaged source",
                                                     "the policy file", "the server"};

// Neither enforcement, nor what is looked for, nor a way to suspend or excuse either. A key that is not here
// is guarded, so that a new one is. Where the agent syncs and whose signature it believes are no keys of a
// policy at all: they come with the enrollment.
constexpr absl::string_view kOpen[] = {"PolicyVersion", "Compliance", "History", "Reporting", "Privacy"};

absl::string_view SectionOf(absl::string_view path) {
  return path.substr(0, path.find_first_of(".["));
}

bool IsGuarded(absl::string_view path) {
  return std::find(std::begin(kOpen), std::end(kOpen), SectionOf(path)) == std::end(kOpen);
}

}  // namespace

absl::string_view PolicySourceName(PolicySource source) {
  return kNames[static_cast<size_t>(source)];
}

absl::Span<const absl::string_view> OpenKeys() {
  return kOpen;
}

bool IsTrusted(PolicySource source) {
  return source == PolicySource::kManagedDevice || source == PolicySource::kFile ||
         source == PolicySource::kServer;
}

bool MaySet(PolicySource source, absl::string_view path) {
  return IsTrusted(source) || !IsGuarded(path);
}

std::vector<RefusedKey> TakeUntrusted(PolicySource source, DocumentValue& root) {
  std::vector<RefusedKey> refused;
  auto* map = std::get_if<DocumentValue::Map>(&root.data);
  if (map == nullptr) return refused;
  const SectionNames names("");
  std::erase_if(*map, [&](const DocumentEntry& entry) {
    const absl::string_view name = names.Resolve(entry.key);
    if (name.empty() || entry.value.IsNull() || MaySet(source, name)) return false;
    refused.push_back(
        {entry.at, YamlSpelling(name),
         absl::StrCat("does not count from ", PolicySourceName(source),
                      "; only MDM for the whole device, root's policy file and the server may set it")});
    return true;
  });
  return refused;
}

}  // namespace holdfast
