// How long a repository of profiles is linted: read, decoded, every rule of each file and of all as one Mac.
// Baseline: libplist alone decodes the same bytes, which looks at no rule.
#include <plist/plist.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "profiles/lint/lint.h"
#include "profiles/mobileconfig/read.h"
#include "tests/profiles/lint/samples.h"

namespace holdfast::lint {
namespace {

constexpr int kProfiles = 1000;
constexpr int kRounds = 5;
constexpr double kBar = 2;  // seconds

std::string OnDemandRules() {
  std::string rules = "<key>OnDemandEnabled</key><integer>1</integer><key>OnDemandRules</key><array>";
  for (int i = 0; i < 5; ++i) {
    absl::StrAppend(
        &rules,
        "<dict><key>Action</key><string>Disconnect</string><key>DNSDomainMatch</key><array><string>*.s", i,
        ".example.com</string></array></dict>");
  }
  return rules + "<dict><key>Action</key><string>Connect</string></dict></array>";
}

// Each with a VPN, a proxy or a filter, and the permission for its extension; every tenth has a flaw.
std::string MakeProfile(int number) {
  const bool proxy = number % 3 == 0, filter = number % 3 == 1;
  const std::string order = number % 10 == 0
                                ? "<key>Order</key><string>1</string>"
                                : absl::StrCat("<key>Order</key><integer>", number, "</integer>");
  const std::string more = proxy ? order : filter ? "" : OnDemandRules();
  const std::string keys = proxy ? ProviderKeys("TransparentProxy") : filter ? kFilterKeys : kIkev2Keys;
  const std::string type = filter ? "com.apple.webcontent-filter" : "com.apple.vpn.managed";
  const std::string payloads = absl::StrCat(
      PayloadXml(type, 1, absl::StrReplaceAll(keys, {{"@", more}})),
      PayloadXml("com.apple.system-extension-policy", 2, absl::StrReplaceAll(kExtensionKeys, {{"@", ""}})));
  return absl::StrReplaceAll(ProfileXml(payloads),
                             {{"0000-4000-8000-0000", absl::StrCat("0000-4000-8000-", 1000 + number)},
                              {"com.example", absl::StrCat("com.vendor", number)}});
}

double SecondsSince(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double Decode(const std::vector<std::string>& files) {
  const auto begin = std::chrono::steady_clock::now();
  for (const std::string& file : files) {
    plist_t root = nullptr;
    plist_from_xml(file.data(), static_cast<uint32_t>(file.size()), &root);
    plist_free(root);
  }
  return SecondsSince(begin);
}

double Lint(const std::vector<std::string>& files, size_t* found) {
  const auto begin = std::chrono::steady_clock::now();
  std::vector<profiles::Profile> read;
  for (size_t i = 0; i < files.size(); ++i)
    read.push_back(ReadSample(files[i], absl::StrCat(i, ".mobileconfig")));
  *found = Check(read, {}, /*together=*/true).Count(Severity::kError);
  return SecondsSince(begin);
}

int Run() {
  std::vector<std::string> files;
  size_t bytes = 0;
  for (int i = 0; i < kProfiles; ++i) {
    files.push_back(MakeProfile(i));
    bytes += files.back().size();
  }
  std::printf("profile lint, %d profiles with %zu KiB as one Mac's, %d rounds\n", kProfiles, bytes >> 10,
              kRounds);
  double worst = 0, baseline = 1e9;
  size_t found = 0;
  for (int round = 0; round < kRounds; ++round) {
    baseline = std::min(baseline, Decode(files));
    worst = std::max(worst, Lint(files, &found));
  }
  std::printf(
      "  %.3f s at worst  baseline, libplist decodes: %.3f s at best  (bar: %.0f s)  %zu errors found\n",
      worst, baseline, kBar, found);
  return worst <= kBar && found > 0 ? 0 : 1;
}

}  // namespace
}  // namespace holdfast::lint

int main() {
  return holdfast::lint::Run();
}
