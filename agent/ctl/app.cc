#include "agent/ctl/app.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "agent/control/paths.h"
#include "agent/ctl/commands.h"
#include "agent/ctl/completion.h"
#include "agent/ctl/doctor.h"
#include "agent/ctl/explain.h"
#include "agent/ctl/history_commands.h"
#include "agent/ctl/inspect.h"
#include "agent/ctl/line.h"
#include "agent/ctl/parse.h"
#include "agent/ctl/policy_files.h"
#include "agent/ctl/replay.h"
#include "agent/signals/parse/kind.h"
#include "base/text/width.h"

namespace holdfast::ctl {

CLI::App* Command(CLI::App& app, Line& line, const std::string& name, const std::string& help,
                  std::function<Failure(Commands&)> run) {
  CLI::App* command = app.add_subcommand(name, help);
  command->callback([&line, run = std::move(run)] { line.chosen = run; });
  return command;
}

namespace {

constexpr char kFooter[] =
    "Exit status: 0 done, 1 failed, 2 wrong usage, 3 holdfastd is not running, 4 not permitted,\n"
    "5 no such service, 6 the name is ambiguous.";

Common CommonOf(const Line& line, bool state_dir_given) {
  Common common;
  common.json = line.json;
  common.socket_path = line.socket.empty() ? control::SocketPathFor(line.state_dir) : line.socket;
  const bool beside_socket =
      !state_dir_given && !line.socket.empty() && line.socket != control::SocketPathFor(line.state_dir);
  common.journal_path = control::JournalPathIn(
      beside_socket ? std::filesystem::path(line.socket).parent_path().string() : line.state_dir);
  return common;
}

void AddGlobal(CLI::App& app, Line& line) {
  app.add_option("--socket", line.socket, "The daemon's socket; overrides --state-dir")->type_name("PATH");
  app.add_option("--state-dir", line.state_dir, "Where the daemon keeps its state")
      ->type_name("DIR")
      ->capture_default_str();
  app.add_flag("--json", line.json, "Print JSON for programs");
}

void AddReading(CLI::App& app, Line& line) {
  Command(app, line, "status", "The agent, its policy, network and server, and each service in a line",
          [](Commands& c) { return c.Status(); });
  Command(app, line, "services", "All VPN services, as 'scutil --nc list' and more", [&line](Commands& c) {
    return c.Services(line.names);
  })->add_flag("--names", line.names, "Names only, one per line");
  Command(app, line, "why", "Why a service is as it is, what rests on it and what comes next",
          [&line](Commands& c) { return c.Why(line.service); })
      ->add_option("SERVICE", line.service, "Name, rule or id")
      ->required();
  Command(app, line, "incidents", "What is wrong now, with evidence and what to do",
          [](Commands& c) { return c.Incidents(); });
}

void AddPolicy(CLI::App& app, Line& line, const Io& io) {
  CLI::App* policy = app.add_subcommand("policy", "The policy in force, and files with policies");
  policy->require_subcommand(1);
  CLI::App* show = Command(*policy, line, "show", "Each key in force with its value",
                           [&line](Commands& c) { return c.Policy(line.policy); });
  show->add_flag("--origin", line.policy.origin, "Also where each value comes from");
  show->add_flag("--document", line.policy.document, "The documents themselves, as they were received");
  CLI::App* lint =
      Command(*policy, line, "lint", "Everything that is wrong with a file; 1 when it would be rejected",
              [&line, &io](Commands&) { return LintPolicies(io, line.json, line.lint); });
  lint->add_option("FILE", line.lint.files, "YAML, JSON or a property list")->required();
  lint->add_flag("--strict", line.lint.strict, "Warnings count as errors");
  CLI::App* diff =
      Command(*policy, line, "diff", "What B changes of A, by meaning; 1 when there is a difference",
              [&line, &io](Commands&) { return DiffPolicyFiles(io, line.json, line.before, line.after); });
  diff->add_option("A", line.before, "The policy before")->required();
  diff->add_option("B", line.after, "The policy after")->required();
}

void AddReplay(CLI::App& app, Line& line, const Io& io) {
  CLI::App* replay = app.get_subcommand("policy")->add_subcommand(
      "replay", "What a draft would have done to what this machine recorded: a model");
  replay->callback([&line, &io] {
    line.chosen = [&line, &io](Commands& c) {
      if (line.replay.journal.empty()) line.replay.journal = c.journal_path();
      return PolicyReplay(line.replay, line.json, io);
    };
  });
  replay->add_option("--policy", line.replay.draft, "The draft, in YAML or JSON")
      ->type_name("FILE")
      ->required();
  replay->add_option("--journal", line.replay.journal, "A journal; else this machine's")->type_name("FILE");
  replay
      ->add_option("--since", line.replay.since,
                   "From the run of the agent at that time on: 30m, 2d, RFC 3339")
      ->type_name("TIME");
}

void AddHistory(CLI::App& app, Line& line, const Io& io) {
  CLI::App* history = Command(app, line, "history", "What happened on this machine, oldest first",
                              [&line](Commands& c) { return c.History(line.history); });
  history->add_option("--since", line.history.since, "From then on: 30m, 2d, 2026-11-21, RFC 3339")
      ->type_name("TIME");
  history
      ->add_option("--kind", line.history.kinds, "Only rows of this kind: session, verdict, ... (repeatable)")
      ->type_name("KIND")
      ->allow_extra_args(false);
  history->add_option("--service", line.history.service, "Only rows about this service")
      ->type_name("SERVICE");
  history->add_option("--limit", line.history.limit, "At most so many, the newest")
      ->type_name("N")
      ->check(CLI::Range(1, 5000));
  history->add_flag("--follow,-f", line.history.follow, "Go on with what happens, until interrupted");
  Command(*history, line, "export", "The journal as a file that anybody can check (docs/journal.md)",
          [&line](Commands& c) { return c.ExportJournal(line.file); })
      ->add_option("--output", line.file, "A file; without: standard output")
      ->type_name("FILE");
  Command(*history, line, "verify", "Check such a file, on any machine",
          [&line, &io](Commands&) { return VerifyHistoryFile(line.file, line.json, io); })
      ->add_option("FILE", line.file, "The file, - for standard input")
      ->required();
  history->callback([&line, history] {
    if (history->get_subcommands().empty()) {
      line.chosen = [&line](Commands& c) { return c.History(line.history); };
    }
  });
}

void AddActing(CLI::App& app, Line& line) {
  Command(app, line, "connect", "Ask for a service to be connected",
          [&line](Commands& c) { return c.Connect(line.service); })
      ->add_option("SERVICE", line.service, "Name, rule or id")
      ->required();
  Command(app, line, "disconnect", "Ask for a service to be disconnected",
          [&line](Commands& c) { return c.Disconnect(line.service); })
      ->add_option("SERVICE", line.service, "Name, rule or id")
      ->required();
  OverrideOptions& options = line.override_;
  CLI::App* command = Command(app, line, "override", "Hold enforcement back for a while, with a reason",
                              [&options](Commands& c) { return c.Override(options); });
  command->add_option("SERVICE", options.service, "Name, rule or id");
  command->add_flag("--all", options.all, "Every service");
  command->add_option("--reason", options.reason, "Why; it is kept and reported")->type_name("TEXT");
  command->add_option("--for", options.duration, "How long: 30m, 1h")->type_name("DURATION");
  command->add_flag("--passcode", options.passcode, "Show the passcode: it is asked for");
  command->add_option("--ticket", options.ticket, "Show the number of a ticket")->type_name("NUMBER");
  command->add_option("--code", options.code, "Show a single-use code of your help desk")->type_name("CODE");
  command->add_flag("--end", options.end, "End the override instead");
}

void AddParse(CLI::App& app, Line& line, const Io& io) {
  CLI::App* command =
      Command(app, line, "parse", "What a log, a tool's output or a file of a Mac says; needs no daemon",
              [&line, &io](Commands&) { return ParseFile(line.parse, line.json, io); });
  command->add_option("KIND", line.parse.kind, "What it is")
      ->required()
      ->check(CLI::IsMember(parse::KindNames()));
  command->add_option("FILE", line.parse.file, "A file, or - for standard input")->required();
}

void AddExplain(CLI::App& app, Line& line, const Io& io) {
  CLI::App* command = Command(
      app, line, "explain", "Which service, filter or proxy would carry a program's traffic",
      [&line, &io](Commands& c) {
        return Explain(line.explain, line.json, [&c](auto* status) { return c.AskStatus(status); }, io);
      });
  command->add_option("APP", line.explain.app, "The program: a bundle identifier or an absolute path")
      ->required();
  command->add_option("HOST", line.explain.host, "HOST, HOST:PORT, an address or [IPV6]:PORT")->required();
  command
      ->add_option("--preferences", line.explain.preferences,
                   "A Mac's com.apple.networkextension.plist; no daemon is asked")
      ->type_name("FILE");
}

void AddInspect(CLI::App& app, Line& line, const Io& io) {
  InspectOptions& options = line.inspect;
  options.now = absl::ToUnixSeconds(absl::Now());
  CLI::App* command =
      Command(app, line, "inspect",
              "What will break a VPN or filter app's extensions on a Mac; 1 when there are errors",
              [&line, &io](Commands&) { return InspectBundles(line.inspect, line.json, io); });
  command->add_option("PATH", options.path, "An app, an extension, or a folder, as of an expanded package")
      ->required();
  command->add_option("--target-macos", options.target, "The oldest macOS it must work on: 15.4")
      ->type_name("V");
  command->add_flag("--strict", options.strict, "Warnings count as errors");
  command->add_flag("--verbose,-v", options.verbose, "Also why each finding matters, and its source");
}

void AddDoctor(CLI::App& app, Line& line, const Io& io) {
  DoctorOptions& options = line.doctor;
  options.program = io.program;
  CLI::App* command = Command(
      app, line, "doctor", "What this machine has of all that the agent rests on, read-only",
      [&line, &io](Commands& c) {
        const bool probe = line.doctor.probe;
        return Doctor(line.doctor, line.json, probe ? absl::StatusOr<std::string>("") : c.AgentVersion(), io);
      });
  command->add_option("--report", options.report, "Also write it to a file, to attach to an issue")
      ->type_name("FILE");
#ifndef __APPLE__
  command
      ->add_option("--session-library", options.session_library,
                   "Look at a simulated Mac's session library (docs/simulated-mac.md)")
      ->type_name("FILE");
  command->add_option("--without", options.without, "As if that library had no such symbol")
      ->type_name("SYMBOL")
      ->needs("--session-library");
#endif
  command->add_flag("--probe", options.probe, "")->group("");  // of doctor itself
}

Failure Completion(const CLI::App& app, const std::string& shell, const Io& io) {
  io.out << (shell == "bash" ? BashCompletion(app) : ZshCompletion(app));
  return {};
}

void AddOther(CLI::App& app, Line& line, const Io& io) {
  Command(app, line, "privacy", "What leaves this machine, and what never does",
          [](Commands& c) { return c.Privacy(); });
  Command(app, line, "version", "Versions of this program and of the daemon",
          [](Commands& c) { return c.Version(); });
  Command(app, line, "completion", "A completion script: eval \"$(holdfastctl completion bash)\"",
          [&app, &line, &io](Commands&) { return Completion(app, line.shell, io); })
      ->add_option("SHELL", line.shell, "bash or zsh")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh"}));
}

ExitCode Parse(CLI::App& app, std::vector<std::string> arguments, const Io& io) {
  std::reverse(arguments.begin(), arguments.end());  // CLI11 takes them from the back
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::Success& asked_for_help) {
    app.exit(asked_for_help, io.out, io.err);
    return ExitCode::kOk;
  } catch (const CLI::Error& wrong) {
    // CLI11 misses a subcommand before it notices the word that is none.
    const std::vector<std::string> unknown = app.remaining();
    const bool no_command = dynamic_cast<const CLI::RequiredError*>(&wrong) != nullptr && !unknown.empty();
    const std::string what =
        no_command ? absl::StrCat("there is no command '", unknown.front(), "'") : wrong.what();
    io.err << "holdfastctl: " << text::Printable(what) << "\nTry 'holdfastctl --help'.\n";
    return ExitCode::kUsage;
  }
  return ExitCode::kOk;
}

}  // namespace

