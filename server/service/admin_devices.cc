// What admins see of devices: lists, one device, history, incidents; and revoking one.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/error.h"
#include "core/event/event.h"
#include "proto/wire/event_codec.h"
#include "server/audit/audit.h"
#include "server/service/reachability.h"
#include "server/service/state.h"

namespace holdfast::server {
namespace {

constexpr int kDefaultPage = 100;
constexpr int kLargestPage = 1000;
constexpr int kMatchesNamed = 1000;  // of all groups
constexpr size_t kMatchesTold = 10;

absl::StatusOr<fleet::DeviceOrder> ParseOrder(absl::string_view name) {
  if (name.empty() || name == "name") return fleet::DeviceOrder::kName;
  if (name == "last_seen") return fleet::DeviceOrder::kLastSeen;
  if (name == "posture") return fleet::DeviceOrder::kPosture;
  if (name == "open_incidents") return fleet::DeviceOrder::kOpenIncidents;
  if (name == "version") return fleet::DeviceOrder::kVersion;
  return absl::InvalidArgumentError(absl::StrCat(
      "cannot sort devices by \"", name, "\": use name, last_seen, posture, open_incidents or version"));
}

absl::StatusOr<std::vector<uint16_t>> ParseKinds(const std::vector<std::string>& names) {
  std::vector<uint16_t> kinds;
  for (const std::string& name : names) {
    HOLDFAST_ASSIGN_OR_RETURN(const RowKind kind, ParseRowKind(name));
    kinds.push_back(static_cast<uint16_t>(kind));
  }
  return kinds;
}

}  // namespace

absl::StatusOr<int> PageSize(int asked) {
  if (asked < 0) return absl::InvalidArgumentError("the page size is negative");
  return asked == 0 ? kDefaultPage : std::min(asked, kLargestPage);
}

absl::StatusOr<fleet::DeviceRecord> ServerCore::State::FindNamed(const Actor& actor, AdminMethod method,
                                                                 const std::string& name) {
  HOLDFAST_ASSIGN_OR_RETURN(auto found, context.store.FindByName(name, kMatchesNamed));
  if (found.empty()) {
    return absl::NotFoundError(
        absl::StrCat("no device has the id, serial number or hostname \"", name, "\"; `devices` lists them"));
  }
  const fleet::DeviceRecord any = found.front();
  std::erase_if(found, [&](const fleet::DeviceRecord& d) { return !MaySee(actor, d.group); });
  if (found.empty()) return CheckGroup(actor, method, any.group);
  if (found.size() > 1) {
    std::string message = absl::StrCat("\"", name, "\" is more than one device; name one by its id:");
    for (size_t i = 0; i < found.size() && i < kMatchesTold; ++i) {
      const fleet::DeviceRecord& d = found[i];
      absl::StrAppend(&message, "\n  ", d.id.ToString(), "  ", d.hardware.serial_number, "  ",
                      d.hardware.hostname);
    }
    return absl::FailedPreconditionError(message);
  }
  directory.Refresh(found.front());
  return std::move(found.front());
}

absl::StatusOr<Device> ServerCore::State::DeviceMessage(fleet::DeviceRecord record) {
  directory.Refresh(record);
  HOLDFAST_ASSIGN_OR_RETURN(const absl::Duration interval, policies.IntervalOf(record));
  const fleet::Hardware& h = record.hardware;
  Device out;
  out.id = record.id;
  out.hostname = h.hostname;
  out.serial_number = h.serial_number;
  out.model = h.model;
  out.os_version = h.os_version;
  out.platform_uuid = h.platform_uuid;
  out.agent_version = record.agent_version;
  out.group = record.group;
  out.reachability = ReachabilityOf(context.Now(), record.last_seen, record.asleep, interval);
  out.enrolled = record.enrolled;
  out.last_seen = record.last_seen;
  out.posture = record.posture;
  const bool silent = context.Now() - record.last_seen > SilentAfter(interval);
  if (silent && !record.asleep && out.posture != TimeClass::kNotRequired) out.posture = TimeClass::kUnknown;
  out.open_incidents = record.open_incidents;
  out.policy_version = record.policy_version;
  out.policy_state = record.policy_state;
  out.revoked = record.revoked.has_value();
  out.clock_offset_ns = record.clock_offset_ns;
  out.lifecycle = record.lifecycle;
  return out;
}

absl::StatusOr<ListDevicesResponse> ServerCore::ListDevices(const Actor& actor,
                                                            const ListDevicesRequest& request) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kListDevices));
  if (request.reachability == Reachability::kNeverEnrolled) return state_->ListNeverEnrolled(actor, request);
  if (request.reachability) {
    return absl::InvalidArgumentError(
        "listing devices by reachability: only never_enrolled can be asked for; sort the others by "
        "last_seen");
  }
  absl::string_view order = request.order_by;
  fleet::DeviceQuery query;
  query.descending = absl::ConsumePrefix(&order, "-");
  HOLDFAST_ASSIGN_OR_RETURN(query.order, ParseOrder(order));
  HOLDFAST_ASSIGN_OR_RETURN(query.limit, PageSize(request.page_size));
  query.text = request.query;
  HOLDFAST_ASSIGN_OR_RETURN(query.groups, GroupsToList(actor, AdminMethod::kListDevices, request.group));
  query.posture = request.posture;
  query.lifecycle = request.lifecycle;
  query.after = request.page_token;
  if (query.order == fleet::DeviceOrder::kLastSeen) HOLDFAST_RETURN_IF_ERROR(state_->FlushContacts());
  HOLDFAST_ASSIGN_OR_RETURN(fleet::DevicePage page, state_->context.store.ListDevices(query));
  ListDevicesResponse response;
  HOLDFAST_ASSIGN_OR_RETURN(response.total, state_->context.store.CountDevices(query));
  for (fleet::DeviceRecord& record : page.devices) {
    HOLDFAST_ASSIGN_OR_RETURN(Device device, state_->DeviceMessage(std::move(record)));
    response.devices.push_back(std::move(device));
  }
  response.next_page_token = std::move(page.next);
  return response;
}

