// The one table of policy keys: parser, explain, docs/policy.md, holdfast.v1.Policy and the tests are held
// against it. Constant data; thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace holdfast {

enum class KeyType : uint8_t {
  kBool,
  kInteger,
  kNumber,
  kDuration,  // range in seconds
  kBytes,     // a count of bytes, or text as "256MiB"
  kText,      // with choices: one of them
  kUuid,
  kChoice,  // one of choices, regardless of case
  kTextList,
  kChoiceList,
  kEndpoint,  // HOST:PORT
  kMoment,    // a time of day and date, RFC 3339
};

struct SchemaKey {
  absl::string_view path;  // PascalCase; an item of a list of sections is "Services[]."
  KeyType type = KeyType::kText;
  absl::string_view default_text;  // as explain prints it; empty when there is none
  absl::string_view choices;       // "off, audit, enforce": the order of the enum
  double min = 0, max = 0;         // of numbers; of the length of a list
  bool required = false;           // within its section or item
  absl::string_view meaning;
  bool secret = false;  // no error repeats what was written
};

// In the order of docs/policy.md; keys of one section stand together.
absl::Span<const SchemaKey> PolicySchema();

std::vector<absl::string_view> Choices(const SchemaKey& key);

// The row of exactly this path, or nothing.
const SchemaKey* FindKey(absl::string_view path);

enum class SchemaNode : uint8_t { kUnknown, kKey, kSection, kSectionList };
SchemaNode NodeAt(absl::string_view path);

// The names directly below a section; `prefix` is empty or ends in a dot ("Reconnect.", "Services[].").
std::vector<absl::string_view> NamesBelow(absl::string_view prefix);

// The same, to find what was written among them in either spelling.
class SectionNames {
 public:
  explicit SectionNames(absl::string_view prefix);
  // The name in PascalCase; empty when it is none of them.
  absl::string_view Resolve(absl::string_view written) const;

 private:
  std::map<std::string, absl::string_view, std::less<>> names_;  // by spelling
};

// What an author who wrote this unknown name below `prefix` may have meant, in YAML spelling; or nothing.
std::optional<std::string> Suggest(absl::string_view prefix, absl::string_view unknown);

}  // namespace holdfast
