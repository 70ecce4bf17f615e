// com.apple.webcontent-filter.
#include <array>

#include "absl/strings/str_cat.h"
#include "profiles/lint/rules/rules.h"
#include "profiles/mobileconfig/payloads.h"
#include "profiles/plist/keys.h"

namespace holdfast::lint {
namespace {

using plist::Switch;

constexpr char kApple[] = "Apple: WebContentFilter";

constexpr Rule kPlugin = {
    .id = "filter-missing-plugin",
    .severity = Severity::kError,
    .title = "FilterType is not Plugin, or PluginBundleID is missing",
    .why =
        "A Mac runs only filters of apps. The built-in filter, which is the default of FilterType, exists on "
        "iOS.",
    .fix = "set FilterType to 'Plugin' and PluginBundleID to the filter's app: macOS runs no other",
    .reference = kApple};
constexpr Rule kName = {
    .id = "filter-missing-name",
    .severity = Severity::kError,
    .title = "UserDefinedName is missing",
    .why = "For a filter of an app the name is required: macOS refuses the payload without it.",
    .fix = "set UserDefinedName to the name that System Settings shall show",
    .reference = kApple};
constexpr Rule kNothing = {.id = "filter-filters-nothing",
                           .severity = Severity::kError,
                           .title = "Neither sockets nor packets are filtered",
                           .why = "The filter is installed and sees no traffic.",
                           .fix = "set FilterSockets or FilterPackets to <true/>",
                           .reference = kApple};
constexpr Rule kProvider = {
    .id = "filter-missing-provider",
    .severity = Severity::kError,
    .title = "The filter's provider is not named",
    .why = "macOS does not know which extension to start: the filter is enabled and does not run.",
    .fix = "name the provider: without it the filter does not start",
    .reference = kApple};
constexpr Rule kRequirement = {
    .id = "filter-missing-requirement",
    .severity = Severity::kError,
    .title = "The provider has no designated requirement",
    .why = "macOS starts a system extension's provider only if its signature satisfies that requirement.",
    .fix =
        "add the DesignatedRequirement that belongs to the provider (`holdfastctl inspect` prints it for an "
        "app)",
    .reference = kApple};
constexpr Rule kGrade = {.id = "filter-grade-default",
                         .severity = Severity::kInfo,
                         .title = "FilterGrade is not written",
                         .why =
                             "It is 'firewall' then. Firewalls see traffic before inspectors, and two of one "
                             "grade in no defined order.",
                         .fix = "write FilterGrade, so that it can be seen what is meant",
                         .reference = kApple};
constexpr Rule kUrl = {
    .id = "filter-url-parameters",
    .severity = Severity::kError,
    .title = "FilterURLs is on and its parameters are missing",
    .why =
        "A filter of URLs asks a server privately; without the server's address and token there is nothing "
        "to ask.",
    .fix = "add URLFilterParameters with PIRServerURL, PIRPrivacyPassIssuerURL and PIRAuthenticationToken",
    .reference = "Apple: WebContentFilter, URLFilterParameters (macOS 26)"};

constexpr std::array kRules = {&kPlugin, &kName, &kNothing, &kProvider, &kRequirement, &kGrade, &kUrl};
constexpr RuleGroup kGroup = {"filters", "Content filters", kRules};

void CheckProvider(const PayloadView& payload, absl::string_view kind, absl::string_view switch_key,
                   Sink& sink) {
  if (!Switch(payload.value(), switch_key).value_or(false)) return;
  const std::string provider_key = absl::StrCat("Filter", kind, "ProviderBundleIdentifier");
  const std::string requirement_key = absl::StrCat("Filter", kind, "ProviderDesignatedRequirement");
  const std::string provider = payload.Text(provider_key), requirement = payload.Text(requirement_key);
  if (provider.empty()) {
    sink.Add(kProvider, payload.At(switch_key),
             absl::StrCat(switch_key, " is true and ", provider_key, " is missing"));
  } else if (requirement.empty()) {
    sink.Add(kRequirement, payload.At(provider_key), absl::StrCat(requirement_key, " is missing"));
  } else {
    CheckRequirement(payload, payload.At(requirement_key), provider, requirement, sink);
  }
}

void CheckFilter(const PayloadView& payload, Sink& sink) {
  const std::string type = payload.Text("FilterType"), plugin = payload.Text("PluginBundleID");
  if (type != "Plugin" || plugin.empty()) {
    sink.Add(kPlugin, payload.At("FilterType"),
             absl::StrCat("its FilterType is '", type, "' and its PluginBundleID '", plugin, "'"));
    return;
  }
  if (payload.Text("UserDefinedName").empty())
    sink.Add(kName, payload.At("UserDefinedName"), "UserDefinedName is missing");
  const bool urls = Switch(payload.value(), "FilterURLs").value_or(false);
  if (urls && payload.value().Find("URLFilterParameters") == nullptr) {
    sink.Add(kUrl, payload.At("FilterURLs"), "FilterURLs is true and URLFilterParameters is missing");
  }
  const bool sockets = Switch(payload.value(), "FilterSockets").value_or(false);
  const bool packets = Switch(payload.value(), "FilterPackets").value_or(false);
  if (!sockets && !packets && !urls) {
    sink.Add(kNothing, payload.At("FilterSockets"), "neither FilterSockets nor FilterPackets is true");
  }
  CheckProvider(payload, "Data", "FilterSockets", sink);
  CheckProvider(payload, "Packet", "FilterPackets", sink);
  if (payload.Text("FilterGrade").empty())
    sink.Add(kGrade, payload.At("FilterGrade"), "FilterGrade is not written");
}

}  // namespace

const RuleGroup& FilterRules() {
  return kGroup;
}

void CheckFilters(const FileView& file, Sink& sink) {
  for (const PayloadView& payload : file.payloads()) {
    if (payload.type() == profiles::kFilterPayload) CheckFilter(payload, sink);
  }
}

}  // namespace holdfast::lint
