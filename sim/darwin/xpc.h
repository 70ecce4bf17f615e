// XPC objects as far as the session library makes and the adapter reads them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "agent/session/darwin/abi.h"
#include "sim/darwin/counted.h"

struct hf_xpc_type {
  const char* name;
};

namespace holdfast::sim {

Census& Objects();

struct ReleaseObject {
  void operator()(hf_xpc* object) const;
};
using XpcRef = std::shared_ptr<hf_xpc>;

XpcRef XpcInt(int64_t value);
XpcRef XpcUint(uint64_t value);
XpcRef XpcDate(int64_t nanoseconds);
XpcRef XpcBool(bool value);
XpcRef XpcString(std::string value);
XpcRef XpcArray(std::vector<XpcRef> items);
XpcRef XpcDictionary(std::map<std::string, XpcRef> items);

}  // namespace holdfast::sim

struct hf_xpc : holdfast::sim::Counted {
  using Is = std::variant<int64_t, std::string, std::map<std::string, holdfast::sim::XpcRef>,
                          std::vector<holdfast::sim::XpcRef>>;
  hf_xpc(holdfast::ne::abi::XpcType t, Is v) : Counted(holdfast::sim::Objects()), type(t), is(std::move(v)) {}

  const holdfast::ne::abi::XpcType type;
  const Is is;
};
