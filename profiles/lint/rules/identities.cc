// All profiles of one Mac: which replaces which.
#include <array>
#include <map>

#include "absl/strings/str_cat.h"
#include "base/ids.h"
#include "profiles/lint/rules/rules.h"
#include "profiles/mobileconfig/payloads.h"

namespace holdfast::lint {
namespace {

constexpr Rule kReplaces = {
    .id = "fleet-profile-replaces",
    .severity = Severity::kError,
    .title = "Two files have the same top-level PayloadIdentifier",
    .why =
        "To macOS they are two versions of one profile: the second to be installed takes the place of the "
        "first, and "
        "what the first had set is gone.",
    .fix = "give one of them another PayloadIdentifier",
    .reference = "Apple: TopLevel, PayloadIdentifier; rodchristiansen/mobileconfig-profiles PR#2"};
constexpr Rule kScope = {.id = "fleet-profile-scopes",
                         .severity = Severity::kError,
                         .title = "Two files have the same top-level PayloadIdentifier and different scopes",
                         .why =
                             "One is for the Mac, the other for a user. Both may end up installed, and "
                             "neither replaces the other: which "
                             "settings hold depends on who is logged in.",
                         .fix = "give one of them another PayloadIdentifier",
                         .reference = "Apple: TopLevel, PayloadScope"};
constexpr Rule kUuid = {.id = "fleet-payload-uuid",
                        .severity = Severity::kError,
                        .title = "Payloads of two profiles have the same PayloadUUID",
                        .why =
                            "For macOS it is one configuration: the later profile takes it over, and "
                            "removing either removes it. Profiles "
                            "that were copied and edited have this flaw.",
                        .fix = "make a new PayloadUUID for one of them with uuidgen",
                        .reference = "macOS: 'the PayloadUUID ... is used more than once'"};
constexpr Rule kName = {
    .id = "fleet-vpn-name-twice",
    .severity = Severity::kWarning,
    .title = "VPNs of two profiles have the same UserDefinedName",
    .why =
        "macOS renames the second to 'Name 1'. People, scripts and policies that go by the name get the "
        "wrong one.",
    .fix = "give each a UserDefinedName of its own",
    .reference = kDecompiled};

constexpr std::array kRules = {&kReplaces, &kScope, &kUuid, &kName};
constexpr RuleGroup kGroup = {"fleet", "All profiles of one Mac: identities", kRules};

std::string Quoted(const FileView& file) {
  return absl::StrCat("'", file.source().name, "'");
}

void CheckProfiles(const Fleet& fleet, Sink& sink) {
  std::map<std::string, const FileView*> first;
  for (const auto& file : fleet) {
    if (!file->source().unreadable.empty()) continue;
    const auto [it, fresh] = first.try_emplace(file->profile().identifier, file.get());
    if (fresh) continue;
    const bool same = it->second->profile().scope == file->profile().scope;
    Finding& finding =
        sink.Add(same ? kReplaces : kScope, file->At("PayloadIdentifier"),
                 absl::StrCat("'", it->first, "' is also the PayloadIdentifier of ", Quoted(*it->second)));
    finding.related.push_back(PlaceOf(it->second->At("PayloadIdentifier")));
  }
}

// Of each key the first payload that has it, over all files; a second one in another file is a finding.
class Seen {
 public:
  Seen(const Rule& rule, absl::string_view key, Sink& sink) : rule_(rule), key_(key), sink_(sink) {}

  void Add(const PayloadView& payload, const std::string& value, absl::string_view shown) {
    const auto [it, fresh] = first_.try_emplace(value, &payload);
    if (fresh || value.empty() || &it->second->file() == &payload.file()) return;
    Finding& finding = sink_.Add(rule_, payload.At(key_),
                                 absl::StrCat("'", shown, "' is also that of ", it->second->subject(), " in ",
                                              Quoted(it->second->file())));
    finding.related.push_back(PlaceOf(it->second->At(key_)));
  }

 private:
  const Rule& rule_;
  const absl::string_view key_;
  Sink& sink_;
  std::map<std::string, const PayloadView*> first_;
};

}  // namespace

const RuleGroup& FleetRules() {
  return kGroup;
}

void CheckIdentities(const Fleet& fleet, Sink& sink) {
  CheckProfiles(fleet, sink);
  Seen uuids(kUuid, "PayloadUUID", sink), names(kName, "UserDefinedName", sink);
  for (const auto& file : fleet) {
    for (const PayloadView& payload : file->payloads()) {
      const auto uuid = Uuid::Parse(payload.Text("PayloadUUID"));
      if (uuid.ok()) uuids.Add(payload, uuid->ToString(), uuid->ToString());
      if (payload.type() != profiles::kVpnPayload) continue;
      names.Add(payload, payload.Text("UserDefinedName"), payload.Text("UserDefinedName"));
    }
  }
}

}  // namespace holdfast::lint
