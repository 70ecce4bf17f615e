// A host and a port, as text "HOST:PORT".
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace holdfast {

struct Endpoint {
  std::string host;  // an IPv6 address is without its brackets
  uint16_t port = 0;
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
  // "HOST:PORT", "[IPV6]:PORT"
  std::string ToString() const;
  // Port 0 is taken (a listener's "any").
  static absl::StatusOr<Endpoint> Parse(absl::string_view text);
};

}  // namespace holdfast
