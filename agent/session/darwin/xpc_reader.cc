#include "agent/session/darwin/xpc_reader.h"

#include <cstring>
#include <utility>

#include "absl/strings/string_view.h"

namespace holdfast::ne {
namespace {

constexpr int kMostDepth = 8;
constexpr size_t kMostItems = 4096;  // of the whole object
constexpr size_t kMostText = 4096;

bool IsSecret(absl::string_view key) {
  return key == "StartMessage" || key == "SessionOptions" || key.find("assword") != absl::string_view::npos;
}

class Reader {
 public:
  explicit Reader(const Table& table) : t_(table) {}

  bool Usable() const {
    return t_.xpc_get_type != nullptr && t_.xpc_dictionary_apply != nullptr && t_.xpc_array_apply != nullptr;
  }

  Value Read(abi::Xpc object, int depth) {
    const abi::XpcType type = t_.xpc_get_type(object);
    if (type == nullptr) return {};
    if (type == t_._xpc_type_dictionary) return depth < kMostDepth ? Dictionary(object, depth) : Value{};
    if (type == t_._xpc_type_array) return depth < kMostDepth ? Array(object, depth) : Value{};
    return Scalar(object, type);
  }

 private:
  Value Scalar(abi::Xpc object, abi::XpcType type) {
    if (type == t_._xpc_type_string && t_.xpc_string_get_string_ptr != nullptr) return Text(object);
    if (type == t_._xpc_type_int64 && t_.xpc_int64_get_value != nullptr) {
      return {t_.xpc_int64_get_value(object)};
    }
    if (type == t_._xpc_type_uint64 && t_.xpc_uint64_get_value != nullptr) {
      return {static_cast<int64_t>(t_.xpc_uint64_get_value(object))};
    }
    if (type == t_._xpc_type_bool && t_.xpc_bool_get_value != nullptr) {
      return {int64_t{t_.xpc_bool_get_value(object)}};
    }
    if (type == t_._xpc_type_date && t_.xpc_date_get_value != nullptr) {
      return {t_.xpc_date_get_value(object)};
    }
    return {};
  }

  Value Text(abi::Xpc object) {
    const char* text = t_.xpc_string_get_string_ptr(object);
    if (text == nullptr) return {};
    return {std::string(text, strnlen(text, kMostText))};
  }

  // The two applies call their block before they return, so pointers into this frame are safe in it.
  Value Dictionary(abi::Xpc object, int depth) {
    Value::Dictionary all;
    Value::Dictionary* const out = &all;
    t_.xpc_dictionary_apply(object, ^bool(const char* key, abi::Xpc value) {
      if (++items_ > kMostItems) return false;
      (*out)[std::string(key, strnlen(key, kMostText))] = IsSecret(key) ? Value{} : Read(value, depth + 1);
      return true;
    });
    return {std::move(all)};
  }

  Value Array(abi::Xpc object, int depth) {
    Value::Array all;
    Value::Array* const out = &all;
    t_.xpc_array_apply(object, ^bool(size_t, abi::Xpc value) {
      if (++items_ > kMostItems) return false;
      out->push_back(Read(value, depth + 1));
      return true;
    });
    return {std::move(all)};
  }

  const Table& t_;
  size_t items_ = 0;
};

}  // namespace

std::optional<Value> ReadXpc(const Table& table, abi::Xpc object) {
  Reader reader(table);
  if (object == nullptr || !reader.Usable()) return std::nullopt;
  return reader.Read(object, 0);
}

}  // namespace holdfast::ne
