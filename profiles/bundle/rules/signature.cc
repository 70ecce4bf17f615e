// Who signed the programs, and what the signatures demand.
#include <array>

#include "absl/strings/str_cat.h"
#include "profiles/bundle/rules/rules.h"

namespace holdfast::bundle {
namespace {

using lint::Rule;
using lint::Severity;
using profiles::CodeSignature;

constexpr Rule kUnsigned = {
    .id = "signature-missing",
    .severity = Severity::kError,
    .title = "The program is not signed",
    .why =
        "Apple silicon starts no unsigned program, and no Mac activates an unsigned extension: "
        "OSSystemExtensionErrorDomain 8, codeSignatureInvalid.",
    .fix = "sign it with a Developer ID certificate, or for the App Store",
    .reference = "Apple: Creating distribution-signed code for macOS"};
constexpr Rule kAdHoc = {.id = "signature-ad-hoc",
                         .severity = Severity::kError,
                         .title = "The program is signed ad hoc: by nobody",
                         .why =
                             "It has no team, so no profile can allow it, no restricted entitlement counts, "
                             "and a system extension is "
                             "activated only on Macs with System Integrity Protection switched off.",
                         .fix = "sign it with a Developer ID certificate, or for the App Store",
                         .reference = "Apple TN3127: Inside Code Signing: Requirements"};
constexpr Rule kUnreadable = {
    .id = "signature-unreadable",
    .severity = Severity::kError,
    .title = "The code signature cannot be read",
    .why =
        "macOS refuses a program with a damaged signature. Tools that change a signed program (strip, "
        "install_name_tool) damage it.",
    .fix = "sign again, after everything that changes the program",
    .reference = "Apple TN2206: macOS Code Signing In Depth"};
constexpr Rule kPartUnreadable = {
    .id = "signature-part-unreadable",
    .severity = Severity::kWarning,
    .title = "A part of the code signature cannot be read",
    .why = "What it says could not be checked here. Whether macOS reads it is not known.",
    .fix = "sign again; if it is told again, `codesign -dvvv` on a Mac shows what macOS makes of it",
    .reference = "cs_blobs.h in Apple's published kernel sources"};
constexpr Rule kHardened = {
    .id = "signature-no-hardened-runtime",
    .severity = Severity::kError,
    .title = "The hardened runtime is off",
    .why =
        "Notarization refuses it, and without notarization macOS does not open a Developer ID app that was "
        "downloaded, nor activate its extension.",
    .fix = "sign with --options runtime (in Xcode: Hardened Runtime)",
    .reference = "Apple: Resolving common notarization issues"};
constexpr Rule kSlicesDiffer = {
    .id = "signature-architectures-differ",
    .severity = Severity::kError,
    .title = "The architectures of one program are signed differently",
    .why =
        "Each Mac checks the one that it runs: what works on Apple silicon then fails on Intel, or the "
        "reverse.",
    .fix = "join the architectures first (lipo), then sign the universal program once",
    .reference =
        "cs_blobs.h in Apple's published kernel sources: each architecture has its own code directory"};
constexpr Rule kTeam = {
    .id = "signature-team-differs",
    .severity = Severity::kError,
    .title = "The extension is signed by another team than its app",
    .why =
        "macOS activates a system extension only from an app of the same team, unless the extension has "
        "com.apple.developer.system-extension.redistributable; app extensions must always be of the same "
        "team.",
    .fix = "sign app and extension with certificates of one team",
    .reference = "Apple: System Extensions, 'Configure the System Extension and the Host App'"};
constexpr Rule kIdentifier = {.id = "signature-identifier",
                              .severity = Severity::kError,
                              .title = "The signature's identifier is not the bundle identifier",
                              .why =
                                  "Requirements in profiles name the identifier of the signature, and macOS "
                                  "looks the extension up by its "
                                  "bundle identifier; where the two differ one of them never fits.",
                              .fix = "sign the bundle, not the program alone, or give codesign --identifier",
                              .reference = "codesign(1); Apple TN3127: Inside Code Signing: Requirements"};
constexpr Rule kRequirementUnknown = {
    .id = "signature-requirement-unknown",
    .severity = Severity::kWarning,
    .title = "The designated requirement has an operation that is not known here",
    .why = "Its text is not complete, so it is not fit for a profile.",
    .fix = "take it from `codesign -d -r-` on a Mac",
    .reference = "requirement.h in Apple's published Security sources"};

constexpr std::array kRules = {&kUnsigned,     &kAdHoc, &kUnreadable, &kPartUnreadable,    &kHardened,
                               &kSlicesDiffer, &kTeam,  &kIdentifier, &kRequirementUnknown};
constexpr lint::RuleGroup kGroup = {"bundle-signatures", "Code signatures of apps and extensions", kRules,
                                    false};

void CheckSlice(Context& context, const Bundle& bundle, const ProgramSlice& slice) {
  if (!slice.signature) {
    const bool damaged = !slice.signature_trouble.empty();
    context.InProgram(
        damaged ? kUnreadable : kUnsigned, bundle, "LC_CODE_SIGNATURE",
        damaged ? slice.signature_trouble : absl::StrCat(slice.image.architecture, " has no signature"));
    return;
  }
  const CodeSignature& signature = *slice.signature;
  for (const std::string& problem : signature.problems) {
    context.InProgram(kPartUnreadable, bundle, "LC_CODE_SIGNATURE", problem);
  }
  if (signature.ad_hoc)
    context.InProgram(kAdHoc, bundle, "LC_CODE_SIGNATURE", "the signature has no certificate and no team");
  // Libraries have it from the program that loads them.
  if (!signature.hardened_runtime && slice.image.kind == profiles::ImageKind::kProgram) {
    context.InProgram(kHardened, bundle, "LC_CODE_SIGNATURE",
                      absl::StrCat("the signature of ", slice.image.architecture, " is without it"));
  }
}

// What differs between two architectures; empty: nothing that matters.
std::string Difference(const CodeSignature& a, const CodeSignature& b) {
  if (a.team_id != b.team_id) return absl::StrCat("team '", a.team_id, "' and '", b.team_id, "'");
  if (a.identifier != b.identifier)
    return absl::StrCat("identifier '", a.identifier, "' and '", b.identifier, "'");
  if (a.ad_hoc != b.ad_hoc) return "one is signed ad hoc";
  const plist::Value *of_a = EntitlementsOf(a), *of_b = EntitlementsOf(b);
  const bool same = of_a == of_b || (of_a != nullptr && of_b != nullptr && *of_a == *of_b);
  return same ? "" : "entitlements";
}

void CheckSlices(Context& context, const Bundle& bundle) {
  const ProgramSlice* first = nullptr;
  for (const ProgramSlice& slice : bundle.program) {
    CheckSlice(context, bundle, slice);
    if (!slice.signature) continue;
    if (first == nullptr) first = &slice;
    const std::string difference = Difference(*first->signature, *slice.signature);
    if (difference.empty()) continue;
    context.InProgram(
        kSlicesDiffer, bundle, "LC_CODE_SIGNATURE",
        absl::StrCat(first->image.architecture, " and ", slice.image.architecture, ": ", difference));
  }
}

void CheckTeam(Context& context, const Bundle& bundle, const CodeSignature& signature) {
  const Bundle* app = context.AppOf(bundle);
  const CodeSignature* apps = app != nullptr ? app->Signature() : nullptr;
  if (apps == nullptr || apps->team_id == signature.team_id) return;
  const bool system = bundle.kind == Kind::kSystemExtension;
  if (system && bundle.HasEntitlement("com.apple.developer.system-extension.redistributable")) return;
  context.InProgram(kTeam, bundle, "LC_CODE_SIGNATURE",
                    absl::StrCat("the extension is signed by team '", signature.team_id, "', the app by '",
                                 apps->team_id, "'"));
}

}  // namespace

const lint::RuleGroup& SignatureRules() {
  return kGroup;
}

void CheckSignature(Context& context, const Bundle& bundle) {
  CheckSlices(context, bundle);
  const CodeSignature* signature = bundle.Signature();
  if (signature == nullptr || (bundle.kind != Kind::kApp && !bundle.IsExtension())) return;
  if (bundle.IsExtension()) CheckTeam(context, bundle, *signature);
  if (!bundle.Identifier().empty() && signature->identifier != bundle.Identifier()) {
    context.InProgram(
        kIdentifier, bundle, "LC_CODE_SIGNATURE",
        absl::StrCat("the signature says ", signature->identifier, ", Info.plist ", bundle.Identifier()));
  }
  if (signature->requirement && !signature->requirement->complete) {
    context.InProgram(kRequirementUnknown, bundle, "", signature->requirement->text);
  }
}

}  // namespace holdfast::bundle
