#include "agent/uplink/pinned_authority.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>

#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/crypto/keys.h"
#include "base/crypto/openssl.h"
#include "base/error.h"

namespace holdfast::uplink {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Bio = std::unique_ptr<BIO, Free>;
using Context = std::unique_ptr<SSL_CTX, Free>;

constexpr int kPollSliceMs = 100;  // how late a cancellation may be noticed

absl::Status Failed(const Endpoint& server, absl::string_view why) {
  return absl::UnavailableError(
      absl::StrCat("connecting to ", server.ToString(), " for the first time: ", why,
                   "; if that lasts, check that a server listens there and that this Mac may reach it"));
}

void WaitForSocket(BIO* bio) {
  int fd = -1;
  if (BIO_get_fd(bio, &fd) < 0 || fd < 0) {
    poll(nullptr, 0, kPollSliceMs);
    return;
  }
  pollfd wanted{
      fd, static_cast<short>(BIO_should_write(bio) || BIO_should_io_special(bio) ? POLLOUT : POLLIN), 0};
  poll(&wanted, 1, kPollSliceMs);
}

absl::Status Handshake(BIO* bio, const Endpoint& server, absl::Duration timeout,
                       const std::atomic<bool>& cancelled) {
  const absl::Time deadline = absl::Now() + timeout;
  while (BIO_do_handshake(bio) <= 0) {
    if (!BIO_should_retry(bio)) return Failed(server, crypto::OpenSslErrorText());
    if (cancelled) return absl::CancelledError("stopping");
    if (absl::Now() > deadline) return Failed(server, "no answer in time");
    WaitForSocket(bio);
  }
  return absl::OkStatus();
}

std::string ToPem(X509* certificate) {
  Bio memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(memory.get(), certificate);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &data);
  return std::string(data, static_cast<size_t>(std::max(size, 0L)));
}

}  // namespace

absl::StatusOr<std::string> FetchPinnedAuthority(const Endpoint& server, const Sha256Digest& pin,
                                                 absl::Duration timeout, const std::atomic<bool>& cancelled) {
  // The chain is not verified here on purpose: only the pin decides, and the connection that carries anything
  // is verified against what it finds.
  const Context context(SSL_CTX_new(TLS_client_method()));
  if (context == nullptr)
    return absl::InternalError(absl::StrCat("making a TLS context: ", crypto::OpenSslErrorText()));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  const Bio bio(BIO_new_ssl_connect(context.get()));
  SSL* ssl = nullptr;
  if (bio == nullptr || BIO_get_ssl(bio.get(), &ssl) <= 0) return Failed(server, crypto::OpenSslErrorText());
  BIO_set_conn_hostname(bio.get(), server.ToString().c_str());
  BIO_set_nbio(bio.get(), 1);
  SSL_set_tlsext_host_name(ssl, server.host.c_str());
  static constexpr unsigned char kHttp2[] = "\x02h2";
  SSL_set_alpn_protos(ssl, kHttp2, sizeof kHttp2 - 1);
  HOLDFAST_RETURN_IF_ERROR(Handshake(bio.get(), server, timeout, cancelled));
  // From the end: while an authority is being replaced there are two certificates of its key, and the one
  // that needs no other to be verified comes last.
  const STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl);
  for (int i = sk_X509_num(chain) - 1; i >= 0; --i) {
    std::string pem = ToPem(sk_X509_value(chain, i));
    const absl::StatusOr<crypto::CertificateInfo> info = crypto::ReadCertificate(pem);
    if (info.ok() && info->spki_sha256 == pin) return pem;
  }
  return absl::PermissionDeniedError(absl::StrCat(
      "connecting to ", server.ToString(), " for the first time: none of the ",
      std::max(sk_X509_num(chain), 0),
      " certificates it shows has the key that the enrollment string names (", ToHex(pin).substr(0, 16),
      "...): it is not the server meant, or something in between answers for it; compare the "
      "enrollment string with a new one of the server's, and look for what intercepts TLS"));
}

}  // namespace holdfast::uplink
