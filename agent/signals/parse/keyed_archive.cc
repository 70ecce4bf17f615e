#include "agent/signals/parse/keyed_archive.h"

#include <algorithm>
#include <cstring>

#include "absl/strings/match.h"
#include "base/error.h"
#include "profiles/plist/plist.h"

namespace holdfast::parse {
namespace {

using plist::Array;
using plist::Dict;
using plist::Value;

constexpr int kMaxHops = 8;  // from reference to reference; a sound archive has one
constexpr int64_t kAppleEpoch = 978'307'200;

std::optional<uint64_t> ReferenceOf(const Value& value) {
  if (const auto* uid = value.As<plist::Uid>()) return uid->number;
  const Dict* dict = value.As<Dict>();  // as XML spells it
  if (dict == nullptr || dict->entries().size() != 1) return std::nullopt;
  const Value* number = dict->Find("CF$UID");
  const int64_t* integer = number == nullptr ? nullptr : number->As<int64_t>();
  if (integer == nullptr || *integer < 0) return std::nullopt;
  return static_cast<uint64_t>(*integer);
}

const Array* ArrayAt(const Value& value, absl::string_view key) {
  const Value* found = value.Find(key);
  return found == nullptr ? nullptr : found->As<Array>();
}

}  // namespace

absl::StatusOr<KeyedArchive> KeyedArchive::Open(absl::string_view bytes) {
  HOLDFAST_ASSIGN_OR_RETURN(plist::Document document, plist::Parse(bytes, "keyed archive"));
  KeyedArchive archive;
  archive.root_ = std::move(document.root);
  const Value* top = archive.root_.Find("$top");
  if (ArrayAt(archive.root_, "$objects") == nullptr || top == nullptr || top->As<Dict>() == nullptr) {
    return absl::InvalidArgumentError(
        "it is a property list, but no keyed archive: it has no \"$objects\" and \"$top\"");
  }
  return archive;
}

KeyedArchive::Object KeyedArchive::Resolve(Object value) const {
  for (int hop = 0; value != nullptr && hop < kMaxHops; ++hop) {
    const auto reference = ReferenceOf(*value);
    if (!reference) {
      const std::string* text = value->As<std::string>();
      return text != nullptr && *text == "$null" ? nullptr : value;
    }
    const Array& objects = *ArrayAt(root_, "$objects");
    if (*reference >= objects.size() || !Step()) return nullptr;
    value = &objects[*reference];
  }
  return nullptr;
}

std::vector<std::pair<std::string, KeyedArchive::Object>> KeyedArchive::Top() const {
  std::vector<std::pair<std::string, Object>> top;
  for (const auto& [key, value] : root_.Find("$top")->As<Dict>()->entries())
    top.emplace_back(key, Resolve(&value));
  return top;
}

KeyedArchive::Object KeyedArchive::Field(Object object, absl::string_view key) const {
  return object == nullptr ? nullptr : Resolve(object->Find(key));
}

std::string KeyedArchive::ClassOf(Object object) const {
  return Text(Field(Field(object, "$class"), "$classname")).value_or("");
}

std::optional<std::string> KeyedArchive::Text(Object object) const {
  // NSMutableString has its text in a field, NSURL its relative part.
  for (absl::string_view field : {"NS.string", "NS.relative"}) {
    if (object != nullptr && object->Find(field) != nullptr) {
      object = Field(object, field);
      break;
    }
  }
  const std::string* text = object == nullptr ? nullptr : object->As<std::string>();
  if (text == nullptr || text->empty()) return std::nullopt;
  return *text;
}

std::optional<int64_t> KeyedArchive::Number(Object object) const {
  if (object == nullptr) return std::nullopt;
  if (const int64_t* integer = object->As<int64_t>()) return *integer;
  if (const bool* truth = object->As<bool>()) return *truth ? 1 : 0;
  const double* real = object->As<double>();
  if (real == nullptr || !(*real > -9e15 && *real < 9e15)) return std::nullopt;
  return static_cast<int64_t>(*real);
}

std::optional<bool> KeyedArchive::Bool(Object object) const {
  const auto number = Number(object);
  if (!number) return std::nullopt;
  return *number != 0;
}

std::optional<Uuid> KeyedArchive::Id(Object object) const {
  if (object == nullptr) return std::nullopt;
  if (const Value* bytes = Field(object, "NS.uuidbytes")) {
    const auto* data = bytes->As<plist::Data>();
    Uuid id;
    if (data == nullptr || data->bytes.size() != id.bytes.size()) return std::nullopt;
    std::memcpy(id.bytes.data(), data->bytes.data(), id.bytes.size());
    return id;
  }
  const auto text = Text(object);
  if (!text) return std::nullopt;
  const auto id = Uuid::Parse(*text);
  return id.ok() ? std::optional(*id) : std::nullopt;
}

std::optional<int64_t> KeyedArchive::UnixTime(Object object) const {
  if (object == nullptr) return std::nullopt;
  if (const auto* date = object->As<plist::Date>()) return date->unix_seconds;
  const auto seconds = Number(Field(object, "NS.time"));
  if (!seconds) return std::nullopt;
  return *seconds + kAppleEpoch;
}

std::vector<KeyedArchive::Object> KeyedArchive::Items(Object object) const {
  std::vector<Object> items;
  const Array* array = object == nullptr ? nullptr : object->As<Array>();
  if (object != nullptr && array == nullptr) array = ArrayAt(*object, "NS.objects");
  if (array == nullptr) return items;
  for (const Value& item : *array) {
    if (!Step()) break;
    items.push_back(Resolve(&item));
  }
  return items;
}

std::vector<std::pair<std::string, KeyedArchive::Object>> KeyedArchive::Entries(Object object) const {
  std::vector<std::pair<std::string, Object>> entries;
  const Dict* dict = object == nullptr ? nullptr : object->As<Dict>();
  if (dict == nullptr) return entries;
  const Array* keys = ArrayAt(*object, "NS.keys");
  const Array* values = ArrayAt(*object, "NS.objects");
  if (dict->Find("$class") == nullptr && keys == nullptr) {
    for (const auto& [key, value] : dict->entries()) {
      if (!Step()) break;
      entries.emplace_back(key, Resolve(&value));
    }
    return entries;
  }
  if (keys == nullptr || values == nullptr) return entries;
  for (size_t i = 0; i < std::min(keys->size(), values->size()); ++i) {
    if (!Step()) break;
    const Object key = Resolve(&(*keys)[i]);
    const auto id = Id(key);
    entries.emplace_back(id ? id->ToString() : Text(key).value_or(""), Resolve(&(*values)[i]));
  }
  return entries;
}

}  // namespace holdfast::parse
