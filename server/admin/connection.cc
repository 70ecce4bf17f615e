#include "server/admin/connection.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/crypto/keys.h"
#include "base/error.h"
#include "base/file.h"
#include "server/app/ready_file.h"

namespace holdfast::admin {
namespace {

constexpr int kMaxMessageBytes = 256 << 20;  // a report over a large fleet

absl::Status Missing(absl::string_view what, absl::string_view flag, absl::string_view variable) {
  return absl::InvalidArgumentError(absl::StrCat("no ", what, " given: use ", flag, ", set ", variable,
                                                 ", or name a server on this host with --data-dir"));
}

// Fills what is open from the files that a running server keeps in its folder.
absl::Status FillFromDataDir(ConnectionFlags* flags) {
  if (flags->data_dir.empty()) return absl::OkStatus();
  const std::string path = flags->data_dir + "/serving.json";
  const absl::StatusOr<std::string> json = ReadFile(path);
  if (absl::IsNotFound(json.status())) {
    return absl::UnavailableError(absl::StrCat("no server is running on ", flags->data_dir,
                                               ": start it, or name another one with --server"));
  }
  if (!json.ok()) {
    return absl::Status(
        json.status().code(),
        absl::StrCat(json.status().message(),
                     "; run as the server's user (sudo), or use --server, --ca and --token-file"));
  }
  HOLDFAST_ASSIGN_OR_RETURN(const server::Ready ready, server::ParseReadyJson(*json));
  if (flags->server.empty()) flags->server = ready.admins.ToString();
  if (flags->ca_file.empty()) flags->ca_file = flags->data_dir + "/ca.pem";
  if (flags->token_file.empty()) flags->token_file = flags->data_dir + "/admin-token";
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Target> ResolveTarget(const ConnectionFlags& given) {
  ConnectionFlags flags = given;
  HOLDFAST_RETURN_IF_ERROR(FillFromDataDir(&flags));
  if (flags.server.empty()) return Missing("server", "--server HOST:PORT", "HOLDFAST_SERVER");
  if (flags.ca_file.empty()) return Missing("authority's certificate", "--ca FILE", "HOLDFAST_CA");
  if (flags.token_file.empty()) return Missing("token", "--token-file FILE", "HOLDFAST_TOKEN_FILE");
  Target target;
  HOLDFAST_ASSIGN_OR_RETURN(target.server, Endpoint::Parse(flags.server));
  target.ca_file = flags.ca_file;
  absl::StatusOr<std::string> ca_pem = ReadFile(flags.ca_file);
  if (!ca_pem.ok()) {
    return Annotate(ca_pem.status(),
                    "the authority's certificate (--ca, ca.pem of the server's data folder)");
  }
  target.ca_pem = *std::move(ca_pem);
  if (const auto ca = crypto::ReadCertificate(target.ca_pem); !ca.ok()) {
    return Annotate(ca.status(), flags.ca_file);
  }
  HOLDFAST_RETURN_IF_ERROR(Annotate(CheckOwnerOnly(flags.token_file), "the admin token (--token-file)"));
  HOLDFAST_ASSIGN_OR_RETURN(const std::string token, ReadFile(flags.token_file, 4096));
  target.token = std::string(absl::StripAsciiWhitespace(token));
  if (target.token.empty()) return absl::InvalidArgumentError(flags.token_file + " has no token in it");
  return target;
}

AdminClient::AdminClient(Target target, absl::Duration timeout)
    : target_(std::move(target)), timeout_(timeout) {
  grpc::SslCredentialsOptions tls;
  tls.pem_root_certs = target_.ca_pem;
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  channel_ = grpc::CreateCustomChannel(target_.server.ToString(), grpc::SslCredentials(tls), arguments);
  stub_ = v1::AdminService::NewStub(channel_);
}

void AdminClient::Authorize(grpc::ClientContext& context) const {
  context.AddMetadata("authorization", absl::StrCat("Bearer ", target_.token));
}

void AdminClient::Prepare(grpc::ClientContext& context) const {
  Authorize(context);
  context.set_deadline(std::chrono::system_clock::now() + absl::ToChronoNanoseconds(timeout_));
}

// gRPC says no more than that it could not connect: find out why.
absl::Status AdminClient::Explain(absl::Status status) const {
  if (!absl::IsUnavailable(status)) return status;
  const absl::Status found = DiagnoseConnection(target_, timeout_);
  return found.ok() ? status : found;
}

absl::Status AdminClient::WatchEvents(const v1::WatchEventsRequest& request,
                                      const std::function<bool(const v1::HistoryRow&)>& row) {
  grpc::ClientContext context;
  Authorize(context);
  const auto reader = stub_->WatchEvents(&context, request);
  v1::WatchEventsResponse message;
  while (reader->Read(&message)) {
    if (row(message.row())) continue;
    context.TryCancel();
    reader->Finish();
    return absl::OkStatus();
  }
  return Explain(wire::FromGrpc(reader->Finish()));
}

}  // namespace holdfast::admin
