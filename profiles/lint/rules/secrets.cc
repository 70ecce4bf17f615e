// Secrets that anybody with the file can read.
#include <array>

#include "absl/strings/str_cat.h"
#include "profiles/lint/rules/rules.h"

namespace holdfast::lint {
namespace {

using plist::Value;

constexpr Rule kSecret = {
    .id = "secret-in-profile",
    .severity = Severity::kWarning,
    .title = "A password, shared secret or private key's passphrase stands in the profile",
    .why =
        "Signing does not hide it. Whoever has the file, or may look into the management server, the "
        "repository or "
        "`profiles show` on a Mac, has the secret, and it is the same on every Mac.",
    .fix =
        "use certificates that each Mac fetches itself (SCEP, ACME), let people sign in, or encrypt the "
        "profile",
    .reference = "Apple: Configuration Profile Reference, Signing and Encrypting a Profile"};

constexpr std::array kRules = {&kSecret};
constexpr RuleGroup kGroup = {"secrets", "Secrets", kRules};

// The reader of profiles takes secrets out and marks where they stood. What it takes out only because vendors
// may put anything there, and keys without a passphrase of certificates, is no finding.
constexpr std::array<absl::string_view, 7> kNames = {
    "Password",          "SharedSecret", "AuthPassword",          "XAuthPassword",
    "HTTPProxyPassword", "PPK",          "PIRAuthenticationToken"};

void Find(const PayloadView& payload, const Value& at, const std::string& path, Sink& sink) {
  const auto* dict = at.As<plist::Dict>();
  if (dict == nullptr) return;
  for (const auto& [key, value] : dict->entries()) {
    const std::string here = path.empty() ? key : absl::StrCat(path, ".", key);
    Find(payload, value, here, sink);
    const bool named = std::find(kNames.begin(), kNames.end(), key) != kNames.end();
    if (named && value.As<plist::Redacted>() != nullptr) {
      sink.Add(kSecret, payload.At(here, value), absl::StrCat(here, " is in the file"));
    }
  }
}

}  // namespace

const RuleGroup& SecretRules() {
  return kGroup;
}

void CheckSecrets(const FileView& file, Sink& sink) {
  for (const PayloadView& payload : file.payloads()) Find(payload, payload.value(), "", sink);
}

}  // namespace holdfast::lint
