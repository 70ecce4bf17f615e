// What a Mac's management allows: system extensions, launch jobs, and Holdfast's own payloads.
#include "absl/strings/str_cat.h"
#include "profiles/generate/payloads.h"
#include "profiles/preferences/preferences.h"
#include "profiles/spec/parts.h"

namespace holdfast::profiles {
namespace {

using plist::Array;
using plist::Dict;

// {TEAM: [...]}, in the order of first appearance.
void Append(const std::string& team, const std::string& text, Dict& out) {
  if (out.Find(team) == nullptr) out.Set(team, Array{});
  Array& list = *out.Find(team)->As<Array>();
  if (std::find(list.begin(), list.end(), plist::Value(text)) == list.end()) list.emplace_back(text);
}

void CheckTeam(SpecSection& section, const std::string& team) {
  if (team.empty()) return;
  if (const auto read = SignerOfTeam(team); !read.ok()) {
    section.Error("teamIdentifier", read.status().message());
  }
}

bool NeedsHoldfast(SpecSection& section, const PartContext& context) {
  if (context.holdfast) return false;
  section.Error("kind",
                "names the team that signed Holdfast: write holdfast: {teamIdentifier: ...} at the top, or "
                "{program: FILE} with holdfastd as it will be installed");
  return true;
}

constexpr absl::string_view kRuleTypes =
    "label, label-prefix, bundle-identifier, bundle-identifier-prefix, team-identifier";

std::string RuleType(const std::string& choice) {
  if (choice == "label") return "Label";
  if (choice == "label-prefix") return "LabelPrefix";
  if (choice == "bundle-identifier") return "BundleIdentifier";
  return choice == "team-identifier" ? "TeamIdentifier" : "BundleIdentifierPrefix";
}

Dict ReadRule(SpecSection& rule) {
  Dict out;
  const std::string type = rule.Choice("type", kRuleTypes).value_or("");
  if (type.empty() && !rule.Has("type")) rule.Error("type", absl::StrCat("is required: one of ", kRuleTypes));
  const std::string value = rule.RequiredText("value", "which label, bundle identifier or team");
  const std::string team = rule.Text("teamIdentifier").value_or("");
  CheckTeam(rule, team);
  if (type != "team-identifier" && team.empty() && !rule.Has("teamIdentifier")) {
    rule.Error("teamIdentifier",
               "is required: a label or an identifier alone lets in anybody's program of that name");
  }
  out.Set("RuleType", RuleType(type));
  out.Set("RuleValue", value);
  if (!team.empty()) out.Set("TeamIdentifier", team);
  if (const auto comment = rule.Text("comment")) out.Set("Comment", *comment);
  rule.Finish();
  return out;
}

}  // namespace

plist::Dict ExtensionPolicy(const std::vector<std::pair<std::string, std::string>>& allowed) {
  Dict extensions, types, out;
  for (const auto& [team, bundle] : allowed) {
    Append(team, bundle, extensions);
    Append(team, "NetworkExtension", types);
  }
  out.Set("AllowUserOverrides", true);
  out.Set("AllowedSystemExtensions", std::move(extensions));
  out.Set("AllowedSystemExtensionTypes", std::move(types));
  return out;
}

void ReadSystemExtensions(SpecSection& section, const PartContext&, Part& part) {
  Dict locked;
  for (SpecSection& item : section.Items("allowed")) {
    const std::string team = item.RequiredText("teamIdentifier", "the Team ID that signed the extensions");
    CheckTeam(item, team);
    const std::vector<std::string> bundles = item.Texts("bundleIdentifiers");
    if (bundles.empty()) {
      item.Error("bundleIdentifiers",
                 "at least one is needed; a whole team is not offered: it would allow "
                 "what the vendor adds later");
    }
    const bool removable = item.Flag("removable").value_or(true);
    for (const std::string& bundle : bundles) {
      part.allowed_extensions.emplace_back(team, bundle);
      if (!removable) Append(team, bundle, locked);
    }
    item.Finish();
  }
  if (part.allowed_extensions.empty()) {
    section.Error("allowed", "at least one entry is needed: teamIdentifier and bundleIdentifiers");
  }
  part.payload.content = ExtensionPolicy(part.allowed_extensions);
  part.payload.content.Set("AllowUserOverrides", section.Flag("allowUserOverrides").value_or(true));
  if (!locked.entries().empty()) {
    part.payload.content.Set("NonRemovableFromUISystemExtensions", std::move(locked));
  }
}

void ReadServiceManagement(SpecSection& section, const PartContext& context, Part& part) {
  std::vector<SpecSection> rules = section.Items("rules");
  if (rules.empty() && NeedsHoldfast(section, context)) return;
  if (context.holdfast) part.payload.content = ServiceManagement(*context.holdfast);
  Dict& out = part.payload.content;
  if (out.Find("Rules") == nullptr) out.Set("Rules", Array{});
  for (SpecSection& rule : rules) out.Find("Rules")->As<Array>()->emplace_back(ReadRule(rule));
}

void ReadNotifications(SpecSection&, const PartContext&, Part& part) {
  part.payload.content = Notifications();
}

void ReadPrivacy(SpecSection& section, const PartContext& context, Part& part) {
  if (!NeedsHoldfast(section, context)) part.payload.content = PrivacyPreferences(*context.holdfast);
}

void ReadPreferences(SpecSection& section, const PartContext& context, Part& part) {
  const std::optional<std::string> bytes = FileOf(section, "policy", context);
  if (!bytes) {
    if (!section.Has("policy")) section.Error("policy", "is required: the file with the policy");
    return;
  }
  const absl::StatusOr<Document> document = ReadPolicyDocument(*bytes, *section.Text("policy"));
  absl::StatusOr<Dict> dict = document.ok() ? ManagedPreferences(*document) : document.status();
  if (dict.ok()) {
    part.payload.content = *std::move(dict);
  } else {
    section.Error("policy", dict.status().message());
  }
}

}  // namespace holdfast::profiles
