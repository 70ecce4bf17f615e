// The lists in a row of a set of profiles, as bytes. Reading is DATA_LOSS for a column that was damaged.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/fleet/records.h"

namespace holdfast::fleet {

std::string EncodePayloads(const std::vector<ProfilePayload>& payloads);
absl::StatusOr<std::vector<ProfilePayload>> DecodePayloads(absl::string_view bytes);

std::string EncodeFindings(const std::vector<ProfileFinding>& findings);
absl::StatusOr<std::vector<ProfileFinding>> DecodeFindings(absl::string_view bytes);

}  // namespace holdfast::fleet
