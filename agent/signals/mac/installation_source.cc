#include "agent/signals/mac/installation_source.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace holdfast::signals {
namespace {

void AddPart(const ToolAnswers& answers, const char* name, const std::string& wrong, SelfCheck* check) {
  const auto answer = answers.find(name);
  if (answer == answers.end()) return;
  if (answer->second.ok()) return check->parts.push_back({name, true, ""});
  // What a tool that ran says by its exit status.
  if (absl::IsUnavailable(answer->second.status())) check->parts.push_back({name, false, wrong});
}

}  // namespace

SelfCheck ReadInstallation(const ToolAnswers& answers, const InstallationSourceOptions& options) {
  SelfCheck check{kInstallation, {}};
  AddPart(answers, "launch_job", absl::StrCat("launchd has no job ", options.job), &check);
  AddPart(answers, "signature",
          absl::StrCat("codesign says that ", options.program, " is not what was signed"), &check);
  return check;
}

InstallationSource::InstallationSource(Executor& executor, const Clock& clock, RunTool run,
                                       InstallationSourceOptions options)
    : executor_(executor),
      clock_(clock),
      run_(std::move(run)),
      options_(std::move(options)),
      look_(executor) {}

void InstallationSource::Begin(Listener* listener) {
  listener_ = listener;
  executor_.Post(lifetime_.Guard([this] { Look(); }));
}

void InstallationSource::Look() {
  const std::vector<Tool> tools = {
      {"launch_job", {"/bin/launchctl", "print", options_.job}},
      {"signature", {"/usr/bin/codesign", "--verify", "--strict", options_.program}}};
  RunTools(run_, tools, options_.limit, lifetime_.Guard([this](const ToolAnswers& answers) {
    look_.Set(clock_.Now().mono + options_.look_every, [this] { Look(); });
    SelfCheck check = ReadInstallation(answers, options_);
    if (told_ == check) return;
    told_ = check;
    listener_->OnSelfCheck(check);
  }));
}

}  // namespace holdfast::signals
