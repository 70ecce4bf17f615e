// The command line while it is read: CLI11 writes into it, and the command that was chosen runs from it.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "agent/control/paths.h"
#include "agent/ctl/commands.h"
#include "agent/ctl/doctor.h"
#include "agent/ctl/explain.h"
#include "agent/ctl/generate.h"
#include "agent/ctl/inspect.h"
#include "agent/ctl/parse.h"
#include "agent/ctl/policy_files.h"
#include "agent/ctl/profile_lint.h"
#include "agent/ctl/profile_verify.h"
#include "agent/ctl/replay.h"

namespace holdfast::ctl {

// What the command line says. CLI11 writes into it while parsing; `chosen` is what to do then.
struct Line {
  std::string socket, state_dir = control::DefaultStateDir();
  bool json = false, names = false;
  std::string service, shell;
  HistoryOptions history;
  OverrideOptions override_;
  PolicyOptions policy;
  LintOptions lint;
  ProfileLintOptions profile_lint;
  std::string rule;
  std::string before, after, file;
  ReplayOptions replay;
  ParseOptions parse;
  GenerateOptions generate;
  InspectOptions inspect;
  VerifyOptions verify;
  ExplainOptions explain;
  DoctorOptions doctor;
  std::function<Failure(Commands&)> chosen;
};

CLI::App* Command(CLI::App& app, Line& line, const std::string& name, const std::string& help,
                  std::function<Failure(Commands&)> run);

// `profile` and its commands. All must outlive the parser.
void AddProfile(CLI::App& app, Line& line, const Io& io);

}  // namespace holdfast::ctl
