// A policy as managed preferences spell it: a property list of the domain io.holdfast.agent, keys in
// PascalCase, durations in seconds. It maps one to one onto the document that YAML and JSON make. Pure and
// thread-safe.
#pragma once

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "core/policy/document.h"
#include "profiles/plist/value.h"

namespace holdfast::profiles {

inline constexpr absl::string_view kPolicyDomain = "io.holdfast.agent";

// Whether the bytes are a property list, XML or binary.
bool LooksLikePlist(absl::string_view bytes);

// The document of a property list: the domain's own file, or a configuration profile's payload of the type
// io.holdfast.agent. Its values have no line: a property list is often binary. INVALID_ARGUMENT for what is
// no property list, no dictionary, or larger than a policy may be, and for values that a policy cannot have
// (data, a UID).
absl::StatusOr<Document> PlistPolicyDocument(absl::string_view bytes, absl::string_view source);

// The same way back: what PlistPolicyDocument reads as this document, in PascalCase and with a policy's own
// types. The document must be a valid policy; keys that this version does not know stay as they are written.
// INVALID_ARGUMENT names the key whose value a property list cannot hold.
absl::StatusOr<plist::Dict> PolicyPreferences(const Document& document);

// A policy in whichever spelling: a property list, else YAML or JSON. `at` as in ParseDocument.
absl::StatusOr<Document> ReadPolicyDocument(absl::string_view bytes, absl::string_view source,
                                            Position* at = nullptr);

}  // namespace holdfast::profiles
