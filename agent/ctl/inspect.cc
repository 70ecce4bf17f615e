#include "agent/ctl/inspect.h"

#include "base/error.h"
#include "profiles/bundle/inspect.h"
#include "profiles/bundle/output/output.h"
#include "profiles/lint/lint.h"

namespace holdfast::ctl {
namespace {

absl::StatusOr<bundle::Inspection> Inspect(const InspectOptions& given) {
  bundle::Options options;
  options.now = given.now;
  if (!given.target.empty()) {
    HOLDFAST_ASSIGN_OR_RETURN(options.target, lint::ParseMacOsVersion(given.target));
  }
  return bundle::Inspect(given.path, options);
}

}  // namespace

Failure InspectBundles(const InspectOptions& options, bool json, const Io& io) {
  absl::StatusOr<bundle::Inspection> read = Inspect(options);
  if (!read.ok()) return {ExitCode::kUsage, Annotate(read.status(), "inspect")};
  io.out << (json ? bundle::RenderJson(*read) : bundle::RenderText(*read, options.verbose, io.terminal));
  const lint::Report report{std::move(read->findings), read->bundles.size()};
  const bool failed = report.Count(lint::Severity::kError) > 0 ||
                      (options.strict && report.Count(lint::Severity::kWarning) > 0);
  return failed ? Failure{ExitCode::kFailed, absl::OkStatus()} : Failure();
}

}  // namespace holdfast::ctl
