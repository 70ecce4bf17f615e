// One key, three spellings: PascalCase in the schema and in a managed-preferences plist, lowerCamelCase in
// YAML and JSON, snake_case in holdfast.v1.Policy. The last two are derived, so that they cannot drift. A run
// of capitals is one word: DNSProxies, dns_proxies, dnsProxies. "[]" and "[3]" after a name are kept.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace holdfast {

std::string SnakeSpelling(absl::string_view pascal_path);  // "Services[].Match.Type": "services[].match.type"
std::string YamlSpelling(absl::string_view pascal_path);  // what protobuf's JSON makes of the snake_case name

// Insertions, deletions, replacements and swaps of neighbours that turn one into the other, regardless of
// case.
int EditDistance(absl::string_view a, absl::string_view b);

// The name that an author who wrote this word may have meant; empty when none is near.
absl::string_view NearestName(absl::string_view word, absl::Span<const absl::string_view> names);

}  // namespace holdfast
