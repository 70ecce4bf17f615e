#include "agent/signals/parse/scutil_status.h"

#include <algorithm>
#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "agent/signals/parse/sc_names.h"
#include "agent/signals/parse/scan.h"
#include "base/error.h"

namespace holdfast::parse {
namespace {

using What = ScutilReport::What;

bool NamesSecret(absl::string_view key) {
  return ContainsIgnoreCase(key, "password") || ContainsIgnoreCase(key, "secret");
}

void CollectFacts(const ScValue& value, const std::string& path, std::vector<ScFact>& facts) {
  for (const ScEntry& entry : value.entries) {
    const std::string here = path.empty() ? entry.key : absl::StrCat(path, ".", entry.key);
    if (NamesSecret(entry.key)) {
      facts.push_back({here, "", "", /*secret=*/true});
    } else if (entry.value.kind != ScValue::Kind::kText) {
      CollectFacts(entry.value, here, facts);
    } else {
      int number = 0;
      const bool numeric = absl::SimpleAtoi(entry.value.text, &number);
      facts.push_back({here, entry.value.text, std::string(numeric ? ScMeaning(here, number) : ""), false});
    }
  }
}

std::string TextAt(const ScValue& root, std::initializer_list<absl::string_view> path) {
  const ScValue* value = root.Find(path);
  return value == nullptr ? "" : value->text;
}

std::optional<int> NumberAt(const ScValue& root, std::initializer_list<absl::string_view> path) {
  int number = 0;
  return absl::SimpleAtoi(TextAt(root, path), &number) ? std::optional(number) : std::nullopt;
}

// "08/11/2026 12:40:14": month first.
std::optional<absl::CivilSecond> DateOf(absl::string_view text) {
  const auto month = TakeDigits(text, 2);
  if (!month || !absl::ConsumePrefix(&text, "/")) return std::nullopt;
  const auto day = TakeDigits(text, 2);
  if (!day || !absl::ConsumePrefix(&text, "/")) return std::nullopt;
  const auto year = TakeDigits(text, 4);
  if (!year || !absl::ConsumePrefix(&text, " ")) return std::nullopt;
  const auto hour = TakeDigits(text, 2);
  if (!hour || !absl::ConsumePrefix(&text, ":")) return std::nullopt;
  const auto minute = TakeDigits(text, 2);
  if (!minute || !absl::ConsumePrefix(&text, ":")) return std::nullopt;
  const auto second = TakeDigits(text, 2);
  if (!second || !text.empty()) return std::nullopt;
  const absl::CivilSecond civil(*year, *month, *day, *hour, *minute, *second);
  const bool exists = civil.month() == *month && civil.day() == *day && civil.hour() == *hour;
  return exists ? std::optional(civil) : std::nullopt;
}

void ReadTunnel(const ScValue& root, ScutilReport& report) {
  report.interface_name = TextAt(root, {"IPv4", "InterfaceName"});
  if (report.interface_name.empty()) report.interface_name = TextAt(root, {"IPv6", "InterfaceName"});
  report.server_address = TextAt(root, {"IPv4", "ServerAddress"});
  for (const auto& path : {std::initializer_list<absl::string_view>{"IPv6", "ServerAddress"},
                           {"VPN", "RemoteAddress"},
                           {"PPP", "CommRemoteAddress"},
                           {"IPSec", "RemoteAddress"}}) {
    if (report.server_address.empty()) report.server_address = TextAt(root, path);
  }
  if (const auto status = NumberAt(root, {"NEStatus"}); status && *status >= 0 && *status <= 5) {
    report.ne_status = static_cast<SessionStatus>(*status);
  }
  report.session_state = NumberAt(root, {"SessionState"});
  report.last_stop_reason = NumberAt(root, {"VPN", "LastCause"});
  report.last_change = DateOf(TextAt(root, {"LastStatusChangeTime"}));
}

// Sentences that take a dictionary's place.
bool IsRefusal(absl::string_view line) {
  static constexpr std::array<absl::string_view, 9> kHeads = {
      "No service",          "No statistics available", "No \"",
      "OnDemand not config", "Multiple services match", "No service ID specified",
      "Could not create",    "Could not start",         "Could not stop"};
  return std::any_of(kHeads.begin(), kHeads.end(),
                     [&](absl::string_view head) { return absl::StartsWith(line, head); });
}

class Reader {
 public:
  explicit Reader(std::vector<absl::string_view> lines) : lines_(std::move(lines)) {}

