#include "agent/daemon/rehearse.h"

#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/daemon/version.h"
#include "agent/doctor/rehearsal.h"
#include "agent/doctor/session_probe.h"
#include "agent/platform/posix/machine_identity.h"
#ifndef __APPLE__
#include "agent/doctor/simulated_target.h"
#endif

namespace holdfast::agent {
namespace {

// Each call has five seconds; together they take milliseconds when all is well.
constexpr absl::Duration kLimit = absl::Seconds(30);

bool CallsAMacsInterface(const Flags& flags) {
  return flags.backend == "darwin" || !flags.session_library.empty();
}

}  // namespace

absl::Status RehearseSessions(const Flags& flags, platform::StateFiles& files) {
  if (!CallsAMacsInterface(flags)) return absl::OkStatus();
  std::vector<std::string> arguments = {flags.program, "--rehearse-sessions"};
  std::string build = absl::StrCat(platform::ReadMachineIdentity().os_build, " holdfastd ", kAgentVersion);
  if (!flags.session_library.empty()) {
    arguments.insert(arguments.end(), {"--session-library", flags.session_library});
    absl::StrAppend(&build, " ", flags.session_library);
  }
  return doctor::Rehearse(files, build, [&] { return doctor::RunChild(arguments, kLimit, "session calls"); });
}

int RunSessionRehearsal(const Flags& flags) {
  const auto tell = [](const doctor::Finding& finding) {
    std::cout << doctor::ToLine(finding) << std::flush;
  };
#ifndef __APPLE__
  const absl::Status done = doctor::OnSimulatedMac(
      flags.session_library, "", [&](const doctor::Target& target) { doctor::ProbeSessions(target, tell); });
  if (done.ok()) return kExitOk;
  std::cerr << "holdfastd: " << done.message() << "\n";
  return kExitUsage;
#else
  (void)flags;
  doctor::ProbeSessions(doctor::ThisMachine(), tell);
  return kExitOk;
#endif
}

}  // namespace holdfast::agent
