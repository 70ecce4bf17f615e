// Who signed the profile.
#include <array>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "profiles/lint/rules/rules.h"

namespace holdfast::lint {
namespace {

using profiles::SignerCertificate;

constexpr Rule kBroken = {.id = "profile-signature-broken",
                          .severity = Severity::kError,
                          .title = "The signature does not fit the content",
                          .why = "The file was changed after it was signed. macOS refuses it.",
                          .fix = "sign it again: macOS refuses a signed profile that was changed",
                          .reference = "RFC 5652, 5.4"};
constexpr Rule kExpired = {
    .id = "profile-signature-expired",
    .severity = Severity::kWarning,
    .title = "The signer's certificate has expired or is not valid yet",
    .why =
        "A Mac that already has the profile keeps it. Whoever installs it anew sees it as unverified, and "
        "some "
        "management servers refuse to take it.",
    .fix = "sign it again with a certificate that is valid",
    .reference = "RFC 5280, 4.1.2.5; of 74 signed public profiles many have an expired leaf"};
constexpr Rule kChain = {
    .id = "profile-signature-chain",
    .severity = Severity::kWarning,
    .title = "The message does not carry the certificate that issued the signer's",
    .why =
        "A Mac verifies the signer only if it has the intermediate certificate from somewhere else; without "
        "it "
        "the profile is shown as unverified.",
    .fix =
        "sign it with the chain: `openssl cms -sign -certfile CHAIN.pem`, or `holdfastctl profile generate "
        "--chain`",
    .reference = "RFC 5652, 10.2.3"};
constexpr Rule kSigned = {
    .id = "profile-signed",
    .severity = Severity::kInfo,
    .title = "Who signed the profile, with the chain and until when",
    .why =
        "A signature is only as good as the one who is trusted to make it. This says what the certificates "
        "claim; whether the Mac trusts them depends on its own anchors.",
    .fix = "make sure that this is the signer you expect",
    .reference = "RFC 5652"};

constexpr std::array kRules = {&kBroken, &kExpired, &kChain, &kSigned};
constexpr RuleGroup kGroup = {"signature", "Signatures", kRules};

std::string Day(int64_t seconds) {
  return absl::FormatTime("%Y-%m-%d", absl::FromUnixSeconds(seconds), absl::UTCTimeZone());
}

std::string Describe(const std::vector<SignerCertificate>& chain) {
  const std::string names = absl::StrJoin(
      chain, " < ", [](std::string* out, const SignerCertificate& c) { absl::StrAppend(out, c.subject); });
  const std::string issuer =
      chain.back().self_issued ? "" : absl::StrCat(" < ", chain.back().issuer, " (not carried)");
  return absl::StrCat("signed by ", names, issuer, "; valid to ", Day(chain.front().not_after));
}

void CheckDates(const FileView& file, const SignerCertificate& signer, Sink& sink) {
  const int64_t now = file.options().now;
  if (now == 0) return;
  if (now > signer.not_after) {
    sink.Add(kExpired, file.Whole(),
             absl::StrCat("the certificate of '", signer.subject, "' expired on ", Day(signer.not_after)));
  } else if (now < signer.not_before) {
    sink.Add(kExpired, file.Whole(),
             absl::StrCat("the certificate of '", signer.subject, "' is valid from ", Day(signer.not_before),
                          " on"));
  }
}

}  // namespace

const RuleGroup& SignatureRules() {
  return kGroup;
}

void CheckSignature(const FileView& file, Sink& sink) {
  const auto& source = file.source();
  if (!source.is_signed) return;
  if (!source.signature_intact) {
    sink.Add(kBroken, file.Whole(), "the signature does not fit the content");
  }
  if (source.chain.empty()) return;
  sink.Add(kSigned, file.Whole(), Describe(source.chain));
  CheckDates(file, source.chain.front(), sink);
  if (source.chain.size() == 1 && !source.chain.front().self_issued) {
    sink.Add(kChain, file.Whole(),
             absl::StrCat("the certificate of '", source.chain.front().issuer, "' is missing"));
  }
}

}  // namespace holdfast::lint
