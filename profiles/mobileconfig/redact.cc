#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "profiles/mobileconfig/source.h"

namespace holdfast::profiles {
namespace {

using plist::Array;
using plist::Dict;
using plist::Entry;
using plist::Redacted;
using plist::Value;

// Parts of key names, in lower case, that mark a secret wherever they stand.
constexpr std::array<absl::string_view, 8> kSecretParts = {"password",  "passphrase", "secret",       "token",
                                                           "challenge", "privatekey", "presharedkey", "psk"};
// Whole key names: too short, or too common, to look for inside others.
constexpr std::array<absl::string_view, 4> kSecretKeys = {"ppk", "pin", "apikey", "licensekey"};

bool NamesSecret(absl::string_view key) {
  const std::string name = absl::AsciiStrToLower(key);
  const auto inside = [&](absl::string_view part) { return absl::StrContains(name, part); };
  return std::find(kSecretKeys.begin(), kSecretKeys.end(), name) != kSecretKeys.end() ||
         std::any_of(kSecretParts.begin(), kSecretParts.end(), inside);
}

// Switches and numbers tell no secret, and rules want to see them.
bool MayHoldSecret(const Value& value) {
  return value.As<bool>() == nullptr && value.As<int64_t>() == nullptr && value.As<double>() == nullptr;
}

bool IsCertificatePayload(const Dict& dict) {
  const Value* type = dict.Find("PayloadType");
  const std::string* text = type == nullptr ? nullptr : type->As<std::string>();
  return text != nullptr && absl::StartsWith(*text, "com.apple.security.");
}

// Vendors put anything there: every value goes, whatever its key is called.
void RedactAll(Value& value) {
  if (Dict* dict = value.As<Dict>()) {
    for (Entry& entry : dict->entries()) RedactAll(entry.value);
  } else if (MayHoldSecret(value)) {
    value.Replace(Redacted{});
  }
}

void RedactIn(Value& value) {
  if (Array* array = value.As<Array>()) {
    for (Value& item : *array) RedactIn(item);
    return;
  }
  Dict* dict = value.As<Dict>();
  if (dict == nullptr) return;
  const bool certificate = IsCertificatePayload(*dict);
  for (Entry& entry : dict->entries()) {
    if (entry.key == "VendorConfig") {
      RedactAll(entry.value);
    } else if ((NamesSecret(entry.key) && MayHoldSecret(entry.value)) ||
               (certificate && entry.key == "PayloadContent") || entry.value.As<plist::Data>() != nullptr) {
      entry.value.Replace(Redacted{});
    } else {
      RedactIn(entry.value);
    }
  }
}

}  // namespace

void RedactSecrets(Value& root) {
  RedactIn(root);
}

}  // namespace holdfast::profiles