absl::StatusOr<Device> ServerCore::GetDevice(const Actor& actor, const std::string& device) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kGetDevice));
  HOLDFAST_ASSIGN_OR_RETURN(fleet::DeviceRecord record,
                            state_->FindNamed(actor, AdminMethod::kGetDevice, device));
  const fleet::DeviceKey key = record.key;
  HOLDFAST_ASSIGN_OR_RETURN(Device out, state_->DeviceMessage(std::move(record)));
  HOLDFAST_ASSIGN_OR_RETURN(out.services, state_->context.store.VerdictsOf(key));
  HOLDFAST_ASSIGN_OR_RETURN(const auto chains, state_->context.store.ChainsOf(key));
  if (chains.empty()) return out;
  out.epoch = chains.back().epoch;
  out.stored_through = chains.back().seq;
  out.chain_head = chains.back().hash;
  return out;
}

HistoryRow ServerCore::State::HistoryMessage(const fleet::StoredRow& row, const fleet::DeviceRecord& device) {
  const absl::StatusOr<Event> event =
      wire::DecodeEvent(row.row.kind, row.row.payload_version, row.row.payload);
  return {.device = device.id,
          .hostname = device.hardware.hostname,
          .group = device.group,
          .epoch = row.row.epoch,
          .seq = row.row.seq,
          .at = row.at,
          .uncertainty_ns = row.uncertainty_ns,
          .device_wall = row.row.at.wall,
          .received = row.received,
          .kind = std::string(RowKindName(static_cast<RowKind>(row.row.kind))),
          .subject = row.row.subject,
          .text = event.ok() ? Describe(*event)
                             : absl::StrCat("kind ", row.row.kind, " version ", row.row.payload_version,
                                            ": not known to this server"),
          .hash = row.row.hash};
}

absl::StatusOr<ListHistoryResponse> ServerCore::ListHistory(const Actor& actor,
                                                            const ListHistoryRequest& request) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kListHistory));
  fleet::RowQuery query;
  std::map<fleet::DeviceKey, fleet::DeviceRecord> devices;
  HOLDFAST_ASSIGN_OR_RETURN(query.groups, GroupsToList(actor, AdminMethod::kListHistory, ""));
  if (!request.device.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(const fleet::DeviceRecord record,
                              state_->FindNamed(actor, AdminMethod::kListHistory, request.device));
    query.device = record.key;
    devices[record.key] = record;
  }
  query.from = request.from;
  query.to = request.to;
  query.ascending = request.ascending;
  query.after = request.page_token;
  HOLDFAST_ASSIGN_OR_RETURN(query.kinds, ParseKinds(request.kinds));
  HOLDFAST_ASSIGN_OR_RETURN(query.limit, PageSize(request.page_size));
  HOLDFAST_ASSIGN_OR_RETURN(fleet::RowPage page, state_->context.store.ListRows(query));
  ListHistoryResponse response;
  for (const fleet::StoredRow& row : page.rows) {
    auto it = devices.find(row.device);
    if (it == devices.end()) {
      HOLDFAST_ASSIGN_OR_RETURN(const auto record, state_->context.store.DeviceByKey(row.device));
      it = devices.emplace(row.device, record.value_or(fleet::DeviceRecord{})).first;
    }
    response.rows.push_back(state_->HistoryMessage(row, it->second));
  }
  response.next_page_token = std::move(page.next);
  return response;
}

