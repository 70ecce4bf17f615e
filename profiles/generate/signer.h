// Whose signature Holdfast's programs carry. Rules of privacy and service management name a team: without one
// they would hold nothing, so nothing is generated without. Pure and thread-safe.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace holdfast::profiles {

struct Signer {
  std::string team_id;            // ten capital letters and digits
  std::string daemon_identifier;  // the code-signing identifier of holdfastd
  friend bool operator==(const Signer&, const Signer&) = default;
};

// INVALID_ARGUMENT when it is no Team ID.
absl::StatusOr<Signer> SignerOfTeam(absl::string_view team_id);

// Of holdfastd as it will be installed. FAILED_PRECONDITION when it is not signed, signed ad hoc or without a
// team, or when its architectures differ; INVALID_ARGUMENT when it is no Mac's program or not holdfastd.
absl::StatusOr<Signer> SignerOfProgram(absl::string_view bytes, absl::string_view name);

// What macOS requires of code that Apple's Developer ID authority signed for that team.
std::string DesignatedRequirement(const Signer& signer);

}  // namespace holdfast::profiles
