// Everything that a management server needs for Holdfast, by the names that `holdfastctl profile generate`
// takes. Pure and thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "core/policy/document.h"
#include "profiles/generate/signer.h"

namespace holdfast::profiles {

enum class Need { kNothing, kSigner, kPolicy, kLaunchJob };

struct GeneratedKind {
  absl::string_view name;  // "service-management"
  absl::string_view type;  // the payload's or declaration's; empty: a file of its own kind
  absl::string_view what;
  Need need = Need::kNothing;
  bool payload = false;  // several of these share a profile; the others stand alone
};

// In the order of the documentation.
absl::Span<const GeneratedKind> GeneratedKinds();
std::vector<std::string> GeneratedKindNames();

struct LaunchJob {
  std::string bytes, name, url;
};

struct GenerateRequest {
  std::vector<std::string> kinds;  // names of GeneratedKinds; at least one
  std::optional<Signer> signer;
  std::optional<Document> policy;
  std::optional<LaunchJob> launch_job;
  std::string organization;
  std::string identifier;  // of the profile; empty: one that follows from the kinds
};

// The file's content. INVALID_ARGUMENT for kinds that do not go together or are not known;
// FAILED_PRECONDITION when something that a kind needs is missing, with the option that gives it.
absl::StatusOr<std::string> Generate(const GenerateRequest& request);

}  // namespace holdfast::profiles
