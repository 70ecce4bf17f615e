// Where a server serves, for scripts and for tools on the same host: JSON, replaced in one step once both
// listeners answer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/enrollment.h"

namespace holdfast::server {

struct Ready {
  Endpoint agents;         // as agents are told to reach it
  Endpoint admins;         // as tools on this host reach it
  std::string ca_file;     // absolute where the data folder is
  std::string token_file;  // the first admin token's; empty when there is none
  std::string ca_spki_sha256;
  std::string enrollment_string;  // the mock's fixed one; empty for a real server
  int64_t pid = 0;
};

std::string ReadyJson(const Ready& ready);
absl::StatusOr<Ready> ParseReadyJson(absl::string_view json);

// How a tool on this host reaches a listener: itself, or localhost for a wildcard address.
Endpoint LocalEndpoint(const Endpoint& listen, uint16_t port);
// How agents reach it: the first public host if one is given, else the listener itself, else (a wildcard
// address) `hostname`.
Endpoint PublicEndpoint(const Endpoint& listen, uint16_t port, const std::vector<std::string>& public_hosts,
                        const std::string& hostname);
// All names of the server's certificate, each once.
std::vector<std::string> CertificateHosts(const std::vector<Endpoint>& listeners,
                                          const std::vector<std::string>& public_hosts,
                                          const std::string& hostname);

}  // namespace holdfast::server
