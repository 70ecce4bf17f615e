#include "core/policy/check.h"

#include <initializer_list>
#include <map>

#include "absl/strings/str_cat.h"
#include "core/policy/spelling.h"
#include "core/policy/surroundings_check.h"

namespace holdfast {
namespace {

// The OS's own timers for a start: 60 s for providers, 120 s for IKEv2, and 20 s for a stop.
constexpr absl::Duration kSystemStartTimers = absl::Seconds(140);

std::string RulePath(size_t i, absl::string_view key) {
  return absl::StrCat("Services[", i, "].", key);
}

std::string DefaultLabel(const ServiceMatch& match, size_t i) {
  if (match.identifier) return match.identifier->ToString();
  if (!match.payload_identifier.empty()) return match.payload_identifier;
  if (!match.name.empty()) return match.name;
  if (!match.provider_bundle_identifier.empty()) return match.provider_bundle_identifier;
  if (!match.interface_name.empty()) return match.interface_name;
  if (match.type) return std::string(ServiceTypeName(*match.type));
  return absl::StrCat("services[", i, "]");
}

constexpr absl::string_view kMatchKeys[] = {
    "Identifier", "Name", "PayloadIdentifier", "ProviderBundleIdentifier", "Type", "Interface"};

class Checker {
 public:
  Checker(const Policy& policy, const GivenKeys& given, Problems& problems)
      : policy_(policy), given_(given), problems_(problems) {}

  void Run() {
    Services();
    Reconnect();
    Remediation();
    CheckSurroundings(policy_, given_, problems_);
    if (Read({"Liveness.Timeout", "Liveness.Interval"}) &&
        policy_.liveness.timeout > policy_.liveness.interval) {
      Error("Liveness.Timeout", absl::StrCat("is above liveness.interval (",
                                             Other(absl::FormatDuration(policy_.liveness.interval),
                                                   "Liveness.Interval", "Liveness.Timeout"),
                                             "), so probes would overlap; lower it"));
    }
  }

 private:
  void Error(const std::string& path, absl::string_view what) {
    problems_.Error(given_.At(path), YamlSpelling(path), what);
  }
  void Warning(const std::string& path, absl::string_view what) {
    problems_.Warning(given_.At(path), YamlSpelling(path), what);
  }

  // A value as a message about another key shows it: with its place where that is another document.
  std::string Other(absl::string_view shown, const std::string& path, const std::string& about) const {
    const Position at = given_.At(path);
    const bool elsewhere = given_.Value(path) != nullptr && at.layer != given_.At(about).layer;
    return elsewhere ? absl::StrCat(shown, ", ", problems_.Place(at)) : std::string(shown);
  }

  // A value that could not be read has its default here: nothing can be said about it and others.
  bool Read(std::initializer_list<absl::string_view> paths) const {
    for (absl::string_view path : paths) {
      if (problems_.HasError(YamlSpelling(path))) return false;
    }
    return true;
  }

  bool IsSection(size_t i) const {
    const DocumentValue* item = given_.Value(absl::StrCat("Services[", i, "]"));
    return item != nullptr && item->AsMap() != nullptr;
  }

  int MatchedFields(size_t i) const {
    int fields = 0;
    for (absl::string_view key : kMatchKeys) {
      fields += given_.Value(RulePath(i, absl::StrCat("Match.", key))) != nullptr ? 1 : 0;
    }
    return fields;
  }

  void Services() {
    std::map<std::string, size_t> labels;
    for (size_t i = 0; i < policy_.services.size(); ++i) {
      const ServiceRule& rule = policy_.services[i];
      if (IsSection(i) && MatchedFields(i) == 0) {
        Error(RulePath(i, "Match"),
              "names no configuration (give at least one of identifier, name, "
              "payloadIdentifier, providerBundleIdentifier, type, interface)");
      }
      if (!rule.match.interface_name.empty() && MatchedFields(i) > 1) {
        Warning(RulePath(i, "Match.Interface"),
                "makes the rule observe that interface and nothing else; the other fields of match have no "
                "effect");
      }
      auto [other, first] = labels.emplace(rule.label, i);
      if (!first) {
        Error(RulePath(i, "Name"), absl::StrCat("\"", rule.label, "\" is also the label of services[",
                                                other->second, "]; give each rule its own name"));
      }
      Moments(i, rule);
      Conflicts(i, rule);
    }
  }