ExitCode Run(const std::vector<std::string>& arguments, const Io& io) {
  Line line;
  CLI::App app("Asks and commands the Holdfast agent on this machine.", "holdfastctl");
  app.set_version_flag("--version", "holdfastctl " HOLDFAST_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(kFooter);
  AddGlobal(app, line);
  AddReading(app, line);
  AddPolicy(app, line, io);
  AddReplay(app, line, io);
  AddHistory(app, line, io);
  AddActing(app, line);
  AddParse(app, line, io);
  AddExplain(app, line, io);
  AddProfile(app, line, io);
  AddInspect(app, line, io);
  AddDoctor(app, line, io);
  AddOther(app, line, io);
  const ExitCode parsed = Parse(app, arguments, io);
  if (parsed != ExitCode::kOk || !line.chosen) return parsed;
  Commands commands(io, CommonOf(line, app.get_option("--state-dir")->count() > 0));
  const Failure failure = line.chosen(commands);
  if (!failure.status().ok()) {
    io.err << "holdfastctl: ";
    // A document's problems are a line each.
    for (absl::string_view problem : absl::StrSplit(failure.status().message(), '\n')) {
      io.err << text::Printable(problem) << "\n";
    }
  }
  return failure.code();
}

}  // namespace holdfast::ctl
