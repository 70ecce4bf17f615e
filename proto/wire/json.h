// Messages as JSON for scripts. Pure.
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "absl/status/statusor.h"

namespace holdfast::wire {

enum class JsonLayout { kIndented, kOneLine };

// Ends with a line break. INTERNAL only for times outside of the years 0001 to 9999.
// Fields of basic types are printed also where they have their default value.
absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message,
                                   JsonLayout layout = JsonLayout::kIndented);

}  // namespace holdfast::wire
