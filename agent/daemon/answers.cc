// What the agent answers on its local socket.
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/daemon/agent.h"
#include "agent/daemon/credentials.h"
#include "agent/daemon/service_names.h"
#include "core/policy/explain.h"

namespace holdfast::agent {

control::StatusView Agent::Status() {
  control::StatusView view;
  view.agent_version = options_.agent_version;
  view.now = parts_.clock.Now();
  view.engine = engine_.View(view.now);
  view.uplink.state = "no server";
  view.uplink.epoch = head_.epoch;
  view.uplink.last_seq = head_.seq;
  view.uplink.acked_through = acked_at_start_;
  if (uplink_) {
    const uplink::View uplink = uplink_->view();
    view.uplink.state = uplink.text;
    view.uplink.server = uplink.server;
    if (uplink.device) view.uplink.device_id = uplink.device->ToString();
    if (uplink.acked_through) view.uplink.acked_through = *uplink.acked_through;
    view.uplink.last_contact = uplink.last_contact;
    if (uplink.next_try) view.uplink.next_try = view.now.wall + (*uplink.next_try - view.now.mono);
    view.uplink.last_error = uplink.last_error;
  }
  for (const auto& [about, warning] : warnings_) view.warnings.push_back(warning);
  for (const std::string& warning : policies_.warnings()) {
    view.warnings.push_back(absl::StrCat("policy: ", warning));
  }
  return view;
}

control::PolicyView Agent::Policy() {
  const LayeredPolicy& policy = policies_.in_force();
  control::PolicyView view;
  for (ExplainedKey& key : ExplainPolicy(*policy.parsed)) {
    view.keys.push_back({std::move(key.path), WithoutSecrets(key.value), std::move(key.origin)});
  }
  view.version = policy.change.version;
  view.policy_id = ToHex(policy.change.id);
  view.source = policy.change.source;
  view.document = WithoutSecrets(policy.document);
  return view;
}

absl::StatusOr<std::vector<journal::Row>> Agent::History(const journal::Filter& filter) {
  if (!parts_.history) return absl::UnavailableError("history cannot be read here");
  return parts_.history(filter);
}

void Agent::NextTask(uint32_t uid, const control::TaskRequest& request, control::GiveTask give) {
  if (parts_.next_task) return parts_.next_task(uid, request, std::move(give));
  give(absl::UnavailableError("this agent has no tasks for users' sessions"));
}

void Agent::Request(UserRequest request, const std::string& service_name, Answer done) {
  if (!running_ || stopping_) {
    done(absl::UnavailableError("the agent is starting or stopping; ask again in a moment"), "");
    return;
  }
  const bool may_mean_all =
      request.verb == UserRequest::Verb::kOverride || request.verb == UserRequest::Verb::kEndOverride;
  if (!service_name.empty() || !may_mean_all) {
    absl::StatusOr<Uuid> service = ResolveService(EngineState().services, service_name);
    if (!service.ok()) {
      done(service.status(), "");
      return;
    }
    request.service = *service;
  }
  request.request = ++last_request_;
  answers_[request.request] = std::move(done);
  DispatchRequest(std::move(request));
}

// What was typed is verified here and goes no further. A passcode's hash is meant to be slow: it is made
// where the journal is written, which holds up rows and no decision.
void Agent::DispatchRequest(UserRequest request) {
  if (IsSecret(request.credential) && !rows_.trouble().ok()) {
    // A guess that leaves no row would not count after a restart.
    const auto refused = answers_.extract(request.request);
    return refused.mapped()(RowsNotWritten(), "");
  }
  if (request.credential.kind == Credential::Kind::kCode) {
    VerifyCode(parts_.files, ReadTrust().device, parts_.clock.Now().wall, request.credential);
  }
  if (request.credential.kind != Credential::Kind::kPasscode) return Dispatch(std::move(request));
  if (std::exchange(verifying_, true)) {
    const auto refused = answers_.extract(request.request);
    refused.mapped()(
        absl::ResourceExhaustedError("another passcode is being verified; ask again in a moment"), "");
    return;
  }
  auto waiting = std::make_shared<UserRequest>(std::move(request));
  const std::string hash = policies_.in_force().parsed->policy.override_policy.passcode_hash;
  parts_.journal.Run([waiting, hash](journal::Journal&) { VerifyPasscode(hash, waiting->credential); },
                     lifetime_.Guard([this, waiting] {
                       verifying_ = false;
                       Dispatch(std::move(*waiting));
                     }));
}

}  // namespace holdfast::agent
