// An app with a packet tunnel in a system extension, as Apple describes it, written file by file; tests
// change one thing of it and see what is found.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "profiles/bundle/inspect.h"
#include "tests/profiles/mach_o.h"
#include "tests/storage/temp_folder.h"

namespace holdfast::bundle {

// Keys of a property list, with their values in XML.
using Keys = std::map<std::string, std::string>;

std::string Text(const std::string& text);                // <string>
std::string List(const std::vector<std::string>& texts);  // <array> of <string>
std::string Dict(const Keys& keys);
inline std::string True() {
  return "<true/>";
}
std::string PropertyList(const Keys& keys);

struct SampleProgram {
  Keys info, entitlements;
  Keys granted;  // by its provisioning profile; empty: it has none
  std::string expires = "2040-01-01T00:00:00Z";
  uint32_t platform = 1, minimum = 0x000D0000;  // macOS 13
  std::vector<std::string> commands;            // more of them
  std::vector<uint32_t> cpus = {profiles::kArm64, profiles::kX8664};
  profiles::SignedAs signing;
  bool is_signed = true;
  // The last architecture's, where it differs.
  std::optional<profiles::SignedAs> last_signing;

  // Its Mach-O file.
  std::string Bytes() const;
};

struct Sample {
  Sample();
  void WriteTo(const std::string& app_path) const;
  // Writes it and inspects the app; `target`: "15.4".
  Inspection Run(const std::string& target = "") const;
  // The ids of the rules that found something, each once.
  std::vector<std::string> Found(const std::string& target = "") const;
  // The findings of one rule.
  std::vector<lint::Finding> Findings(const std::string& rule, const std::string& target = "") const;
  // The extension as an app extension in PlugIns, signed for the App Store.
  void BecomeAppExtension();

  SampleProgram app, extension;
  std::string extension_folder = "Library/SystemExtensions";
  std::string extension_file = "com.example.vpn.tunnel.systemextension";
  Keys files;  // more of them: path in the app's Contents, and bytes
};

// A provider's class for an extension point of Network Extension.
Keys Providers(const std::vector<std::string>& points,
               const std::string& mach_service = "ABCDE12345.com.example.vpn.x");
// Of the sample's developer.
std::string DeveloperIdMessage();
std::string AppStoreMessage();
// A signed library with those load commands.
std::string Library(const std::vector<std::string>& commands = {});

}  // namespace holdfast::bundle
