// The envelope: what holds of every payload, and which reader takes which.
#include <array>
#include <map>

#include "absl/strings/str_cat.h"
#include "profiles/mobileconfig/findings.h"
#include "profiles/mobileconfig/payloads.h"
#include "profiles/mobileconfig/read.h"
#include "profiles/plist/keys.h"

namespace holdfast::profiles {
namespace {

using plist::Value;

constexpr absl::string_view kVpn = "com.apple.vpn.managed";
constexpr absl::string_view kFilter = "com.apple.webcontent-filter";
constexpr absl::string_view kDnsProxy = "com.apple.dnsProxy.managed";
constexpr absl::string_view kExtensionPolicy = "com.apple.system-extension-policy";

std::string Subject(const Payload& payload) {
  for (const std::string& text : {payload.display_name, payload.identifier, payload.type}) {
    if (!text.empty()) return absl::StrCat("payload '", text, "'");
  }
  return "a payload without a name";
}

Payload PublicKeys(const Value& payload) {
  return {Text(payload, "PayloadType"), Text(payload, "PayloadIdentifier"), Text(payload, "PayloadUUID"),
          Text(payload, "PayloadDisplayName")};
}

void CheckVersion(const Value& dict, absl::string_view code, absl::string_view subject, Profile& profile) {
  const Value* version = dict.Find("PayloadVersion");
  if (version != nullptr && version->As<int64_t>() != nullptr) return;
  AddFinding(profile, code, subject,
             version == nullptr ? "it has no PayloadVersion"
                                : absl::StrCat("its PayloadVersion is a ", version->TypeName()));
}

void CheckUuid(const std::string& uuid, absl::string_view subject, Profile& profile) {
  if (uuid.empty()) {
    AddFinding(profile, "payload-missing-uuid", subject, "its PayloadUUID is empty or missing");
  } else if (!Uuid::Parse(uuid).ok()) {
    AddFinding(profile, "payload-uuid-malformed", subject,
               absl::StrCat("its PayloadUUID '", uuid, "' is no UUID"));
  }
}

class Interpreter {
 public:
  explicit Interpreter(const ProfileSource& source) : source_(source) {}
  Profile Run();

 private:
  void Find(absl::string_view code, absl::string_view evidence) {
    AddFinding(profile_, code, absl::StrCat("profile '", source_.name, "'"), evidence);
  }
  void ReadEnvelope();
  void CheckForm();
  void ReadContent();
  void ReadPayload(const Value& payload);
  void ReadKnown(const Payload& keys, const Value& payload);

  const ProfileSource& source_;
  Profile profile_;
  std::map<std::string, std::string> uuids_;  // upper-case UUID -> whose
};

Profile Interpreter::Run() {
  ReadEnvelope();
  CheckForm();
  ReadContent();
  return std::move(profile_);
}

void Interpreter::ReadEnvelope() {
  const Value& root = source_.root;
  profile_.identifier = Text(root, "PayloadIdentifier");
  const bool has_identifier = !profile_.identifier.empty();
  if (!has_identifier) profile_.identifier = source_.name;
  profile_.uuid = Text(root, "PayloadUUID");
  profile_.display_name = Text(root, "PayloadDisplayName");
  profile_.scope_declared = !Text(root, "PayloadScope").empty();
  profile_.scope = Text(root, "PayloadScope") == "User" ? ProfileScope::kUser : ProfileScope::kSystem;
  profile_.is_signed = source_.is_signed;
  profile_.signer = source_.signer;
  if (!has_identifier) Find("profile-missing-identifier", "its PayloadIdentifier is empty or missing");
  CheckVersion(root, "profile-version-not-integer", absl::StrCat("profile '", source_.name, "'"), profile_);
  CheckUuid(profile_.uuid, absl::StrCat("profile '", source_.name, "'"), profile_);
  if (const auto uuid = Uuid::Parse(profile_.uuid); uuid.ok())
    uuids_[uuid->ToString()] = "the profile itself";
}

void Interpreter::CheckForm() {
  for (const plist::Oddity& warning : source_.warnings) Find("profile-form", warning.Text());
  if (source_.is_signed && !source_.signature_intact) {
    Find("profile-signature-broken", "the signature does not fit the content");
  }
  if (source_.root.Find("EncryptedPayloadContent") != nullptr) {
    Find("profile-encrypted", "its content is encrypted");
  }
}

void Interpreter::ReadContent() {
  const std::string type = Text(source_.root, "PayloadType");
  const Value* content = source_.root.Find("PayloadContent");
  if (const auto* payloads = content == nullptr ? nullptr : content->As<plist::Array>()) {
    if (type != "Configuration") Find("profile-wrong-type", absl::StrCat("its PayloadType is '", type, "'"));
    for (const Value& payload : *payloads) ReadPayload(payload);
    return;
  }
  if (source_.root.Find("EncryptedPayloadContent") != nullptr) return;
  Find("profile-missing-content", type == "Configuration" || type.empty()
                                      ? "it has no array PayloadContent"
                                      : absl::StrCat("it is a bare payload of the type ", type));
}

void Interpreter::ReadPayload(const Value& payload) {
  Payload keys = PublicKeys(payload);
  const std::string subject = Subject(keys);
  profile_.payloads.push_back(keys);
  if (keys.type.empty()) {
    AddFinding(profile_, "payload-missing-type", subject, "its PayloadType is empty or missing");
    return;
  }
  if (keys.identifier.empty()) {
    AddFinding(profile_, "payload-missing-identifier", subject, "its PayloadIdentifier is empty or missing");
  }
  CheckUuid(keys.uuid, subject, profile_);
  CheckVersion(payload, "payload-version-not-integer", subject, profile_);
  if (const auto uuid = Uuid::Parse(keys.uuid); uuid.ok()) {
    const auto [it, fresh] = uuids_.try_emplace(uuid->ToString(), subject);
    if (!fresh) {
      AddFinding(profile_, "duplicate-payload-uuid", subject,
                 absl::StrCat("its PayloadUUID ", it->first, " is also that of ", it->second));
    }
  }
  ReadKnown(keys, payload);
}

void Interpreter::ReadKnown(const Payload& keys, const Value& payload) {
  if (keys.type == kVpn) {
    // Stable over re-reading, different for each payload of the profile.
    const Uuid fallback = Uuid::FromName(
        absl::StrCat(profile_.identifier, "/", profile_.payloads.size(), "/", keys.identifier));
    ReadVpn(payload, fallback, profile_);
  } else if (keys.type == kFilter) {
    ReadFilter(payload, profile_);
  } else if (keys.type == kDnsProxy) {
    ReadDnsProxy(payload, profile_);
  } else if (keys.type == kExtensionPolicy) {
    ReadExtensionPolicy(payload, profile_);
  }
}

}  // namespace

Profile Interpret(const ProfileSource& source) {
  return Interpreter(source).Run();
}

}  // namespace holdfast::profiles