void ServerCore::State::TellListener(const std::vector<fleet::StoredRow>& rows,
                                     const std::vector<SyncCall>& calls) {
  std::map<fleet::DeviceKey, const LiveDevice*> devices;
  for (const SyncCall& call : calls) {
    const absl::StatusOr<LiveDevice*> device = directory.Find(call.request.device_id);
    if (device.ok() && *device != nullptr) devices[(*device)->record.key] = *device;
  }
  for (const fleet::StoredRow& row : rows) {
    const auto it = devices.find(row.device);
    if (it == devices.end()) continue;
    row_listener(HistoryMessage(row, it->second->record));
  }
}

absl::StatusOr<ListIncidentsResponse> ServerCore::ListIncidents(const Actor& actor,
                                                                const ListIncidentsRequest& request) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kListIncidents));
  fleet::IncidentQuery query;
  HOLDFAST_ASSIGN_OR_RETURN(query.groups, GroupsToList(actor, AdminMethod::kListIncidents, ""));
  if (!request.device.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(const fleet::DeviceRecord record,
                              state_->FindNamed(actor, AdminMethod::kListIncidents, request.device));
    query.device = record.key;
  }
  query.open_only = request.open_only;
  query.name = request.name;
  query.from = request.from;
  query.to = request.to;
  query.after = request.page_token;
  HOLDFAST_ASSIGN_OR_RETURN(query.limit, PageSize(request.page_size));
  HOLDFAST_ASSIGN_OR_RETURN(fleet::IncidentPage page, state_->context.store.ListIncidents(query));
  return ListIncidentsResponse{std::move(page.incidents), std::move(page.next)};
}

absl::Status ServerCore::RevokeDevice(const Actor& actor, const RevokeDeviceRequest& request) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kRevokeDevice));
  Context& context = state_->context;
  HOLDFAST_ASSIGN_OR_RETURN(fleet::DeviceRecord record,
                            state_->FindNamed(actor, AdminMethod::kRevokeDevice, request.device));
  if (record.revoked) return absl::OkStatus();
  record.revoked = context.Now();
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(context.store));
  HOLDFAST_RETURN_IF_ERROR(context.store.UpdateDevice(record));
  HOLDFAST_ASSIGN_OR_RETURN(const auto certificates, context.store.CertificatesOf(record.key));
  for (const fleet::CertificateRecord& c : certificates) {
    HOLDFAST_RETURN_IF_ERROR(context.store.SetCertificateState(c.serial, fleet::CertificateState::kRevoked));
  }
  HOLDFAST_RETURN_IF_ERROR(RecordAudit(context.store, context.Now(), actor,
                                       {.action = "RevokeDevice",
                                        .target = absl::StrCat("device:", record.id.ToString()),
                                        .before = "enrolled",
                                        .after = absl::StrCat("revoked: ", request.reason),
                                        .group = record.group}));
  HOLDFAST_RETURN_IF_ERROR(transaction.Commit());
  state_->directory.Invalidate(record.id);
  if (state_->nudge) state_->nudge(record.id, absl::ZeroDuration());
  if (state_->revoked_listener) state_->revoked_listener(record.id);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<Uuid>> ServerCore::CheckWatch(const Actor& actor, const std::string& device) {
  HOLDFAST_RETURN_IF_ERROR(CheckAllowed(actor, AdminMethod::kWatchEvents));
  if (device.empty()) return std::nullopt;
  HOLDFAST_ASSIGN_OR_RETURN(const fleet::DeviceRecord record,
                            state_->FindNamed(actor, AdminMethod::kWatchEvents, device));
  return std::optional<Uuid>(record.id);
}

}  // namespace holdfast::server
