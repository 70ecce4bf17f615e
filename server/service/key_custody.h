// Where the server's authorities and policy keys are kept, and replaced. Beside CertificateIssuer, which uses
// those of now: a server whose keys never change needs only that one.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/time.h"
#include "server/service/certificate_issuer.h"
#include "server/service/key_ring.h"

namespace holdfast::server {

class KeyCustody {
 public:
  virtual ~KeyCustody() = default;
  virtual const KeyRing& ring() const = 0;
  // Each step is durable when it returns OK, and was not made after an error. Errors are the ring's, and the
  // disk's.
  virtual absl::StatusOr<std::string> MakeNext(KeyKind kind, ServerTime now) = 0;  // gives its id
  virtual absl::Status Activate(const std::string& id, ServerTime now) = 0;
  // Its private key is destroyed.
  virtual absl::Status Retire(const std::string& id, ServerTime now) = 0;

  // Lower-case hex: SHA-256 of an authority's SubjectPublicKeyInfo, or a policy key's raw public half. Empty
  // for a retired policy key.
  virtual std::string PublicHex(const std::string& id) const = 0;
  // Certificates of retired authorities, to tell who still comes with one of theirs.
  virtual std::vector<std::string> RetiredAuthoritiesPem() const = 0;
  // By a policy key that is valid; NOT_FOUND otherwise.
  virtual absl::StatusOr<KeySignature> SignPolicyWith(const std::string& id, absl::string_view bytes) = 0;
};

}  // namespace holdfast::server
