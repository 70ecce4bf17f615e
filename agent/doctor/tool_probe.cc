#include "agent/doctor/tool_probe.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/signals/mac/network_source.h"
#include "agent/signals/mac/system_source.h"
#include "agent/signals/parse/network_text.h"
#include "agent/signals/parse/profiles_xml.h"
#include "agent/signals/parse/scutil_list.h"
#include "agent/signals/parse/sysext_db.h"
#include "agent/signals/parse/sysext_list.h"
#include "agent/signals/parse/system_text.h"

namespace holdfast::doctor {
namespace {

// What was understood, in words; an error when nothing was.
using ReadText = absl::StatusOr<std::string> (*)(const std::string& text);

struct Probe {
  const char* tool;  // as the agent's sources name it
  ReadText read;
  const char* without;  // what the agent lacks then
};

std::string Odd(size_t lines) {
  return lines == 0 ? "" : absl::StrCat("; ", lines, " lines were not understood");
}

template <absl::StatusOr<parse::SysextList> (*kRead)(absl::string_view)>
absl::StatusOr<std::string> Extensions(const std::string& text) {
  const auto list = kRead(text);
  if (!list.ok()) return list.status();
  return absl::StrCat(list->rows.size(), " extensions", Odd(list->odd.size()));
}

absl::StatusOr<std::string> Profiles(const std::string& text) {
  const auto list = parse::ReadProfileList(text);
  if (!list.ok()) return list.status();
  return absl::StrCat(list->profiles.size(), " profiles", Odd(list->odd.size()));
}

absl::StatusOr<std::string> Services(const std::string& text) {
  const auto list = parse::ReadScutilList(text);
  if (!list.ok()) return list.status();
  return absl::StrCat(list->services.size(), " services", Odd(list->odd.size()));
}

absl::StatusOr<std::string> Resolvers(const std::string& text) {
  const auto dns = parse::ReadScutilDns(text);
  if (!dns.ok()) return dns.status();
  return absl::StrCat(dns->resolvers.size(), " resolvers");
}

absl::StatusOr<std::string> Route(const std::string& text) {
  const parse::RouteAnswer route = parse::ReadRouteGet(text);
  if (route.interface_name.empty()) return absl::NotFoundError("it names no interface");
  return absl::StrCat("the internet is reached by ", route.interface_name);
}

absl::StatusOr<std::string> Routes(const std::string& text) {
  const std::vector<parse::RouteAnswer> routes = parse::ReadDefaultRoutes(text);
  if (routes.empty()) return absl::NotFoundError("it lists no default route");
  return absl::StrCat(routes.size(), " default routes, the first by ", routes[0].interface_name);
}

absl::StatusOr<std::string> Processes(const std::string& text) {
  return absl::StrCat(parse::RunningExtensions(text).size(), " system extensions run");
}

absl::StatusOr<std::string> Mounts(const std::string& text) {
  return absl::StrCat(parse::MountPointsOf(text, "acfs").size(), " Xsan volumes are mounted");
}

constexpr Probe kProbes[] = {
    {"extensions", Extensions<parse::ReadSysextList>, "which system extensions are active"},
    {"extensions_db", Extensions<parse::ReadSysextDb>,
     "which system extensions are active while systemextensionsctl hangs"},
    {"processes", Processes, "whether an active extension runs"},
    {"profiles", Profiles, "whose a configuration is"},
    {"dns", Resolvers, "which resolvers are asked"},
    {"route4", Route, "whether traffic goes into the tunnel"},
    {"routes", Routes, "the gateway of the network under a tunnel (TrustedNetworks)"},
    {"mounts", Mounts, "whether an Xsan volume is mounted"},
    {"services", Services, "services, should the private interface go"}};

std::vector<signals::Tool> AllTools() {
  std::vector<signals::Tool> tools = signals::SystemTools();
  tools.push_back(signals::ExtensionsDatabase());
  tools.insert(tools.end(), signals::NetworkTools().begin(), signals::NetworkTools().end());
  tools.push_back({"services", {"/usr/sbin/scutil", "--nc", "list"}});
  return tools;
}

}  // namespace

std::vector<Finding> ProbeTools(const RunBlocking& run) {
  std::vector<Finding> findings;
  const std::vector<signals::Tool> tools = AllTools();
  for (const Probe& probe : kProbes) {
    const auto tool = std::find_if(tools.begin(), tools.end(), [&](const signals::Tool& candidate) {
      return candidate.name == probe.tool;
    });
    Finding finding{"tools", absl::StrJoin(tool->arguments, " "), State::kOk, "", ""};
    absl::StatusOr<std::string> text = run(tool->arguments);
    if (text.ok()) text = probe.read(*text);
    if (text.ok()) {
      finding.detail = *text;
    } else {
      finding.state = State::kDegraded;
      finding.detail = std::string(text.status().message());
      finding.remedy = absl::StrCat("Without it Holdfast does not know ", probe.without,
                                    ". If it prints something, attach that to an issue.");
    }
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace holdfast::doctor
