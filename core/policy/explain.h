// Every key in force with its value and where that came from, for `holdfastctl policy show`.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/policy/parse.h"

namespace holdfast {

struct ExplainedKey {
  std::string path;    // YAML spelling: "services[0].match.name"
  std::string value;   // as YAML has it
  std::string origin;  // of the layer that writes it, or "default"
  friend bool operator==(const ExplainedKey&, const ExplainedKey&) = default;
};

// In the order of docs/policy.md; an optional key without a value is left out.
std::vector<ExplainedKey> ExplainPolicy(const ParsedPolicy& parsed);

// The text of a document for those who need not know: passcodes' hashes, which could be guessed at leisure,
// are replaced by "(hidden)".
std::string WithoutSecrets(absl::string_view document);

}  // namespace holdfast
