#include "agent/ctl/doctor.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "agent/doctor/child.h"
#include "agent/doctor/session_probe.h"
#include "agent/doctor/tool_probe.h"
#ifndef __APPLE__
#include "agent/doctor/simulated_target.h"
#endif
#include "agent/platform/posix/run_program.h"
#include "agent/signals/parse/ne_plist.h"
#include "base/text/json.h"
#include "base/text/width.h"

namespace holdfast::ctl {
namespace {

using doctor::Finding;
using doctor::State;

constexpr absl::Duration kProbeLimit = absl::Seconds(30);
constexpr absl::Duration kToolLimit = absl::Seconds(20);
constexpr char kSessions[] = "session calls";
#ifdef __APPLE__
constexpr bool kIsMac = true;
#else
constexpr bool kIsMac = false;
#endif

struct Needed {
  const char* path;
  const char* used_for;
};
// What of macOS the agent reads or runs.
constexpr Needed kNeeded[] = {
    {parse::kNePreferencesPath, "which configurations are installed"},
    {"/usr/bin/log", "who asked for what, and why an extension failed"},
};

Finding Look(const Needed& needed) {
  Finding finding{"this machine", needed.path, State::kOk, "readable", ""};
  if (access(needed.path, F_OK) != 0) {
    finding.state = State::kDegraded;
    finding.detail = "not there";
    finding.remedy = absl::StrCat("Without it Holdfast does not know ", needed.used_for, ".");
  } else if (access(needed.path, R_OK) != 0) {
    finding.state = State::kDegraded;
    finding.detail = "cannot be read by this user";
    finding.remedy = geteuid() == 0 ? "Give holdfastd Full Disk Access by a privacy profile (deploy/mdm)."
                                    : "Run this as root, as the agent runs: sudo holdfastctl doctor";
  }
  return finding;
}

void AddMachine(std::vector<Finding>* findings) {
  if (!kIsMac) {
    findings->push_back({"this machine", "macOS", State::kSkipped, "this is no Mac",
                         "Its files and tools are looked at on a Mac only."});
    return;
  }
  for (const Needed& needed : kNeeded) findings->push_back(Look(needed));
  for (Finding& finding :
       doctor::ProbeTools([](const auto& arguments) { return platform::OutputOf(arguments, kToolLimit); }))
    findings->push_back(std::move(finding));
}

void AddAgent(const absl::StatusOr<std::string>& agent, std::vector<Finding>* findings) {
  if (agent.ok()) {
    findings->push_back({"agent", "holdfastd", State::kOk, absl::StrCat("answers, version ", *agent), ""});
  } else {
    findings->push_back({"agent", "holdfastd", State::kFailed, std::string(agent.status().message()),
                         "Nothing is enforced or recorded while it does not run."});
  }
}

void AddSessions(const DoctorOptions& options, std::vector<Finding>* findings) {
  if (!kIsMac && options.session_library.empty()) {
    findings->push_back({kSessions, "session interface", State::kSkipped, "this is no Mac",
                         "--session-library looks at a simulated Mac's instead."});
    return;
  }
  std::vector<std::string> arguments = {options.program, "doctor", "--probe"};
  if (!options.session_library.empty()) {
    arguments.insert(arguments.end(), {"--session-library", options.session_library});
  }
  if (!options.without.empty()) arguments.insert(arguments.end(), {"--without", options.without});
  for (Finding& finding : doctor::RunChild(arguments, kProbeLimit, kSessions).findings) {
    findings->push_back(std::move(finding));
  }
}

Failure RunProbe(const DoctorOptions& options, const Io& io) {
  const auto tell = [&](const Finding& finding) { io.out << doctor::ToLine(finding) << std::flush; };
#ifndef __APPLE__
  if (!options.session_library.empty()) {
    return doctor::OnSimulatedMac(options.session_library, options.without,
                                  [&](const doctor::Target& target) { doctor::ProbeSessions(target, tell); });
  }
#endif
  doctor::ProbeSessions(doctor::ThisMachine(), tell);
  return {};
}

size_t Count(const std::vector<Finding>& findings, State state) {
  return static_cast<size_t>(
      std::count_if(findings.begin(), findings.end(), [&](const Finding& f) { return f.state == state; }));
}

std::string AsText(const std::vector<Finding>& findings) {
  std::string out, group;
  for (const Finding& finding : findings) {
    if (finding.group != group) absl::StrAppend(&out, out.empty() ? "" : "\n", finding.group, "\n");
    group = finding.group;
    absl::StrAppend(&out, absl::StrFormat("  %-8s  %s: %s\n", doctor::StateName(finding.state),
                                          text::Printable(finding.name), text::Printable(finding.detail)));
    if (!finding.remedy.empty()) absl::StrAppend(&out, "            ", text::Printable(finding.remedy), "\n");
  }
  absl::StrAppend(&out, "\n", Count(findings, State::kOk), " ok, ", Count(findings, State::kDegraded),
                  " degraded, ", Count(findings, State::kFailed), " failed, ",
                  Count(findings, State::kSkipped), " skipped\n");
  return out;
}

std::string AsJson(const std::vector<Finding>& findings) {
  text::JsonWriter json;
  json.Object().Array("findings");
  for (const Finding& finding : findings) {
    json.Object().Text("group", finding.group).Text("name", text::Printable(finding.name));
    json.Text("state", doctor::StateName(finding.state)).Text("detail", text::Printable(finding.detail));
    if (!finding.remedy.empty()) json.Text("remedy", text::Printable(finding.remedy));
    json.EndObject();
  }
  json.EndArray();
  json.Number("failed", static_cast<int64_t>(Count(findings, State::kFailed)));
  json.Number("degraded", static_cast<int64_t>(Count(findings, State::kDegraded)));
  return json.EndObject().Take() + "\n";
}

Failure Write(const std::string& path, const std::string& text) {
  std::ofstream file(path);
  file << text;
  file.close();
  if (file) return {};
  return absl::InvalidArgumentError(absl::StrCat("writing the report to '", path,
                                                 "' failed: is it a file in a folder that may be written?"));
}

}  // namespace

Failure Doctor(const DoctorOptions& options, bool json, const absl::StatusOr<std::string>& agent,
               const Io& io) {
  if (options.probe) return RunProbe(options, io);
  std::vector<Finding> findings;
  AddMachine(&findings);
  AddAgent(agent, &findings);
  AddSessions(options, &findings);
  io.out << (json ? AsJson(findings) : AsText(findings));
  if (!options.report.empty()) {
    if (Failure failure = Write(options.report, AsText(findings)); !failure.ok()) return failure;
  }
  if (Count(findings, State::kFailed) == 0) return {};
  return {ExitCode::kFailed, absl::OkStatus()};
}

}  // namespace holdfast::ctl
