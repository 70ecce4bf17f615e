// What every profile and payload has around it.
#include <algorithm>
#include <array>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/ids.h"
#include "profiles/lint/rules/rules.h"
#include "profiles/plist/keys.h"

namespace holdfast::lint {
namespace {

using plist::Value;

constexpr char kAbm[] = "Apple Business Manager's check of uploads; microsoft/mdatp-xplat#257";

constexpr Rule kWrongType = {.id = "profile-wrong-type",
                             .severity = Severity::kError,
                             .title = "The outer PayloadType is not 'Configuration'",
                             .why = "macOS takes only a dictionary of that type for a profile.",
                             .fix = "set the outer PayloadType to 'Configuration'",
                             .reference = "Apple: TopLevel, PayloadType"};
constexpr Rule kMissingIdentifier = {.id = "profile-missing-identifier",
                                     .severity = Severity::kError,
                                     .title = "The profile has no PayloadIdentifier",
                                     .why =
                                         "By it macOS tells a new profile from a new version of one that it "
                                         "has; without it nothing is installed.",
                                     .fix = "give the profile a PayloadIdentifier of its own",
                                     .reference = "Apple: TopLevel, PayloadIdentifier"};
constexpr Rule kMissingContent = {
    .id = "profile-missing-content",
    .severity = Severity::kError,
    .title = "There is no array PayloadContent",
    .why =
        "The payloads must stand in that array. A payload as the whole file, or its keys beside the "
        "profile's "
        "own, installs nothing: macOS does not look for them there.",
    .fix = "put the payloads into an <array> named PayloadContent",
    .reference = "Apple: TopLevel, PayloadContent; Apple's own example of a transparent proxy has this flaw"};
constexpr Rule kKeysAtTop = {
    .id = "profile-keys-at-top",
    .severity = Severity::kError,
    .title = "A payload's keys stand beside the profile's own",
    .why =
        "macOS reads a payload's settings from its dictionary in PayloadContent only. At the top they are "
        "ignored without a word.",
    .fix =
        "move them into a <dict> of their own in PayloadContent, with a PayloadType, PayloadIdentifier, "
        "PayloadUUID and PayloadVersion",
    .reference = "Apple: TopLevel; Apple's own example of a transparent proxy has this flaw"};
constexpr Rule kVersion = {
    .id = "profile-version-not-integer",
    .severity = Severity::kWarning,
    .title = "The outer PayloadVersion is missing or no <integer>",
    .why = "macOS is lenient here; Apple Business Manager and strict management servers refuse the file.",
    .fix = "write the outer PayloadVersion as <integer>1</integer>",
    .reference = kAbm};
constexpr Rule kPayloadVersion = {
    .id = "payload-version-not-integer",
    .severity = Severity::kWarning,
    .title = "A payload's PayloadVersion is no <integer>",
    .why = "macOS is lenient here; Apple Business Manager and strict management servers refuse the file.",
    .fix = "write its PayloadVersion as <integer>1</integer>",
    .reference = kAbm};
constexpr Rule kPayloadVersionMissing = {
    .id = "payload-version-missing",
    .severity = Severity::kWarning,
    .title = "A payload has no PayloadVersion",
    .why =
        "The key is required. macOS itself is said to accept its absence; Apple Business Manager refuses the "
        "file.",
    .fix = "add <key>PayloadVersion</key><integer>1</integer> to the payload",
    .reference = kAbm};
constexpr Rule kVersionValue = {
    .id = "payload-version-not-one",
    .severity = Severity::kWarning,
    .title = "A PayloadVersion is another number than 1",
    .why = "The number is that of the format, not of your profile: the format has only version 1.",
    .fix = "write 1; tell versions of your profile apart by PayloadDescription or in your own repository",
    .reference = "Apple: TopLevel, PayloadVersion: range 1"};
constexpr Rule kMissingType = {.id = "payload-missing-type",
                               .severity = Severity::kError,
                               .title = "A payload has no PayloadType",
                               .why = "Nothing says what the payload is for: macOS refuses the profile.",
                               .fix = "give the payload a PayloadType",
                               .reference = "Apple: CommonPayloadKeys"};
constexpr Rule kPayloadIdentifier = {
    .id = "payload-missing-identifier",
    .severity = Severity::kError,
    .title = "A payload has no PayloadIdentifier",
    .why = "The key is required; by it an update finds the payload that it replaces.",
    .fix = "give the payload a PayloadIdentifier of its own",
    .reference = "Apple: CommonPayloadKeys"};
constexpr Rule kIdentifierEqual = {
    .id = "payload-identifier-equals-profile",
    .severity = Severity::kWarning,
    .title = "A payload's PayloadIdentifier is the profile's",
    .why =
        "Tools that look a payload up by its identifier find the profile, and the reverse. A VPN "
        "configuration is "
        "then hard to tell from the profile that brought it.",
    .fix = "append something to the payload's: 'com.example.vpn.tunnel' in the profile 'com.example.vpn'",
    .reference = "25 of 532 public profiles; Microsoft's page on Global Secure Access"};
constexpr Rule kIdentifierTwice = {.id = "payload-identifier-twice",
                                   .severity = Severity::kWarning,
                                   .title = "Two payloads of a profile have the same PayloadIdentifier",
                                   .why =
                                       "An update of the profile cannot tell which payload replaces which: a "
                                       "VPN configuration may be removed and "
                                       "made anew instead of changed.",
                                   .fix = "give each payload a PayloadIdentifier of its own",
                                   .reference = "Apple: CommonPayloadKeys, PayloadIdentifier"};
constexpr Rule kMissingUuid = {.id = "payload-missing-uuid",
                               .severity = Severity::kError,
                               .title = "A PayloadUUID is missing",
                               .why = "The key is required: macOS refuses the profile.",
                               .fix = "give it a PayloadUUID, as uuidgen prints one",
                               .reference = "Apple: CommonPayloadKeys, PayloadUUID"};
constexpr Rule kMalformedUuid = {
    .id = "payload-uuid-malformed",
    .severity = Severity::kWarning,
    .title = "A PayloadUUID is no UUID",
    .why =
        "macOS takes other texts, too. A VPN's UUID however becomes the configuration's identity: one that "
        "is none "
        "is replaced by another with each installation, and policies that name the service lose it.",
    .fix = "write the PayloadUUID as uuidgen prints one",
    .reference = "11 of 532 public profiles"};
constexpr Rule kDuplicateUuid = {
    .id = "duplicate-payload-uuid",
    .severity = Severity::kError,
    .title = "Two payloads have the same PayloadUUID",
    .why =
        "macOS refuses a profile in which a PayloadUUID is used more than once. In two profiles it means one "
        "configuration: the second takes the place of the first.",
    .fix = "give each payload a PayloadUUID of its own",
    .reference = "macOS: 'the PayloadUUID ... is used more than once'; AhaDNS#4"};
constexpr Rule kUnknownType = {
    .id = "payload-type-unknown",
    .severity = Severity::kInfo,
    .title = "A PayloadType is none of Apple's",
    .why =
        "macOS takes its keys as managed preferences of the domain of that name. Where this is not meant, "
        "the type "
        "is misspelt, and nothing will tell: the settings go to a domain that nobody reads.",
    .fix = "make sure that it is a preference domain",
    .reference = "Apple's schema of payloads, macOS 15.1; Apple: Managed Preferences"};
constexpr Rule kCertificate = {
    .id = "certificate-reference-dangling",
    .severity = Severity::kError,
    .title = "A PayloadCertificateUUID names no certificate of the same profile",
    .why =
        "macOS looks for it among the certificate payloads of the same profile, finds none and refuses: "
        "'failed to "
        "fill in cert references'.",
    .fix = "put the certificate's payload into the same profile, and write its PayloadUUID here",
    .reference = "trailofbits/algo#168; Apple: VPN, PayloadCertificateUUID"};

constexpr std::array kRules = {&kWrongType,   &kMissingIdentifier, &kMissingContent,        &kKeysAtTop,
                               &kVersion,     &kPayloadVersion,    &kPayloadVersionMissing, &kVersionValue,
                               &kMissingType, &kPayloadIdentifier, &kIdentifierEqual,       &kIdentifierTwice,
                               &kMissingUuid, &kMalformedUuid,     &kDuplicateUuid,         &kUnknownType,
                               &kCertificate};
constexpr RuleGroup kGroup = {"envelope", "Envelope: identifiers, UUIDs, versions", kRules};

void CheckVersion(const Value& dict, const Spot& spot, const Rule& mistyped, const Rule& missing,
                  Sink& sink) {
  const Value* version = dict.Find("PayloadVersion");
  if (version == nullptr) {
    sink.Add(missing, spot, "it has no PayloadVersion");
  } else if (const int64_t* number = version->As<int64_t>()) {
    if (*number != 1) sink.Add(kVersionValue, spot, absl::StrCat("its PayloadVersion is ", *number));
  } else {
    sink.Add(mistyped, spot, absl::StrCat("its PayloadVersion is ", version->TypeName()));
  }
}

// Who has which UUID and identifier in a profile.
class Names {
 public:
  explicit Names(Sink& sink) : sink_(sink) {}

