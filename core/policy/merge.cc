#include "core/policy/merge.h"

#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/policy/schema.h"

namespace holdfast {
namespace {

// Which entries of a section write a name of the schema, a value and nothing.
class Written {
 public:
  Written(const DocumentValue::Map& map, const SectionNames& names) {
    for (size_t i = 0; i < map.size(); ++i) {
      const absl::string_view name = names.Resolve(map[i].key);
      if (!name.empty()) (map[i].value.IsNull() ? unset_ : values_).emplace(name, i);
    }
  }
  std::optional<size_t> Value(absl::string_view name) const { return Find(values_, name); }
  std::optional<size_t> Unset(absl::string_view name) const { return Find(unset_, name); }

 private:
  using Places = std::map<absl::string_view, size_t>;
  static std::optional<size_t> Find(const Places& places, absl::string_view name) {
    const auto found = places.find(name);
    return found == places.end() ? std::nullopt : std::optional(found->second);
  }
  Places values_, unset_;
};

// `schema` names the section, as in NamesBelow.
void MergeSection(DocumentValue::Map& high, DocumentValue::Map low, const std::string& schema) {
  const SectionNames names(schema);
  const Written written(high, names);
  for (DocumentEntry& entry : low) {
    const absl::string_view name = names.Resolve(entry.key);
    const std::optional<size_t> above = name.empty() ? std::nullopt : written.Value(name);
    if (!above) {
      const std::optional<size_t> unset = name.empty() ? std::nullopt : written.Unset(name);
      if (unset) {
        high[*unset] = std::move(entry);
      } else {
        high.push_back(std::move(entry));
      }
      continue;
    }
    const std::string path = absl::StrCat(schema, name);
    if (NodeAt(path) != SchemaNode::kSection) continue;
    auto* section = std::get_if<DocumentValue::Map>(&high[*above].value.data);
    auto* below = std::get_if<DocumentValue::Map>(&entry.value.data);
    // What stands there in place of a section is for the validator to refuse, with its layer's name.
    if (section != nullptr && below != nullptr) MergeSection(*section, std::move(*below), path + ".");
  }
}

}  // namespace

void SetLayer(DocumentValue& value, int layer) {
  value.at.layer = layer;
  if (auto* list = std::get_if<DocumentValue::List>(&value.data)) {
    for (DocumentValue& item : *list) SetLayer(item, layer);
  }
  if (auto* map = std::get_if<DocumentValue::Map>(&value.data)) {
    for (DocumentEntry& entry : *map) {
      entry.at.layer = layer;
      SetLayer(entry.value, layer);
    }
  }
}

Document MergeLayers(std::vector<PolicyLayer> layers) {
  if (layers.empty()) return {};
  Document merged = std::move(layers.front().document);
  for (size_t i = 1; i < layers.size(); ++i) {
    Document& low = layers[i].document;
    auto* high = std::get_if<DocumentValue::Map>(&merged.root.data);
    auto* map = std::get_if<DocumentValue::Map>(&low.root.data);
    if (high == nullptr) break;
    // A layer that is no map at all: the validator says so.
    if (map == nullptr) {
      merged = std::move(low);
      break;
    }
    MergeSection(*high, std::move(*map), "");
  }
  return merged;
}

}  // namespace holdfast
