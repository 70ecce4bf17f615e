// A vendor's program: who must have signed it, and what it is given.
#include "absl/strings/str_cat.h"
#include "core/policy/value.h"
#include "profiles/lint/requirement.h"
#include "profiles/spec/parts.h"

namespace holdfast::profiles {
namespace {

// A requirement that somebody wrote must be about the same program.
void CheckRequirement(SpecSection& section, Provider& provider) {
  const lint::Requirement read = lint::ReadRequirement(provider.requirement);
  if (read.identifier != provider.bundle_id) {
    section.Error("requirement",
                  absl::StrCat("it must say: identifier \"", provider.bundle_id,
                               "\", as bundleIdentifier does; macOS would refuse to run the provider "
                               "(`codesign -dr - PROGRAM` prints it)"));
  }
  if (provider.team_id.empty() && lint::LooksLikeTeam(read.team)) provider.team_id = read.team;
  if (!read.team.empty() && read.team != provider.team_id) {
    section.Error("requirement", absl::StrCat("it names the team ", read.team, ", and teamIdentifier is ",
                                              provider.team_id));
  }
}

absl::StatusOr<plist::Value> Given(const DocumentValue& value, int depth) {
  constexpr int kDeepest = 16;
  if (depth > kDeepest) return absl::InvalidArgumentError("it is nested too deep");
  if (const auto* flag = std::get_if<bool>(&value.data)) return plist::Value(*flag);
  if (const auto* number = std::get_if<int64_t>(&value.data)) return plist::Value(*number);
  if (const auto* real = std::get_if<double>(&value.data)) return plist::Value(*real);
  if (const auto* text = std::get_if<std::string>(&value.data)) return plist::Value(*text);
  if (const DocumentValue::List* list = value.AsList()) {
    plist::Array out;
    for (const DocumentValue& item : *list) {
      HOLDFAST_ASSIGN_OR_RETURN(plist::Value given, Given(item, depth + 1));
      out.push_back(std::move(given));
    }
    return plist::Value(std::move(out));
  }
  if (const DocumentValue::Map* map = value.AsMap()) {
    plist::Dict out;
    for (const DocumentEntry& entry : *map) {
      HOLDFAST_ASSIGN_OR_RETURN(plist::Value given, Given(entry.value, depth + 1));
      out.Set(entry.key, std::move(given));
    }
    return plist::Value(std::move(out));
  }
  return absl::InvalidArgumentError("a key in it has no value");
}

}  // namespace

std::optional<Provider> ReadProvider(SpecSection& part, absl::string_view key, absl::string_view types) {
  std::optional<SpecSection> section = part.Section(key);
  if (!section) return std::nullopt;
  Provider out;
  out.bundle_id = section->RequiredText("bundleIdentifier", "the provider's, not its app's");
  out.team_id = section->Text("teamIdentifier").value_or("");
  out.system_extension = section->Flag("systemExtension").value_or(true);
  if (!types.empty()) {
    out.type = section->Choice("type", types).value_or(std::string(types.substr(0, types.find(','))));
  }
  if (!out.team_id.empty()) {
    if (const auto team = SignerOfTeam(out.team_id); !team.ok()) {
      section->Error("teamIdentifier", team.status().message());
    }
  }
  if (const auto requirement = section->Text("requirement")) {
    out.requirement = *requirement;
    CheckRequirement(*section, out);
  } else {
    out.requirement = DesignatedRequirement(Signer{out.team_id, out.bundle_id});
  }
  if (out.team_id.empty() && !section->Has("teamIdentifier")) {
    section->Error("", "teamIdentifier is required: the Team ID that signed the provider");
  }
  section->Finish();
  return out;
}

std::optional<plist::Dict> ReadVendorKeys(SpecSection& part, absl::string_view key) {
  const DocumentValue* value = part.Value(key);
  if (value == nullptr) return std::nullopt;
  absl::StatusOr<plist::Value> given = Given(*value, 0);
  if (!given.ok()) {
    part.Error(key, given.status().message());
    return std::nullopt;
  }
  if (const plist::Dict* dict = given->As<plist::Dict>()) return *dict;
  part.Error(key, absl::StrCat(Describe(*value), " is not a section (write the vendor's keys below it)"));
  return std::nullopt;
}

void ReadAssets(SpecSection& section, Part& part) {
  part.assets.credentials = section.Text("credentialsAsset").value_or("");
  part.assets.identity = section.Text("identityAsset").value_or("");
}

}  // namespace holdfast::profiles