  void AddUuid(const Value& dict, const Spot& spot, const std::string& subject) {
    const std::string uuid = plist::Text(dict, "PayloadUUID");
    const auto parsed = Uuid::Parse(uuid);
    if (dict.Find("PayloadUUID") == nullptr) {
      sink_.Add(kMissingUuid, spot, "it has no PayloadUUID");
    } else if (!parsed.ok()) {
      sink_.Add(kMalformedUuid, spot, absl::StrCat("its PayloadUUID '", uuid, "' is no UUID"));
    } else if (const auto [it, fresh] = uuids_.try_emplace(parsed->ToString(), subject); !fresh) {
      sink_.Add(kDuplicateUuid, spot,
                absl::StrCat("its PayloadUUID ", it->first, " is also that of ", it->second));
    }
  }

  void AddIdentifier(const PayloadView& payload) {
    const std::string identifier = payload.Text("PayloadIdentifier");
    const Spot spot = payload.At("PayloadIdentifier");
    if (identifier.empty()) {
      sink_.Add(kPayloadIdentifier, spot, "its PayloadIdentifier is empty or missing");
    } else if (identifier == payload.file().profile().identifier) {
      sink_.Add(kIdentifierEqual, spot, absl::StrCat("both are '", identifier, "'"));
    } else if (const auto [it, fresh] = identifiers_.try_emplace(identifier, payload.subject()); !fresh) {
      sink_.Add(kIdentifierTwice, spot,
                absl::StrCat("its PayloadIdentifier '", identifier, "' is also that of ", it->second));
    }
  }

