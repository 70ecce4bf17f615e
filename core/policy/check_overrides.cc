// Between the keys of what suspends enforcement.
#include <re2/re2.h>

#include <set>

#include "absl/strings/str_cat.h"
#include "core/policy/check.h"
#include "core/policy/spelling.h"

namespace holdfast {
namespace {

constexpr absl::Duration kLongestWindow = absl::Hours(24 * 7);

void Error(const GivenKeys& given, Problems& problems, const std::string& path, absl::string_view what) {
  problems.Error(given.At(path), YamlSpelling(path), what);
}

void CheckModes(const OverridePolicy& policy, const GivenKeys& given, Problems& problems) {
  if (problems.HasError("override.mode")) return;
  if (policy.mode == OverrideMode::kPasscode && policy.passcode_hash.empty()) {
    Error(given, problems, "Override.Mode",
          "is passcode, but there is no override.passcode (make one with: holdfast-admin override passcode)");
  }
  if (policy.mode == OverrideMode::kTicket && policy.ticket_pattern.empty()) {
    Error(given, problems, "Override.Mode",
          "is ticket, but there is no override.ticketPattern (write \"INC[0-9]{7}\")");
  }
}

void CheckForms(const OverridePolicy& policy, const GivenKeys& given, Problems& problems) {
  static const RE2 kHash("scrypt:1[0-7]:[A-Za-z0-9+/]{22}==:[A-Za-z0-9+/]{43}=");
  if (!policy.passcode_hash.empty() && !RE2::FullMatch(policy.passcode_hash, kHash)) {
    Error(given, problems, "Override.Passcode",
          "is not a salted hash (never write the passcode itself; make one with: holdfast-admin override "
          "passcode)");
  }
  if (policy.ticket_pattern.empty()) return;
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 pattern(policy.ticket_pattern, options);
  if (!pattern.ok()) {
    Error(given, problems, "Override.TicketPattern",
          absl::StrCat("is not a regular expression: ", pattern.error()));
  }
}

void CheckWindows(const Policy& policy, const GivenKeys& given, Problems& problems) {
  std::set<std::string> names;
  for (size_t i = 0; i < policy.maintenance.size(); ++i) {
    const MaintenanceWindow& window = policy.maintenance[i];
    const std::string item = absl::StrCat("Maintenance[", i, "].");
    const std::string until = item + "Until";
    if (!window.name.empty() && !names.insert(window.name).second) {
      Error(given, problems, item + "Name",
            absl::StrCat("\"", window.name, "\" is written twice; give each window its own name"));
    }
    if (problems.HasError(YamlSpelling(until)) || problems.HasError(YamlSpelling(item + "From"))) continue;
    if (window.until <= window.from) {
      Error(given, problems, until, "is not after its begin");
    } else if (window.until - window.from > kLongestWindow) {
      Error(given, problems, until, "is more than 7 days after its begin; a window must end");
    }
  }
}

}  // namespace

void CheckOverrides(const Policy& policy, const GivenKeys& given, Problems& problems) {
  CheckModes(policy.override_policy, given, problems);
  CheckForms(policy.override_policy, given, problems);
  CheckWindows(policy, given, problems);
}

}  // namespace holdfast