  ScutilOutput Run() {
    while (at_ < lines_.size()) {
      if (OpensScBlock(lines_[at_])) {
        TakeBlock();
      } else {
        TakeLine(absl::StripAsciiWhitespace(lines_[at_]));
        ++at_;
      }
    }
    return std::move(out_);
  }

 private:
  ScutilReport& Begin(What what) {
    out_.reports.push_back({});
    out_.reports.back().what = what;
    out_.reports.back().line = at_ + 1;
    return out_.reports.back();
  }

  void TakeLine(absl::string_view line) {
    if (line.empty() || absl::StartsWith(line, "ApplicationURL: ")) return;
    const absl::string_view word = line.substr(0, std::min(line.find(": "), line.size()));
    const auto status = ScutilStatusNamed(word);
    if (status && (word == line || *status == SessionStatus::kInvalid)) {
      ScutilReport& report = Begin(What::kStatus);
      report.word = std::string(line);
      report.status = status;
    } else if (auto service = ReadScutilService(line)) {
      Begin(What::kShow).service = *std::move(service);
    } else if (IsRefusal(line)) {
      Begin(What::kRefusal).word = std::string(line);
    } else {
      out_.odd.push_back({at_ + 1, std::string(line)});
    }
  }

  // The block of the heading before it, or one of its own.
  ScutilReport& ReportFor(absl::string_view title) {
    const bool open = !out_.reports.empty() && out_.reports.back().facts.empty();
    const What before = open ? out_.reports.back().what : What::kRefusal;
    if (title == "Extended Status") {
      return before == What::kStatus ? out_.reports.back() : Begin(What::kStatus);
    }
    if (title == "OnDemand") return Begin(What::kOnDemand);
    if (title.empty()) return Begin(What::kStatistics);
    return before == What::kShow ? out_.reports.back() : Begin(What::kShow);
  }

  void TakeBlock() {
    const ScBlock block = ReadScBlock(lines_, at_);
    ScutilReport& report = ReportFor(block.title);
    CollectFacts(block.value, report.what == What::kShow ? block.title : "", report.facts);
    report.cut = !block.complete;
    if (report.what == What::kStatus) ReadTunnel(block.value, report);
    for (size_t odd : block.odd)
      out_.odd.push_back({odd + 1, std::string(absl::StripAsciiWhitespace(lines_[odd]))});
    at_ += block.lines;
  }

  const std::vector<absl::string_view> lines_;
  size_t at_ = 0;
  ScutilOutput out_;
};

}  // namespace

absl::string_view ScutilWhatName(What what) {
  static constexpr std::array<absl::string_view, 5> kNames = {"status", "statistics", "show", "ondemand",
                                                              "refusal"};
  return kNames[static_cast<size_t>(what)];
}

absl::StatusOr<ScutilOutput> ReadScutilStatus(absl::string_view text) {
  HOLDFAST_ASSIGN_OR_RETURN(std::vector<absl::string_view> lines, TextLines(text));
  ScutilOutput out = Reader(std::move(lines)).Run();
  if (out.reports.empty()) {
    return absl::InvalidArgumentError(
        "there is nothing of `scutil --nc status`, `statistics`, `show` or `ondemand` in it; give the whole "
        "output of one of these commands");
  }
  return out;
}

}  // namespace holdfast::parse
