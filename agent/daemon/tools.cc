#include "agent/daemon/tools.h"

#include <cstdio>
#include <utility>

#include "absl/strings/str_format.h"
#include "agent/control/paths.h"
#include "base/error.h"
#include "base/file.h"
#include "core/event/event.h"
#include "core/policy/parse.h"
#include "profiles/preferences/preferences.h"
#include "storage/journal/reader.h"

namespace holdfast::agent {
namespace {

int Fail(int code, const absl::Status& status) {
  absl::FPrintF(stderr, "holdfastd: %s\n", std::string(status.message()));
  return code;
}

}  // namespace

int CheckPolicyFile(const Flags& flags) {
  const absl::StatusOr<std::string> text = ReadFile(flags.check_policy);
  if (!text.ok()) {
    return Fail(kExitBadPolicy,
                Annotate(text.status(), "the policy to check (--check-policy takes a file's path)"));
  }
  absl::StatusOr<Document> document = profiles::ReadPolicyDocument(*text, flags.check_policy);
  if (!document.ok()) return Fail(kExitBadPolicy, document.status());
  const absl::StatusOr<ParsedPolicy> parsed =
      ResolvePolicy({{*std::move(document), PolicySource::kFile, flags.check_policy}});
  if (!parsed.ok()) return Fail(kExitBadPolicy, parsed.status());
  for (const std::string& warning : parsed->warnings) absl::PrintF("warning: %s\n", warning);
  absl::PrintF("%s: a valid policy, version %d, %d rules\n", flags.check_policy, parsed->policy.version,
               parsed->policy.services.size());
  return kExitOk;
}

int DumpRows(const Flags& flags) {
  const auto reader = journal::Reader::Open(control::JournalPathIn(flags.state_dir));
  if (!reader.ok()) return Fail(kExitStateDir, reader.status());
  uint64_t after = 0;
  while (true) {
    const auto rows = (*reader)->ReadAfter(after, 1000, size_t{1} << 20);
    if (!rows.ok()) return Fail(kExitStateDir, rows.status());
    if (rows->empty()) return kExitOk;
    for (const journal::Row& row : *rows) {
      absl::PrintF("%s %d %s %s\n", EpochToString(row.epoch), row.seq, ToHex(row.hash),
                   RowKindName(static_cast<RowKind>(row.kind)));
    }
    after = rows->back().seq;
  }
}

}  // namespace holdfast::agent
