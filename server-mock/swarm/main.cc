// holdfast-swarm: a fleet in one process, to load a server and to prove what it stored.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <optional>
#include <string>
#include <thread>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/error.h"
#include "base/file.h"
#include "base/poll_executor.h"
#include "server-mock/swarm/comparison.h"
#include "server-mock/swarm/summary.h"
#include "server-mock/swarm/swarm.h"
#include "server/app/descriptor_limit.h"
#include "server/app/log.h"
#include "server/app/signals.h"

namespace holdfast::swarm {
namespace {

using server::Log;
using server::LogLevel;

constexpr int kExitDiffers = 1;
constexpr int kExitUsage = 2;
constexpr int kExitNotCompared = 3;
constexpr size_t kStateFileBytes = size_t{4} << 30;
constexpr absl::Duration kAdminTimeout = absl::Minutes(2);

constexpr char kFooter[] =
    R"(Each agent is the real one's uplink with a key, a certificate and a connection of its own, over a journal in memory.
After the ramp and the life everything that was written must be acknowledged; then, with --data-dir or --server, --ca and
--token-file of an admin, each row that the server stored is compared with what was written.

SIGUSR1 marks that something happened to the server: from there is measured how the agents come back.
SIGINT and SIGTERM end the life early.

Exit codes: 0 all was acknowledged, and what is stored is what was sent; 1 it is not; 2 wrong usage; 3 the server could not
be asked.)";

struct Flags {
  SwarmOptions swarm;
  admin::ConnectionFlags admin;
  std::string enroll_file, state_file, json_file;
  double ramp = 10, live = 60, settle = 600, heartbeat = 60, rows_every = 10, progress = 5;
};

void AddFlags(CLI::App& app, Flags& flags) {
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("holdfast-swarm " HOLDFAST_VERSION));
  app.add_option("--enroll-file", flags.enroll_file, "File with the enrollment string")->required();
  app.add_option("--agents", flags.swarm.agents, "How many")
      ->capture_default_str()
      ->check(CLI::Range(1, 100000));
  const auto seconds = [&app](const char* name, double* value, const char* what) {
    app.add_option(name, *value, what)
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber)
        ->type_name("SECONDS");
  };
  seconds("--ramp", &flags.ramp, "They start one by one over this time");
  seconds("--live", &flags.live, "How long they write rows after that");
  seconds("--settle", &flags.settle, "How long the acknowledgement of all rows may take then");
  seconds("--heartbeat", &flags.heartbeat, "Between two Syncs without news");
  seconds("--rows-every", &flags.rows_every, "Mean time between two bursts of rows of one agent");
  seconds("--progress", &flags.progress, "Between two lines on stderr; 0: none");
  app.add_option("--burst", flags.swarm.each.burst, "Rows of one burst")
      ->capture_default_str()
      ->check(CLI::Range(1, 10000));
  app.add_option("--lose", flags.swarm.each.unsteadiness.lose,
                 "Share of the Syncs lost on purpose, half of them after the server had them")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--double", flags.swarm.each.unsteadiness.twice, "Share of the Syncs sent twice")
      ->check(CLI::Range(0.0, 1.0));
  app.add_option("--seed", flags.swarm.seed, "What is random follows from it, but for keys")
      ->capture_default_str();
  app.add_option("--state", flags.state_file,
                 "Keeps the identities here, and takes them up again: no second enrollment");
  app.add_option("--json", flags.json_file, "Writes the summary here too");
  app.add_option("--data-dir", flags.admin.data_dir, "Folder of a server on this host, to compare with it");
  app.add_option("--server", flags.admin.server, "HOST:PORT of the admins' listener");
  app.add_option("--ca", flags.admin.ca_file, "Its authority's certificate");
  app.add_option("--token-file", flags.admin.token_file, "File with an admin token");
}

bool WillCompare(const Flags& flags) {
  return !flags.admin.data_dir.empty() || !flags.admin.server.empty();
}

absl::StatusOr<SwarmOptions> ReadOptions(const Flags& flags, RandomSource& random) {
  SwarmOptions options = flags.swarm;
  options.ramp = absl::Seconds(flags.ramp);
  options.live = absl::Seconds(flags.live);
  options.settle = absl::Seconds(flags.settle);
  options.each.heartbeat = absl::Seconds(flags.heartbeat);
  options.each.rows_every = absl::Seconds(flags.rows_every);
  options.run = absl::StrFormat("%08x", static_cast<uint32_t>(random.Next64()));
  HOLDFAST_ASSIGN_OR_RETURN(const std::string text, ReadFile(flags.enroll_file));
  HOLDFAST_ASSIGN_OR_RETURN(options.each.enrollment,
                            EnrollmentString::Parse(absl::StripAsciiWhitespace(text)));
  return options;
}

