// Where the next page of a list begins: the sort value and number of the last row given. Opaque to callers; a
// token carries a fingerprint of its query, so that one of another query is refused instead of misread.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace holdfast::fleet {

struct PagePosition {
  int64_t number = 0;
  int64_t integer = 0;  // the sort value, one of both
  std::string text;
};

std::string MakePageToken(absl::string_view query, const PagePosition& position);
// INVALID_ARGUMENT when the token is malformed or of another query.
absl::StatusOr<PagePosition> ReadPageToken(absl::string_view query, absl::string_view token);

}  // namespace holdfast::fleet
