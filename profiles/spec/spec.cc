#include "profiles/spec/spec.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "profiles/declarations/convert.h"
#include "profiles/declarations/declaration.h"
#include "profiles/mobileconfig/source.h"
#include "profiles/plist/write.h"
#include "profiles/spec/profile_spec.h"

namespace holdfast::profiles {
namespace {

constexpr size_t kMostProfiles = 200;

std::optional<Signer> ReadHoldfast(SpecSection& root, const SpecFiles& files) {
  std::optional<SpecSection> section = root.Section("holdfast");
  if (!section) return std::nullopt;
  std::optional<Signer> out;
  const PartContext context{files, out, {}};
  const std::optional<std::string> team = section->Text("teamIdentifier"),
                                   program = FileOf(*section, "program", context);
  if (section->Has("teamIdentifier") == section->Has("program")) {
    section->Error("", "give teamIdentifier or program, one of them: who signed Holdfast");
  }
  const absl::string_view key = team ? "teamIdentifier" : "program";
  if (team || program) {
    const absl::StatusOr<Signer> signer =
        team ? SignerOfTeam(*team) : SignerOfProgram(*program, "the program");
    if (signer.ok()) {
      out = *signer;
    } else {
      section->Error(key, signer.status().message());
    }
  }
  section->Finish();
  return out;
}

std::vector<ProfileSpec> ReadFleet(SpecSection& root, const SpecFiles& files, Problems& problems) {
  FleetDefaults fleet;
  fleet.identifier = root.RequiredText(
      "identifier",
      "what the profiles' identifiers begin with, as com.example.mac; keep it: another one gives "
      "other profiles");
  fleet.organization = root.Text("organization").value_or("");
  fleet.holdfast = ReadHoldfast(root, files);
  std::vector<SpecSection> sections = root.Items("profiles");
  if (sections.empty() && !root.Has("profiles")) root.Error("profiles", "at least one is needed");
  if (sections.size() > kMostProfiles) {
    root.Error("profiles", absl::StrCat("there are more than ", kMostProfiles, "; write several files"));
    sections.clear();
  }
  std::vector<ProfileSpec> out;
  for (SpecSection& section : sections) out.push_back(ReadProfileSpec(section, fleet, files));
  root.Finish();
  CheckFleet(fleet, out, problems);
  return out;
}

// A profile for each.
absl::StatusOr<std::vector<SpecFile>> Profiles(std::vector<ProfileSpec> profiles) {
  std::vector<SpecFile> out;
  for (ProfileSpec& profile : profiles) {
    std::vector<PayloadPart> parts;
    for (Part& part : profile.parts) parts.push_back(std::move(part.payload));
    const plist::Value root = MakeProfile(profile.envelope, std::move(parts));
    HOLDFAST_ASSIGN_OR_RETURN(std::string xml, plist::WriteXml(root));
    plist::Value shown = root;
    RedactSecrets(shown);
    out.push_back({profile.id + ".mobileconfig", std::move(xml), shown != root});
  }
  return out;
}

void CheckAssets(const Part& part, const Declaration& declaration, Problems& problems) {
  const plist::Value payload(declaration.payload);
  const plist::Value* authentication = payload.Find("Authentication");
  if (authentication == nullptr) return;
  const plist::Value* method = authentication->Find("Method");
  const bool certificate = method != nullptr && *method != plist::Value("Password") &&
                           *method != plist::Value("SharedSecret") && *method != plist::Value("None");
  const plist::Value* eap = authentication->Find("ExtendedAuth");
  const bool password =
      method != nullptr && (*method == plist::Value("Password") || *method == plist::Value("SharedSecret"));
  const plist::Value* enabled = eap == nullptr ? nullptr : eap->Find("Enabled");
  const bool by_eap = enabled != nullptr && *enabled == plist::Value(true);
  if (certificate && part.assets.identity.empty()) {
    problems.Error(part.at, part.path + ".identityAsset",
                   "is required: a declaration names an identity by the Identifier of its asset "
                   "(com.apple.asset.credential.identity, .acme or .scep)");
  }
  if (password && part.assets.credentials.empty()) {
    problems.Error(part.at, part.path + ".credentialsAsset",
                   "is required: a declaration carries no secret, but the Identifier of its asset "
                   "(com.apple.asset.credential.userpassword)");
  }
  if (by_eap && part.assets.credentials.empty() && part.assets.identity.empty()) {
    problems.Error(part.at, part.path + ".credentialsAsset",
                   "credentialsAsset (EAP with a password) or identityAsset (EAP-TLS) is required: the "
                   "Identifier of an asset's declaration");
  }
}

// One for each part that macOS takes in this form; a part that it does not is told.
void Declare(const ProfileSpec& profile, const Part& part, Problems& problems, std::vector<SpecFile>& out) {
  plist::Dict payload = part.payload.content;
  payload.Set("PayloadType", part.payload.type);
  payload.Set("PayloadDisplayName", part.payload.display_name);
  absl::StatusOr<Declaration> declaration =
      DeclarationOfPayload(payload, PartIdentifier(profile.envelope, part.payload.name));
  if (!declaration.ok()) {
    std::string why(declaration.status().message());
    if (part.order)
      why = "the order of transparent proxies is a profile's alone: no declaration has it; use a profile";
    return problems.Error(part.at, part.path, why);
  }
  SetAssets(part.assets.credentials, part.assets.identity, *declaration);
  CheckAssets(part, *declaration, problems);
  absl::StatusOr<std::string> json = WriteDeclaration(*declaration);
  if (!json.ok()) return problems.Error(part.at, part.path, json.status().message());
  out.push_back({absl::StrCat(profile.id, ".", part.payload.name, ".json"), *std::move(json)});
}

}  // namespace

absl::StatusOr<SpecResult> GenerateFromSpec(absl::string_view text, absl::string_view source, SpecForm form,
                                            const SpecFiles& files) {
  HOLDFAST_ASSIGN_OR_RETURN(const Document document, ParseDocument(text, source));
  Problems problems({std::string(source)});
  SpecSection root(document.root, "", problems);
  std::vector<ProfileSpec> profiles = ReadFleet(root, files, problems);
  SpecResult result;
  if (form == SpecForm::kDeclaration) {
    for (const ProfileSpec& profile : profiles) {
      if (profile.added) {
        problems.Warning(
            {}, profile.path,
            "the providers' system extensions still need a profile that allows them, no declaration "
            "does: generate it without --as declaration (system-extensions.mobileconfig)");
        continue;
      }
      for (const Part& part : profile.parts) Declare(profile, part, problems, result.files);
    }
  }
  HOLDFAST_RETURN_IF_ERROR(problems.status());
  if (form == SpecForm::kProfile) {
    HOLDFAST_ASSIGN_OR_RETURN(result.files, Profiles(std::move(profiles)));
  }
  result.warnings = problems.Warnings();
  return result;
}

}  // namespace holdfast::profiles
