#include "agent/ctl/profile_diff.h"

#include "agent/ctl/profile_files.h"
#include "agent/ctl/render_comparison.h"
#include "profiles/compare/compare.h"

namespace holdfast::ctl {

Failure DiffProfiles(const std::string& before, const std::string& after, bool json, const Io& io) {
  const auto a = ReadProfileFile(before), b = ReadProfileFile(after);
  for (const auto* read : {&a, &b}) {
    if (!read->ok()) return {ExitCode::kUsage, read->status()};
  }
  const profiles::Comparison comparison = profiles::Compare(*a, *b);
  if (json) {
    text::JsonWriter writer;
    writer.Object();
    WriteComparison(writer, comparison);
    writer.EndObject();
    io.out << writer.Take() << "\n";
  } else {
    io.out << (comparison.same() ? "No difference of meaning.\n" : RenderChanges(comparison, io.terminal))
           << RenderNotes(comparison);
  }
  return comparison.same() ? Failure() : Failure{ExitCode::kFailed, absl::OkStatus()};
}

}  // namespace holdfast::ctl
