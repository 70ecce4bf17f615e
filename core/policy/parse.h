// From the text of a policy to the policy in force: the one place where it is validated, for agent, server
// and command-line tools. Pure and thread-safe.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/policy/document.h"
#include "core/policy/policy.h"

namespace holdfast {

// A default one is the built-in policy: no rules, every key at its default.
struct ParsedPolicy {
  Policy policy;
  std::vector<std::string> warnings;      // "SOURCE:LINE: key: what", in the order of the text
  Document document;                      // everything that was written, unknown keys too
  std::map<std::string, Position> given;  // by path in PascalCase: "Services[0].Match.Name"
};

// INVALID_ARGUMENT with every problem, one a line: "policy.yaml:12: reconnect.settle: "soon" is not a
// duration (write ...)". One bad value rejects the document; unknown keys, and keys that this version does
// not enforce yet, are warnings. Keys may be in lowerCamelCase or in PascalCase.
absl::StatusOr<ParsedPolicy> ParsePolicy(absl::string_view text, absl::string_view source_name);

}  // namespace holdfast
