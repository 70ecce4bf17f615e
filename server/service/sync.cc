#include "server/service/sync.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/text/width.h"
#include "server/service/device_state.h"
#include "server/service/reachability.h"
#include "server/service/refusal.h"

namespace holdfast::server {
namespace {

constexpr size_t kBootsRemembered = 8;
// A message that was long under way may arrive after the next boot's; several do not.
constexpr int kReturnsOfAClone = 3;
constexpr absl::Duration kLongestUnderWay = absl::Minutes(2);
// Two machines that both run show themselves many times a day.
constexpr absl::Duration kCopyIsGone = absl::Hours(24);
constexpr absl::Duration kAnchorLife = absl::Hours(1);
constexpr size_t kLongestText = 1024;
// Ranges of one message that become incidents: a device cannot fill the store with them.
constexpr size_t kMostQuarantined = 64;

std::string Shortened(const std::string& text) {
  return std::string(text::FirstBytes(text, kLongestText));
}

std::string PolicyState(const wire::PolicyStatus& status) {
  switch (status.state) {
    case wire::PolicyStatus::State::kApplying:
      return "applying";
    case wire::PolicyStatus::State::kApplied:
      return "applied";
    case wire::PolicyStatus::State::kFailed:
      return absl::StrCat("failed: ", Shortened(status.error));
    case wire::PolicyStatus::State::kUnspecified:
      break;
  }
  return "";
}

fleet::Hardware HardwareOf(const wire::HardwareIdentity& h) {
  return {Shortened(h.serial_number), Shortened(h.platform_uuid), Shortened(h.model),
          Shortened(h.os_version),    Shortened(h.os_build),      Shortened(h.hostname)};
}

// Any clock is the device's word: the difference must not overflow.
int64_t ClockOffset(WallTime device, ServerTime server) {
  int64_t offset = 0;
  if (!__builtin_sub_overflow(device.ns, server.ns, &offset)) return offset;
  return device.ns < server.ns ? INT64_MIN : INT64_MAX;
}

}  // namespace

std::vector<std::string> ServerFeatures() {
  return {"rows.v1", "policy.ed25519", "sections.v1"};
}

absl::StatusOr<wire::SyncResponse> SyncHandler::Handle(SyncCall& call,
                                                       std::vector<fleet::StoredRow>* stored) {
  wire::SyncRequest& request = call.request;
  HOLDFAST_ASSIGN_OR_RETURN(LiveDevice * admitted, Admit(context_, directory_, call.peer, request.device_id));
  LiveDevice& device = *admitted;
  HOLDFAST_RETURN_IF_ERROR(CheckIdentity(device, request));
  const ServerTime received = context_.Now();
  const bool overtaken = Overtaken(device, request, received);
  const bool full = device.message_number == 0 ? !device.has_sections
                                               : request.message_number > device.message_number + 1 ||
                                                     request.message_number < device.message_number;
  const bool cold = !device.sent.has_value();
  HOLDFAST_RETURN_IF_ERROR(WatchBoots(device, request));
  if (!overtaken) {
    RememberSent(device, request);
    HOLDFAST_RETURN_IF_ERROR(TakeContact(device, request, received));
    HOLDFAST_RETURN_IF_ERROR(EndCloneConflict(device, received));
  }
  const Arrival arrival{received, UsableAnchor(request.anchor, request.sent, received)};
  if (request.frame) {
    HOLDFAST_RETURN_IF_ERROR(ingest_.Take(device, request, arrival, stored));
    HOLDFAST_RETURN_IF_ERROR(TakeAnchor(device, arrival.anchor));
  }
  if (overtaken) return Answer(device, request, false);
  NoteComplete(device, request);
  // After a restart of the server a late copy cannot be told from a rolled back log: the next message can.
  if (!cold) HOLDFAST_RETURN_IF_ERROR(CheckHead(device, request));
  HOLDFAST_RETURN_IF_ERROR(TakeSections(device, request));
  HOLDFAST_RETURN_IF_ERROR(TakeState(device, request));
  HOLDFAST_RETURN_IF_ERROR(rollouts_.Heard(device, request));
  HOLDFAST_RETURN_IF_ERROR(keys_.Heard(device, request));
  return Answer(device, request, full);
}

bool SyncHandler::Overtaken(const LiveDevice& device, const wire::SyncRequest& request, ServerTime received) {
  if (!device.sent) return false;
  if (device.sent->boot == request.sent.boot) return request.sent.mono < device.sent->mono;
  const auto last = std::find_if(device.earlier.begin(), device.earlier.end(),
                                 [&](const Stamp& stamp) { return stamp.boot == request.sent.boot; });
  if (last == device.earlier.end()) return false;
  // News of a boot that had ended are another machine's: it is the device when nobody else speaks.
  return request.sent.mono <= last->mono || received - device.record.last_seen <= kLongestUnderWay;
}

// An identity that was copied to other hardware is told to enroll anew, and both are flagged.
absl::Status SyncHandler::CheckIdentity(LiveDevice& device, const wire::SyncRequest& request) {
  const auto differs = [](const std::string& stored, const std::string& said) {
    return !stored.empty() && !said.empty() && stored != said;
  };
  const fleet::Hardware& known = device.record.hardware;
  if (!differs(known.serial_number, request.hardware.serial_number) &&
      !differs(known.platform_uuid, request.hardware.platform_uuid)) {
    return absl::OkStatus();
  }
  device.copy_seen = context_.Now();
  HOLDFAST_RETURN_IF_ERROR(RaiseIncident(
      context_, device,
      {.name = "clone_conflict",
       .severity = "error",
       .key = "",
       .summary = "This identity is used by other hardware than it was given to",
       .evidence = absl::StrCat("serial=", Shortened(request.hardware.serial_number),
                                "; platform_uuid=", Shortened(request.hardware.platform_uuid))}));
  return Refuse(absl::StatusCode::kFailedPrecondition, ErrorReason::kReenrollRequired,
                "syncing: this identity belongs to other hardware; enroll again");
}

// A boot that was followed by another one has ended: when it still says new things, there are two machines.
absl::Status SyncHandler::WatchBoots(LiveDevice& device, const wire::SyncRequest& request) {
  for (Stamp& last : device.earlier) {
    if (last.boot != request.sent.boot || request.sent.mono <= last.mono) continue;
    last = request.sent;
    device.copy_seen = context_.Now();
    if (++device.returns < kReturnsOfAClone) return absl::OkStatus();
    return RaiseIncident(context_, device,
                         {.name = "clone_conflict",
                          .severity = "error",
                          .key = "",
                          .summary = "Two machines take turns under this identity",
                          .evidence = "messages of two boots alternate"});
  }
  return absl::OkStatus();
}

absl::Status SyncHandler::EndCloneConflict(LiveDevice& device, ServerTime received) {
  if (device.record.open_incidents == 0) return absl::OkStatus();
  if (device.copy_seen == ServerTime{}) device.copy_seen = received;  // after a restart the day begins anew
  if (received - device.copy_seen < kCopyIsGone) return absl::OkStatus();
  device.copy_seen = received;
  return SettleIncident(context_, device, "clone_conflict", "no other machine showed itself for a day");
}

void SyncHandler::RememberSent(LiveDevice& device, const wire::SyncRequest& request) {
  if (device.sent && device.sent->boot != request.sent.boot) {
    const auto known =
        std::erase_if(device.earlier, [&](const Stamp& last) { return last.boot == request.sent.boot; });
    device.earlier.push_back(*device.sent);
    if (device.earlier.size() > kBootsRemembered) device.earlier.erase(device.earlier.begin());
    if (known == 0) device.returns = 0;
  }
  device.sent = request.sent;
  device.message_number = request.message_number;
}

absl::Status SyncHandler::TakeContact(LiveDevice& device, const wire::SyncRequest& request,
                                      ServerTime received) {
  HOLDFAST_ASSIGN_OR_RETURN(const absl::Duration of_policy, policies_.Interval(device.record.group));
  const absl::Duration interval = std::max(of_policy, device.record.granted);
  const bool was_silent = received - device.record.last_seen > SilentAfter(interval);
  const bool asleep = request.goodbye == wire::Goodbye::kSleep || request.goodbye == wire::Goodbye::kShutdown;
  directory_.Contacted(device, {.last_seen = received,
                                .clock_offset_ns = ClockOffset(request.sent.wall, received),
                                .asleep = asleep,
                                .granted = stretch_.For(of_policy)});
  if (!was_silent) return absl::OkStatus();
  HOLDFAST_ASSIGN_OR_RETURN(const TimeClass posture, PostureOf(context_, device.record.key));
  HOLDFAST_RETURN_IF_ERROR(SetPosture(context_, device.record, posture));
  return SettleIncident(context_, device, "silent_agent", "it was heard of again");
}

// An anchor lets rows of this boot be placed in time even if they arrive after the next one.
absl::Status SyncHandler::TakeAnchor(LiveDevice& device, const std::optional<fleet::Anchor>& anchor) {
  if (!anchor) return absl::OkStatus();
  const std::optional<fleet::Anchor>& stored = device.stored_anchor;
  if (stored && stored->boot == anchor->boot && anchor->server - stored->server < kAnchorLife) {
    return absl::OkStatus();
  }
  HOLDFAST_RETURN_IF_ERROR(context_.store.PutAnchor(device.record.key, *anchor));
  device.stored_anchor = anchor;
  return absl::OkStatus();
}

void SyncHandler::NoteComplete(LiveDevice& device, const wire::SyncRequest& request) {
  const fleet::ChainRecord* chain = FindChain(device, request.head.epoch);
  if (chain == nullptr || request.head.seq != chain->seq || request.head.hash != chain->hash) return;
  device.complete_at = device.record.last_seen;
}

// A log that ends before, or elsewhere than, what is stored of it was rolled back.
absl::Status SyncHandler::CheckHead(LiveDevice& device, const wire::SyncRequest& request) {
  const fleet::ChainRecord* chain = FindChain(device, request.head.epoch);
  if (chain == nullptr) return absl::OkStatus();
  const bool behind = request.head.seq < chain->seq;
  const bool other = request.head.seq == chain->seq && request.head.hash != chain->hash;
  if (!behind && !other) return absl::OkStatus();
  const std::string what = absl::StrCat("its head is row ", request.head.seq, ", stored are ", chain->seq);
  return RefuseFork(
      context_, device, what,
      absl::StrCat("syncing: ", what, behind ? "" : " with another hash", "; begin a new epoch"));
}

absl::Status SyncHandler::TakeSections(LiveDevice& device, const wire::SyncRequest& request) {
  const Limits& limits = context_.options.limits;
  if (request.sections.size() > limits.sections) {
    return Refuse(
        absl::StatusCode::kInvalidArgument, ErrorReason::kBadRequest,
        absl::StrCat("taking state: ", request.sections.size(), " sections, at most ", limits.sections));
  }
  for (const wire::StateSection& section : request.sections) {
    if (section.name.empty() || section.name.size() > kLongestText ||
        section.body.size() > limits.section_bytes || Sha256(section.body) != section.hash) {
      return Refuse(absl::StatusCode::kInvalidArgument, ErrorReason::kBadRequest,
                    absl::StrCat("taking state: section \"", Shortened(section.name),
                                 "\" is too large, unnamed or does not match its hash"));
    }
  }
  for (const wire::StateSection& section : request.sections) {
    HOLDFAST_RETURN_IF_ERROR(
        context_.store.PutSection(device.record.key, section.name, section.hash, section.body));
    device.has_sections = true;
  }
  return absl::OkStatus();
}

absl::Status SyncHandler::TakeState(LiveDevice& device, const wire::SyncRequest& request) {
  fleet::DeviceRecord record = device.record;
  if (request.policy_status) {
    record.policy_state = PolicyState(*request.policy_status);
    if (request.policy_status->state == wire::PolicyStatus::State::kApplied) {
      record.policy_version = request.policy_status->version;
    }
  }
  if (!request.agent_version.empty()) record.agent_version = Shortened(request.agent_version);
  if (!(request.hardware == wire::HardwareIdentity{})) {
    const fleet::Hardware said = HardwareOf(request.hardware);
    record.hardware.model = said.model;
    record.hardware.os_version = said.os_version;
    record.hardware.os_build = said.os_build;
    record.hardware.hostname = said.hostname;
  }
  const bool changed = record.policy_state != device.record.policy_state ||
                       record.policy_version != device.record.policy_version ||
                       record.agent_version != device.record.agent_version ||
                       !(record.hardware == device.record.hardware);
  if (changed) {
    HOLDFAST_RETURN_IF_ERROR(context_.store.UpdateDevice(record));
    device.record = record;
  }
  const size_t ranges = std::min(request.quarantined.size(), kMostQuarantined);
  for (size_t i = 0; i < ranges; ++i) {
    const wire::Quarantined& q = request.quarantined[i];
    HOLDFAST_RETURN_IF_ERROR(RaiseIncident(
        context_, device,
        {.name = "journal_gap",
         .severity = "warning",
         .key = absl::StrCat(EpochToString(request.head.epoch), "/", q.first_seq, "-", q.last_seq),
         .summary = absl::StrCat("The device gave up sending rows ", q.first_seq, " to ", q.last_seq),
         .evidence = Shortened(q.error)}));
  }
  return absl::OkStatus();
}

absl::StatusOr<wire::SyncResponse> SyncHandler::Answer(LiveDevice& device, const wire::SyncRequest& request,
                                                       bool full) {
  wire::SyncResponse answer;
  answer.server_time = context_.Now();
  answer.epoch = request.head.epoch;
  if (const fleet::ChainRecord* chain = FindChain(device, request.head.epoch))
    answer.acked_through = chain->seq;
  const std::pair<Epoch, uint64_t> here{answer.epoch, answer.acked_through};
  if (device.gap == here) device.told = here;
  HOLDFAST_ASSIGN_OR_RETURN(const PolicyInForce* policy, policies_.For(device.record, request.policy_id));
  if (policy != nullptr && request.policy_id != policy->info.id) {
    answer.policy = policy->bundle;
    HOLDFAST_RETURN_IF_ERROR(rollouts_.Handed(device, request, *policy));
  }
  answer.want_full_state = full;
  answer.heartbeat = device.record.granted;
  answer.features = ServerFeatures();
  keys_.Fill(device, request, policy, answer);
  HOLDFAST_ASSIGN_OR_RETURN(answer.orders, orders_.For(device.record));
  HOLDFAST_RETURN_IF_ERROR(orders_.FillCodeKey(device.record.id, request.override_key_id, answer));
  return answer;
}

}  // namespace holdfast::server
