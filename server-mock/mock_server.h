// A whole Holdfast server in memory, with a fault script in front of the agents' methods:
// holdfast-server-mock's object graph, also for tests in one process.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/enrollment.h"
#include "base/random.h"
#include "base/time.h"
#include "server-mock/fault_script.h"
#include "server/app/key_issuer.h"
#include "server/app/tls_identity.h"
#include "server/rpc/rpc_server.h"
#include "storage/fleet/store.h"

namespace holdfast::mock {

// Good for any number of devices until the process ends. For tests: it is public.
inline constexpr absl::string_view kFixedToken =
    "hfe_0123456789abcdef_0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

struct MockOptions {
  Endpoint agent_listen{"127.0.0.1", 0};
  Endpoint admin_listen{"127.0.0.1", 0};
  FaultScript script;
  std::string token{kFixedToken};
  std::string policy_document;  // in force for every group; empty: none
};

// One stored row, as far as a test asks.
struct ReceivedRow {
  Uuid device;
  Epoch epoch = 0;
  uint64_t seq = 0;
  std::string kind;
  Sha256Digest hash{};
};

class MockServer {
 public:
  static absl::StatusOr<std::unique_ptr<MockServer>> Start(MockOptions options);
  ~MockServer();

  uint16_t agent_port() const { return rpc_->agent_port(); }
  uint16_t admin_port() const { return rpc_->admin_port(); }
  const std::string& ca_pem() const { return issuer_->authority().certificate_pem(); }
  const std::string& admin_token() const { return admin_token_; }
  // holdfast1:HOST:PORT:HASH:TOKEN with the fixed token.
  std::string enrollment_string() const;

  // What is stored, by device, epoch and sequence number. Any thread but the server's own.
  absl::StatusOr<std::vector<ReceivedRow>> Received();

  // A nudge to every watching device comes from putting a policy, as on a real server.
  absl::Status PutPolicy(const std::string& document);

 private:
  explicit MockServer(MockOptions options);
  absl::Status Open();
  absl::Status OpenCore();
  absl::Status StoreFixedToken(const std::string& token);
  absl::Status FollowKeys();

  SystemClock clock_;
  SystemRandom random_;
  MockOptions options_;
  std::optional<server::KeyIssuer> issuer_;
  std::string tls_folder_;  // of this process alone; gone at the end
  std::optional<server::RenewableTlsIdentity> tls_;
  std::unique_ptr<fleet::FleetStore> store_;
  std::unique_ptr<server::ServerCore> core_;
  std::string admin_token_;
  server::CoreThread thread_;
  std::unique_ptr<server::RpcServer> rpc_;
};

// {"rows": [{"device", "epoch", "seq", "kind", "hash"}]}
std::string ReceivedJson(const std::vector<ReceivedRow>& rows);

}  // namespace holdfast::mock
