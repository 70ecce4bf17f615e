#include "core/policy/explain.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/policy/fields.h"
#include "core/policy/schema.h"
#include "core/policy/spelling.h"
#include "core/policy/value.h"

namespace holdfast {
namespace {

constexpr absl::string_view kHashBegins = "scrypt:";
constexpr char kHidden[] = "(hidden)";

class Writer {
 public:
  explicit Writer(const ParsedPolicy& parsed) : parsed_(parsed) {}

  template <class T>
  void Field(absl::string_view schema_path, const T& value) {
    const std::string path = absl::StrReplaceAll(schema_path, {{"[]", absl::StrCat("[", index_, "]")}});
    Add(path, ShowValue(*FindKey(schema_path), value));
  }

  template <class Item, class Visit>
  void List(absl::string_view path, const std::vector<Item>& items, Visit visit) {
    if (items.empty()) Add(std::string(path), "[]");
    for (index_ = 0; index_ < items.size(); ++index_) visit(items[index_]);
  }

  std::vector<ExplainedKey> Take() { return std::move(keys_); }

 private:
  void Add(const std::string& path, std::string value) {
    if (value.empty()) return;
    const auto given = parsed_.given.find(path);
    keys_.push_back({YamlSpelling(path), std::move(value),
                     given == parsed_.given.end()
                         ? "default"
                         : parsed_.origins[static_cast<size_t>(given->second.layer)]});
  }

  const ParsedPolicy& parsed_;
  std::vector<ExplainedKey> keys_;
  size_t index_ = 0;
};

}  // namespace

std::vector<ExplainedKey> ExplainPolicy(const ParsedPolicy& parsed) {
  Writer writer(parsed);
  VisitPolicy(parsed.policy, writer);
  return writer.Take();
}

std::string WithoutSecrets(absl::string_view document) {
  std::string out;
  while (true) {
    const size_t at = document.find(kHashBegins);
    absl::StrAppend(&out, document.substr(0, at));
    if (at == absl::string_view::npos) return out;
    absl::StrAppend(&out, kHidden);
    document.remove_prefix(at);
    const auto end = std::find_if_not(document.begin(), document.end(), [](char c) {
      return absl::ascii_isalnum(static_cast<unsigned char>(c)) || absl::StrContains(":+/=", c);
    });
    document.remove_prefix(static_cast<size_t>(end - document.begin()));
  }
}

}  // namespace holdfast
