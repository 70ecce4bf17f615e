// Marks what the simulated Mac's library exports.
#pragma once

#include <type_traits>

#include "agent/session/darwin/abi.h"

#define HOLDFAST_EXPORT extern "C" __attribute__((visibility("default")))

// The functions of one list, defined above the check, are what the adapter calls.
#define HOLDFAST_SAME_PROTOTYPE(name, result, parameters)                       \
  static_assert(std::is_same_v<decltype(name), holdfast::ne::Table::name##_fn>, \
                #name " differs from what the adapter calls");
#define HOLDFAST_CHECK_PROTOTYPES(LIST) LIST(HOLDFAST_SAME_PROTOTYPE)