 private:
  Sink& sink_;
  std::map<std::string, std::string> uuids_, identifiers_;
};

void CheckTop(const FileView& file, Names& names, Sink& sink) {
  const Value& root = file.root();
  if (plist::Text(root, "PayloadIdentifier").empty()) {
    sink.Add(kMissingIdentifier, file.At("PayloadIdentifier"), "its PayloadIdentifier is empty or missing");
  }
  CheckVersion(root, file.At("PayloadVersion"), kVersion, kVersion, sink);
  names.AddUuid(root, file.At("PayloadUUID"), "the profile itself");
}

void CheckContent(const FileView& file, Sink& sink) {
  const std::string type = plist::Text(file.root(), "PayloadType");
  const Value* content = file.root().Find("PayloadContent");
  const bool has_list = content != nullptr && content->As<plist::Array>() != nullptr;
  if (has_list && type != "Configuration") {
    sink.Add(kWrongType, file.At("PayloadType"), absl::StrCat("its PayloadType is '", type, "'"));
  }
  if (has_list || file.root().Find("EncryptedPayloadContent") != nullptr) return;
  const bool configuration = type == "Configuration" || type.empty();
  sink.Add(kMissingContent, file.At("PayloadContent"),
           configuration ? "it has no array PayloadContent"
                         : absl::StrCat("it is a bare payload of the type ", type));
  if (file.bare() && configuration) {
    sink.Add(kKeysAtTop, file.payloads()[0].At("VPNType"),
             absl::StrCat("the keys of a ", file.payloads()[0].type(),
                          " payload stand in the profile's own <dict>"));
  }
}

bool IsCertificate(absl::string_view type) {
  constexpr std::array<absl::string_view, 7> kTypes = {
      "com.apple.security.pkcs12",      "com.apple.security.pkcs1", "com.apple.security.pem",
      "com.apple.security.root",        "com.apple.security.scep",  "com.apple.security.acme",
      "com.apple.ADCertificate.managed"};
  return std::find(kTypes.begin(), kTypes.end(), type) != kTypes.end();
}

void FindReferences(const PayloadView& payload, const Value& at, const std::string& path, Sink& sink) {
  const auto* dict = at.As<plist::Dict>();
  if (dict == nullptr) return;
  for (const auto& [key, value] : dict->entries()) {
    const std::string here = path.empty() ? key : absl::StrCat(path, ".", key);
    FindReferences(payload, value, here, sink);
    const std::string* uuid = value.As<std::string>();
    if (key != "PayloadCertificateUUID" || uuid == nullptr) continue;
    const auto& all = payload.file().payloads();
    const bool found = std::any_of(all.begin(), all.end(), [&](const PayloadView& other) {
      return IsCertificate(other.type()) && absl::EqualsIgnoreCase(other.Text("PayloadUUID"), *uuid);
    });
    if (!found) {
      sink.Add(kCertificate, payload.At(here, value),
               absl::StrCat("no certificate payload of this profile has the PayloadUUID '", *uuid, "'"));
    }
  }
}

void CheckPayload(const PayloadView& payload, Names& names, Sink& sink) {
  if (payload.value().As<plist::Dict>() == nullptr) {
    sink.Add(kMissingType, payload.Here(),
             absl::StrCat("it is ", payload.value().TypeName(), ", not a <dict>"));
    return;
  }
  if (payload.type().empty()) {
    sink.Add(kMissingType, payload.At("PayloadType"), "its PayloadType is empty or missing");
    return;
  }
  names.AddIdentifier(payload);
  names.AddUuid(payload.value(), payload.At("PayloadUUID"), payload.subject());
  CheckVersion(payload.value(), payload.At("PayloadVersion"), kPayloadVersion, kPayloadVersionMissing, sink);
  if (!payloads::IsApplePayload(payload.type()) && payload.type() != "io.holdfast.agent") {
    sink.Add(kUnknownType, payload.At("PayloadType"),
             absl::StrCat("'", payload.type(), "' is taken as a preference domain"));
  }
  FindReferences(payload, payload.value(), "", sink);
}

}  // namespace

const RuleGroup& EnvelopeRules() {
  return kGroup;
}

void CheckEnvelope(const FileView& file, Sink& sink) {
  Names names(sink);
  CheckTop(file, names, sink);
  CheckContent(file, sink);
  if (file.bare()) return;  // what is missing around the payload, the rules above have told
  for (const PayloadView& payload : file.payloads()) CheckPayload(payload, names, sink);
}

}  // namespace holdfast::lint
