// Identities and authorities that other parts name.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "profiles/spec/parts.h"

namespace holdfast::profiles {
namespace {

using plist::Array;
using plist::Dict;

// "CN=Mac %HardwareUUID%": an X.500 name's part, as SCEP's payload wants it.
std::optional<Array> NamePart(const std::string& text) {
  const std::pair<std::string, std::string> part = absl::StrSplit(text, absl::MaxSplits('=', 1));
  if (part.first.empty() || part.second.empty()) return std::nullopt;
  return Array{Array{plist::Value(part.first), plist::Value(part.second)}};
}

}  // namespace

void ReadPkcs12(SpecSection& section, const PartContext& context, Part& part) {
  const std::optional<std::string> bytes = FileOf(section, "file", context);
  if (!bytes && !section.Has("file")) section.Error("file", "is required: the identity, in PKCS #12");
  // A SEQUENCE, in DER.
  if (bytes && !absl::StartsWith(*bytes, "\x30")) {
    section.Error("file", "it is no PKCS #12 file (`openssl pkcs12 -export` makes one)");
  }
  Dict& out = part.payload.content;
  out.Set("PayloadContent", plist::Data{bytes.value_or("")});
  if (const auto password = SecretOf(section, "passwordFile", context)) out.Set("Password", *password);
  out.Set("KeyIsExtractable", section.Flag("keyIsExtractable").value_or(false));
  out.Set("AllowAllAppsAccess", section.Flag("allowAllAppsAccess").value_or(false));
}

void ReadScep(SpecSection& section, const PartContext& context, Part& part) {
  Dict scep;
  const std::string url = section.RequiredText("url", "where the authority answers");
  if (!url.empty() && !absl::StartsWith(url, "https://")) {
    section.Error("url", absl::StrCat("'", url, "' is no https:// URL"));
  }
  scep.Set("URL", url);
  if (const auto name = section.Text("authority")) scep.Set("Name", *name);
  Array subject;
  for (const std::string& text : section.Texts("subject")) {
    if (std::optional<Array> name = NamePart(text)) {
      subject.emplace_back(*std::move(name));
    } else {
      section.Error("subject", absl::StrCat("'", text, "' is no NAME=VALUE, as CN=%HardwareUUID%"));
    }
  }
  if (!subject.empty()) scep.Set("Subject", std::move(subject));
  if (const auto secret = SecretOf(section, "challengeFile", context)) scep.Set("Challenge", *secret);
  scep.Set("Key Type", "RSA");
  const int64_t bits = section.Whole("keyBits", 2048, 4096).value_or(4096);
  if (bits != 2048 && bits != 4096) section.Error("keyBits", "2048 and 4096 are what macOS makes");
  scep.Set("Keysize", bits);
  constexpr int64_t kSigningAndEncryption = 1 | 4;
  scep.Set("Key Usage", kSigningAndEncryption);
  scep.Set("KeyIsExtractable", section.Flag("keyIsExtractable").value_or(false));
  part.payload.content.Set("PayloadContent", std::move(scep));
}

void ReadAuthority(SpecSection& section, const PartContext& context, Part& part) {
  const std::optional<std::string> bytes = FileOf(section, "file", context);
  if (!bytes && !section.Has("file")) section.Error("file", "is required: the certificate, in PEM or DER");
  if (bytes && absl::StrContains(*bytes, "PRIVATE KEY")) {
    section.Error("file", "it holds a private key, which no profile may carry; give the certificate alone");
  }
  part.payload.content.Set("PayloadContent", plist::Data{bytes.value_or("")});
}

}  // namespace holdfast::profiles
