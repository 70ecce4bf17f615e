#include "core/policy/parse.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/error.h"
#include "core/policy/check.h"
#include "core/policy/fields.h"
#include "core/policy/given.h"
#include "core/policy/merge.h"
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

// The policy that the document makes; what is wrong with it goes into `problems`.
void Read(Document document, Problems& problems, ParsedPolicy& parsed) {
  parsed.document = std::move(document);
  const GivenKeys given = GivenKeys::Find(parsed.document, problems);
  if (parsed.document.root.AsMap() == nullptr) return;
  Reader reader(given, problems);
  VisitPolicy(parsed.policy, reader);
  FillDependentDefaults(given, parsed.policy);
  CheckPolicy(parsed.policy, given, problems);
  parsed.given = given.Positions();
}

std::vector<std::string> SourcesOf(const std::vector<PolicyLayer>& layers) {
  std::vector<std::string> sources;
  for (const PolicyLayer& layer : layers) sources.push_back(layer.document.source);
  return sources;
}

}  // namespace

absl::StatusOr<ParsedPolicy> ResolvePolicy(std::vector<PolicyLayer> layers) {
  Problems problems(SourcesOf(layers));
  ParsedPolicy parsed;
  for (const PolicyLayer& layer : layers) parsed.origins.push_back(layer.origin);
  for (size_t i = 0; i < layers.size(); ++i) {
    SetLayer(layers[i].document.root, static_cast<int>(i));
    for (const RefusedKey& key : TakeUntrusted(layers[i].source, layers[i].document.root)) {
      parsed.refused.push_back(problems.Text({false, key.at, key.path, key.why}));
    }
  }
  Read(MergeLayers(std::move(layers)), problems, parsed);
  HOLDFAST_RETURN_IF_ERROR(problems.status());
  parsed.warnings = problems.Warnings();
  return parsed;
}

absl::StatusOr<ParsedPolicy> ParsePolicy(absl::string_view text, absl::string_view source_name) {
  HOLDFAST_ASSIGN_OR_RETURN(Document document, ParseDocument(text, source_name));
  return ResolvePolicy({{std::move(document), PolicySource::kServer, std::string(source_name)}});
}

PolicyReview ReviewPolicy(Document document) {
  Problems problems({document.source});
  PolicyReview review;
  review.parsed.origins = {document.source};
  Read(std::move(document), problems, review.parsed);
  review.problems = problems.All();
  return review;
}

bool PolicyReview::valid() const {
  return std::none_of(problems.begin(), problems.end(), [](const Problem& p) { return p.error; });
}

}  // namespace holdfast
