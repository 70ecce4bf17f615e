#include "agent/daemon/crash_guard.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace holdfast::agent {
namespace {

constexpr char kFile[] = "starts";  // Unix seconds of the last starts, one per line
constexpr char kWhy[] =
    "the agent was started three times within ten minutes without a clean stop; it only reports until it has "
    "run for ten minutes";

}  // namespace

bool CrashGuard::NoteStart(WallTime now) {
  const int64_t seconds = now.ns / 1'000'000'000;
  std::vector<int64_t> starts;
  const auto kept = files_.Read(kFile);
  if (kept.ok() && kept->has_value()) {
    for (const absl::string_view line : absl::StrSplit(**kept, '\n', absl::SkipEmpty())) {
      int64_t at = 0;
      // A clock that was set back leaves starts in the future: they are over.
      if (absl::SimpleAtoi(line, &at) && at <= seconds &&
          seconds - at <= absl::ToInt64Seconds(kCrashWindow)) {
        starts.push_back(at);
      }
    }
  }
  starts.push_back(seconds);
  while (starts.size() > kCrashingStarts) starts.erase(starts.begin());
  files_.Write(kFile, absl::StrCat(absl::StrJoin(starts, "\n"), "\n")).IgnoreError();
  return starts.size() >= kCrashingStarts;
}

void CrashGuard::NoteCleanStop() {
  files_.Remove(kFile).IgnoreError();
}

void HeldBackend::Hold(std::function<void()> released) {
  held_ = true;
  timer_.Set(clock_.Now().mono + kCrashWindow, [this, released = std::move(released)] {
    held_ = false;
    released();
  });
}

absl::Status HeldBackend::StartSession(const Uuid& service, std::optional<uint32_t> as_uid) {
  if (held_) return absl::UnavailableError(absl::StrCat("starting is held back: ", kWhy));
  return ForwardingBackend::StartSession(service, as_uid);
}

absl::Status HeldBackend::StopSession(const Uuid& service) {
  if (held_) return absl::UnavailableError(absl::StrCat("stopping is held back: ", kWhy));
  return ForwardingBackend::StopSession(service);
}

std::vector<session::Capability> HeldBackend::Capabilities() const {
  std::vector<session::Capability> all = ForwardingBackend::Capabilities();
  if (!held_) return all;
  for (session::Capability& capability : all) {
    if (capability.name != "start" && capability.name != "stop") continue;
    capability.available = false;
    capability.detail = kWhy;
  }
  return all;
}

}  // namespace holdfast::agent
