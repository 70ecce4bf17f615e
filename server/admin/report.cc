#include <google/protobuf/util/json_util.h>

#include <memory>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/crypto/keys.h"
#include "base/error.h"
#include "base/file.h"
#include "server/admin/command.h"
#include "server/admin/text_forms.h"
#include "server/rpc/admin_codec.h"
#include "server/service/report_bytes.h"

namespace holdfast::admin {
namespace {

using text::Align;
using text::Cell;
using text::Style;

constexpr size_t kMaxReportBytes = size_t{1} << 30;
constexpr size_t kRawKeyBytes = 32;

struct ReportFlags {
  std::string from = "30d", to, device, group;
  std::string file, key_file;
};

Cell ShareCell(const v1::ServiceCompliance& s) {
  if (!s.has_protected_share()) return Cell("-", Style::kDim);
  const double share = s.protected_share();
  return Cell(Share(share), share >= 0.999 ? Style::kGreen : share >= 0.95 ? Style::kYellow : Style::kRed);
}

using S = v1::ServiceCompliance;
Printer::Field<S> TotalField(const std::string& name, int64_t (v1::ClassTotals::*ns)() const, Style style,
                             bool csv) {
  return {{name, Align::kRight}, [=](const S& s) {
            const int64_t value = (s.totals().*ns)();
            if (csv) return Cell(Seconds(value));
            return Cell(value == 0 ? "-" : Duration(value), value == 0 ? Style::kDim : style);
          }};
}

// The mean time to restore: violation by outage; one that still lasts counts with what it has lasted.
int64_t MeanOutage(const S& s) {
  return s.outages().count() == 0 ? 0 : s.totals().violation_ns() / s.outages().count();
}

Printer::Field<S> OutageField(const std::string& name, int64_t (*ns)(const S&), bool csv) {
  return {{csv ? absl::StrCat(name, " OUTAGE SECONDS") : name, Align::kRight}, [=](const S& s) {
            if (csv) return Cell(Seconds(ns(s)));
            return Cell(ns(s) == 0 ? "-" : Duration(ns(s)), ns(s) == 0 ? Style::kDim : Style::kPlain);
          }};
}

std::vector<Printer::Field<S>> ReportFields(bool csv) {
  using T = v1::ClassTotals;
  return {
      {{"DEVICE", Align::kLeft, true, 12}, [](const S& s) { return Cell(s.hostname()); }},
      {{"SERVICE", Align::kLeft, true, 12},
       [](const S& s) { return Cell(s.service_name().empty() ? s.rule() : s.service_name()); }},
      {{csv ? "PROTECTED SHARE" : "SHARE", Align::kRight},
       [csv](const S& s) {
         if (!csv) return ShareCell(s);
         return Cell(s.has_protected_share() ? absl::StrCat(s.protected_share()) : "");
       }},
      TotalField("PROTECTED", &T::protected_ns, Style::kPlain, csv),
      TotalField("VIOLATION", &T::violation_ns, Style::kRed, csv),
      TotalField("UNKNOWN", &T::unknown_ns, Style::kYellow, csv),
      TotalField("EXCUSED", &T::excused_ns, Style::kPlain, csv),
      TotalField("NO NETWORK", &T::no_network_ns, Style::kPlain, csv),
      TotalField("AWAITING USER", &T::awaiting_user_ns, Style::kPlain, csv),
      TotalField("ASLEEP OR OFF", &T::asleep_or_off_ns, Style::kPlain, csv),
      TotalField("OBSERVED ONLY", &T::observed_only_ns, Style::kPlain, csv),
      TotalField("NOT REQUIRED", &T::not_required_ns, Style::kPlain, csv),
      {{"OUTAGES", Align::kRight},
       [](const S& s) {
         const int64_t count = s.outages().count();
         return Cell(absl::StrCat(count), count == 0 ? Style::kDim : Style::kPlain);
       }},
      OutageField(
          "LONGEST", [](const S& s) { return s.outages().longest_ns(); }, csv),
      OutageField(
          "MEAN", [](const S& s) { return MeanOutage(s); }, csv),
      {{"RULE"}, [](const S& s) { return Cell(s.rule()); }, false},
      {{"KEY"}, [](const S& s) { return Cell(s.key()); }, false},
      {{"DEVICE ID"}, [](const S& s) { return Cell(s.device_id()); }, false},
      {{"UNCERTAINTY SECONDS"}, [](const S& s) { return Cell(Seconds(s.uncertainty_ns())); }, false},
  };
}

absl::Status MakeReport(Session& session, const ReportFlags& flags) {
  const absl::Time now = absl::Now();
  v1::GetComplianceReportRequest request;
  HOLDFAST_ASSIGN_OR_RETURN(const absl::Time from, ParseTime(flags.from, now, session.local_time));
  absl::Time to = now;
  if (!flags.to.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(to, ParseTime(flags.to, now, session.local_time));
  }
  *request.mutable_from() = ToProto(from);
  *request.mutable_to() = ToProto(to);
  request.set_device(flags.device);
  request.set_group(flags.group);
  v1::GetComplianceReportResponse response;
  HOLDFAST_RETURN_IF_ERROR(session.client.Call(&AdminClient::Stub::GetComplianceReport, request, &response));
  const Printer& p = session.printer;
  if (p.format() == Format::kJson) {
    p.Json(response);
    return absl::OkStatus();
  }
  const v1::ComplianceReport& report = response.report();
  p.Note(absl::StrCat("Compliance of ", report.devices(), report.devices() == 1 ? " device" : " devices",
                      " from ", p.Time(report.from()), " to ", p.Time(report.to()), "\n"));
  p.List(report.services(), ReportFields(p.format() == Format::kCsv),
         "No service was required in this time.");
  p.Note(absl::StrCat("\nShare: protected / (protected + violation + unknown). Signed with key ",
                      response.key_id(), " over ", report.chain_heads_size(),
                      " chain heads; --json keeps the signature."));
  return absl::OkStatus();
}

// A file of 64 hex digits.
absl::StatusOr<std::string> ReadReportKey(const std::string& path) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::string text, ReadFile(path, 4096));
  const std::string raw = absl::HexStringToBytes(absl::StripAsciiWhitespace(text));
  if (raw.size() == kRawKeyBytes) return raw;
  return absl::InvalidArgumentError(absl::StrCat(
      path, " is not a report key: it has 64 hex digits (report.pub in the server's data folder)"));
}

