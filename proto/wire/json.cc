#include "proto/wire/json.h"

#include <google/protobuf/util/json_util.h>

#include "proto/compat.h"

namespace holdfast::wire {

absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message, JsonLayout layout) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = layout == JsonLayout::kIndented;
  compat::PrintDefaults(options);
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) return absl::InternalError(std::string(status.message()));
  if (json.empty() || json.back() != '\n') json += '\n';
  return json;
}

}  // namespace holdfast::wire
