#include "agent/daemon/policy_stack.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"

namespace holdfast::agent {
namespace {

constexpr char kKeptFile[] = "policy-file";

absl::StatusOr<LayeredPolicy> Parse(const std::string& text, const std::string& shown, PolicyChange change) {
  HOLDFAST_ASSIGN_OR_RETURN(ParsedPolicy parsed, ParsePolicy(text, shown));
  change.version = parsed.policy.version;
  return LayeredPolicy{std::make_shared<const ParsedPolicy>(std::move(parsed)), std::move(change), text};
}

}  // namespace

PolicyStack::PolicyStack(platform::StateFiles& files, std::string file_path)
    : files_(files), file_path_(std::move(file_path)) {
  builtin_.parsed = std::make_shared<const ParsedPolicy>();
  builtin_.change.source = "builtin";
}

std::vector<EngineInput> PolicyStack::Load(const absl::StatusOr<std::string>& file,
                                           const std::optional<uplink::AcceptedPolicy>& bundle) {
  std::vector<EngineInput> inputs;
  if (bundle) {
    absl::StatusOr<LayeredPolicy> server = ParseBundle(*bundle);
    if (server.ok()) {
      server_ = *std::move(server);
      server_->change.outcome = PolicyChange::Outcome::kKept;
    } else {
      inputs.push_back(PolicyRejected{{PolicyChange::Outcome::kRejected, bundle->version, bundle->id,
                                       "server", std::string(server.status().message())}});
    }
  }
  if (file_path_.empty()) {
    files_.Remove(kKeptFile).IgnoreError();  // a layer that is gone must not come back by itself
  } else {
    for (EngineInput& input : FileRead(file)) {
      if (std::holds_alternative<PolicyRejected>(input)) inputs.push_back(std::move(input));
    }
    if (!file_) LoadKeptFile();
  }
  inputs.insert(inputs.begin(), Applied());
  return inputs;
}

void PolicyStack::LoadKeptFile() {
  const absl::StatusOr<std::optional<std::string>> kept = files_.Read(kKeptFile);
  if (!kept.ok() || !*kept) return;
  absl::StatusOr<LayeredPolicy> parsed = ParseFile(**kept);
  if (!parsed.ok()) return;
  file_ = *std::move(parsed);
  file_->change.outcome = PolicyChange::Outcome::kKept;
}

std::vector<EngineInput> PolicyStack::FileRead(const absl::StatusOr<std::string>& file) {
  if (file_path_.empty()) return {};
  absl::StatusOr<LayeredPolicy> parsed = file.ok() ? ParseFile(*file) : file.status();
  if (!parsed.ok()) {
    const std::string text = file.ok() ? *file : "";
    const Sha256Digest said = Sha256(absl::StrCat(text, "\n", parsed.status().message()));
    if (rejected_file_ == said) return {};
    rejected_file_ = said;
    return {RejectedFile(parsed.status(), text)};
  }
  if (file_ && file_->change.id == parsed->change.id && !rejected_file_) return {};
  rejected_file_.reset();
  file_ = *std::move(parsed);
  // A copy that cannot be kept costs only the fallback of the next start.
  files_.Write(kKeptFile, file_->document).IgnoreError();
  return {Applied()};
}

wire::PolicyStatus PolicyStack::ServerPolicy(const uplink::AcceptedPolicy& bundle,
                                             std::vector<EngineInput>* inputs) {
  using State = wire::PolicyStatus::State;
  absl::StatusOr<LayeredPolicy> parsed = ParseBundle(bundle);
  if (!parsed.ok()) {
    const std::string error(parsed.status().message());
    inputs->push_back(
        PolicyRejected{{PolicyChange::Outcome::kRejected, bundle.version, bundle.id, "server", error}});
    return {State::kFailed, bundle.version, bundle.id, error};
  }
  server_ = *std::move(parsed);
  if (file_) {
    return {State::kApplying, bundle.version, bundle.id,
            absl::StrCat("accepted; ", file_->change.source, " has precedence and is in force")};
  }
  inputs->push_back(Applied());
  return {State::kApplied, bundle.version, bundle.id, ""};
}

const LayeredPolicy& PolicyStack::in_force() const {
  if (file_) return *file_;
  return server_ ? *server_ : builtin_;
}

absl::StatusOr<LayeredPolicy> PolicyStack::ParseFile(const std::string& text) const {
  return Parse(text, file_path_,
               {PolicyChange::Outcome::kApplied, 0, Sha256(text), absl::StrCat("file:", file_path_), ""});
}

absl::StatusOr<LayeredPolicy> PolicyStack::ParseBundle(const uplink::AcceptedPolicy& bundle) {
  HOLDFAST_ASSIGN_OR_RETURN(
      LayeredPolicy policy,
      Parse(bundle.document, absl::StrCat("server policy ", bundle.version),
            {PolicyChange::Outcome::kApplied, bundle.version, bundle.id, "server", ""}));
  policy.change.version = bundle.version;
  return policy;
}

PolicyRejected PolicyStack::RejectedFile(const absl::Status& why, const std::string& text) const {
  return {{PolicyChange::Outcome::kRejected, 0, Sha256(text), absl::StrCat("file:", file_path_),
           std::string(why.message())}};
}

EngineInput PolicyStack::Applied() const {
  const LayeredPolicy& policy = in_force();
  return PolicyApplied{std::shared_ptr<const Policy>(policy.parsed, &policy.parsed->policy), policy.change};
}

}  // namespace holdfast::agent
