#include "agent/platform/posix/tls_session.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/crypto/openssl.h"
#include "base/error.h"
#include "base/sha256.h"

namespace holdfast::platform {
namespace {

using ContextPtr = std::unique_ptr<SSL_CTX, crypto::FreeWith<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, crypto::FreeWith<SSL_free>>;
using AddressPtr = std::unique_ptr<ASN1_OCTET_STRING, crypto::FreeWith<ASN1_OCTET_STRING_free>>;

absl::Status Refused(absl::string_view why) {
  return absl::UnauthenticatedError(absl::StrCat("TLS: ", why));
}

// With pins the key alone decides.
int AnyChain(int, X509_STORE_CTX* store) {
  X509_STORE_CTX_set_error(store, X509_V_OK);
  return 1;
}

absl::Status ExpectHost(SSL* ssl, const std::string& host) {
  const bool address = AddressPtr(a2i_IPADDRESS(host.c_str())) != nullptr;
  X509_VERIFY_PARAM* param = SSL_get0_param(ssl);
  const int set = address ? X509_VERIFY_PARAM_set1_ip_asc(param, host.c_str())
                          : X509_VERIFY_PARAM_set1_host(param, host.c_str(), host.size());
  if (set != 1) return crypto::OpenSslError(absl::StrCat("expecting a certificate of ", host));
  if (!address) SSL_set_tlsext_host_name(ssl, host.c_str());
  return absl::OkStatus();
}

}  // namespace

struct TlsSession::State {
  Connection connection;
  ContextPtr context;
  SslPtr ssl;
  std::string spki;

  // Repeats `call`, waiting as OpenSSL asks, until it gives something or the deadline passes. 0: the other
  // end has closed.
  template <class Call>
  absl::StatusOr<int> Run(absl::string_view doing, const Deadline& deadline, Call call) const {
    while (true) {
      ERR_clear_error();
      const int result = call();
      if (result > 0) return result;
      const int why = SSL_get_error(ssl.get(), result);
      if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) {
        HOLDFAST_RETURN_IF_ERROR(connection.Await(why == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline));
      } else if (why == SSL_ERROR_ZERO_RETURN) {
        return 0;
      } else if (const long verify = SSL_get_verify_result(ssl.get()); verify != X509_V_OK) {
        return Refused(X509_verify_cert_error_string(verify));
      } else if (why == SSL_ERROR_SYSCALL) {
        return Refused(absl::StrCat(doing, ": the connection ended"));
      } else {
        return Refused(absl::StrCat(doing, ": ", crypto::OpenSslErrorText()));
      }
    }
  }

  absl::Status ReadKey() {
    const crypto::X509Ptr certificate(SSL_get1_peer_certificate(ssl.get()));
    if (certificate == nullptr) return Refused("the server showed no certificate");
    spki = ToHex(Sha256(crypto::SpkiDer(X509_get0_pubkey(certificate.get()))));
    return absl::OkStatus();
  }
};

TlsSession::TlsSession(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsSession::~TlsSession() = default;
TlsSession::TlsSession(TlsSession&&) noexcept = default;
TlsSession& TlsSession::operator=(TlsSession&&) noexcept = default;

absl::StatusOr<TlsSession> TlsSession::Begin(Connection connection, const std::string& host,
                                             const std::vector<std::string>& spki, const Deadline& deadline) {
  ContextPtr context(SSL_CTX_new(TLS_client_method()));
  if (context == nullptr) return crypto::OpenSslError("making a TLS context");
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  const bool pinned = !spki.empty();
  if (!pinned && SSL_CTX_set_default_verify_paths(context.get()) != 1) {
    return crypto::OpenSslError("reading the system's certificate authorities");
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, pinned ? AnyChain : nullptr);
  SslPtr ssl(SSL_new(context.get()));
  if (ssl == nullptr || SSL_set_fd(ssl.get(), connection.fd()) != 1) {
    return crypto::OpenSslError("making a TLS session");
  }
  HOLDFAST_RETURN_IF_ERROR(ExpectHost(ssl.get(), host));
  auto state = std::make_unique<State>(State{std::move(connection), std::move(context), std::move(ssl), ""});
  HOLDFAST_ASSIGN_OR_RETURN(const int shaken,
                            state->Run("handshake", deadline, [&] { return SSL_connect(state->ssl.get()); }));
  if (shaken == 0) return Refused("handshake: the server closed the connection");
  HOLDFAST_RETURN_IF_ERROR(state->ReadKey());
  const auto is_it = [&](const std::string& pin) { return absl::EqualsIgnoreCase(pin, state->spki); };
  if (pinned && std::none_of(spki.begin(), spki.end(), is_it)) {
    return Refused(absl::StrCat("the server has another key (", state->spki.substr(0, 16), "...)"));
  }
  return TlsSession(std::move(state));
}

const std::string& TlsSession::spki_sha256() const {
  return state_->spki;
}

absl::Status TlsSession::Write(absl::string_view bytes, const Deadline& deadline) const {
  const auto sent = state_->Run("writing", deadline, [&] {
    return SSL_write(state_->ssl.get(), bytes.data(), static_cast<int>(bytes.size()));
  });
  if (!sent.ok()) return sent.status();
  return *sent == 0 ? Refused("writing: the server closed the connection") : absl::OkStatus();
}

absl::StatusOr<std::string> TlsSession::Read(size_t most, const Deadline& deadline) const {
  std::string bytes(most, '\0');
  HOLDFAST_ASSIGN_OR_RETURN(const int got, state_->Run("reading", deadline, [&] {
    return SSL_read(state_->ssl.get(), bytes.data(), static_cast<int>(bytes.size()));
  }));
  bytes.resize(static_cast<size_t>(got));
  return bytes;
}

}  // namespace holdfast::platform