absl::Status VerifyReport(const Printer& p, const ReportFlags& flags) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::string json, ReadFile(flags.file, kMaxReportBytes));
  v1::GetComplianceReportResponse saved;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  if (const auto status = google::protobuf::util::JsonStringToMessage(json, &saved, options); !status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        flags.file, " is not a report as 'report --json' prints it: ", status.message().ToString()));
  }
  HOLDFAST_ASSIGN_OR_RETURN(const std::string key, ReadReportKey(flags.key_file));
  HOLDFAST_ASSIGN_OR_RETURN(const server::ComplianceReport report, server::FromProto(saved.report()));
  if (const absl::Status status = server::VerifyReport(report, saved.signature(), key); !status.ok()) {
    return Annotate(status, absl::StrCat(flags.file, " is NOT as the server signed it"));
  }
  p.Text(absl::StrCat("The report is as the server signed it, with key ", crypto::KeyId(key), ".\n"));
  return absl::OkStatus();
}

}  // namespace

void AddReportCommands(CLI::App& app, Chosen& chosen) {
  auto flags = std::make_shared<ReportFlags>();
  CLI::App* report = app.add_subcommand("report", "Compliance by device and service, signed");
  report->add_option("--from", flags->from, "Beginning: a time, or 24h, 30d ago")->capture_default_str();
  report->add_option("--to", flags->to, "End; without: now");
  report->add_option("--device", flags->device, "Only this device");
  report->add_option("--group", flags->group, "Only this group");
  report->callback([&chosen, flags, report] {
    if (report->get_subcommands().empty()) chosen.run = [flags](Session& s) { return MakeReport(s, *flags); };
  });

  CLI::App* verify = report->add_subcommand("verify", "Check a saved report (report --json > FILE), offline");
  verify->add_option("file", flags->file, "The saved report")->required();
  verify
      ->add_option("--key", flags->key_file, "The server's public report key: report.pub of its data folder")
      ->required();
  verify->callback([&chosen, flags] {
    chosen.run_offline = [flags](const Printer& p) { return VerifyReport(p, *flags); };
  });
}

}  // namespace holdfast::admin
