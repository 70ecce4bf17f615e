// holdfast-session: runs in each user's session, started by launchd. Does for the daemon what only a process
// of that user can: starts services with the user's own credentials, and shows what concerns the person.
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "agent/control/paths.h"
#include "agent/helper/override_dialog.h"
#include "agent/helper/worker.h"
#ifdef __APPLE__
#include "agent/helper/ne_starter.h"
#else
#include "agent/helper/sim_starter.h"
#endif

namespace holdfast::helper {
namespace {

constexpr absl::Duration kTryAgain = absl::Seconds(5);
constexpr absl::Duration kAnswerWithin = absl::Seconds(60);

struct Flags {
  std::string socket = control::SocketPathFor(control::DefaultStateDir());
  bool override_now = false;
  std::string service;
  std::string sim_control;
  uint32_t uid = 0;
  PresenterOptions presenter;
};

void Log(const std::string& line) {
  std::cerr << absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", absl::Now(), absl::UTCTimeZone())
            << " holdfast-session[" << getpid() << "]: " << line << std::endl;
}

std::unique_ptr<Starter> MakeStarter(const Flags& flags) {
#ifdef __APPLE__
  (void)flags;
  auto starter = NeStarter::Make(ne::SystemSymbols());
  if (starter.ok()) return *std::move(starter);
  Log(absl::StrCat("nothing can be started from here: ", starter.status().message()));
  return nullptr;
#else
  if (flags.sim_control.empty()) return nullptr;
  return std::make_unique<SimStarter>(flags.sim_control);
#endif
}

// For as long as the person is logged in; launchd ends it with the session.
void ServeForEver(const Flags& flags, const Presenter& presenter) {
  const std::unique_ptr<Starter> starter = MakeStarter(flags);
  Worker worker(HOLDFAST_VERSION, flags.uid, starter.get(), presenter, Log);
  std::string last;
  for (;;) {
    auto daemon = control::ControlClient::Connect(flags.socket);
    if (daemon.ok()) last.clear();
    const absl::Status end = daemon.ok() ? worker.Serve(**daemon) : daemon.status();
    // Once, not every five seconds.
    if (std::string(end.message()) != last) Log(std::string(end.message()));
    last = std::string(end.message());
    absl::SleepFor(kTryAgain);
  }
}

int RunOverride(const Flags& flags, const Presenter& presenter) {
  const AskDaemon ask = [&](const v1::ControlRequest& request) -> absl::StatusOr<v1::ControlResponse> {
    auto daemon = control::ControlClient::Connect(flags.socket);
    if (!daemon.ok()) return daemon.status();
    return (*daemon)->Call(request, kAnswerWithin);
  };
  const absl::Status end = RunOverrideDialog(ask, presenter, flags.service);
  if (end.ok()) return 0;
  std::cerr << "holdfast-session: " << end.message() << "\n";
  return 1;
}

void AddOptions(CLI::App& app, Flags& flags) {
  app.add_option("--socket", flags.socket, "The daemon's socket")->capture_default_str();
  app.add_flag("--override", flags.override_now, "Ask, in dialogs, to pause a required connection, and end");
  app.add_option("service", flags.service, "--override: which one (default: ask)");
  app.add_option("--dialog", flags.presenter.dialog, "swiftDialog's program; without it osascript is used")
      ->capture_default_str();
  app.add_option("--osascript", flags.presenter.osascript, "osascript")->capture_default_str();
  app.add_option("--uid", flags.uid, "As root: serve this user's session");
#ifndef __APPLE__
  app.add_option("--sim-control", flags.sim_control,
                 "Start services of the simulated Mac behind this socket (docs/simulated-mac.md)");
#endif
}

int Main(int argc, char** argv) {
  Flags flags;
  CLI::App app(
      "Holdfast's helper in a user's session: starts what only the user can, shows what concerns them.",
      "holdfast-session");
  app.set_version_flag("--version", HOLDFAST_VERSION);
  AddOptions(app, flags);
  CLI11_PARSE(app, argc, argv);
  signal(SIGPIPE, SIG_IGN);
  // What a notification is about can be paused from it; what an override came to cannot.
  if (!flags.override_now) {
    flags.presenter.pause_command = absl::StrCat(argv[0], " --override --socket ", flags.socket);
  }
  const Presenter presenter(flags.presenter, platform::RunProgram);
  if (flags.override_now) return RunOverride(flags, presenter);
  ServeForEver(flags, presenter);
  return 0;
}

}  // namespace
}  // namespace holdfast::helper

int main(int argc, char** argv) {
  return holdfast::helper::Main(argc, argv);
}
