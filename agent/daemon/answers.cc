// What the agent answers on its local socket.
#include <utility>

#include "absl/strings/str_cat.h"
#include "agent/daemon/agent.h"
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
    view.keys.push_back({std::move(key.path), std::move(key.value), std::move(key.origin)});
  }
  view.version = policy.change.version;
  view.policy_id = ToHex(policy.change.id);
  view.source = policy.change.source;
  view.document = policy.document;
  return view;
}

absl::StatusOr<std::vector<journal::Row>> Agent::History(const journal::Filter& filter) {
  if (!parts_.history) return absl::UnavailableError("history cannot be read here");
  return parts_.history(filter);
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
  Dispatch(std::move(request));
}

}  // namespace holdfast::agent
