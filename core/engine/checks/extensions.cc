// System extensions: there, in the required state and version, running, and not removable where that is
// asked.
#include <algorithm>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "core/engine/checks/review.h"

namespace holdfast::engine {
namespace {

// OSSystemExtensionErrorDomain: the extension's category asks for a later OS.
constexpr int kErrorOsTooOld = 9;

// Numbers are compared as numbers, the rest as text: 1.10 is newer than 1.9.
bool OlderThan(absl::string_view version, absl::string_view minimum) {
  const std::vector<std::string> a = absl::StrSplit(version, absl::ByAnyChar("./-"));
  const std::vector<std::string> b = absl::StrSplit(minimum, absl::ByAnyChar("./-"));
  for (size_t i = 0; i < b.size(); ++i) {
    if (i >= a.size()) return true;
    int64_t left = 0, right = 0;
    if (absl::SimpleAtoi(a[i], &left) && absl::SimpleAtoi(b[i], &right)) {
      if (left != right) return left < right;
    } else if (a[i] != b[i]) {
      return a[i] < b[i];
    }
  }
  return false;
}

std::string LineOf(const ExtensionFacts& extension) {
  return absl::StrCat(extension.team_id, " ", extension.bundle_id, " (", extension.version, ") [",
                      extension.state, "]");
}

const ExtensionHealth* HealthOf(const Core& core, const std::string& bundle_id) {
  const auto& all = core.system.extensions;
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const auto& e) { return e.bundle_id == bundle_id; });
  return found == all.end() ? nullptr : &*found;
}

class OneExtension {
 public:
  OneExtension(const Core& core, const RequiredExtension& required, Review& review)
      : required_(required), review_(review), health_(HealthOf(core, required.bundle_identifier)) {
    for (const ExtensionFacts& extension : core.installed.extensions) {
      if (extension.bundle_id != required.bundle_identifier) continue;
      if (required.team && extension.team_id != *required.team) continue;
      versions_.push_back(extension);
    }
    evidence_ = absl::StrJoin(versions_, "; ", [](std::string* out, const ExtensionFacts& extension) {
      absl::StrAppend(out, LineOf(extension));
    });
    if (evidence_.empty()) evidence_ = "not listed";
  }

  void Run() {
    if (const std::string fault = NotRunning(); !fault.empty()) Fault("extension_not_running", fault);
    if (const std::string fault = Stale(); !fault.empty()) Fault("extension_stale", fault);
    if (required_.removable == false && health_ != nullptr && health_->removable == true) {
      Fault("extension_removable", "A person can remove it.");
    }
    if (required_.removable == false && (health_ == nullptr || !health_->removable)) {
      faults_.push_back("Whether it can be removed cannot be told.");
    }
    review_.Check(absl::StrCat("system_extension:", required_.bundle_identifier), faults_,
                  "It is as required.");
  }

 private:
  const ExtensionFacts* Newest() const {
    const ExtensionFacts* newest = nullptr;
    for (const ExtensionFacts& extension : versions_) {
      if (IsLeaving(extension)) continue;
      if (newest == nullptr || OlderThan(newest->version, extension.version)) newest = &extension;
    }
    return newest;
  }

  std::string NotRunning() const {
    if (review_.in_grace) return "";
    const ExtensionFacts* newest = Newest();
    if (newest == nullptr) return "It is not installed.";
    if (newest->state != required_.state) {
      return absl::StrCat("It is [", newest->state, "], required is [", required_.state, "].");
    }
    return health_ != nullptr && health_->running == false ? "Its process is not running." : "";
  }

  std::string Stale() const {
    if (review_.in_grace) return "";
    const ExtensionFacts* newest = Newest();
    if (newest != nullptr && required_.minimum_version &&
        OlderThan(newest->version, *required_.minimum_version)) {
      return absl::StrCat("It is version ", newest->version, ", required is ", *required_.minimum_version,
                          ".");
    }
    for (const ExtensionFacts& extension : versions_) {
      if (IsLeaving(extension))
        return absl::StrCat("Version ", extension.version, " waits for a restart to go.");
    }
    return versions_.size() > 1 ? absl::StrCat("It is there in ", versions_.size(), " versions.") : "";
  }

  void Fault(absl::string_view incident, const std::string& fault) {
    review_.Find(std::string(incident), required_.bundle_identifier,
                 absl::StrCat("System extension ", required_.bundle_identifier, ": ", fault), evidence_);
    faults_.push_back(fault);
  }

  const RequiredExtension& required_;
  Review& review_;
  const ExtensionHealth* health_;
  std::vector<ExtensionFacts> versions_;
  std::string evidence_;
  std::vector<std::string> faults_;
};

}  // namespace

void ReviewExtensions(const Core& core, Review& review) {
  review.Own({"extension_not_running", "extension_stale", "extension_removable", "extension_os_unsupported"});
  for (const RequiredExtension& required : core.policy->system_extensions) {
    OneExtension(core, required, review).Run();
  }
  for (const ExtensionHealth& health : core.system.extensions) {
    if (health.error != kErrorOsTooOld) continue;
    review.Find(
        "extension_os_unsupported", health.bundle_id,
        absl::StrCat("System extension ", health.bundle_id,
                     " was not activated: its category needs a later macOS than ", core.os_build),
        absl::StrCat("error=", health.error, "; os_build=", core.os_build, "; log=", health.error_text));
  }
}

}  // namespace holdfast::engine
