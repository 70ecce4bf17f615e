#include "server-mock/swarm/agent.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "agent/uplink/grpc_transport.h"
#include "base/canonical.h"
#include "base/error.h"
#include "proto/wire/event_codec.h"
#include "server-mock/swarm/life.h"

namespace holdfast::swarm {
namespace {

constexpr char kAgentVersion[] = "0.1.0-swarm";

wire::HardwareIdentity Hardware(const AgentOptions& options) {
  return {.serial_number = options.serial_number,
          .platform_uuid = Uuid::FromName(options.serial_number).ToString(),
          .model = "Mac16,1",
          .os_version = "26.1",
          .os_build = "25B78",
          .hostname = absl::StrCat("swarm-", options.number)};
}

}  // namespace

SwarmAgent::SwarmAgent(AgentOptions options, Executor& executor, const Clock& clock, RandomSource& random,
                       Tally& tally, std::function<void(size_t, MonoTime)> answered)
    : options_(std::move(options)),
      executor_(executor),
      clock_(clock),
      tally_(tally),
      random_{options_.seed},
      journal_(random),
      strand_(executor, journal_),
      inbox_(files_),
      transport_(
          std::make_unique<uplink::GrpcTransport>(
              executor, uplink::GrpcOptions{options_.enrollment.server, options_.enrollment.ca_spki_sha256}),
          options_.unsteadiness, clock, executor, tally, options_.seed + 1,
          [answered = std::move(answered), number = options_.number](MonoTime began) {
            answered(number, began);
          }),
      uplink_({.agent_version = kAgentVersion,
               .features = {"rows.v1", "policy.ed25519", "sections.v1"},
               .hardware = Hardware(options_),
               .token = options_.enrollment.token,
               .server = options_.enrollment.server.ToString(),
               .pinned_policy_keys = {},
               .heartbeat = options_.heartbeat},
              {executor, clock, random, strand_, files_, transport_, inbox_, *this}),
      life_(executor) {
  journal_.OnAcked([this](uint64_t through) { OnAcked(through); });
}

absl::Status SwarmAgent::Resume(absl::string_view saved) {
  CanonicalReader in(saved);
  const std::string identity(in.Bytes());
  HOLDFAST_RETURN_IF_ERROR(journal_.Decode(in.Bytes()));
  HOLDFAST_RETURN_IF_ERROR(Annotate(in.Done(), "reading an agent of an earlier run"));
  return identity.empty() ? absl::OkStatus() : files_.Write(uplink::kIdentityFile, identity);
}

std::string SwarmAgent::Save() const {
  const auto identity = files_.Read(uplink::kIdentityFile);
  CanonicalWriter out;
  out.Bytes(identity.ok() ? identity->value_or("") : "").Bytes(journal_.Encode());
  return out.Take();
}

void SwarmAgent::Start() {
  uplink_.Start();
  WriteRowsLater();
}

void SwarmAgent::WriteRowsLater() {
  const absl::Duration wait = options_.rows_every * -std::log1p(-random_.Uniform());
  life_.Set(clock_.Now().mono + wait, [this] { WriteRows(); });
}

void SwarmAgent::WriteRows() {
  const Stamp now = clock_.Now();
  const Uuid service = Uuid::FromName("Corp VPN");
  std::vector<journal::Draft> drafts;
  for (int i = 0; i < options_.burst; ++i) {
    const Event event = EventNumber(journal_.head().seq + drafts.size(), service);
    drafts.push_back({.at = now,
                      .kind = static_cast<uint16_t>(KindOf(event)),
                      .subject = SubjectOf(event),
                      .payload = wire::EncodeEvent(event)});
  }
  journal_.Append(drafts).status().IgnoreError();  // memory does not run full
  tally_.rows_written += drafts.size();
  written_.emplace_back(journal_.head().seq, now.mono);
  uplink_.Changed();
  WriteRowsLater();
}

void SwarmAgent::OnAcked(uint64_t through) {
  const MonoTime now = clock_.Now().mono;
  while (!written_.empty() && written_.front().first <= through) {
    tally_.row.Add(now - written_.front().second);
    tally_.rows_acked += static_cast<uint64_t>(options_.burst);
    written_.pop_front();
  }
}

std::vector<wire::StateSection> SwarmAgent::Sections() {
  return {{.name = "services",
           .body = absl::StrCat("{\"services\":[{\"name\":\"Corp VPN\",\"mac\":", options_.number,
                                ",\"state\":\"connected\"}]}")},
          {.name = "checks", .body = "{\"checks\":[]}"}};
}

wire::PolicyStatus SwarmAgent::ApplyPolicy(const uplink::AcceptedPolicy& policy) {
  return {.state = wire::PolicyStatus::State::kApplied, .version = policy.version, .policy_id = policy.id};
}

void SwarmAgent::PolicyRefused(const wire::PolicyBundle& /*bundle*/, const absl::Status& /*why*/) {
  ++tally_.incidents["policy_tampered"];
}

void SwarmAgent::Incident(const std::string& name, const std::string& /*key*/, const std::string& /*summary*/,
                          bool open) {
  if (open) ++tally_.incidents[name];
}

}  // namespace holdfast::swarm
