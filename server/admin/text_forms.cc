#include "server/admin/text_forms.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "base/time.h"

namespace holdfast::admin {
namespace {

constexpr int64_t kNsPerSecond = 1'000'000'000;

std::string Lower(absl::string_view name, absl::string_view prefix) {
  absl::ConsumePrefix(&name, prefix);
  return absl::AsciiStrToLower(name);
}

}  // namespace

std::string NameOf(v1::TimeClass c) {
  return Lower(v1::TimeClass_Name(c), "TIME_CLASS_");
}

std::string NameOf(v1::Reachability r) {
  return Lower(v1::Reachability_Name(r), "REACHABILITY_");
}

std::string NameOf(v1::Lifecycle l) {
  return l == v1::LIFECYCLE_UNSPECIFIED ? "" : Lower(v1::Lifecycle_Name(l), "LIFECYCLE_");
}

text::Style StyleOf(v1::TimeClass c) {
  switch (c) {
    case v1::TIME_CLASS_PROTECTED:
      return text::Style::kGreen;
    case v1::TIME_CLASS_VIOLATION:
      return text::Style::kRed;
    case v1::TIME_CLASS_UNKNOWN:
    case v1::TIME_CLASS_AWAITING_USER:
      return text::Style::kYellow;
    default:
      return text::Style::kPlain;
  }
}

text::Style StyleOf(v1::Reachability r) {
  switch (r) {
    case v1::REACHABILITY_ONLINE:
      return text::Style::kGreen;
    case v1::REACHABILITY_LATE:
      return text::Style::kYellow;
    case v1::REACHABILITY_MISSING:
      return text::Style::kRed;
    default:
      return text::Style::kDim;
  }
}

text::Style SeverityStyle(absl::string_view severity) {
  if (severity == "info") return text::Style::kPlain;
  return severity == "warning" ? text::Style::kYellow : text::Style::kRed;
}

absl::StatusOr<v1::TimeClass> ParseTimeClassName(absl::string_view name) {
  v1::TimeClass found = v1::TIME_CLASS_UNSPECIFIED;
  const std::string full = absl::StrCat("TIME_CLASS_", absl::AsciiStrToUpper(name));
  if (v1::TimeClass_Parse(full, &found) && found != v1::TIME_CLASS_UNSPECIFIED) return found;
  return absl::InvalidArgumentError(absl::StrCat(
      "there is no posture '", name,
      "': protected, violation, excused, no_network, awaiting_user, asleep_or_off, observed_only, unknown or "
      "not_required"));
}

absl::StatusOr<v1::Lifecycle> ParseLifecycleName(absl::string_view name) {
  v1::Lifecycle found = v1::LIFECYCLE_UNSPECIFIED;
  const std::string full =
      absl::StrCat("LIFECYCLE_", absl::StrReplaceAll(absl::AsciiStrToUpper(name), {{"-", "_"}}));
  if (v1::Lifecycle_Parse(full, &found) && found != v1::LIFECYCLE_UNSPECIFIED) return found;
  return absl::InvalidArgumentError(
      absl::StrCat("there is no lifecycle '", name, "': in-use, on-loan, retired, wiped or migrated"));
}

std::string Duration(int64_t ns) {
  return FormatShort(absl::Nanoseconds(ns));
}

std::string Share(double share) {
  return absl::StrFormat("%.2f %%", share * 100);
}

std::string Seconds(int64_t ns) {
  return absl::StrFormat("%d.%03d", ns / kNsPerSecond, ns % kNsPerSecond / 1'000'000);
}

google::protobuf::Timestamp ToProto(absl::Time t) {
  const int64_t ns = absl::ToUnixNanos(t);
  google::protobuf::Timestamp out;
  out.set_seconds(ns / kNsPerSecond);
  out.set_nanos(static_cast<int32_t>(ns % kNsPerSecond));
  return out;
}

absl::StatusOr<absl::Duration> ParseSpan(absl::string_view text) {
  const absl::Status bad =
      absl::InvalidArgumentError(absl::StrCat("'", text, "' is not a span of time like 90m, 24h or 30d"));
  if (text.size() < 2) return bad;
  int64_t count = 0;
  if (!absl::SimpleAtoi(text.substr(0, text.size() - 1), &count) || count <= 0 || count > 1'000'000)
    return bad;
  switch (text.back()) {
    case 's':
      return absl::Seconds(count);
    case 'm':
      return absl::Minutes(count);
    case 'h':
      return absl::Hours(count);
    case 'd':
      return absl::Hours(24 * count);
    default:
      return bad;
  }
}

absl::StatusOr<absl::Time> ParseTime(absl::string_view text, absl::Time now, bool local) {
  if (const auto span = ParseSpan(text); span.ok()) return now - *span;
  absl::Time out;
  if (absl::ParseTime(absl::RFC3339_full, text, &out, nullptr)) return out;
  const absl::TimeZone zone = local ? absl::LocalTimeZone() : absl::UTCTimeZone();
  for (const char* format : {"%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"}) {
    if (absl::ParseTime(format, text, zone, &out, nullptr)) return out;
  }
  return absl::InvalidArgumentError(absl::StrCat("'", text,
                                                 "' is not a time: 2026-11-21, '2026-11-21 07:39', "
                                                 "2026-11-21T07:39:00Z, or 90m, 24h, 30d ago"));
}

}  // namespace holdfast::admin
