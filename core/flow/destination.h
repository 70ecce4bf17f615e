// What kind of destination a host is, from its text alone.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "core/flow/flow.h"

namespace holdfast {

bool IsIpv4(const std::string& host);
bool IsIpv6(const std::string& host);
inline bool IsName(const std::string& host) {
  return !IsIpv4(host) && !IsIpv6(host);
}
// This machine itself.
bool IsLoopback(const std::string& host);
// In the ranges that stay within a site: private, link-local, unique local, multicast; or a name in .local.
bool IsLocal(const std::string& host);
// Apple's push notifications, by which MDM reaches a Mac.
bool IsPush(const std::string& host);

// Whether the host is the domain or lies below it; "*.example.com" and "example.com" alike.
bool InDomain(absl::string_view host, absl::string_view domain);
bool InAnyDomain(absl::string_view host, const std::vector<std::string>& domains);

// Whether a rule's or provider's identifier is that of the program.
bool IsApp(const Flow& flow, absl::string_view identifier);

}  // namespace holdfast
