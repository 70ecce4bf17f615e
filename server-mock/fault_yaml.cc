#include <yaml-cpp/yaml.h>

#include <set>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server-mock/fault_script.h"

namespace holdfast::mock {
namespace {

constexpr absl::Duration kDropHold = absl::Seconds(60);

absl::Status Bad(const YAML::Node& node, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("fault script, line ", node.Mark().line + 1, ": ", why));
}

template <class T>
absl::Status Read(const YAML::Node& rule, const char* key, T* out) {
  const YAML::Node node = rule[key];
  if (!node) return absl::OkStatus();
  try {
    *out = node.as<T>();
  } catch (const YAML::Exception&) {
    return Bad(node, absl::StrCat("'", key, "' has the wrong type"));
  }
  return absl::OkStatus();
}

absl::Status ReadDuration(const YAML::Node& rule, const char* key, absl::Duration* out) {
  std::string text;
  HOLDFAST_RETURN_IF_ERROR(Read(rule, key, &text));
  if (!text.empty() && !absl::ParseDuration(text, out)) {
    return Bad(rule[key], absl::StrCat("'", key, "' is a duration like 250ms, 5s or -1h, not '", text, "'"));
  }
  return absl::OkStatus();
}

template <class T, size_t kSize>
absl::Status ReadName(const YAML::Node& rule, const char* key,
                      const std::pair<const char*, T> (&names)[kSize], T* out) {
  std::string text;
  HOLDFAST_RETURN_IF_ERROR(Read(rule, key, &text));
  std::string all;
  for (const auto& [name, value] : names) {
    if (text == name) {
      *out = value;
      return absl::OkStatus();
    }
    absl::StrAppend(&all, all.empty() ? "" : ", ", name);
  }
  return Bad(rule[key] ? rule[key] : rule, absl::StrCat("'", key, "' must be one of ", all));
}

absl::Status ReadRefusal(const YAML::Node& rule, absl::Status* out) {
  static constexpr std::pair<const char*, absl::StatusCode> kCodes[] = {
      {"UNAVAILABLE", absl::StatusCode::kUnavailable},
      {"RESOURCE_EXHAUSTED", absl::StatusCode::kResourceExhausted},
      {"UNAUTHENTICATED", absl::StatusCode::kUnauthenticated},
      {"PERMISSION_DENIED", absl::StatusCode::kPermissionDenied},
      {"INVALID_ARGUMENT", absl::StatusCode::kInvalidArgument},
      {"FAILED_PRECONDITION", absl::StatusCode::kFailedPrecondition},
      {"INTERNAL", absl::StatusCode::kInternal},
  };
  absl::StatusCode code = absl::StatusCode::kUnavailable;
  HOLDFAST_RETURN_IF_ERROR(ReadName(rule, "code", kCodes, &code));
  std::string reason;
  HOLDFAST_RETURN_IF_ERROR(Read(rule, "reason", &reason));
  absl::Duration retry_after;
  HOLDFAST_RETURN_IF_ERROR(ReadDuration(rule, "retry_after", &retry_after));
  *out = absl::Status(code, "refused by the fault script");
  if (!reason.empty()) {
    if (ParseErrorReason(reason) == ErrorReason::kNone) {
      return Bad(rule["reason"], absl::StrCat("there is no reason '", reason, "'"));
    }
    *out = WithReason(*out, ParseErrorReason(reason));
  }
  if (retry_after > absl::ZeroDuration()) *out = WithRetryAfter(*out, retry_after);
  return absl::OkStatus();
}

absl::Status CheckKeys(const YAML::Node& node, const std::set<std::string>& known) {
  if (!node.IsMap()) return Bad(node, "expected keys and values");
  for (const auto& entry : node) {
    const std::string key = entry.first.as<std::string>("");
    if (known.count(key) == 0) return Bad(entry.first, absl::StrCat("unknown key '", key, "'"));
  }
  return absl::OkStatus();
}

absl::Status ReadMethod(const YAML::Node& node, Rule* rule) {
  static constexpr std::pair<const char*, int> kMethods[] = {
      {"any", -1}, {"enroll", 0}, {"sync", 1}, {"watch", 2}, {"renew", 3}};
  int method = -1;
  if (node["method"]) HOLDFAST_RETURN_IF_ERROR(ReadName(node, "method", kMethods, &method));
  if (method >= 0) rule->method = static_cast<Method>(method);
  return absl::OkStatus();
}

absl::Status ReadWhen(const YAML::Node& node, Rule* rule) {
  HOLDFAST_RETURN_IF_ERROR(Read(node, "nth", &rule->nth));
  HOLDFAST_RETURN_IF_ERROR(Read(node, "every", &rule->every));
  HOLDFAST_RETURN_IF_ERROR(Read(node, "probability", &rule->probability));
  const int given = (node["nth"] ? 1 : 0) + (node["every"] ? 1 : 0) + (node["probability"] ? 1 : 0);
  if (given != 1) return Bad(node, "a rule has exactly one of 'nth', 'every' and 'probability'");
  const bool sane = rule->nth >= 0 && rule->every >= 0 && rule->probability >= 0 && rule->probability <= 1 &&
                    (rule->nth > 0 || rule->every > 0 || node["probability"]);
  return sane ? absl::OkStatus() : Bad(node, "'nth' and 'every' count from 1, 'probability' is from 0 to 1");
}

absl::StatusOr<Rule> ReadRule(const YAML::Node& node) {
  static constexpr std::pair<const char*, FaultKind> kFaults[] = {
      {"delay", FaultKind::kDelay},          {"drop_answer", FaultKind::kDropAnswer},
      {"duplicate", FaultKind::kDuplicate},  {"refuse", FaultKind::kRefuse},
      {"cut_stream", FaultKind::kCutStream}, {"wrong_policy_signature", FaultKind::kWrongPolicySignature},
      {"clock_skew", FaultKind::kClockSkew},
  };
  HOLDFAST_RETURN_IF_ERROR(CheckKeys(
      node, {"method", "nth", "every", "probability", "fault", "by", "code", "reason", "retry_after"}));
  Rule rule;
  HOLDFAST_RETURN_IF_ERROR(ReadMethod(node, &rule));
  HOLDFAST_RETURN_IF_ERROR(ReadWhen(node, &rule));
  HOLDFAST_RETURN_IF_ERROR(ReadName(node, "fault", kFaults, &rule.fault));
  if (rule.fault == FaultKind::kDropAnswer) rule.by = kDropHold;
  HOLDFAST_RETURN_IF_ERROR(ReadDuration(node, "by", &rule.by));
  if (rule.fault == FaultKind::kRefuse) HOLDFAST_RETURN_IF_ERROR(ReadRefusal(node, &rule.refusal));
  return rule;
}

absl::StatusOr<FaultScript> ReadScript(const YAML::Node& root) {
  HOLDFAST_RETURN_IF_ERROR(CheckKeys(root, {"seed", "rules"}));
  uint64_t seed = 1;
  HOLDFAST_RETURN_IF_ERROR(Read(root, "seed", &seed));
  std::vector<Rule> rules;
  if (root["rules"] && !root["rules"].IsSequence()) return Bad(root["rules"], "'rules' is a list");
  for (const YAML::Node& node : root["rules"]) {
    HOLDFAST_ASSIGN_OR_RETURN(Rule rule, ReadRule(node));
    rules.push_back(std::move(rule));
  }
  return FaultScript(std::move(rules), seed);
}

}  // namespace

absl::StatusOr<FaultScript> FaultScript::FromYaml(absl::string_view text) {
  try {
    return ReadScript(YAML::Load(std::string(text)));
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("fault script, line ", error.mark.line + 1, ": ", error.msg));
  }
}

}  // namespace holdfast::mock
