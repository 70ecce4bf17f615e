#include "core/policy/given.h"

#include "absl/strings/str_cat.h"
#include "core/policy/schema.h"
#include "core/policy/spelling.h"

namespace holdfast {

class KeyFinder {
 public:
  KeyFinder(GivenKeys& out, Problems& problems) : out_(out), problems_(problems) {}

  // `schema` and `path` name the section, with "[]" and with indices; both are empty or end in a dot.
  void Section(const DocumentValue::Map& map, const std::string& schema, const std::string& path) {
    const SectionNames names(schema);
    for (const DocumentEntry& entry : map) {
      const absl::string_view name = names.Resolve(entry.key);
      if (name.empty()) {
        Unknown(entry, schema, path);
      } else {
        Known(entry, absl::StrCat(schema, name), absl::StrCat(path, name));
      }
    }
  }

 private:
  static std::string Path(const std::string& section, const DocumentEntry& entry) {
    return absl::StrCat(YamlSpelling(section), Printable(entry.key));
  }

  void Unknown(const DocumentEntry& entry, const std::string& schema, const std::string& path) {
    std::string what = "is not a key of this version; it is kept and has no effect";
    // Nobody reads more, and each costs a comparison with every name.
    constexpr int kMaxSuggestions = 50;
    if (++unknown_ > kMaxSuggestions) return problems_.Warning(entry.at, Path(path, entry), what);
    if (auto meant = Suggest(schema, entry.key)) absl::StrAppend(&what, " (did you mean \"", *meant, "\"?)");
    problems_.Warning(entry.at, Path(path, entry), what);
  }

  void Known(const DocumentEntry& entry, const std::string& schema, const std::string& path) {
    const std::string yaml = YamlSpelling(path);
    if (!out_.values_.emplace(path, &entry.value).second) {
      problems_.Error(entry.at, yaml,
                      absl::StrCat("is written twice, as ", yaml, " and in PascalCase; keep one"));
      return;
    }
    switch (NodeAt(schema)) {
      case SchemaNode::kSection:
        return Nested(entry.value, schema, path);
      case SchemaNode::kSectionList:
        return Items(entry.value, schema, path);
      default:
        return Leaf(entry, yaml);
    }
  }

  void Leaf(const DocumentEntry& entry, const std::string& yaml) {
    if (entry.value.IsNull()) {
      problems_.Warning(entry.at, yaml,
                        "has no value, so the default applies; write a value or remove the line");
    }
  }

  void Nested(const DocumentValue& value, const std::string& schema, const std::string& path) {
    if (value.IsNull()) return;
    if (const DocumentValue::Map* map = value.AsMap()) return Section(*map, schema + ".", path + ".");
    problems_.Error(value.at, YamlSpelling(path),
                    absl::StrCat(Describe(value), " is not a section (write its keys below it, indented)"));
  }

  void Items(const DocumentValue& value, const std::string& schema, const std::string& path) {
    if (value.IsNull()) return;
    const DocumentValue::List* list = value.AsList();
    if (list == nullptr) {
      problems_.Error(value.at, YamlSpelling(path),
                      absl::StrCat(Describe(value), " is not a list (begin each entry with \"- \")"));
      return;
    }
    for (size_t i = 0; i < list->size(); ++i) {
      const std::string item = absl::StrCat(path, "[", i, "]");
      out_.values_.emplace(item, &(*list)[i]);
      if ((*list)[i].IsNull()) {
        problems_.Error((*list)[i].at, YamlSpelling(item), "is empty (write its keys or remove it)");
      } else {
        Nested((*list)[i], schema + "[]", item);
      }
    }
  }

  GivenKeys& out_;
  Problems& problems_;
  int unknown_ = 0;
};

GivenKeys GivenKeys::Find(const Document& document, Problems& problems) {
  GivenKeys keys;
  if (const DocumentValue::Map* map = document.root.AsMap()) {
    KeyFinder(keys, problems).Section(*map, "", "");
  } else {
    problems.Error(document.root.at, "",
                   absl::StrCat("the document is ", Describe(document.root), ", not keys with values"));
  }
  return keys;
}

const DocumentValue* GivenKeys::Value(const std::string& path) const {
  auto it = values_.find(path);
  return it == values_.end() || it->second->IsNull() ? nullptr : it->second;
}

Position GivenKeys::At(std::string path) const {
  while (!path.empty()) {
    if (const DocumentValue* value = Value(path)) return value->at;
    const size_t cut = path.find_last_of(".[");
    path.resize(cut == std::string::npos ? 0 : cut);
  }
  return {};
}

std::map<std::string, Position> GivenKeys::Positions() const {
  std::map<std::string, Position> positions;
  for (const auto& [path, value] : values_) {
    if (!value->IsNull()) positions[path] = value->at;
  }
  return positions;
}

}  // namespace holdfast
