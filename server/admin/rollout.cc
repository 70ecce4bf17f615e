// How a policy version goes out to its group.
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/error.h"
#include "server/admin/command.h"

namespace holdfast::admin {
namespace {

using text::Align;
using text::Cell;
using text::Style;
using R = v1::Rollout;

struct RolloutFlags {
  std::string group;
  std::optional<int> percent;
  bool halt = false, resume = false;
};

std::string Share(double percent) {
  return absl::StrFormat("%.4g %%", percent);
}

Cell StateOf(const R& r) {
  return RolloutState(r.percent(), r.halted());
}

std::string RateOf(const R& r) {
  if (r.counted() == 0) return "no device yet to judge by";
  return absl::StrCat(r.failed(), " of ", r.counted(), " failed: ", Share(r.failure_rate()), ", of which ",
                      Share(r.expected_rate()), " would have without it; halted above ",
                      Share(r.halt_on_failure_rate()), r.believed() ? "" : " (too few yet to judge by)");
}

std::vector<Printer::Field<R>> RolloutFields(const Printer& p) {
  const auto number = [](std::string header, int32_t (R::*get)() const) {
    return Printer::Field<R>{{std::move(header), Align::kRight},
                             [get](const R& r) { return Cell(absl::StrCat((r.*get)())); }};
  };
  return {{{"GROUP"}, [](const R& r) { return Cell(r.policy().group()); }},
          {{"VERSION"}, [](const R& r) { return Cell(absl::StrCat(r.policy().version())); }},
          {{"STATE"}, StateOf},
          number("PERCENT", &R::percent),
          number("OFFERED", &R::offered),
          number("PENDING", &R::pending),
          number("APPLIED", &R::applied),
          number("REJECTED", &R::rejected),
          number("IN VIOLATION", &R::in_violation),
          number("SILENT", &R::silent),
          number("COUNTED", &R::counted),
          number("FAILED", &R::failed),
          {{"FAILURE RATE"}, [](const R& r) { return Cell(absl::StrCat(r.failure_rate())); }},
          {{"EXPECTED RATE"}, [](const R& r) { return Cell(absl::StrCat(r.expected_rate())); }},
          {{"HALTED AT"}, [&p](const R& r) { return Cell(p.Time(r.halted_at())); }},
          {{"HALTED BY"}, [](const R& r) { return Cell(r.halted_by()); }},
          {{"WHY"}, [](const R& r) { return Cell(r.halted_why()); }}};
}

void PrintRollout(const Printer& p, const R& r) {
  const v1::PolicyInfo& policy = r.policy();
  std::vector<std::pair<std::string, Cell>> fields = {
      {"Version", Cell(absl::StrCat(policy.version()), Style::kBold)},
      {"Group", policy.group().empty() ? "(default)" : policy.group()},
      {"Put", absl::StrCat(p.Time(policy.created()), " by ", policy.created_by())},
      {"Share", Share(r.percent())},
      {"State", StateOf(r)}};
  if (r.halted()) fields.emplace_back("Halted", absl::StrCat(p.Time(r.halted_at()), " by ", r.halted_by()));
  if (r.halted()) fields.emplace_back("Why", r.halted_why());
  fields.emplace_back("Offered", absl::StrCat(r.offered(), r.offered() == 1 ? " device" : " devices"));
  fields.emplace_back("Applied", absl::StrCat(r.applied()));
  fields.emplace_back("Pending", absl::StrCat(r.pending()));
  fields.emplace_back(
      "Failed", absl::StrCat(r.rejected() + r.in_violation() + r.silent(), " (", r.rejected(),
                             " rejected it, ", r.in_violation(), " in violation, ", r.silent(), " silent)"));
  fields.emplace_back("Rate", RateOf(r));
  p.Fields(fields);
}

absl::StatusOr<R> Ask(Session& session, const RolloutFlags& flags) {
  if (!flags.percent && !flags.halt && !flags.resume) {
    v1::GetRolloutRequest request;
    request.set_group(flags.group);
    v1::GetRolloutResponse response;
    HOLDFAST_RETURN_IF_ERROR(session.client.Call(&AdminClient::Stub::GetRollout, request, &response));
    return response.rollout();
  }
  v1::SetRolloutRequest request;
  request.set_group(flags.group);
  request.set_change(flags.percent ? v1::ROLLOUT_CHANGE_PERCENT
                     : flags.halt  ? v1::ROLLOUT_CHANGE_HALT
                                   : v1::ROLLOUT_CHANGE_RESUME);
  request.set_percent(flags.percent.value_or(0));
  v1::SetRolloutResponse response;
  HOLDFAST_RETURN_IF_ERROR(session.client.Call(&AdminClient::Stub::SetRollout, request, &response));
  return response.rollout();
}

absl::Status Rollout(Session& session, const RolloutFlags& flags) {
  HOLDFAST_ASSIGN_OR_RETURN(const R rollout, Ask(session, flags));
  const Printer& p = session.printer;
  switch (p.format()) {
    case Format::kJson:
      p.Json(rollout);
      break;
    case Format::kCsv:
      p.List(std::vector<R>{rollout}, RolloutFields(p), "");
      break;
    case Format::kTable:
      PrintRollout(p, rollout);
      break;
  }
  return absl::OkStatus();
}

}  // namespace

Cell RolloutState(int percent, bool halted) {
  if (halted) return {"halted", Style::kRed};
  if (percent >= 100) return Cell("everybody's");
  return Cell(percent == 0 ? "held" : Share(percent));
}

void AddRolloutCommand(CLI::App& policy, Chosen& chosen) {
  auto flags = std::make_shared<RolloutFlags>();
  CLI::App* rollout = policy.add_subcommand(
      "rollout", "How the newest version goes out: its share, what became of the devices, a halt");
  rollout->add_option("group", flags->group, "The group; without: the default group");
  CLI::Option* percent = rollout->add_option("--percent", flags->percent, "Hand it to this share, 0 to 100")
                             ->check(CLI::Range(0, 100));
  CLI::Option* halt = rollout->add_flag("--halt", flags->halt, "Hand it to no further device");
  CLI::Option* resume =
      rollout->add_flag("--resume", flags->resume, "End a halt; what led to it is forgotten");
  percent->excludes(halt, resume);
  halt->excludes(resume);
  rollout->callback([&chosen, flags] { chosen.run = [flags](Session& s) { return Rollout(s, *flags); }; });
}

}  // namespace holdfast::admin
