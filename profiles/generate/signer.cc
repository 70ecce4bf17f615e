#include "profiles/generate/signer.h"

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "profiles/generate/product.h"
#include "profiles/lint/requirement.h"
#include "profiles/macho/code_signature.h"
#include "profiles/macho/requirement.h"

namespace holdfast::profiles {
namespace {

absl::Status Refuse(absl::string_view name, const CodeSignature& of, absl::string_view why) {
  return absl::FailedPreconditionError(absl::StrCat(
      name, " (", of.architecture, ") ", why,
      ": macOS applies privacy and service-management rules by team, so what would be generated for it holds "
      "nothing; sign it with a Developer ID certificate and give that program"));
}

absl::Status CheckSlice(absl::string_view name, const CodeSignature& signature) {
  if (signature.ad_hoc) return Refuse(name, signature, "is signed ad hoc");
  if (!signature.has_certificate) return Refuse(name, signature, "carries no certificate");
  if (signature.team_id.empty()) return Refuse(name, signature, "is signed without a Team ID");
  if (!lint::LooksLikeTeam(signature.team_id)) {
    return Refuse(name, signature, absl::StrCat("has '", signature.team_id, "', which is no Team ID"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Signer> SignerOfTeam(absl::string_view team_id) {
  if (lint::LooksLikeTeam(team_id)) return Signer{std::string(team_id), std::string(kDaemonIdentifier)};
  return absl::InvalidArgumentError(
      absl::StrCat("'", team_id,
                   "' is no Team ID: those have ten capital letters and digits, as `codesign -dv` "
                   "prints them (TeamIdentifier)"));
}

absl::StatusOr<Signer> SignerOfProgram(absl::string_view bytes, absl::string_view name) {
  const absl::StatusOr<std::vector<CodeSignature>> read = ReadCodeSignatures(bytes, name);
  if (absl::IsNotFound(read.status())) {
    return absl::FailedPreconditionError(
        absl::StrCat(read.status().message(), ": sign it with a Developer ID certificate first"));
  }
  if (!read.ok()) return read.status();
  const CodeSignature& first = read->front();
  for (const CodeSignature& slice : *read) {
    HOLDFAST_RETURN_IF_ERROR(CheckSlice(name, slice));
    if (slice.team_id == first.team_id && slice.identifier == first.identifier) continue;
    return Refuse(name, slice, absl::StrCat("is signed unlike its ", first.architecture, " part"));
  }
  if (!absl::EndsWith(first.identifier, "holdfastd")) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " calls itself '", first.identifier,
                     "': the rules are about the daemon, so give holdfastd as it will be installed (",
                     kDaemon.program, ")"));
  }
  return Signer{first.team_id, first.identifier};
}

std::string DesignatedRequirement(const Signer& signer) {
  return DeveloperIdRequirement(signer.daemon_identifier, signer.team_id);
}

}  // namespace holdfast::profiles
