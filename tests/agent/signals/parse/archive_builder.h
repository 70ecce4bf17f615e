// Makes keyed archives as NSKeyedArchiver does, for tests: objects in one array, each text and UUID once.
#pragma once

#include <plist/plist.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"

namespace holdfast::parse {

class ArchiveBuilder {
 public:
  // A number of "$objects"; a field's value.
  struct Ref {
    uint64_t number = 0;
  };
  // A value that stands in a field itself: NSCoder writes integers and booleans so.
  using Field = std::pair<std::string, plist_t>;

  ArchiveBuilder() { Add(plist_new_string("$null")); }
  ArchiveBuilder(const ArchiveBuilder&) = delete;
  ArchiveBuilder& operator=(const ArchiveBuilder&) = delete;
  ~ArchiveBuilder() {
    plist_free(objects_);
    plist_free(top_);
  }

  static Field Of(std::string key, Ref ref) { return {std::move(key), plist_new_uid(ref.number)}; }
  static Field Of(std::string key, int64_t number) {
    return {std::move(key), plist_new_uint(static_cast<uint64_t>(number))};
  }
  static Field Of(std::string key, int number) { return Of(std::move(key), int64_t{number}); }
  static Field Of(std::string key, bool truth) { return {std::move(key), plist_new_bool(truth ? 1 : 0)}; }
  Field Of(std::string key, const char* text) { return Of(std::move(key), Text(text)); }

  Ref Text(const std::string& text) { return Add(plist_new_string(text.c_str())); }
  Ref Number(int64_t number) { return Add(plist_new_uint(static_cast<uint64_t>(number))); }
  Ref Id(const Uuid& id) {
    plist_t bytes = plist_new_data(reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size());
    return Object("NSUUID", {{"NS.uuidbytes", bytes}});
  }
  Ref DataOf(const std::string& bytes) { return Add(plist_new_data(bytes.data(), bytes.size())); }
  Ref Date(double seconds_since_2001) {
    return Object("NSDate", {{"NS.time", plist_new_real(seconds_since_2001)}});
  }
  Ref Array(const std::vector<Ref>& items) { return Object("NSMutableArray", {{"NS.objects", Refs(items)}}); }
  Ref Dictionary(const std::vector<std::pair<Ref, Ref>>& entries) {
    std::vector<Ref> keys, values;
    for (const auto& [key, value] : entries) {
      keys.push_back(key);
      values.push_back(value);
    }
    return Object("NSMutableDictionary", {{"NS.keys", Refs(keys)}, {"NS.objects", Refs(values)}});
  }
  Ref Object(const std::string& name, const std::vector<Field>& fields) {
    plist_t described = plist_new_dict();
    plist_dict_set_item(described, "$classname", plist_new_string(name.c_str()));
    const Ref of = Add(described);
    const Ref object = Reserve();
    Fill(object, of, fields);
    return object;
  }
  // An object that others can name before it is filled: what makes cycles.
  Ref Reserve() { return Add(plist_new_dict()); }
  void Fill(Ref object, Ref of_class, const std::vector<Field>& fields) {
    plist_t dict = plist_array_get_item(objects_, static_cast<uint32_t>(object.number));
    plist_dict_set_item(dict, "$class", plist_new_uid(of_class.number));
    for (const auto& [key, value] : fields) plist_dict_set_item(dict, key.c_str(), value);
  }
  void Top(Field field) { plist_dict_set_item(top_, field.first.c_str(), field.second); }
  void Top(std::string key, Ref ref) { Top(Of(std::move(key), ref)); }

  // The archive's bytes, binary or XML.
  std::string Bytes(bool xml = false) const {
    plist_t root = plist_new_dict();
    plist_dict_set_item(root, "$archiver", plist_new_string("NSKeyedArchiver"));
    plist_dict_set_item(root, "$version", plist_new_uint(100000));
    plist_dict_set_item(root, "$objects", plist_copy(objects_));
    plist_dict_set_item(root, "$top", plist_copy(top_));
    char* bytes = nullptr;
    uint32_t length = 0;
    xml ? plist_to_xml(root, &bytes, &length) : plist_to_bin(root, &bytes, &length);
    std::string out(bytes, length);
    std::free(bytes);
    plist_free(root);
    return out;
  }

 private:
  Ref Add(plist_t node) {
    plist_array_append_item(objects_, node);
    return {plist_array_get_size(objects_) - uint64_t{1}};
  }
  static plist_t Refs(const std::vector<Ref>& items) {
    plist_t array = plist_new_array();
    for (const Ref& item : items) plist_array_append_item(array, plist_new_uid(item.number));
    return array;
  }

  plist_t objects_ = plist_new_array();
  plist_t top_ = plist_new_dict();
};

}  // namespace holdfast::parse
