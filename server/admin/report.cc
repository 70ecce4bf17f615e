#include <google/protobuf/util/json_util.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "base/crypto/keys.h"
#include "base/error.h"
#include "base/file.h"
#include "server/admin/command.h"
#include "server/admin/report_page.h"
#include "server/admin/report_summary.h"
#include "server/admin/text_forms.h"
#include "server/rpc/admin_codec.h"
#include "server/service/report_bytes.h"

namespace holdfast::admin {
namespace {

using text::Align;
using text::Cell;
using text::Style;

constexpr size_t kMaxReportBytes = size_t{1} << 30;
constexpr size_t kMaxInventoryBytes = size_t{64} << 20;
constexpr size_t kRawKeyBytes = 32;

struct ReportFlags {
  std::string from = "30d", to, device, group;
  std::string file, key_file;
  std::string page, inventory;
};

Cell ShareCell(const v1::ServiceCompliance& s) {
  if (!s.has_protected_share()) return Cell("-", Style::kDim);
  const double share = s.protected_share();
  return Cell(Share(share), share >= 0.999 ? Style::kGreen : share >= 0.95 ? Style::kYellow : Style::kRed);
}

using S = v1::ServiceCompliance;
Printer::Field<S> TimeField(const std::string& name, std::function<int64_t(const S&)> ns, Style style,
                            bool csv) {
  return {{name, Align::kRight}, [=](const S& s) {
            const int64_t value = ns(s);
            if (csv) return Cell(Seconds(value));
            return Cell(value == 0 ? "-" : Duration(value), value == 0 ? Style::kDim : style);
          }};
}

Printer::Field<S> TotalField(const std::string& name, int64_t (v1::ClassTotals::*ns)() const, Style style,
                             bool csv) {
  return TimeField(name, [ns](const S& s) { return (s.totals().*ns)(); }, style, csv);
}

Printer::Field<S> OutageField(const std::string& name, int64_t (*ns)(const S&), bool csv) {
  return TimeField(csv ? absl::StrCat(name, " OUTAGE SECONDS") : name, ns, Style::kPlain, csv);
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
          "MEAN", [](const S& s) { return MeanOutageNs(s); }, csv),
      {{"RULE"}, [](const S& s) { return Cell(s.rule()); }, false},
      {{"KEY"}, [](const S& s) { return Cell(s.key()); }, false},
      {{"DEVICE ID"}, [](const S& s) { return Cell(s.device_id()); }, false},
      {{"UNCERTAINTY SECONDS"}, [](const S& s) { return Cell(Seconds(s.uncertainty_ns())); }, false},
  };
}

// In a group too: what is enrolled elsewhere is enrolled.
absl::StatusOr<std::set<std::string>> EnrolledSerials(Session& session) {
  std::set<std::string> serials;
  v1::ListDevicesRequest request;
  request.set_page_size(1000);
  do {
    v1::ListDevicesResponse response;
    HOLDFAST_RETURN_IF_ERROR(session.client.Call(&AdminClient::Stub::ListDevices, request, &response));
    for (const v1::Device& device : response.devices()) {
      serials.insert(absl::AsciiStrToUpper(device.serial_number()));
    }
    request.set_page_token(response.next_page_token());
  } while (!request.page_token().empty());
  return serials;
}

// The first column of a CSV, or a list; a header that is called serial_number or the like is none.
absl::StatusOr<std::vector<std::string>> NeverEnrolled(Session& session, const std::string& inventory) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::string text, ReadFile(inventory, kMaxInventoryBytes));
  HOLDFAST_ASSIGN_OR_RETURN(const std::set<std::string> enrolled, EnrolledSerials(session));
  std::set<std::string> missing;
  for (const absl::string_view line : absl::StrSplit(text, absl::ByAnyChar("\r\n"), absl::SkipWhitespace())) {
    const absl::string_view first = line.substr(0, line.find_first_of(",;\t"));
    const std::string serial = absl::AsciiStrToUpper(absl::StripAsciiWhitespace(
        absl::StripPrefix(absl::StripSuffix(absl::StripAsciiWhitespace(first), "\""), "\"")));
    const bool heading = absl::StartsWith(serial, "SERIAL");
    if (!serial.empty() && !heading && !enrolled.contains(serial)) missing.insert(serial);
  }
  return std::vector<std::string>(missing.begin(), missing.end());
}

