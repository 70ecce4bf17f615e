// Which key of a declaration says what which key of a payload says. Constant data.
#pragma once

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace holdfast::profiles {

enum class KeyForm {
  kSame,
  kSwitch,    // a number, 0 or 1, in the payload; true or false in the declaration
  kComposed,  // two keys of the payload: "BUNDLE-ID {REQUIREMENT}"
};

// Paths with dots. `and_` is the requirement's key of a composed one.
struct KeyPair {
  absl::string_view payload, declaration;
  KeyForm form = KeyForm::kSame;
  absl::string_view and_ = "";
};

// A key of the payload that always says this; the declaration has none for it.
struct FixedKey {
  absl::string_view path, value;
};

struct DeclarationKind {
  absl::string_view type;  // "com.apple.configuration.network.vpn.ikev2"
  absl::string_view payload_type;
  FixedKey fixed;  // tells payloads of one type apart: VPNType
  absl::Span<const KeyPair> keys;
  // Keys of the payload that name or hold a secret; in the declaration an asset's Identifier stands for them.
  absl::Span<const absl::string_view> secrets;
};

absl::Span<const DeclarationKind> DeclarationKinds();

}  // namespace holdfast::profiles
