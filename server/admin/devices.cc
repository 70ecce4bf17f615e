#include <memory>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/admin/command.h"
#include "server/admin/text_forms.h"

namespace holdfast::admin {
namespace {

using text::Align;
using text::Cell;
using text::Style;

struct ListFlags {
  std::string query, group, order, posture, reachability, lifecycle;
  int limit = 100;
};

std::vector<Printer::Field<v1::Device>> DeviceFields(const Printer& p) {
  using D = v1::Device;
  return {
      {{"NAME", Align::kLeft, true, 16}, [](const D& d) { return Cell(d.hostname()); }},
      {{"POSTURE"}, [](const D& d) { return Cell(NameOf(d.posture()), StyleOf(d.posture())); }},
      {{"REACHABILITY", Align::kLeft, false, 4, /*rank=*/1},
       [](const D& d) {
         return d.revoked() ? Cell("revoked", Style::kRed)
                            : Cell(NameOf(d.reachability()), StyleOf(d.reachability()));
       }},
      {{"INCIDENTS", Align::kRight},
       [](const D& d) {
         return Cell(absl::StrCat(d.open_incidents()), d.open_incidents() > 0 ? Style::kRed : Style::kPlain);
       }},
      {{"LAST SEEN", Align::kLeft, false, 4, /*rank=*/2},
       [&p](const D& d) { return Cell(p.Time(d.last_seen())); }},
      {{"SERIAL", Align::kLeft, false, 4, /*rank=*/3}, [](const D& d) { return Cell(d.serial_number()); }},
      {{"GROUP", Align::kLeft, true, 4, /*rank=*/4}, [](const D& d) { return Cell(d.group()); }},
      {{"POLICY", Align::kRight, false, 4, /*rank=*/5},
       [](const D& d) { return Cell(absl::StrCat(d.policy_version())); }},
      {{"AGENT", Align::kLeft, false, 4, /*rank=*/6}, [](const D& d) { return Cell(d.agent_version()); }},
      {{"LIFECYCLE", Align::kLeft, false, 4, /*rank=*/7},
       [](const D& d) { return Cell(NameOf(d.lifecycle())); }},
      {{"DEVICE ID"}, [](const D& d) { return Cell(d.device_id()); }, false},
      {{"MODEL"}, [](const D& d) { return Cell(d.model()); }, false},
      {{"OS VERSION"}, [](const D& d) { return Cell(d.os_version()); }, false},
      {{"POLICY STATE"}, [](const D& d) { return Cell(d.policy_state()); }, false},
      {{"ENROLLED"}, [&p](const D& d) { return Cell(p.Time(d.enrolled())); }, false},
  };
}

// What was never, in the words of the list: it has no time of its own.
std::vector<Printer::Field<v1::Device>> NeverEnrolledFields() {
  using D = v1::Device;
  return {
      {{"SERIAL"}, [](const D& d) { return Cell(d.serial_number()); }},
      {{"NAME", Align::kLeft, true, 16}, [](const D& d) { return Cell(d.hostname()); }},
      {{"GROUP", Align::kLeft, true, 4}, [](const D& d) { return Cell(d.group()); }},
      {{"REACHABILITY"}, [](const D& d) { return Cell(NameOf(d.reachability())); }, false},
  };
}

absl::StatusOr<v1::ListDevicesRequest> RequestOf(const ListFlags& flags) {
  v1::ListDevicesRequest request;
  request.set_query(flags.query);
  request.set_group(flags.group);
  request.set_order_by(flags.order);
  if (!flags.posture.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(const v1::TimeClass posture, ParseTimeClassName(flags.posture));
    request.set_posture(posture);
  }
  if (!flags.lifecycle.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(const v1::Lifecycle lifecycle, ParseLifecycleName(flags.lifecycle));
    request.set_lifecycle(lifecycle);
  }
  if (!flags.reachability.empty()) request.set_reachability(v1::REACHABILITY_NEVER_ENROLLED);
  return request;
}

absl::Status ListDevices(Session& session, const ListFlags& flags) {
  HOLDFAST_ASSIGN_OR_RETURN(const v1::ListDevicesRequest request, RequestOf(flags));
  v1::ListDevicesResponse all;
  HOLDFAST_RETURN_IF_ERROR(FetchPages(session.client, &AdminClient::Stub::ListDevices, request, flags.limit,
                                      &v1::ListDevicesResponse::mutable_devices, &all));
  const Printer& p = session.printer;
  if (p.format() == Format::kJson) {
    p.Json(all);
    return absl::OkStatus();
  }
  const bool never_enrolled = !flags.reachability.empty();
  const bool filtered = never_enrolled || !flags.query.empty() || !flags.group.empty() ||
                        !flags.posture.empty() || !flags.lifecycle.empty();
  p.List(all.devices(), never_enrolled ? NeverEnrolledFields() : DeviceFields(p),
         filtered ? "No devices match." : "No devices are enrolled yet: `tokens create` begins that.");
  if (all.devices_size() < all.total()) {
    p.Note(absl::StrCat(all.devices_size(), " of ", all.total(), " devices: --limit 0 shows all"));
  }
  return absl::OkStatus();
}

std::vector<Printer::Field<v1::ServiceState>> ServiceFields(const Printer& p) {
  using S = v1::ServiceState;
  return {
      {{"SERVICE", Align::kLeft, true, 8}, [](const S& s) { return Cell(s.service_name()); }},
      {{"RULE", Align::kLeft, true, 8, /*rank=*/2}, [](const S& s) { return Cell(s.rule()); }},
      {{"CLASS"}, [](const S& s) { return Cell(NameOf(s.time_class()), StyleOf(s.time_class())); }},
      {{"CAUSE"}, [](const S& s) { return Cell(s.cause()); }},
      {{"SINCE", Align::kLeft, false, 4, /*rank=*/1}, [&p](const S& s) { return Cell(p.Time(s.since())); }},
      {{"DETAIL", Align::kLeft, true, 20, /*rank=*/3, /*wraps=*/true},
       [](const S& s) { return Cell(s.detail()); }},
  };
}

std::string ClockOf(int64_t offset_ns) {
  constexpr int64_t kOneSecond = 1'000'000'000;
  if (std::abs(offset_ns) < kOneSecond) return "as the server's";
  return absl::StrCat(Duration(std::abs(offset_ns)), offset_ns > 0 ? " ahead of" : " behind",
                      " the server's");
}

std::string LifecycleOf(const Printer& p, const v1::Device& d) {
  std::string out = NameOf(d.lifecycle());
  if (d.has_lifecycle_since()) absl::StrAppend(&out, " since ", p.Time(d.lifecycle_since()));
  if (!d.lifecycle_reason().empty()) absl::StrAppend(&out, ": ", d.lifecycle_reason());
  return out;
}

void PrintDevice(const Printer& p, const v1::Device& d) {
  p.Fields({
      {"Name", Cell(d.hostname(), Style::kBold)},
      {"Device id", d.device_id()},
      {"Serial number", d.serial_number()},
      {"Model", d.model()},
      {"macOS", d.os_version()},
      {"Agent", d.agent_version()},
      {"Group", d.group().empty() ? "(none)" : d.group()},
      {"Reachability", d.revoked() ? Cell("revoked", Style::kRed)
                                   : Cell(NameOf(d.reachability()), StyleOf(d.reachability()))},
      {"Lifecycle", LifecycleOf(p, d)},
      {"Last seen", p.Time(d.last_seen())},
      {"Enrolled", p.Time(d.enrolled())},
      {"Posture", Cell(NameOf(d.posture()), StyleOf(d.posture()))},
      {"Open incidents", absl::StrCat(d.open_incidents())},
      {"Policy", absl::StrCat("version ", d.policy_version(), " ", d.policy_state())},
      {"Clock", ClockOf(d.clock_offset_ns())},
      {"Stored through", absl::StrCat("row ", d.stored_through(), " of epoch ", d.epoch(), ", chain head ",
                                      absl::BytesToHexString(d.chain_head()).substr(0, 16))},
  });
  p.Note("");
  p.List(d.services(), ServiceFields(p), "No verdicts yet.");
}

absl::Status ShowDevice(Session& session, const std::string& name) {
  v1::GetDeviceRequest request;
  request.set_device(name);
  v1::GetDeviceResponse response;
  HOLDFAST_RETURN_IF_ERROR(session.client.Call(&AdminClient::Stub::GetDevice, request, &response));
  const Printer& p = session.printer;
  switch (p.format()) {
    case Format::kJson:
      p.Json(response);
      break;
    case Format::kCsv:
      p.List(std::vector<v1::Device>{response.device()}, DeviceFields(p), "");
      break;
    case Format::kTable:
      PrintDevice(p, response.device());
      break;
  }
  return absl::OkStatus();
}

struct LifecycleFlags {
  std::string device, state, reason;
};

absl::Status SetLifecycle(Session& session, const LifecycleFlags& flags) {
  v1::SetDeviceLifecycleRequest request;
  request.set_device(flags.device);
  HOLDFAST_ASSIGN_OR_RETURN(const v1::Lifecycle state, ParseLifecycleName(flags.state));
  request.set_lifecycle(state);
  request.set_reason(flags.reason);
  v1::SetDeviceLifecycleResponse response;
  HOLDFAST_RETURN_IF_ERROR(session.client.Call(&AdminClient::Stub::SetDeviceLifecycle, request, &response));
  const Printer& p = session.printer;
  p.Note(absl::StrCat(response.device().hostname(), " is ", LifecycleOf(p, response.device()), "."));
  if (p.format() == Format::kJson) p.Json(response);
  return absl::OkStatus();
}

void AddLifecycleCommand(CLI::App& device, Chosen& chosen) {
  auto flags = std::make_shared<LifecycleFlags>();
  CLI::App* lifecycle = device.add_subcommand("lifecycle", "Say what a device is for");
  lifecycle->add_option("device", flags->device, "Device id, serial number or hostname")->required();
  lifecycle
      ->add_option("state", flags->state,
                   "in-use, on-loan; or retired, wiped, migrated: nothing is required of it from now on")
      ->required();
  lifecycle->add_option("--reason", flags->reason, "Why; goes into the audit log");
  lifecycle->callback(
      [&chosen, flags] { chosen.run = [flags](Session& s) { return SetLifecycle(s, *flags); }; });
}

absl::Status Revoke(Session& session, const std::string& name, const std::string& reason) {
  v1::RevokeDeviceRequest request;
  request.set_device(name);
  request.set_reason(reason);
  v1::RevokeDeviceResponse response;
  HOLDFAST_RETURN_IF_ERROR(session.client.Call(&AdminClient::Stub::RevokeDevice, request, &response));
  session.printer.Note(absl::StrCat("Revoked ", name, ": its certificates are refused from now on."));
  if (session.printer.format() == Format::kJson) session.printer.Json(response);
  return absl::OkStatus();
}

}  // namespace

void AddDeviceCommands(CLI::App& app, Chosen& chosen) {
  auto list = std::make_shared<ListFlags>();
  CLI::App* devices = app.add_subcommand("devices", "The fleet");
  devices->add_option("--query", list->query, "Part of a hostname, serial number or device id");
  devices->add_option("--group", list->group, "Only this group");
  devices->add_option("--posture", list->posture, "Only this posture, e.g. violation");
  devices
      ->add_option("--reachability", list->reachability,
                   "never-enrolled: the Macs of the inventory that never enrolled")
      ->check(CLI::IsMember({"never-enrolled"}));
  devices->add_option("--lifecycle", list->lifecycle, "Only in-use, on-loan, retired, wiped or migrated");
  devices->add_option("--order", list->order,
                      "name, last_seen, posture, open_incidents or version; a leading - reverses");
  devices->add_option("--limit", list->limit, "At most this many; 0: all")->check(CLI::Range(0, kMost));
  devices->callback([&chosen, list] { chosen.run = [list](Session& s) { return ListDevices(s, *list); }; });

  auto name = std::make_shared<std::string>();
  CLI::App* device = app.add_subcommand("device", "One device and its services");
  device->add_option("device", *name, "Device id, serial number or hostname");
  AddLifecycleCommand(*device, chosen);
  device->callback([&chosen, name, device] {
    if (!device->get_subcommands().empty()) return;
    if (name->empty()) throw CLI::RequiredError("device");
    chosen.run = [name](Session& s) { return ShowDevice(s, *name); };
  });

  auto reason = std::make_shared<std::string>();
  CLI::App* revoke = app.add_subcommand("revoke", "Refuse a device's certificates from now on");
  revoke->add_option("device", *name, "Device id, serial number or hostname")->required();
  revoke->add_option("--reason", *reason, "Why; goes into the audit log");
  revoke->callback(
      [&chosen, name, reason] { chosen.run = [=](Session& s) { return Revoke(s, *name, *reason); }; });
}

}  // namespace holdfast::admin
