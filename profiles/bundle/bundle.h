// Apps, extensions and frameworks as a folder holds them: what their property lists and programs say. Plain
// values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "profiles/macho/code_signature.h"
#include "profiles/macho/image.h"
#include "profiles/plist/value.h"

namespace holdfast::bundle {

enum class Kind { kApp, kSystemExtension, kAppExtension, kFramework, kXpcService, kDriver };

// "app", "system extension", ...
absl::string_view KindName(Kind kind);

// One architecture of a bundle's program.
struct ProgramSlice {
  profiles::Slice image;  // without its signature's bytes
  std::optional<profiles::CodeSignature> signature;
  std::string signature_trouble;  // why there is none although it is signed
};

// A class that Network Extension makes an object of.
struct Provider {
  std::string point;       // "com.apple.networkextension.packet-tunnel"
  std::string class_name;  // "My.PacketTunnelProvider"; empty: none is named
  std::string key_path;    // where its Info.plist says so
  uint32_t line = 0;
};

// What embedded.provisionprofile grants.
struct Provisioning {
  std::string path;
  std::string trouble;  // why it cannot be read; the rest is then empty
  plist::Value entitlements = plist::Dict();
  int64_t expires = 0;  // Unix seconds; 0: never told
};

// What a profile holds to name this code: ProviderDesignatedRequirement and its like.
struct DesignatedRequirement {
  std::string text;
  bool derived = false;  // the signature has none of its own: what macOS makes for Developer ID
};

struct Bundle {
  Kind kind = Kind::kApp;
  std::string path;              // "My.app/Contents/PlugIns/My.appex"
  std::string contents;          // the folder with its Info.plist
  bool flat = false;             // without a folder Contents: as on iOS
  std::optional<size_t> parent;  // the innermost bundle that it lies in
  std::optional<size_t> app;     // the innermost app that it lies in
  std::string info_path;
  std::string info_trouble;  // why the property list cannot be read
  plist::Value info = plist::Dict();
  std::string program_path;     // of the program that its property list names
  std::string program_trouble;  // why it cannot be read
  std::vector<ProgramSlice> program;
  std::vector<Provider> providers;
  std::optional<Provisioning> provisioning;

  std::string Name() const;        // "My.appex"
  std::string Identifier() const;  // CFBundleIdentifier; empty: none
  std::string Subject() const;     // "system extension 'com.example.vpn.tunnel'", or with its name
  // Of the first architecture that is signed; null: none is.
  const profiles::CodeSignature* Signature() const;
  // An entitlement of that signature; null: it has none such.
  const plist::Value* Entitlement(absl::string_view key) const;
  // Nothing where no complete one is known: unsigned, signed ad hoc, for development or by the App Store.
  std::optional<DesignatedRequirement> Requirement() const;
  bool HasEntitlement(absl::string_view key) const;  // one that is true
  bool IsExtension() const { return kind == Kind::kSystemExtension || kind == Kind::kAppExtension; }
};

// The texts of a value: an array's, or the one that it is itself.
std::vector<std::string> Texts(const plist::Value* value);

}  // namespace holdfast::bundle
