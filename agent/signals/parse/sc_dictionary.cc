#include "agent/signals/parse/sc_dictionary.h"

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/signals/parse/scan.h"

namespace holdfast::parse {
namespace {

constexpr absl::string_view kDictionary = "<dictionary> {";
constexpr absl::string_view kArray = "<array> {";
constexpr size_t kStep = 2;  // spaces of each level

class Reader {
 public:
  Reader(const std::vector<absl::string_view>& lines, size_t first) : lines_(lines), at_(first) {}

  ScBlock Read() {
    ScBlock block;
    const size_t first = at_;
    const size_t indent = IndentOf(lines_[at_]);
    absl::string_view title = lines_[at_].substr(indent);
    block.value.kind = TakeOpening(title);
    SkipTrailingBlanks(title);
    block.title = std::string(title);
    ++at_;
    block.complete = ReadContainer(indent, 1, block.value);
    block.lines = at_ - first;
    block.odd = std::move(odd_);
    return block;
  }

 private:
  using Keys = absl::flat_hash_set<absl::string_view>;

  static void SkipTrailingBlanks(absl::string_view& text) {
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  }

  // Takes "<dictionary> {" from the end.
  static ScValue::Kind TakeOpening(absl::string_view& text) {
    if (absl::ConsumeSuffix(&text, kDictionary)) return ScValue::Kind::kDictionary;
    if (absl::ConsumeSuffix(&text, kArray)) return ScValue::Kind::kArray;
    return ScValue::Kind::kText;
  }

  // "KEY : VALUE" one step deeper than the container. An index that is not the next, or a key that is there
  // already, is a line of the text before it.
  static bool SplitEntry(absl::string_view line, size_t indent, const ScValue& container, Keys& keys,
                         absl::string_view* key, absl::string_view* value) {
    if (IndentOf(line) != indent) return false;
    absl::string_view rest = line.substr(indent);
    if (const auto found = TakeThrough(rest, " : ")) {
      *key = *found;
      *value = rest;
    } else if (absl::EndsWith(rest, " :")) {  // an empty text whose blank was lost
      *key = rest.substr(0, rest.size() - 2);
      *value = {};
    } else {
      return false;
    }
    if (container.kind == ScValue::Kind::kArray) return *key == absl::StrCat(container.entries.size());
    return !key->empty() && keys.insert(*key).second;
  }

  void AddToLastText(absl::string_view line, ScValue& container) {
    if (container.entries.empty() || container.entries.back().value.kind != ScValue::Kind::kText) {
      odd_.push_back(at_);
    } else {
      absl::StrAppend(&container.entries.back().value.text, "\n", line);
    }
  }

  // False when the text ends first.
  bool ReadContainer(size_t indent, int depth, ScValue& container) {
    Keys keys;
    for (; at_ < lines_.size(); ++at_) {
      const absl::string_view line = lines_[at_];
      if (IndentOf(line) == indent && line.substr(indent) == "}") {
        ++at_;
        return true;
      }
      absl::string_view key, value;
      if (!SplitEntry(line, indent + kStep, container, keys, &key, &value)) {
        AddToLastText(line, container);
        continue;
      }
      container.entries.push_back({std::string(key), {}});
      ScValue& child = container.entries.back().value;
      const bool opens = value == kDictionary || value == kArray;
      if (opens && depth < kMaxScDepth) {
        child.kind = TakeOpening(value);
        ++at_;
        if (!ReadContainer(indent + kStep, depth + 1, child)) return false;
        --at_;  // the loop goes on
      } else {
        child.text = std::string(value);
      }
    }
    return false;
  }

  const std::vector<absl::string_view>& lines_;
  size_t at_;
  std::vector<size_t> odd_;
};

}  // namespace

const ScValue* ScValue::Find(absl::string_view key) const {
  for (const ScEntry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

const ScValue* ScValue::Find(std::initializer_list<absl::string_view> path) const {
  const ScValue* value = this;
  for (absl::string_view key : path) {
    value = value->Find(key);
    if (value == nullptr) return nullptr;
  }
  return value;
}

bool OpensScBlock(absl::string_view line) {
  return absl::EndsWith(line, kDictionary) || absl::EndsWith(line, kArray);
}

ScBlock ReadScBlock(const std::vector<absl::string_view>& lines, size_t first) {
  return Reader(lines, first).Read();
}

}  // namespace holdfast::parse
