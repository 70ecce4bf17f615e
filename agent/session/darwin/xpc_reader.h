// XPC objects into plain values. Compiled with -fblocks, as its user must be.
#pragma once

#include <optional>

#include "agent/session/darwin/abi.h"
#include "agent/session/darwin/value.h"

namespace holdfast::ne {

// `object` is borrowed, and may be null. Depth, size and length are bounded; what lies beyond is left out.
// The options that a session was started with are never read: they may hold its password.
std::optional<Value> ReadXpc(const Table& table, abi::Xpc object);

}  // namespace holdfast::ne