  // What is installed decides; from the document alone only a warning is fair.
  void Conflicts(size_t i, const ServiceRule& rule) {
    const auto tunnels = [](const ServiceRule& r) {
      return r.always_connected.enabled && r.match.interface_name.empty() &&
             r.authentication != Authentication::kInteractive &&  // not started without a person
             r.match.type != ServiceType::kTransparentProxy;
    };
    if (!tunnels(rule)) return;
    for (size_t j = 0; j < i; ++j) {
      const ServiceRule& other = policy_.services[j];
      const std::string& group = other.always_connected.conflict_group;
      if (!tunnels(other) || (!group.empty() && group == rule.always_connected.conflict_group)) continue;
      Warning(RulePath(i, "AlwaysConnected.ConflictGroup"),
              absl::StrCat("is not that of services[", j, "] (\"", other.label,
                           "\"), which must stay connected too: two full tunnels supersede each other, so if "
                           "both are full give them one conflictGroup"));
      return;
    }
  }

  void Moments(size_t i, const ServiceRule& rule) {
    if (rule.always_connected.since == Since::kBoot && rule.authentication != Authentication::kMachine) {
      Warning(
          RulePath(i, "AlwaysConnected.Since"),
          "is boot, but before a login only authentication: machine can start a service; the time until then "
          "counts as awaiting_user");
    }
    if (rule.always_connected.since == Since::kBoot && rule.scope == RuleScope::kUser) {
      Error(RulePath(i, "AlwaysConnected.Since"),
            "is boot, but with scope: user there is no service before a login (write login or network)");
    }
  }

  void Reconnect() {
    const BackoffPolicy& backoff = policy_.reconnect.backoff;
    if (Read({"Reconnect.MaxDelay", "Reconnect.InitialDelay"}) && backoff.max < backoff.initial) {
      const std::string max = "Reconnect.MaxDelay", initial = "Reconnect.InitialDelay";
      const std::string about = given_.Value(max) != nullptr ? max : initial;
      Error(about, absl::StrCat("maxDelay (", Other(absl::FormatDuration(backoff.max), max, about),
                                ") is below initialDelay (",
                                Other(absl::FormatDuration(backoff.initial), initial, about),
                                "); raise maxDelay or lower initialDelay"));
    }
    const AttemptBudget& budget = policy_.reconnect.budget;
    const std::string ten = "Reconnect.AttemptBudget.PerTenMinutes";
    if (given_.Value(ten) != nullptr && Read({ten, "Reconnect.AttemptBudget.PerHour"}) &&
        budget.per_ten_minutes > budget.per_hour) {
      Error(ten, absl::StrCat(budget.per_ten_minutes, " is above perHour (",
                              Other(absl::StrCat(budget.per_hour), "Reconnect.AttemptBudget.PerHour", ten),
                              "), so it would never count; lower it or raise perHour"));
    }
  }

  void Remediation() {
    if (policy_.stuck_connecting < kSystemStartTimers) {
      Warning("StuckConnecting.Timeout",
              absl::StrCat(
                  absl::FormatDuration(policy_.stuck_connecting),
                  " is below 140s: macOS itself waits up to 120s for a start and 20s for a stop, so on a Mac "
                  "the agent would fight it"));
    }
    for (size_t i = 0; i + 1 < policy_.ladder.size(); ++i) {
      if (policy_.ladder[i] != LadderStep::kNotify) continue;
      Error("Remediation.Ladder",
            "notify is not the last step (nothing after it would be tried; move it to the end)");
      return;
    }
  }

  const Policy& policy_;
  const GivenKeys& given_;
  Problems& problems_;
};

}  // namespace

void FillDependentDefaults(const GivenKeys& given, Policy& policy) {
  for (size_t i = 0; i < policy.services.size(); ++i) {
    ServiceRule& rule = policy.services[i];
    AlwaysConnected& always = rule.always_connected;
    if (rule.label.empty()) rule.label = DefaultLabel(rule.match, i);
    if (rule.authentication == Authentication::kMachine &&
        given.Value(RulePath(i, "AlwaysConnected.Since")) == nullptr) {
      always.since = Since::kBoot;
    }
    if (always.allow_disconnect && given.Value(RulePath(i, "AlwaysConnected.ReconnectAfter")) == nullptr) {
      always.reconnect_after.reset();
    }
  }
}

void CheckPolicy(const Policy& policy, const GivenKeys& given, Problems& problems) {
  Checker(policy, given, problems).Run();
  CheckOverrides(policy, given, problems);
}

}  // namespace holdfast
