#include "server/rpc/peer.h"

#include <grpc/grpc_security_constants.h>

#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "base/error.h"

namespace holdfast::server {

std::string PeerAddress(const std::string& grpc_peer) {
  absl::string_view rest = grpc_peer;
  absl::ConsumePrefix(&rest, "ipv4:") || absl::ConsumePrefix(&rest, "ipv6:");
  return absl::StrReplaceAll(rest, {{"%5B", "["}, {"%5D", "]"}, {"%25", "%"}});
}

absl::StatusOr<Peer> PeerReader::Verified(const grpc::ServerContextBase& context) const {
  const auto auth = context.auth_context();
  const std::vector<grpc::string_ref> pem = auth->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (pem.empty()) {
    return absl::UnauthenticatedError(
        "this method needs the device's client certificate, and the connection has none: enroll first");
  }
  HOLDFAST_ASSIGN_OR_RETURN(
      const crypto::VerifiedClient client,
      clients_.Verify(absl::string_view(pem.front().data(), pem.front().size()), clock_.Now().wall));
  Peer peer{client.device, client.serial_hex, PeerAddress(context.peer())};
  known_(peer);
  return peer;
}

Peer PeerReader::Any(const grpc::ServerContextBase& context) const {
  absl::StatusOr<Peer> verified = Verified(context);
  return verified.ok() ? *std::move(verified) : Peer{std::nullopt, "", PeerAddress(context.peer())};
}

}  // namespace holdfast::server
