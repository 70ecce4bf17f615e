#include "agent/daemon/flags.h"

#include <CLI/CLI.hpp>

#include "agent/control/paths.h"
#include "agent/daemon/machine.h"
#include "agent/daemon/version.h"

namespace holdfast::agent {
namespace {

constexpr char kFooter[] =
    "Signals: TERM and INT stop it (last row, goodbye to the server, journal closed); HUP reads --policy "
    "again.\n"
    "Exit codes: 0 stopped; 1 internal error; 2 usage; 3 state folder cannot be used; 4 another daemon uses "
    "it;\n"
    "5 --check-policy: not valid; 6 the local socket cannot be opened.";

void AddStateFlags(CLI::App& app, Flags& flags) {
  flags.state_dir = control::DefaultStateDir();
  app.add_option("--state-dir", flags.state_dir, "Folder of journal, identity and policies")
      ->capture_default_str();
  app.add_option(
      "--socket", flags.socket,
      "Local socket (default: /var/run/holdfast/control.sock; with another state folder, control.sock "
      "there)");
  app.add_option("--ready-file", flags.ready_file, "Written with the process id once it runs");
  app.add_flag("--dump-rows", flags.dump_rows,
               "Print EPOCH SEQ HASH KIND of each row in the journal, and exit");
}

void AddPolicyFlags(CLI::App& app, Flags& flags) {
  app.add_option("--policy", flags.policy, "Policy file (YAML or JSON); goes before the server's policy");
  app.add_option("--check-policy", flags.check_policy, "Check a policy file, print what is wrong, and exit");
}

void AddServerFlags(CLI::App& app, Flags& flags) {
  auto* enroll =
      app.add_option("--enroll", flags.enroll,
                     "Enrollment string; others can see it in the process list: prefer --enroll-file");
  auto* file = app.add_option("--enroll-file", flags.enroll_file, "File that holds the enrollment string");
  auto* none = app.add_flag("--no-server", flags.no_server, "Work without a server");
  enroll->excludes(file)->excludes(none);
  file->excludes(none);
}

void AddBackendFlags(CLI::App& app, Flags& flags) {
  std::vector<std::string> backends;
  for (const BackendChoice& choice : BackendChoices()) backends.push_back(choice.name);
  flags.backend = backends.front();
  flags.vici_socket = "/var/run/charon.vici";
  app.add_option("--backend", flags.backend, "What runs the sessions")
      ->check(CLI::IsMember(backends))
      ->capture_default_str();
  app.add_option("--vici-socket", flags.vici_socket, "charon's VICI socket")->capture_default_str();
  app.add_option("--scenario", flags.scenario, "simulated: the Mac's life (YAML, docs/simulated-mac.md)");
  app.add_option("--profiles", flags.profiles, "simulated: profiles to install, files or folders");
  app.add_option("--sim-control", flags.sim_control,
                 "simulated: socket to play with the Mac (docs/simulated-mac.md)");
  app.add_option("--session-library", flags.session_library,
                 "simulated: session library, to use a Mac's own adapter over it (docs/simulated-mac.md)");
  app.add_flag("--rehearse-sessions", flags.rehearse_sessions)->group("");  // for itself
  app.add_option("--seed", flags.seed, "Seed of the engine's jitter (default: from the journal)");
}

}  // namespace

std::variant<Flags, int> ParseFlags(int argc, char** argv) {
  Flags flags;
  flags.program = argv[0];
  CLI::App app("Holdfast's daemon: keeps VPN services connected and records what happens.", "holdfastd");
  app.footer(kFooter);
  app.set_version_flag("--version", kAgentVersion);
  AddStateFlags(app, flags);
  AddPolicyFlags(app, flags);
  AddServerFlags(app, flags);
  AddBackendFlags(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  return flags;
}

}  // namespace holdfast::agent
