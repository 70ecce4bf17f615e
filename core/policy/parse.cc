#include "core/policy/parse.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/error.h"
#include "core/policy/check.h"
#include "core/policy/fields.h"
#include "core/policy/given.h"
#include "core/policy/problems.h"
#include "core/policy/schema.h"
#include "core/policy/spelling.h"
#include "core/policy/value.h"

namespace holdfast {
namespace {

// Visits the fields of a policy and sets those that are given.
class Reader {
 public:
  Reader(const GivenKeys& given, Problems& problems) : given_(given), problems_(problems) {}

  template <class T>
  void Field(absl::string_view schema_path, T& out) {
    const SchemaKey& key = *FindKey(schema_path);
    const std::string path = Indexed(schema_path);
    const DocumentValue* value = given_.Value(path);
    if (value != nullptr) {
      if (absl::Status read = ReadValue(*value, key, out); !read.ok()) {
        problems_.Error(value->at, YamlSpelling(path), read.message());
      }
    } else if (key.required) {
      problems_.Error(given_.At(path), YamlSpelling(path), absl::StrCat("is required: ", key.meaning));
    }
  }

  // Lists do not nest, so one index is enough.
  template <class Item, class Visit>
  void List(absl::string_view path, std::vector<Item>& out, Visit visit) {
    const DocumentValue* value = given_.Value(std::string(path));
    const DocumentValue::List* list = value != nullptr ? value->AsList() : nullptr;
    if (list == nullptr) return;
    out.assign(list->size(), {});
    for (index_ = 0; index_ < list->size(); ++index_) {
      if ((*list)[index_].AsMap() != nullptr) visit(out[index_]);
    }
  }

 private:
  std::string Indexed(absl::string_view path) const {
    return absl::StrReplaceAll(path, {{"[]", absl::StrCat("[", index_, "]")}});
  }

  const GivenKeys& given_;
  Problems& problems_;
  size_t index_ = 0;
};

}  // namespace

absl::StatusOr<ParsedPolicy> ParsePolicy(absl::string_view text, absl::string_view source_name) {
  ParsedPolicy parsed;
  HOLDFAST_ASSIGN_OR_RETURN(parsed.document, ParseDocument(text, source_name));
  Problems problems(source_name);
  const GivenKeys given = GivenKeys::Find(parsed.document, problems);
  if (parsed.document.root.AsMap() == nullptr) return problems.status();
  Reader reader(given, problems);
  VisitPolicy(parsed.policy, reader);
  FillDependentDefaults(given, parsed.policy);
  CheckPolicy(parsed.policy, given, problems);
  HOLDFAST_RETURN_IF_ERROR(problems.status());
  parsed.warnings = problems.Warnings();
  parsed.given = given.Positions();
  return parsed;
}

}  // namespace holdfast