// The first line of a state file: the run that its serial numbers are of.
constexpr size_t kRunLength = 8;

// What an earlier run kept. The file goes: identities that two runs use are clones.
absl::StatusOr<std::string> TakeState(const std::string& path, SwarmOptions* options) {
  if (path.empty()) return "";
  absl::StatusOr<std::string> state = ReadFile(path, kStateFileBytes);
  if (absl::IsNotFound(state.status())) return "";
  HOLDFAST_RETURN_IF_ERROR(state.status());
  if (state->size() <= kRunLength) return absl::DataLossError(absl::StrCat(path, ": not a swarm's state"));
  options->run = state->substr(0, kRunLength);
  if (unlink(path.c_str()) != 0) return ErrnoStatus(errno, "taking", path);
  return state->substr(kRunLength);
}

// Lives through the run; returns when the swarm is done.
void Live(const Flags& flags, Swarm& swarm, PollExecutor& executor, const Clock& clock) {
  std::function<void()> say;
  Timer progress(executor);
  say = [&] {
    Log(LogLevel::kInfo, ProgressLine(swarm));
    progress.Set(clock.Now().mono + absl::Seconds(flags.progress), say);
  };
  if (flags.progress > 0) executor.Post(say);
  executor.Post([&] { swarm.Start([&executor] { executor.Stop(); }); });
  executor.Run();
}

// Runs beside the executor until the process ends.
void HearSignals(server::SignalWaiter& signals, Swarm& swarm, PollExecutor& executor) {
  std::thread([&signals, &swarm, &executor] {
    while (true) {
      if (signals.Wait() == SIGUSR1) {
        executor.Post([&swarm] { swarm.Mark(); });
      } else {
        executor.Post([&swarm] { swarm.Settle(); });
      }
    }
  }).detach();
}

int Fail(int code, const absl::Status& status) {
  Log(LogLevel::kError, status.message());
  return code;
}

// Prints the summary; what to exit with.
int Report(const Flags& flags, const Swarm& swarm) {
  std::optional<Comparison> comparison;
  absl::Status asked;
  if (WillCompare(flags)) {
    absl::StatusOr<admin::Target> target = admin::ResolveTarget(flags.admin);
    asked = target.status();
    if (target.ok()) {
      admin::AdminClient client(*std::move(target), kAdminTimeout);
      absl::StatusOr<Comparison> made = Compare(swarm, client);
      asked = made.status();
      if (made.ok()) comparison = *std::move(made);
    }
  }
  std::fputs(SummaryText(swarm, comparison).c_str(), stdout);
  if (!flags.json_file.empty()) {
    asked.Update(WriteFileAtomically(flags.json_file, SummaryJson(swarm, comparison)));
  }
  if (!asked.ok()) return Fail(kExitNotCompared, asked);
  const bool good =
      swarm.AllAcknowledged() && swarm.AskedAgain() == 0 && (!comparison || comparison->equal());
  return good ? 0 : kExitDiffers;
}

int Run(const Flags& flags) {
  // Static: the thread that hears signals may still run when the process ends.
  static server::SignalWaiter signals({SIGTERM, SIGINT, SIGUSR1});
  static SystemClock clock;
  static SystemRandom random;
  static PollExecutor executor(clock);
  server::RouteGrpcLog();
  server::RaiseDescriptorLimit();
  absl::StatusOr<SwarmOptions> options = ReadOptions(flags, random);
  if (!options.ok()) return Fail(kExitUsage, options.status());
  const absl::StatusOr<std::string> state = TakeState(flags.state_file, &*options);
  if (!state.ok()) return Fail(kExitUsage, state.status());
  static Swarm swarm(*options, executor, clock, random);
  if (!state->empty()) {
    if (const absl::Status resumed = swarm.Resume(*state); !resumed.ok()) {
      return Fail(kExitUsage,
                  Annotate(resumed, absl::StrCat(flags.state_file, " (was --agents another number?)")));
    }
  }
  HearSignals(signals, swarm, executor);
  Live(flags, swarm, executor, clock);
  const int code = Report(flags, swarm);
  if (!flags.state_file.empty()) {
    const absl::Status kept = WriteFileAtomically(flags.state_file, options->run + swarm.Save(), 0600);
    if (!kept.ok()) return Fail(kExitUsage, kept);
  }
  std::fflush(nullptr);
  _exit(code);  // thousands of connections need not be taken down one by one
}

}  // namespace
}  // namespace holdfast::swarm

int main(int argc, char** argv) {
  CLI::App app("A fleet of Holdfast agents in one process.", "holdfast-swarm");
  holdfast::swarm::Flags flags;
  holdfast::swarm::AddFlags(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : holdfast::swarm::kExitUsage;
  }
  return holdfast::swarm::Run(flags);
}
