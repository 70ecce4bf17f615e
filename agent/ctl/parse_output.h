// How `holdfastctl parse` prints: the facts one by one as they come, then what was counted and what was not
// recognised. As text for people, or as one JSON object.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/ctl/io.h"
#include "agent/signals/parse/text_lines.h"
#include "base/text/json.h"

namespace holdfast::ctl {

// A text that is left out when it is empty; made printable.
void Put(text::JsonWriter& json, absl::string_view key, absl::string_view text);
// A number that is left out when there is none.
void Put(text::JsonWriter& json, absl::string_view key, std::optional<int> number);

// What was counted, under the names that people read.
using Counts = std::vector<std::pair<std::string, uint64_t>>;

class ParseOutput {
 public:
  ParseOutput(absl::string_view kind, bool json, const Io& io);
  bool json() const { return json_; }
  const Io& io() const { return io_; }

  // For programs: `write` adds the members of one JSON object.
  template <class Write>
  void Fact(Write write) {
    if (!json_) return;
    text::JsonWriter json;
    json.Object();
    write(json);
    json.EndObject();
    Element(json.Take());
  }
  // For people; ends its own lines.
  void Text(absl::string_view text);
  // Last. An odd line without a number is a part that has none.
  void End(const Counts& counts, const std::vector<parse::OddLine>& odd);

 private:
  void Element(const std::string& json);
  const bool json_;
  const Io& io_;
  bool first_ = true;
};

}  // namespace holdfast::ctl
