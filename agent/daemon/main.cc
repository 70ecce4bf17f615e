#include "agent/daemon/flags.h"
#include "agent/daemon/program.h"
#include "agent/daemon/rehearse.h"
#include "agent/daemon/tools.h"

int main(int argc, char** argv) {
  using namespace holdfast::agent;
  const std::variant<Flags, int> parsed = ParseFlags(argc, argv);
  if (const int* code = std::get_if<int>(&parsed)) return *code;
  const Flags& flags = std::get<Flags>(parsed);
  if (!flags.check_policy.empty()) return CheckPolicyFile(flags);
  if (flags.rehearse_sessions) return RunSessionRehearsal(flags);
  if (flags.dump_rows) return DumpRows(flags);
  return RunDaemon(flags);
}
