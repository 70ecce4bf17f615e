// From the texts of a policy to the policy in force: the one place where it is validated, for agent, server
// and command-line tools. Pure and thread-safe.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/policy/document.h"
#include "core/policy/policy.h"
#include "core/policy/problems.h"
#include "core/policy/trust.h"

namespace holdfast {

// A default one is the built-in policy: no rules, every key at its default.
struct ParsedPolicy {
  Policy policy;
  std::vector<std::string> warnings;      // "SOURCE:LINE: key: what", in the order of the text
  std::vector<std::string> refused;       // keys of a layer that may not set them, likewise
  Document document;                      // everything that was written, unknown keys too
  std::map<std::string, Position> given;  // by path in PascalCase: "Services[0].Match.Name"
  std::vector<std::string> origins;       // of the layers, by Position::layer
};

// One document and what it is allowed to say.
struct PolicyLayer {
  Document document;
  PolicySource source = PolicySource::kServer;
  std::string origin;  // as `policy show` prints it: "server", "file:/etc/holdfast/policy.yaml"
};

// The policy that several layers make together, the one with the highest precedence first. Precedence is
// per key: a key that a higher layer does not write is the next one's; lists replace whole. A key that its
// layer may not set (trust.h) is taken out first and told in `refused`. The result is validated as one
// document, and each message names the layer whose key it is about. INVALID_ARGUMENT with every problem, one
// a line: "policy.yaml:12: reconnect.settle: "soon" is not a duration (write ...)". One bad value rejects it
// all; unknown keys, and keys that this version does not enforce yet, are warnings. Keys may be in
// lowerCamelCase or in PascalCase.
absl::StatusOr<ParsedPolicy> ResolvePolicy(std::vector<PolicyLayer> layers);

// The same of one text, in YAML or JSON.
absl::StatusOr<ParsedPolicy> ParsePolicy(absl::string_view text, absl::string_view source_name);

// Every problem of one document, as ParsePolicy finds them, for tools: with line and column.
struct PolicyReview {
  ParsedPolicy parsed;  // meaningful when no problem is an error
  std::vector<Problem> problems;
  bool valid() const;
};
PolicyReview ReviewPolicy(Document document);

}  // namespace holdfast
