#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/crypto/openssl.h"
#include "server/admin/connection.h"

namespace holdfast::admin {
namespace {

using crypto::FreeWith;
using ContextPtr = std::unique_ptr<SSL_CTX, FreeWith<SSL_CTX_free>>;
using ChainPtr = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;

constexpr unsigned kPollMs = 20;

absl::Status NobodyAnswers(const Target& target) {
  const std::string why = crypto::OpenSslErrorText();
  return absl::UnavailableError(absl::StrCat("no server answers at ", target.server.ToString(),
                                             why == "unknown error" ? "" : absl::StrCat(" (", why, ")"),
                                             ": is it running, and is this its admin port?"));
}

// Takes the host as an address or, when it is none, as a name.
void ExpectHost(SSL* ssl, const std::string& host) {
  X509_VERIFY_PARAM* param = SSL_get0_param(ssl);
  if (X509_VERIFY_PARAM_set1_ip_asc(param, host.c_str()) != 1) {
    X509_VERIFY_PARAM_set1_host(param, host.c_str(), host.size());
    SSL_set_tlsext_host_name(ssl, host.c_str());
  }
  ERR_clear_error();
}

absl::Status Judge(const Target& target, long verified) {
  switch (verified) {
    case X509_V_OK:
      return absl::OkStatus();
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return absl::UnavailableError(
          absl::StrCat("the server at ", target.server.ToString(),
                       " is ours, but its certificate is not for the name '", target.server.host,
                       "': use one of its names, or start it with --public-host ", target.server.host));
    case X509_V_ERR_CERT_NOT_YET_VALID:
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return absl::UnavailableError(
          absl::StrCat("the certificate of ", target.server.ToString(), " is not valid now (",
                       X509_verify_cert_error_string(verified),
                       "): compare the two clocks; restarting the server makes a new certificate"));
    default:
      return absl::UnavailableError(absl::StrCat(
          "this is not our server: the certificate of ", target.server.ToString(),
          " was not issued by the authority in ", target.ca_file, " (",
          X509_verify_cert_error_string(verified),
          "). Check --server; if the address is right, fetch ca.pem from the server's data folder again"));
  }
}

}  // namespace

absl::Status DiagnoseConnection(const Target& target, absl::Duration timeout) {
  const ContextPtr context(SSL_CTX_new(TLS_client_method()));
  const crypto::BioPtr ca = crypto::ReadOnlyBio(target.ca_pem);
  int authorities = 0;  // two while one is being replaced
  while (const auto authority = crypto::X509Ptr(PEM_read_bio_X509(ca.get(), nullptr, nullptr, nullptr))) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), authority.get());
    ++authorities;
  }
  crypto::OpenSslErrorText();
  if (authorities == 0) {
    return absl::InvalidArgumentError(absl::StrCat(target.ca_file, " is not a PEM certificate"));
  }
  // Not verified by the handshake: its failure would hide what the certificate was.
  const ChainPtr chain(BIO_new_ssl_connect(context.get()));
  SSL* ssl = nullptr;
  BIO_get_ssl(chain.get(), &ssl);
  ExpectHost(ssl, target.server.host);
  BIO_set_conn_hostname(chain.get(), target.server.ToString().c_str());
  BIO_set_nbio(chain.get(), 1);
  const time_t deadline = time(nullptr) + absl::ToInt64Seconds(timeout);
  while (BIO_do_connect(chain.get()) != 1) {
    const bool wait = BIO_should_retry(chain.get()) && BIO_wait(chain.get(), deadline, kPollMs) == 1;
    if (!wait) return NobodyAnswers(target);
  }
  return Judge(target, SSL_get_verify_result(ssl));
}

}  // namespace holdfast::admin
