// The sockets that one endpoint listens on: a host name may have several addresses.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "base/endpoint.h"

namespace holdfast::server {

class ListenSockets {
 public:
  // A wildcard ("0.0.0.0", "[::]") takes IPv6 and IPv4, as far as the machine has them; port 0 is any free
  // one, the same for all addresses. Two servers never share a port. Non-blocking, closed on exec. Errors
  // name the endpoint, and say why and what to do.
  static absl::StatusOr<ListenSockets> Open(const Endpoint& listen);
  ~ListenSockets() { Close(); }
  ListenSockets(ListenSockets&& other) noexcept;
  ListenSockets& operator=(ListenSockets&&) = delete;

  const std::vector<int>& fds() const { return fds_; }
  uint16_t port() const { return port_; }
  void Close();

 private:
  ListenSockets() = default;
  std::vector<int> fds_;
  uint16_t port_ = 0;
};

}  // namespace holdfast::server
