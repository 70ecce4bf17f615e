// Profiles of any bytes, plain or CMS-signed: no crash, no secret, and facts that hold together.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/strings/match.h"
#include "profiles/installed/installed.h"
#include "profiles/lint/output/output.h"
#include "profiles/mobileconfig/read.h"

namespace {

void Check(const holdfast::profiles::Profile& profile) {
  for (const auto& service : profile.services) {
    if (service.id.IsNil() && profile.payloads.empty()) std::abort();
  }
}

// Every rule, over two files with the same content: everything that is shared is shared.
void CheckLint(const holdfast::profiles::Profile& profile) {
  const auto report = holdfast::lint::Check({profile, profile}, {}, /*together=*/true);
  for (const auto& finding : report.findings) {
    if (holdfast::lint::FindRule(finding.rule->id) != finding.rule) std::abort();
    if (finding.what.empty() || finding.fix.empty() || finding.subject.empty()) std::abort();
  }
  if (holdfast::lint::RenderJson(report).empty()) std::abort();
}

void CheckNoSecret(const holdfast::plist::Value& value, absl::string_view key) {
  using namespace holdfast::plist;  // NOLINT: a function's own
  if (value.As<std::string>() != nullptr && absl::StrContains(key, "Password")) std::abort();
  if (value.As<Data>() != nullptr) std::abort();
  if (const auto* dict = value.As<Dict>()) {
    for (const auto& entry : dict->entries()) CheckNoSecret(entry.value, entry.key);
  }
  if (const auto* array = value.As<Array>()) {
    for (const auto& item : *array) CheckNoSecret(item, "");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto source = holdfast::profiles::Decode({reinterpret_cast<const char*>(data), size}, "fuzz");
  if (!source.ok()) return 0;
  CheckNoSecret(source->root, "");
  const holdfast::profiles::Profile profile = holdfast::profiles::Interpret(*source);
  Check(profile);
  CheckLint(profile);
  const holdfast::InstalledFacts facts = holdfast::profiles::Combine({profile, profile});
  if (facts.services.size() > profile.services.size()) std::abort();
  return 0;
}
