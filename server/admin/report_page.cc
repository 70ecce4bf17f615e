#include "server/admin/report_page.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "server/admin/printer.h"
#include "server/admin/report_summary.h"
#include "server/admin/text_forms.h"

namespace holdfast::admin {
namespace {

constexpr absl::string_view kBegin = "<script type=\"application/json\" id=\"holdfast-report\">";
constexpr absl::string_view kEnd = "</script>";

constexpr absl::string_view kStyle = R"css(
:root { color-scheme: light; }
body { font: 14px/1.45 system-ui, sans-serif; color: #1b1f24; background: #fff; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
.lead { color: #57606a; margin: 0 0 1.5rem; }
.figures { display: flex; flex-wrap: wrap; gap: 1rem; padding: 0; margin: 0; list-style: none; }
.figures li { border: 1px solid #d0d7de; border-radius: 6px; padding: .6rem .9rem; min-width: 8rem; }
.figures b { display: block; font-size: 1.3rem; } .figures span { color: #57606a; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid #d8dee4; vertical-align: top; }
th { font-weight: 600; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
svg { width: 100%; height: auto; display: block; } svg text { font: 12px system-ui, sans-serif; fill: #1b1f24; }
code { font-size: .85em; overflow-wrap: anywhere; }
@media print { body { margin: 0; max-width: none; font-size: 11px; } h2 { break-after: avoid; } tr, svg, .figures { break-inside: avoid; } thead { display: table-header-group; } }
)css";

struct ClassBar {
  const char* name;
  const char* color;
  int64_t (v1::ClassTotals::*ns)() const;
};
// In the order in which they are drawn. Hues differ in lightness too, for those who print without colour.
constexpr std::array<ClassBar, 9> kClasses = {{
    {"protected", "#1a7f37", &v1::ClassTotals::protected_ns},
    {"violation", "#cf222e", &v1::ClassTotals::violation_ns},
    {"unknown", "#bf8700", &v1::ClassTotals::unknown_ns},
    {"excused", "#8250df", &v1::ClassTotals::excused_ns},
    {"no network", "#6e7781", &v1::ClassTotals::no_network_ns},
    {"awaiting user", "#0969da", &v1::ClassTotals::awaiting_user_ns},
    {"observed only", "#54aeff", &v1::ClassTotals::observed_only_ns},
    {"asleep or off", "#afb8c1", &v1::ClassTotals::asleep_or_off_ns},
    {"not required", "#eaeef2", &v1::ClassTotals::not_required_ns},
}};

struct Control {
  const char* id;
  const char* asks;
  const char* here;
};
// What the controls are about, in our own words: pointers for whoever maps them, no certification.
constexpr std::array<Control, 6> kControls = {{
    {"NIST SP 800-171 3.1.12", "remote access sessions are monitored and controlled",
     "every state of every required service, per device, second by second"},
    {"NIST SP 800-171 3.1.13", "remote access is kept confidential by cryptography",
     "time in which the required tunnel was up (protected) and not (violation)"},
    {"NIST SP 800-171 3.1.14", "remote access goes through managed access points",
     "which service was required by which rule, and for how long it carried"},
    {"CIS Controls v8 12.7", "remote devices use a VPN and authenticate to the enterprise",
     "availability, outages and time to restore of the required VPN"},
    {"ISO/IEC 27001:2022 A.6.7", "working away from the premises is secured",
     "devices, their protected share, and every excused hour with its reason"},
    {"ISO/IEC 27001:2022 A.8.20", "networks and network devices are secured and managed",
     "content filters and proxies that were required, and their outages"},
}};

std::string Escape(absl::string_view text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

std::string Percent(int64_t part, int64_t whole) {
  if (whole == 0) return "-";
  return absl::StrFormat("%.2f %%", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string DurationOrDash(int64_t ns) {
  return ns == 0 ? "-" : Duration(ns);
}

std::string ScopeOf(const v1::ComplianceReport& report) {
  if (!report.device().empty()) return absl::StrCat("Device ", report.device());
  if (!report.group().empty()) return absl::StrCat("Group ", report.group());
  return "The whole fleet";
}

class Page {
 public:
  Page(const v1::GetComplianceReportResponse& response, const PageOptions& options)
      : response_(response),
        report_(response.report()),
        options_(options),
        summary_(Summarize(report_, options.most_worst)) {}

  std::string Make(absl::string_view json) {
    Head();
    Figures();
    Classes();
    Days();
    Shares();
    WorstServices();
    Reasons();
    NeverEnrolled();
    Controls();
    Evidence();
    Add("\n", kBegin, absl::StrReplaceAll(json, {{"</", "<\\/"}}), kEnd, "\n</body>\n</html>\n");
    return std::move(out_);
  }

 private:
  template <class... Parts>
  void Add(const Parts&... parts) {
    absl::StrAppend(&out_, parts...);
  }

  void Head() {
    const std::string window =
        absl::StrCat(HumanTime(report_.from(), false), " to ", HumanTime(report_.to(), false));
    Add("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n",
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>VPN compliance, ",
        Escape(window), "</title>\n<style>", kStyle, "</style>\n</head>\n<body>\n<h1>VPN compliance</h1>\n",
        "<p class=\"lead\">", Escape(ScopeOf(report_)), ", ", report_.devices(),
        report_.devices() == 1 ? " device" : " devices", ", ", Escape(window), " (UTC). Made ",
        Escape(HumanTime(report_.made(), false)), ".</p>\n");
  }

  void Figure(const std::string& value, const char* what) {
    Add("<li><b>", Escape(value), "</b><span>", what, "</span></li>\n");
  }

  void Figures() {
    Add("<ul class=\"figures\">\n");
    Figure(summary_.availability ? Share(*summary_.availability) : "-", "protected share");
    Figure(absl::StrCat(summary_.outages), "outages");
    Figure(DurationOrDash(summary_.mean_outage_ns), "mean time to restore");
    Figure(DurationOrDash(summary_.longest_outage_ns), "longest outage");
    Figure(absl::StrCat(report_.services_size()), "required services");
    Add("</ul>\n<p>Protected share: protected / (protected + violation + unknown). Time of which nothing is "
        "known "
        "counts against it. An outage is a stretch of violation; one that still lasts counts with what it "
        "has "
        "lasted.</p>\n");
  }

  // One bar, and what each of its parts is, as a table: a chart alone says nothing to a screen reader.
  void Classes() {
    int64_t all = 0;
    for (const ClassBar& c : kClasses) all += (report_.totals().*c.ns)();
    Add("<h2>Where the time went</h2>\n<svg viewBox=\"0 0 1000 40\" role=\"img\" aria-label=\"Shares of the "
        "classes "
        "of time\">");
    double x = 0;
    for (const ClassBar& c : kClasses) {
      const double width =
          all == 0 ? 0 : 1000.0 * static_cast<double>((report_.totals().*c.ns)()) / static_cast<double>(all);
      if (width <= 0) continue;
      Add(absl::StrFormat(
          "<rect x=\"%.2f\" y=\"0\" width=\"%.2f\" height=\"40\" fill=\"%s\"><title>%s</title></rect>", x,
          width, c.color, c.name));
      x += width;
    }
    Add("</svg>\n<table>\n<thead><tr><th>Class</th><th class=\"n\">Time of all services</th><th "
        "class=\"n\">Share"
        "</th></tr></thead>\n<tbody>\n");
    for (const ClassBar& c : kClasses) {
      const int64_t ns = (report_.totals().*c.ns)();
      Add("<tr><td><svg viewBox=\"0 0 10 10\" style=\"width:.7em;display:inline\" aria-hidden=\"true\"><rect "
          "width=\"10\" "
          "height=\"10\" fill=\"",
          c.color, "\"/></svg> ", c.name, "</td><td class=\"n\">", DurationOrDash(ns),
          "</td><td class=\"n\">", Percent(ns, all), "</td></tr>\n");
    }
    Add("</tbody>\n</table>\n");
  }

  // A column a day; its parts stand for the time that was required of all services together.
  void Days() {
    if (report_.days_size() < 2) return;
    Add("<h2>Day by day</h2>\n<svg viewBox=\"0 0 1000 160\" role=\"img\" aria-label=\"Shares of the classes "
        "of time "
        "on each day\">");
    const double step = 1000.0 / report_.days_size();
    for (int i = 0; i < report_.days_size(); ++i) Column(report_.days(i), i * step, step * 0.9);
    Add("</svg>\n<p>From ", Escape(DayText(report_.days(0))), " to ",
        Escape(DayText(report_.days(report_.days_size() - 1))),
        " (UTC), in the colours of the table above. Lowest protected share: ", LowestDay(), ".</p>\n");
  }

  void Column(const v1::DayTotals& day, double x, double width) {
    int64_t all = 0;
    for (const ClassBar& c : kClasses) all += (day.totals().*c.ns)();
    if (all == 0) return;
    Add("<g><title>", Escape(DayText(day)), ": ", DayShare(day), " protected</title>");
    double y = 160;
    for (const ClassBar& c : kClasses) {
      const double height = 160.0 * static_cast<double>((day.totals().*c.ns)()) / static_cast<double>(all);
      if (height <= 0) continue;
      y -= height;
      Add(absl::StrFormat("<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"%s\"/>", x, y,
                          width, height, c.color));
    }
    Add("</g>");
  }

  static std::string DayText(const v1::DayTotals& day) { return HumanTime(day.begin(), false).substr(0, 10); }
  static std::string DayShare(const v1::DayTotals& day) {
    const v1::ClassTotals& t = day.totals();
    return Percent(t.protected_ns(), t.protected_ns() + t.violation_ns() + t.unknown_ns());
  }
  std::string LowestDay() const {
    const v1::DayTotals* lowest = nullptr;
    double least = 0;
    for (const v1::DayTotals& day : report_.days()) {
      const v1::ClassTotals& t = day.totals();
      const int64_t counted = t.protected_ns() + t.violation_ns() + t.unknown_ns();
      const double share =
          counted == 0 ? 1 : static_cast<double>(t.protected_ns()) / static_cast<double>(counted);
      if (lowest != nullptr && share >= least) continue;
      least = share;
      lowest = &day;
    }
    return absl::StrCat(DayShare(*lowest), " on ", DayText(*lowest));
  }

  void Shares() {
    constexpr std::array<const char*, kShareFloors.size()> kNames = {"99.9 % and more", "99 % to 99.9 %",
                                                                     "95 % to 99 %", "less than 95 %"};
    const int64_t most =
        std::max<int64_t>(1, *std::max_element(summary_.by_share.begin(), summary_.by_share.end()));
    Add("<h2>Services by protected share</h2>\n<svg viewBox=\"0 0 1000 116\" role=\"img\" "
        "aria-label=\"Number of "
        "services by protected share\">");
    for (size_t i = 0; i < kNames.size(); ++i) {
      const double width = 700.0 * static_cast<double>(summary_.by_share[i]) / static_cast<double>(most);
      const int y = static_cast<int>(i) * 29;
      Add(absl::StrFormat(
          "<text x=\"0\" y=\"%d\">%s</text><rect x=\"150\" y=\"%d\" width=\"%.2f\" height=\"22\" "
          "fill=\"#57606a\"/><text x=\"%.2f\" y=\"%d\">%d</text>",
          y + 16, kNames[i], y, width, 158 + width, y + 16, summary_.by_share[i]));
    }
    Add("</svg>\n");
  }

  void WorstServices() {
    Add("<h2>Most time in violation or unknown</h2>\n");
    if (summary_.worst.empty()) return Add("<p>None: no required service was in violation or unknown.</p>\n");
    Add("<table>\n<thead><tr><th>Device</th><th>Service</th><th class=\"n\">Share</th><th "
        "class=\"n\">Violation</th>"
        "<th class=\"n\">Unknown</th><th class=\"n\">Outages</th><th class=\"n\">Mean</th><th "
        "class=\"n\">Longest</th>"
        "</tr></thead>\n<tbody>\n");
    for (const v1::ServiceCompliance* s : summary_.worst) {
      Add("<tr><td>", Escape(s->hostname()), "</td><td>",
          Escape(s->service_name().empty() ? s->rule() : s->service_name()), "</td><td class=\"n\">",
          s->has_protected_share() ? Share(s->protected_share()) : "-", "</td><td class=\"n\">",
          DurationOrDash(s->totals().violation_ns()), "</td><td class=\"n\">",
          DurationOrDash(s->totals().unknown_ns()), "</td><td class=\"n\">", s->outages().count(),
          "</td><td class=\"n\">", DurationOrDash(MeanOutageNs(*s)), "</td><td class=\"n\">",
          DurationOrDash(s->outages().longest_ns()), "</td></tr>\n");
    }
    Add("</tbody>\n</table>\n");
    if (summary_.worst.size() == options_.most_worst) {
      Add("<p>The first ", options_.most_worst, "; all are in the report inside this page (",
          report_.services_size(), ").</p>\n");
    }
  }

  void Reasons() {
    Add("<h2>Reasons</h2>\n<p>Of time that was not protected: what was excused, and why; what is not known, "
        "and why; "
        "what was a violation, and what caused it.</p>\n<table>\n<thead><tr><th>Class</th><th>Reason</th>"
        "<th class=\"n\">Time</th></tr></thead>\n<tbody>\n");
    for (const ReasonTotal& reason : summary_.reasons) {
      if (reason.time_class == v1::TIME_CLASS_PROTECTED || reason.ns == 0) continue;
      Add("<tr><td>", Escape(NameOf(reason.time_class)), "</td><td>",
          reason.cause.empty() ? "-" : Escape(reason.cause), "</td><td class=\"n\">", Duration(reason.ns),
          "</td></tr>\n");
    }
    Add("</tbody>\n</table>\n");
  }

  void NeverEnrolled() {
    if (!options_.never_enrolled) return;
    Add("<h2>Never enrolled</h2>\n<p>", options_.never_enrolled->size(),
        " of the inventory's serial numbers are not known to the server; nothing of them is in the figures "
        "above.</p>\n");
    if (options_.never_enrolled->empty()) return;
    Add("<p>");
    for (const std::string& serial : *options_.never_enrolled) Add("<code>", Escape(serial), "</code> ");
    Add("</p>\n");
  }

  void Controls() {
    Add("<h2>Where this helps</h2>\n<p>Controls that such evidence is often used for: pointers, no "
        "certification.</p>\n"
        "<table>\n<thead><tr><th>Control</th><th>It asks that</th><th>Evidence "
        "here</th></tr></thead>\n<tbody>\n");
    for (const Control& control : kControls) {
      Add("<tr><td>", control.id, "</td><td>", control.asks, "</td><td>", control.here, "</td></tr>\n");
    }
    Add("</tbody>\n</table>\n");
  }

  void Evidence() {
    Add("<h2>How to check it</h2>\n<p>This page carries the report as the server signed it (Ed25519, key "
        "<code>",
        Escape(response_.key_id()), "</code>), with the heads of the ", report_.chain_heads_size(),
        " hash chains that it rests on. Save the page and run, with the key that the server's administrator "
        "gave "
        "you on another way:</p>\n<p><code>holdfast-admin report verify PAGE.html --key "
        "report.pub</code></p>\n"
        "<p>It says whether one digit of the signed report was changed. The tables above are a reading of "
        "it: "
        "<code>holdfast-admin report page PAGE.html --html OTHER.html</code> makes them again.</p>\n");
  }

  const v1::GetComplianceReportResponse& response_;
  const v1::ComplianceReport& report_;
  const PageOptions& options_;
  const ReportSummary summary_;
  std::string out_;
};

}  // namespace

std::string ReportPage(const v1::GetComplianceReportResponse& response, absl::string_view json,
                       const PageOptions& options) {
  return Page(response, options).Make(json);
}

std::optional<absl::string_view> ReportInPage(absl::string_view text) {
  const size_t begin = text.rfind(kBegin);
  if (begin == absl::string_view::npos) return std::nullopt;
  text.remove_prefix(begin + kBegin.size());
  const size_t end = text.find(kEnd);
  if (end == absl::string_view::npos) return std::nullopt;
  return text.substr(0, end);
}

}  // namespace holdfast::admin
