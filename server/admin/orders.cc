// Override codes and passcodes, emergency suspensions and maintenance holds.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/crypto/passcode.h"
#include "base/error.h"
#include "base/random.h"
#include "base/text/secret.h"
#include "server/admin/command.h"
#include "server/admin/text_forms.h"

namespace holdfast::admin {
namespace {

using text::Align;
using text::Cell;
using text::Style;

struct OrderFlags {
  std::string device, group, length, reason;
  bool fleet = false, disconnect = false, print = false;
  uint64_t number = 0;
};

absl::Status IssueCode(Session& session, const OrderFlags& flags) {
  v1::IssueOverrideCodeRequest request;
  request.set_device(flags.device);
  HOLDFAST_ASSIGN_OR_RETURN(const absl::Duration length, ParseSpan(flags.length));
  request.set_length_seconds(absl::ToInt64Seconds(length));
  request.set_reason(flags.reason);
  v1::IssueOverrideCodeResponse response;
  HOLDFAST_RETURN_IF_ERROR(session.client.Call(&AdminClient::Stub::IssueOverrideCode, request, &response));
  const Printer& p = session.printer;
  if (p.format() == Format::kJson) {
    p.Json(response);
    return absl::OkStatus();
  }
  p.Fields({{"Code", Cell(response.code(), Style::kBold)},
            {"Code id", response.code_id()},
            {"Device", absl::StrCat(response.hostname(), " (", response.device_id(), ")")},
            {"Good until", p.Time(response.good_until())}});
  p.Note(
      "\nGood once, on this device only, without a network too. On the device:\n"
      "  holdfastctl override SERVICE --code CODE --reason \"WHY\"");
  return absl::OkStatus();
}

absl::Status MakePasscode(const Printer& p) {
  const std::string passcode = text::ReadSecret("Passcode: ");
  if (passcode.empty()) return absl::InvalidArgumentError("the passcode is empty");
  SystemRandom random;
  HOLDFAST_ASSIGN_OR_RETURN(const std::string hash, crypto::HashPasscode(passcode, random));
  p.Text(absl::StrCat("override:\n  mode: passcode\n  passcode: \"", hash, "\"\n"));
  return absl::OkStatus();
}

std::string KindOf(const v1::OrderInfo& order) {
  switch (order.kind()) {
    case v1::ORDER_KIND_EMERGENCY:
      return "emergency";
    case v1::ORDER_KIND_HOLD:
      return "hold";
    case v1::ORDER_KIND_WITHDRAWAL:
      return absl::StrCat("withdraws ", order.withdraws());
    default:
      return "unknown";
  }
}

absl::Status Issue(Session& session, const OrderFlags& flags, v1::OrderKind kind) {
  v1::IssueOrderRequest request;
  request.set_kind(kind);
  request.set_device(flags.device);
  request.set_group(flags.group);
  request.set_fleet(flags.fleet);
  request.set_reason(flags.reason);
  request.set_disconnect(flags.disconnect);
  request.set_withdraws(flags.number);
  if (kind != v1::ORDER_KIND_WITHDRAWAL) {
    HOLDFAST_ASSIGN_OR_RETURN(const absl::Duration length, ParseSpan(flags.length));
    request.set_length_seconds(absl::ToInt64Seconds(length));
  }
  v1::IssueOrderResponse response;
  HOLDFAST_RETURN_IF_ERROR(session.client.Call(&AdminClient::Stub::IssueOrder, request, &response));
  const Printer& p = session.printer;
  if (p.format() == Format::kJson) {
    p.Json(response);
    return absl::OkStatus();
  }
  if (flags.print) {
    p.Text(absl::StrCat(response.text(), "\n"));
    return absl::OkStatus();
  }
  const v1::OrderInfo& order = response.order();
  p.Note(absl::StrCat("Order ", order.number(), " (", KindOf(order), ") for ", order.scope(), ", until ",
                      p.Time(order.expires()),
                      ". Devices take it with their next sync, which those that are online do now."));
  return absl::OkStatus();
}

absl::Status ListOrders(Session& session) {
  v1::ListOrdersResponse response;
  HOLDFAST_RETURN_IF_ERROR(
      session.client.Call(&AdminClient::Stub::ListOrders, v1::ListOrdersRequest(), &response));
  const Printer& p = session.printer;
  if (p.format() == Format::kJson) {
    p.Json(response);
    return absl::OkStatus();
  }
  using I = v1::OrderInfo;
  const std::vector<Printer::Field<I>> fields = {
      {{"NUMBER", Align::kRight}, [](const I& i) { return Cell(absl::StrCat(i.number())); }},
      {{"KIND"}, [](const I& i) { return Cell(KindOf(i)); }},
      {{"FOR", Align::kLeft, true, 10}, [](const I& i) { return Cell(i.scope()); }},
      {{"UNTIL"}, [&p](const I& i) { return Cell(p.Time(i.expires())); }},
      {{"DISCONNECT"}, [](const I& i) { return Cell(i.disconnect() ? "yes" : "no"); }},
      {{"BY"}, [](const I& i) { return Cell(i.issued_by()); }},
      {{"REASON", Align::kLeft, true, 12}, [](const I& i) { return Cell(i.reason()); }},
  };
  p.List(response.orders(), fields, "No order is in force.");
  return absl::OkStatus();
}

using Flags = std::shared_ptr<OrderFlags>;

void AddIssue(CLI::App& parent, Chosen& chosen, const Flags& flags, const std::string& name,
              const std::string& help, v1::OrderKind kind) {
  CLI::App* command = parent.add_subcommand(name, help);
  command->add_option("device", flags->device, "Device id, serial number or hostname");
  command->add_option("--group", flags->group, "Every device of this group");
  command->add_flag("--fleet", flags->fleet, "Every device");
  command->add_option("--for", flags->length, "How long: 30m, 2h; at most 24h")->required();
  command->add_option("--reason", flags->reason, "Why; it is in the record of every device")->required();
  if (kind == v1::ORDER_KIND_EMERGENCY) {
    command->add_flag("--disconnect", flags->disconnect, "Also stop the sessions that run");
    command->add_flag("--print", flags->print, "Print the signed order, for the policy key EmergencySuspend");
  }
  command->callback(
      [&chosen, flags, kind] { chosen.run = [flags, kind](Session& s) { return Issue(s, *flags, kind); }; });
}

void AddWithdraw(CLI::App& parent, Chosen& chosen, const Flags& flags, const std::string& name) {
  CLI::App* command = parent.add_subcommand(name, "End one before its time");
  command->add_option("number", flags->number, "As 'orders' shows it")->required();
  command->add_option("--reason", flags->reason, "Why")->required();
  command->callback([&chosen, flags] {
    chosen.run = [flags](Session& s) { return Issue(s, *flags, v1::ORDER_KIND_WITHDRAWAL); };
  });
}

}  // namespace

void AddOrderCommands(CLI::App& app, Chosen& chosen) {
  const auto flags = std::make_shared<OrderFlags>();
  CLI::App* overrides = app.add_subcommand("override", "What a person shows to override the policy");
  overrides->require_subcommand(1);
  CLI::App* code = overrides->add_subcommand("code", "A single-use code for one device, verified offline");
  code->add_option("device", flags->device, "Device id, serial number or hostname")->required();
  code->add_option("--for", flags->length, "How long the override may last: 2h; at most 12h")->required();
  code->add_option("--reason", flags->reason, "Why; it is in the audit log")->required();
  code->callback([&chosen, flags] { chosen.run = [flags](Session& s) { return IssueCode(s, *flags); }; });
  overrides->add_subcommand("passcode", "The salted hash of a passcode, for a policy; asks for it")
      ->callback([&chosen] { chosen.run_offline = MakePasscode; });

  CLI::App* emergency = app.add_subcommand("emergency", "Suspend enforcement, for a while");
  emergency->require_subcommand(1);
  AddIssue(*emergency, chosen, flags, "suspend", "Stop enforcing; the time is excused as emergency",
           v1::ORDER_KIND_EMERGENCY);
  AddWithdraw(*emergency, chosen, flags, "withdraw");

  CLI::App* maintenance = app.add_subcommand("maintenance", "Hold enforcement back while somebody works");
  maintenance->require_subcommand(1);
  AddIssue(*maintenance, chosen, flags, "hold",
           "Before a tunnel is stopped under a remote session; the time is excused as maintenance",
           v1::ORDER_KIND_HOLD);
  AddWithdraw(*maintenance, chosen, flags, "end");

  app.add_subcommand("orders", "Suspensions, holds and withdrawals that are not over")->callback([&chosen] {
    chosen.run = ListOrders;
  });
}

}  // namespace holdfast::admin
