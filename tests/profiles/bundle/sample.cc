#include "tests/profiles/bundle/sample.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "tests/profiles/signing_certificate.h"

namespace holdfast::bundle {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kNow = 1'800'000'000;  // 2027-01-15

void Write(const fs::path& path, const std::string& bytes) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

std::string ProvisioningProfile(const SampleProgram& program) {
  return profiles::SignedMessage(
      "Apple", "", true,
      PropertyList({{"Entitlements", Dict(program.granted)},
                    {"ExpirationDate", absl::StrCat("<date>", program.expires, "</date>")}}));
}

void WriteProgram(const SampleProgram& program, const fs::path& contents) {
  Write(contents / "Info.plist", PropertyList(program.info));
  Write(contents / "MacOS" / "program", program.Bytes());
  if (!program.granted.empty()) Write(contents / "embedded.provisionprofile", ProvisioningProfile(program));
}

Keys InfoOf(const std::string& identifier, const std::string& type) {
  return {{"CFBundleIdentifier", Text(identifier)},
          {"CFBundleExecutable", Text("program")},
          {"CFBundleVersion", Text("1.2.3")},
          {"CFBundlePackageType", Text(type)},
          {"LSMinimumSystemVersion", Text("13.0")}};
}

Keys EntitlementsOf() {
  return {
      {"com.apple.developer.networking.networkextension", List({"packet-tunnel-provider-systemextension"})},
      {"com.apple.security.application-groups", List({"ABCDE12345.com.example.vpn"})},
      {"com.apple.security.app-sandbox", True()}};
}

}  // namespace

std::string Text(const std::string& text) {
  return absl::StrCat("<string>", text, "</string>");
}

std::string List(const std::vector<std::string>& texts) {
  std::string out = "<array>";
  for (const std::string& text : texts) absl::StrAppend(&out, Text(text));
  return out + "</array>";
}

std::string Dict(const Keys& keys) {
  std::string out = "<dict>\n";
  for (const auto& [key, value] : keys) absl::StrAppend(&out, "<key>", key, "</key>\n", value, "\n");
  return out + "</dict>";
}

std::string PropertyList(const Keys& keys) {
  return absl::StrCat("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<plist version=\"1.0\">\n", Dict(keys),
                      "\n</plist>\n");
}

Keys Providers(const std::vector<std::string>& points, const std::string& mach_service) {
  Keys classes;
  for (const std::string& point : points)
    classes[absl::StrCat("com.apple.networkextension.", point)] = Text("My.Provider");
  Keys out = {{"NEProviderClasses", Dict(classes)}};
  if (!mach_service.empty()) out["NEMachServiceName"] = Text(mach_service);
  return out;
}

std::string DeveloperIdMessage() {
  static const std::string message =
      profiles::SignedMessage("Developer ID Application: Example (ABCDE12345)", profiles::kDeveloperIdMark);
  return message;
}

std::string AppStoreMessage() {
  static const std::string message =
      profiles::SignedMessage("Apple Mac OS Application Signing", profiles::kAppStoreMark);
  return message;
}

std::string Library(const std::vector<std::string>& commands) {
  return profiles::Image({.file_type = 6, .commands = commands, .signature = profiles::Signature({})});
}

std::string SampleProgram::Bytes() const {
  std::vector<std::string> slices;
  for (size_t i = 0; i < cpus.size(); ++i) {
    profiles::SignedAs as = i + 1 == cpus.size() && last_signing ? *last_signing : signing;
    if (as.entitlements.empty() && !entitlements.empty()) as.entitlements = PropertyList(entitlements);
    std::vector<std::string> all = {profiles::BuildVersion(platform, minimum, 0x001A0000),
                                    profiles::Loads("/usr/lib/libSystem.B.dylib")};
    all.insert(all.end(), commands.begin(), commands.end());
    slices.push_back(profiles::Image(
        {.cpu = cpus[i], .commands = all, .signature = is_signed ? profiles::Signature(as) : std::string()}));
  }
  return slices.size() == 1 ? slices.front() : profiles::Universal(slices);
}

Sample::Sample() {
  app.info = InfoOf("com.example.vpn", "APPL");
  app.entitlements = EntitlementsOf();
  app.entitlements["com.apple.developer.system-extension.install"] = True();
  extension.info = InfoOf("com.example.vpn.tunnel", "SYSX");
  extension.info["NSSystemExtensionUsageDescription"] = Text("Connects you to the office.");
  extension.info["NetworkExtension"] = Dict(Providers({"packet-tunnel"}));
  extension.entitlements = EntitlementsOf();
  for (SampleProgram* program : {&app, &extension}) {
    program->granted = program->entitlements;
    program->signing.cms = DeveloperIdMessage();
    program->signing.identifier = program == &app ? "com.example.vpn" : "com.example.vpn.tunnel";
  }
}

void Sample::BecomeAppExtension() {
  extension_folder = "PlugIns";
  extension_file = "tunnel.appex";
  extension.info["CFBundlePackageType"] = Text("XPC!");
  extension.info["NSExtension"] =
      Dict({{"NSExtensionPointIdentifier", Text("com.apple.networkextension.packet-tunnel")},
            {"NSExtensionPrincipalClass", Text("My.Provider")}});
  extension.info.erase("NetworkExtension");
  for (SampleProgram* program : {&app, &extension}) {
    program->signing.cms = AppStoreMessage();
    program->entitlements["com.apple.developer.networking.networkextension"] =
        List({"packet-tunnel-provider"});
    program->granted = program->entitlements;
  }
}

void Sample::WriteTo(const std::string& app_path) const {
  const fs::path contents = fs::path(app_path) / "Contents";
  WriteProgram(app, contents);
  WriteProgram(extension, contents / extension_folder / extension_file / "Contents");
  for (const auto& [path, bytes] : files) Write(contents / path, bytes);
}

Inspection Sample::Run(const std::string& target) const {
  const TempFolder folder;
  WriteTo(folder.File("My.app"));
  Options options{std::nullopt, kNow};
  if (!target.empty()) options.target = lint::ParseMacOsVersion(target).value();
  absl::StatusOr<Inspection> read = Inspect(folder.File("My.app"), options);
  EXPECT_TRUE(read.ok()) << read.status();
  return read.ok() ? *std::move(read) : Inspection{};
}

std::vector<std::string> Sample::Found(const std::string& target) const {
  std::vector<std::string> out;
  for (const lint::Finding& finding : Run(target).findings) out.emplace_back(finding.rule->id);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::vector<lint::Finding> Sample::Findings(const std::string& rule, const std::string& target) const {
  std::vector<lint::Finding> out;
  for (const lint::Finding& finding : Run(target).findings) {
    if (finding.rule->id == rule) out.push_back(finding);
  }
  return out;
}

}  // namespace holdfast::bundle
