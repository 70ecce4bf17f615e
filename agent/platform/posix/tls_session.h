// TLS over a Connection, by its deadline. Blocks: only for the threads of ProbeWorkers.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/platform/posix/connection.h"

namespace holdfast::platform {

class TlsSession {
 public:
  // The handshake. With `spki` (SHA-256 in hex), the server's public key must be one of these, and nothing
  // else about its certificate is looked at. Without, the system's authorities must vouch for `host`.
  // UNAUTHENTICATED when it proves to be somebody else, or nobody.
  static absl::StatusOr<TlsSession> Begin(Connection connection, const std::string& host,
                                          const std::vector<std::string>& spki, const Deadline& deadline);
  ~TlsSession();
  TlsSession(TlsSession&&) noexcept;
  TlsSession& operator=(TlsSession&&) noexcept;

  const std::string& spki_sha256() const;  // the server's, in lower-case hex
  absl::Status Write(absl::string_view bytes, const Deadline& deadline) const;
  absl::StatusOr<std::string> Read(size_t most, const Deadline& deadline) const;

 private:
  struct State;
  explicit TlsSession(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace holdfast::platform
