// A policy document before it means anything: values with the place each was written at, so that unknown keys
// are kept and every complaint names a line. Written in YAML or JSON (which YAML 1.2 contains). Plain values
// as long as nobody shares one; the functions are thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace holdfast {

inline constexpr size_t kMaxDocumentBytes = size_t{1} << 20;
inline constexpr int kMaxDocumentDepth = 32;         // lists and maps within each other
inline constexpr size_t kMaxDocumentValues = 50000;  // bounds memory, not only bytes

struct Position {
  int line = 0;  // from 1; 0 when not from a text
  int column = 0;
  int layer = 0;  // of a policy of several documents: which one, by precedence
  friend bool operator==(const Position&, const Position&) = default;
};

struct DocumentEntry;

struct DocumentValue {
  using List = std::vector<DocumentValue>;
  using Map = std::vector<DocumentEntry>;  // in the order of the text, keys unique

  std::variant<std::monostate, bool, int64_t, double, std::string, List, Map> data;
  Position at;

  bool IsNull() const { return std::holds_alternative<std::monostate>(data); }
  const List* AsList() const { return std::get_if<List>(&data); }
  const Map* AsMap() const { return std::get_if<Map>(&data); }
};

struct DocumentEntry {
  std::string key;
  Position at;
  DocumentValue value;
};

struct Document {
  std::string source;  // a file's name or "server policy 12", for messages
  DocumentValue root;
};

// INVALID_ARGUMENT as "SOURCE:LINE: what is wrong" for a text that is not YAML or JSON, has more than one
// document, a key twice in one map, anchors, aliases or tags, or exceeds a limit above. Unquoted words are
// typed by the core schema of YAML 1.2: `true` is a boolean, `yes` and `off` are text.
// `at`, when given, gets the place of what is wrong.
absl::StatusOr<Document> ParseDocument(absl::string_view text, absl::string_view source,
                                       Position* at = nullptr);

// The value as a message shows it: text in quotes, escaped and shortened; "a list", "a map".
std::string Describe(const DocumentValue& value);

// Text made fit for a message: control characters escaped, shortened after 80 bytes.
std::string Printable(absl::string_view text);

bool IsValidUtf8(absl::string_view text);

}  // namespace holdfast
