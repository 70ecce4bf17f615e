// A question to a resolver and its answer, as bytes (RFC 1035). Pure; the bytes may be anything.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace holdfast::platform {

enum class DnsType : uint16_t { kA = 1, kAaaa = 28 };

// A recursive question for the addresses of `name`. INVALID_ARGUMENT when the name cannot be asked for.
absl::StatusOr<std::string> MakeDnsQuery(absl::string_view name, DnsType type, uint16_t id);

// The addresses in an answer to `query`, of the type that was asked for. FAILED_PRECONDITION when it answers
// another question; NOT_FOUND when there is no such name; UNAVAILABLE for the resolver's own failure;
// INVALID_ARGUMENT when either is no DNS message.
absl::StatusOr<std::vector<std::string>> ReadDnsAnswer(absl::string_view query, absl::string_view answer);

}  // namespace holdfast::platform
