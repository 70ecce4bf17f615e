#include "server-mock/mock_server.h"

#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "base/file.h"
#include "server-mock/faulty_backend.h"
#include "server/app/ready_file.h"
#include "server/authz/tokens.h"
#include "storage/fleet/sqlite/sqlite_store.h"

namespace holdfast::mock {
namespace {

const server::Actor kOperator{"mock", "local", server::Role::kAdmin};
constexpr int kTokenQuota = 1'000'000;
constexpr absl::Duration kTokenLifetime = absl::Hours(24 * 365);
constexpr absl::Duration kStopGrace = absl::Seconds(1);

absl::StatusOr<std::string> MakePrivateFolder() {
  const char* temporary = std::getenv("TMPDIR");
  std::string folder = absl::StrCat(temporary == nullptr ? "/tmp" : temporary, "/holdfast-mock.XXXXXX");
  if (mkdtemp(folder.data()) == nullptr) return ErrnoStatus(errno, "making a folder like", folder);
  return folder;
}

}  // namespace

MockServer::MockServer(MockOptions options) : options_(std::move(options)), thread_(clock_) {}

MockServer::~MockServer() {
  if (rpc_ != nullptr) rpc_->Stop(kStopGrace);
  rpc_.reset();
  std::error_code ignored;
  if (!tls_folder_.empty()) std::filesystem::remove_all(tls_folder_, ignored);
}

absl::StatusOr<std::unique_ptr<MockServer>> MockServer::Start(MockOptions options) {
  std::unique_ptr<MockServer> mock(new MockServer(std::move(options)));
  HOLDFAST_RETURN_IF_ERROR(mock->OpenCore());
  HOLDFAST_RETURN_IF_ERROR(mock->Open());
  return mock;
}

absl::Status MockServer::OpenCore() {
  HOLDFAST_ASSIGN_OR_RETURN(server::ServerKeys keys,
                            server::ServerKeys::Generate(clock_.Now().wall, random_));
  HOLDFAST_ASSIGN_OR_RETURN(issuer_, server::KeyIssuer::Create(std::move(keys), random_));
  HOLDFAST_ASSIGN_OR_RETURN(store_, fleet::SqliteFleetStore::Open({.path = ":memory:"}));
  HOLDFAST_ASSIGN_OR_RETURN(
      core_, server::ServerCore::Create({&clock_, &random_, store_.get(), &*issuer_, &*issuer_},
                                        server::ServerOptions{}));
  HOLDFAST_RETURN_IF_ERROR(StoreFixedToken(options_.token));
  HOLDFAST_ASSIGN_OR_RETURN(const std::optional<std::string> admin_token, core_->EnsureAdminToken());
  admin_token_ = admin_token.value_or("");
  if (options_.policy_document.empty()) return absl::OkStatus();
  return core_->PutPolicy(kOperator, {.document = options_.policy_document}).status();
}

absl::Status MockServer::Open() {
  const std::vector<std::string> hosts =
      server::CertificateHosts({options_.agent_listen, options_.admin_listen}, {}, "localhost");
  server::RpcServerOptions rpc;
  rpc.agent_listen = options_.agent_listen;
  rpc.admin_listen = options_.admin_listen;
  rpc.ca_certificates_pem = issuer_->CaCertificatesPem();
  HOLDFAST_ASSIGN_OR_RETURN(tls_folder_, MakePrivateFolder());
  HOLDFAST_ASSIGN_OR_RETURN(
      tls_, server::RenewableTlsIdentity::Create(tls_folder_, hosts, *issuer_, clock_.Now().wall));
  rpc.identity = tls_->identity();
  rpc.decorate = [this](server::AgentBackend& inner, Executor& executor) {
    return std::make_unique<FaultyBackend>(inner, executor, clock_, options_.script);
  };
  HOLDFAST_ASSIGN_OR_RETURN(rpc_, server::RpcServer::Listen(*core_, thread_, clock_, rpc));
  core_->SetKeyListener([this](const std::string&) { return FollowKeys(); });
  core_->SetAgentEndpoint(server::LocalEndpoint(options_.agent_listen, agent_port()).ToString());
  thread_.Start();
  return absl::OkStatus();
}

absl::Status MockServer::FollowKeys() {
  HOLDFAST_RETURN_IF_ERROR(
      rpc_->AdmitAuthorities(issuer_->CaCertificatesPem(), issuer_->RetiredAuthoritiesPem()));
  return tls_->Renew(clock_.Now().wall);
}

absl::Status MockServer::StoreFixedToken(const std::string& token) {
  const auto read = server::ReadToken(server::kEnrollmentPrefix, token);
  if (!read) {
    return absl::InvalidArgumentError(absl::StrCat("an enrollment token is ", server::kEnrollmentPrefix,
                                                   "_ID_SECRET with 16 and 64 hex digits"));
  }
  fleet::EnrollmentToken record;
  record.id = read->id;
  record.secret_hash = read->secret_hash;
  record.created = ServerTime{clock_.Now().wall.ns};
  record.expires = record.created + kTokenLifetime;
  record.quota = kTokenQuota;
  HOLDFAST_ASSIGN_OR_RETURN(fleet::Transaction transaction, fleet::Transaction::Begin(*store_));
  HOLDFAST_RETURN_IF_ERROR(store_->PutEnrollmentToken(record));
  return transaction.Commit();
}

std::string MockServer::enrollment_string() const {
  return EnrollmentString{server::LocalEndpoint(options_.agent_listen, agent_port()),
                          issuer_->authority().spki_sha256(), options_.token}
      .ToString();
}

absl::StatusOr<std::vector<ReceivedRow>> MockServer::Received() {
  std::vector<ReceivedRow> rows;
  absl::Status status;
  thread_.RunAndWait([&] {
    server::ListHistoryRequest request;
    request.ascending = true;
    request.page_size = 1000;
    do {
      const auto page = core_->ListHistory(kOperator, request);
      status = page.status();
      if (!status.ok()) return;
      for (const auto& row : page->rows) rows.push_back({row.device, row.epoch, row.seq, row.kind, row.hash});
      request.page_token = page->next_page_token;
    } while (!request.page_token.empty());
  });
  if (!status.ok()) return status;
  std::sort(rows.begin(), rows.end(), [](const ReceivedRow& a, const ReceivedRow& b) {
    return std::tie(a.device, a.epoch, a.seq) < std::tie(b.device, b.epoch, b.seq);
  });
  return rows;
}

absl::Status MockServer::PutPolicy(const std::string& document) {
  absl::Status status;
  thread_.RunAndWait([&] { status = core_->PutPolicy(kOperator, {.document = document}).status(); });
  return status;
}

std::string ReceivedJson(const std::vector<ReceivedRow>& rows) {
  const auto line = [](std::string* out, const ReceivedRow& row) {
    absl::StrAppend(out, "  {\"device\": \"", row.device.ToString(), "\", \"epoch\": \"",
                    EpochToString(row.epoch), "\", \"seq\": ", row.seq, ", \"kind\": \"", row.kind,
                    "\", \"hash\": \"", ToHex(row.hash), "\"}");
  };
  return absl::StrCat("{\"rows\": [\n", absl::StrJoin(rows, ",\n", line), "\n]}\n");
}

}  // namespace holdfast::mock
