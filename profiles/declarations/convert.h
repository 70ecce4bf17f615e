// From a payload of a profile to the declaration that says the same, and back. Pure and thread-safe.
#pragma once

#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "profiles/declarations/declaration.h"
#include "profiles/plist/value.h"

namespace holdfast::profiles {

// The declaration's type for a payload; empty when macOS has none for it.
absl::string_view DeclarationTypeFor(const plist::Value& payload);

// The declaration of a payload, its secrets left out: assets stand for those (SetAssets). INVALID_ARGUMENT
// when macOS has no declaration for such a payload, or none for one of its keys; the message names it.
absl::StatusOr<Declaration> DeclarationOfPayload(const plist::Value& payload, absl::string_view identifier);

// Where a declaration names its assets: user and password, or a shared secret; an identity. Empty: not.
// Nothing happens for types that have no such place.
void SetAssets(absl::string_view credentials, absl::string_view identity, Declaration& declaration);

// What a payload of a profile would say: PayloadType, a PayloadIdentifier and every key that is known.
// Nothing for types that are not known. Keys without a counterpart come into `unknown`, as paths.
std::optional<plist::Dict> PayloadOfDeclaration(const Declaration& declaration,
                                                std::vector<std::string>* unknown);

}  // namespace holdfast::profiles
