#include "sim/darwin/xpc.h"

#include <utility>

#include "sim/darwin/export.h"

#define X(name)                                                             \
  extern "C" __attribute__((visibility("default"))) const hf_xpc_type name; \
  const hf_xpc_type name{#name};
HOLDFAST_XPC_TYPES(X)
#undef X

namespace holdfast::sim {
namespace {

namespace abi = ne::abi;

XpcRef Make(abi::XpcType type, hf_xpc::Is value) {
  return {new hf_xpc(type, std::move(value)), ReleaseObject{}};
}

abi::Xpc Alive(abi::Xpc object) {
  if (object == nullptr) Violation("a null XPC object is read");
  return object;
}

int64_t Number(abi::Xpc object, abi::XpcType type) {
  return Alive(object)->type == type ? std::get<int64_t>(object->is) : 0;
}

}  // namespace

Census& Objects() {
  static Census& census = *new Census;
  return census;
}

void ReleaseObject::operator()(hf_xpc* object) const {
  if (object->Release()) delete object;
}

XpcRef XpcInt(int64_t value) {
  return Make(&_xpc_type_int64, value);
}
XpcRef XpcUint(uint64_t value) {
  return Make(&_xpc_type_uint64, static_cast<int64_t>(value));
}
XpcRef XpcDate(int64_t nanoseconds) {
  return Make(&_xpc_type_date, nanoseconds);
}
XpcRef XpcBool(bool value) {
  return Make(&_xpc_type_bool, int64_t{value});
}
XpcRef XpcString(std::string value) {
  return Make(&_xpc_type_string, std::move(value));
}
XpcRef XpcArray(std::vector<XpcRef> items) {
  return Make(&_xpc_type_array, std::move(items));
}
XpcRef XpcDictionary(std::map<std::string, XpcRef> items) {
  return Make(&_xpc_type_dictionary, std::move(items));
}

HOLDFAST_EXPORT abi::XpcType xpc_get_type(abi::Xpc object) {
  return Alive(object)->type;
}
HOLDFAST_EXPORT bool xpc_dictionary_apply(abi::Xpc object, abi::DictApplier apply) {
  for (const auto& [key, value] : std::get<2>(Alive(object)->is)) {
    if (!apply(key.c_str(), value.get())) return false;
  }
  return true;
}
HOLDFAST_EXPORT bool xpc_array_apply(abi::Xpc object, abi::ArrayApplier apply) {
  const auto& items = std::get<3>(Alive(object)->is);
  for (size_t i = 0; i < items.size(); ++i) {
    if (!apply(i, items[i].get())) return false;
  }
  return true;
}
HOLDFAST_EXPORT const char* xpc_string_get_string_ptr(abi::Xpc object) {
  const auto* text = std::get_if<std::string>(&Alive(object)->is);
  return text == nullptr ? nullptr : text->c_str();
}
HOLDFAST_EXPORT int64_t xpc_int64_get_value(abi::Xpc object) {
  return Number(object, &_xpc_type_int64);
}
HOLDFAST_EXPORT uint64_t xpc_uint64_get_value(abi::Xpc object) {
  return static_cast<uint64_t>(Number(object, &_xpc_type_uint64));
}
HOLDFAST_EXPORT bool xpc_bool_get_value(abi::Xpc object) {
  return Number(object, &_xpc_type_bool) != 0;
}
HOLDFAST_EXPORT int64_t xpc_date_get_value(abi::Xpc object) {
  return Number(object, &_xpc_type_date);
}

HOLDFAST_CHECK_PROTOTYPES(HOLDFAST_XPC_FUNCTIONS)

}  // namespace holdfast::sim
