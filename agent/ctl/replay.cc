#include "agent/ctl/replay.h"

#include <google/protobuf/struct.pb.h>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "agent/ctl/when.h"
#include "base/error.h"
#include "base/file.h"
#include "base/maps.h"
#include "base/text/table.h"
#include "base/text/width.h"
#include "core/policy/parse.h"
#include "proto/wire/event_codec.h"
#include "proto/wire/json.h"
#include "storage/journal/reader.h"

namespace holdfast::ctl {
namespace {

constexpr size_t kRowsAtOnce = 5000;
constexpr size_t kBytesAtOnce = size_t{4} << 20;
constexpr char kModel[] =
    "This is a model: what was recorded is taken as it was; what sessions would have done after another "
    "decision is guessed from what they did.";

absl::StatusOr<std::vector<replay::Row>> ReadRows(const std::string& path) {
  HOLDFAST_ASSIGN_OR_RETURN(const std::unique_ptr<journal::Reader> reader, journal::Reader::Open(path));
  std::vector<replay::Row> rows;
  HOLDFAST_ASSIGN_OR_RETURN(const journal::Head head, reader->head());
  uint64_t after = 0;
  while (after < head.seq) {
    HOLDFAST_ASSIGN_OR_RETURN(const std::vector<journal::Row> some,
                              reader->ReadAfter(after, kRowsAtOnce, kBytesAtOnce));
    if (some.empty()) break;
    for (const journal::Row& row : some) {
      // A newer agent's kind of row: nothing that this engine could be given.
      auto event = wire::DecodeEvent(row.kind, row.payload_version, row.payload);
      rows.push_back({row.seq, row.at, row.hash, event.ok() ? *std::move(event) : Event(EpochBegan{})});
    }
    after = some.back().seq;
  }
  return rows;
}

// The draft takes the place of every policy that was given to this machine. Until the first one arrived it
// had the built-in one (version 0), and would have had it with the draft too.
replay::PolicyOf InPlaceOfTheirs(const std::vector<replay::Row>& rows, std::shared_ptr<const Policy> draft) {
  const bool given = absl::c_any_of(rows, [](const replay::Row& row) {
    const auto* change = std::get_if<PolicyChange>(&row.event);
    return change != nullptr && change->version != 0;
  });
  return [given, draft = std::move(draft), built_in = std::make_shared<const Policy>()](
             const PolicyChange& change) { return given && change.version == 0 ? built_in : draft; };
}

template <class Times>
absl::Duration TimeOf(const Times& times, const typename Times::key_type& key) {
  const auto found = times.find(key);
  return found == times.end() ? absl::ZeroDuration() : found->second;
}

std::string Difference(absl::Duration recorded, absl::Duration replayed) {
  if (recorded == replayed) return "";
  return absl::StrCat(replayed > recorded ? "+" : "-", FormatShort(absl::AbsDuration(replayed - recorded)));
}

std::string Difference(int recorded, int replayed) {
  if (recorded == replayed) return "";
  return absl::StrCat(replayed > recorded ? "+" : "", replayed - recorded);
}

text::Table Figures(const replay::Report& report) {
  text::Table table({{"", text::Align::kLeft, true},
                     {"RECORDED", text::Align::kRight},
                     {"WITH THE DRAFT", text::Align::kRight},
                     {"DIFFERENCE", text::Align::kRight}});
  const replay::Tally &then = report.recorded, &now = report.replayed;
  const auto count = [&](const char* what, int a, int b) {
    table.AddRow({what, absl::StrCat(a), absl::StrCat(b), Difference(a, b)});
  };
  count("Starts", then.starts, now.starts);
  count("Stops (each interrupts the person)", then.stops, now.stops);
  count("Commands only noted (audit)", then.noted, now.noted);
  table.AddRow({"Notifications", "not recorded", absl::StrCat(now.notifications), ""});
  for (const TimeClass c : KeysOfBoth(then.classes, now.classes)) {
    const absl::Duration a = TimeOf(then.classes, c), b = TimeOf(now.classes, c);
    table.AddRow({std::string(TimeClassName(c)), FormatShort(a), FormatShort(b), Difference(a, b)});
  }
  for (const std::string& cause : KeysOfBoth(then.violations, now.violations)) {
    const absl::Duration a = TimeOf(then.violations, cause), b = TimeOf(now.violations, cause);
    table.AddRow({absl::StrCat("violation: ", cause), FormatShort(a), FormatShort(b), Difference(a, b)});
  }
  return table;
}

google::protobuf::Value Number(double value) {
  google::protobuf::Value out;
  out.set_number_value(value);
  return out;
}

google::protobuf::Value Text(const std::string& value) {
  google::protobuf::Value out;
  out.set_string_value(value);
  return out;
}

google::protobuf::Value TallyJson(const replay::Tally& tally) {
  google::protobuf::Value out;
  auto& fields = *out.mutable_struct_value()->mutable_fields();
  fields["starts"] = Number(tally.starts);
  fields["stops"] = Number(tally.stops);
  fields["noted"] = Number(tally.noted);
  auto& classes = *fields["classSeconds"].mutable_struct_value()->mutable_fields();
  for (const auto& [c, time] : tally.classes) {
    classes[std::string(TimeClassName(c))] = Number(absl::ToDoubleSeconds(time));
  }
  auto& causes = *fields["violationSeconds"].mutable_struct_value()->mutable_fields();
  for (const auto& [cause, time] : tally.violations) causes[cause] = Number(absl::ToDoubleSeconds(time));
  return out;
}

}  // namespace

Failure PolicyReplay(const ReplayOptions& options, bool json, const Io& io) {
  const absl::StatusOr<std::string> text = ReadFile(options.draft, kMaxDocumentBytes);
  if (!text.ok()) return {ExitCode::kUsage, text.status()};
  const absl::StatusOr<ParsedPolicy> draft = ParsePolicy(*text, options.draft);
  if (!draft.ok()) return draft.status();
  std::optional<WallTime> since;
  if (!options.since.empty()) {
    const absl::StatusOr<absl::Time> from = ParseSince(options.since, absl::Now(), io.zone);
    if (!from.ok()) return {ExitCode::kUsage, from.status()};
    since = WallTime{absl::ToUnixNanos(*from)};
  }
  const absl::StatusOr<std::vector<replay::Row>> rows = ReadRows(options.journal);
  if (!rows.ok()) return rows.status();
  if (since && !rows->empty() && *since > rows->back().at.wall) {
    return {ExitCode::kUsage,
            absl::OutOfRangeError(absl::StrCat("replaying ", options.journal, ": nothing was recorded since ",
                                               FormatUtc(*since), "; its last row is of ",
                                               FormatUtc(rows->back().at.wall)))};
  }
  const auto policy = std::make_shared<const Policy>(draft->policy);
  const replay::Report report = replay::Replay(*rows, since, InPlaceOfTheirs(*rows, policy));
  if (report.runs == 0) {
    return absl::NotFoundError(absl::StrCat(
        "replaying ", options.journal, ": it has no start of the agent, so there is nothing to begin with"));
  }
  if (!json) {
    io.out << RenderReplay(report, io);
    return {};
  }
  const absl::StatusOr<std::string> printed = ReplayJson(report);
  if (!printed.ok()) return printed.status();
  io.out << *printed;
  return {};
}

std::string RenderReplay(const replay::Report& report, const Io& io) {
  std::string out = absl::StrCat(kModel, "\n\n", report.rows, " rows, ", report.runs,
                                 report.runs == 1 ? " run" : " runs", " of the agent");
  if (report.from) {
    absl::StrAppend(&out, ", ", FormatUtc(report.from->wall), " to ", FormatUtc(report.to->wall));
  }
  absl::StrAppend(&out, "\n\n", Figures(report).Render(io.terminal), "\n");
  if (report.divergences.empty()) {
    absl::StrAppend(&out, "The draft would have decided as it was decided.\n");
    return out;
  }
  absl::StrAppend(&out, report.divergence_count,
                  report.divergence_count == 1 ? " decision differs" : " decisions differ",
                  ". The first one, from which on it is a model: row ", report.divergences.front().seq, ", ",
                  FormatUtc(report.divergences.front().at.wall), "\n");
  for (const replay::Divergence& d : report.divergences) {
    absl::StrAppend(&out, "  ", FormatUtc(d.at.wall), "  ", text::Printable(d.what), "\n");
  }
  return out;
}

absl::StatusOr<std::string> ReplayJson(const replay::Report& report) {
  google::protobuf::Struct out;
  auto& fields = *out.mutable_fields();
  fields["model"] = Text(kModel);
  fields["rows"] = Number(static_cast<double>(report.rows));
  fields["runs"] = Number(report.runs);
  if (report.from) fields["from"] = Text(FormatUtc(report.from->wall));
  if (report.to) fields["to"] = Text(FormatUtc(report.to->wall));
  fields["recorded"] = TallyJson(report.recorded);
  fields["replayed"] = TallyJson(report.replayed);
  (*fields["replayed"].mutable_struct_value()->mutable_fields())["notifications"] =
      Number(report.replayed.notifications);
  fields["divergenceCount"] = Number(static_cast<double>(report.divergence_count));
  auto& list = *fields["divergences"].mutable_list_value();
  for (const replay::Divergence& d : report.divergences) {
    auto& entry = *list.add_values()->mutable_struct_value()->mutable_fields();
    entry["row"] = Number(static_cast<double>(d.seq));
    entry["time"] = Text(FormatUtc(d.at.wall));
    entry["what"] = Text(d.what);
  }
  return wire::ToJson(out);
}

}  // namespace holdfast::ctl