absl::Status WritePage(const std::string& path, const v1::GetComplianceReportResponse& response,
                       PageOptions options) {
  if (!options.never_enrolled && response.inventory() > 0) {
    options.never_enrolled.emplace(response.never_enrolled().begin(), response.never_enrolled().end());
  }
  HOLDFAST_ASSIGN_OR_RETURN(const std::string json, wire::ToJson(response));
  return WriteFileAtomically(path, ReportPage(response, json, options));
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
  if (!flags.page.empty()) {
    PageOptions options;
    if (!flags.inventory.empty()) {
      HOLDFAST_ASSIGN_OR_RETURN(options.never_enrolled, NeverEnrolled(session, flags.inventory));
    }
    return WritePage(flags.page, response, options);
  }
  if (p.format() == Format::kJson) {
    p.Json(response);
    return absl::OkStatus();
  }
  const v1::ComplianceReport& report = response.report();
  p.Note(absl::StrCat("Compliance of ", report.devices(), report.devices() == 1 ? " device" : " devices",
                      " from ", p.Time(report.from()), " to ", p.Time(report.to()), "\n"));
  p.List(report.services(), ReportFields(p.format() == Format::kCsv),
         "No service was required in this time.");
  const ReportSummary summary = Summarize(report, 0);
  p.Note(
      absl::StrCat("\nTogether: protected share ", summary.availability ? Share(*summary.availability) : "-",
                   ", ", summary.outages, summary.outages == 1 ? " outage" : " outages",
                   summary.outages == 0
                       ? ""
                       : absl::StrCat(", restored after ", Duration(summary.mean_outage_ns),
                                      " on average, the longest took ", Duration(summary.longest_outage_ns)),
                   "."));
  if (response.inventory() > 0) {
    p.Note(absl::StrCat(
        response.never_enrolled_size(), " of ", response.inventory(), " Macs of the inventory never enrolled",
        response.never_enrolled().empty() ? "." : "; `devices --reachability never-enrolled` names them."));
  }
  p.Note(absl::StrCat("Share: protected / (protected + violation + unknown). Signed with key ",
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

// As `report --json` printed it, or inside a page that `report --html` made.
absl::StatusOr<v1::GetComplianceReportResponse> ReadSaved(const std::string& path) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxReportBytes));
  const absl::string_view json = ReportInPage(text).value_or(text);
  v1::GetComplianceReportResponse saved;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status =
      google::protobuf::util::JsonStringToMessage({json.data(), json.size()}, &saved, options);
  if (status.ok()) return saved;
  return absl::InvalidArgumentError(
      absl::StrCat(path, " is neither a report as 'report --json' prints it nor a page of 'report --html': ",
                   std::string(status.message())));
}

absl::Status VerifyReport(const Printer& p, const ReportFlags& flags) {
  HOLDFAST_ASSIGN_OR_RETURN(const v1::GetComplianceReportResponse saved, ReadSaved(flags.file));
  HOLDFAST_ASSIGN_OR_RETURN(const std::string key, ReadReportKey(flags.key_file));
  HOLDFAST_ASSIGN_OR_RETURN(const server::ComplianceReport report, server::FromProto(saved.report()));
  if (const absl::Status status = server::VerifyReport(report, saved.signature(), key); !status.ok()) {
    return Annotate(status, absl::StrCat(flags.file, " is NOT as the server signed it"));
  }
  p.Text(absl::StrCat("The report is as the server signed it, with key ", crypto::KeyId(key), ".\n"));
  return absl::OkStatus();
}

absl::Status MakePage(const ReportFlags& flags) {
  HOLDFAST_ASSIGN_OR_RETURN(const v1::GetComplianceReportResponse saved, ReadSaved(flags.file));
  return WritePage(flags.page, saved, {});
}

}  // namespace

void AddReportCommands(CLI::App& app, Chosen& chosen) {
  auto flags = std::make_shared<ReportFlags>();
  CLI::App* report = app.add_subcommand("report", "Compliance by device and service, signed");
  report->add_option("--from", flags->from, "Beginning: a time, or 24h, 30d ago")->capture_default_str();
  report->add_option("--to", flags->to, "End; without: now");
  report->add_option("--device", flags->device, "Only this device");
  report->add_option("--group", flags->group, "Only this group");
  CLI::Option* page = report->add_option("--html", flags->page,
                                         "Write a page that prints well and carries the signed report");
  report
      ->add_option("--inventory", flags->inventory,
                   "Serial numbers that should be enrolled, instead of the imported ones: a list, or a CSV's "
                   "first column")
      ->needs(page);
  report->callback([&chosen, flags, report] {
    if (report->get_subcommands().empty()) chosen.run = [flags](Session& s) { return MakeReport(s, *flags); };
  });

  CLI::App* verify = report->add_subcommand(
      "verify", "Check a saved report (report --json > FILE, or a page of --html), offline");
  verify->add_option("file", flags->file, "The saved report")->required();
  verify
      ->add_option("--key", flags->key_file, "The server's public report key: report.pub of its data folder")
      ->required();
  verify->callback([&chosen, flags] {
    chosen.run_offline = [flags](const Printer& p) { return VerifyReport(p, *flags); };
  });

  CLI::App* remade = report->add_subcommand("page", "Make the page of a saved report again, offline");
  remade->add_option("file", flags->file, "The saved report, or a page with one")->required();
  remade->add_option("--html", flags->page, "The page to write")->required();
  remade->callback(
      [&chosen, flags] { chosen.run_offline = [flags](const Printer&) { return MakePage(*flags); }; });
}

}  // namespace holdfast::admin
