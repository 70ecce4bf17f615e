#include "server/app/log.h"

#include <unistd.h>

#include <chrono>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/time.h"
#include "proto/compat.h"

namespace holdfast::server {
namespace {

absl::string_view Name(LogLevel level) {
  switch (level) {
    case LogLevel::kInfo:
      return "info ";
    case LogLevel::kWarning:
      return "warn ";
    case LogLevel::kError:
      return "error";
  }
  return "";
}

}  // namespace

void Log(LogLevel level, absl::string_view text) {
  const int64_t now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                          std::chrono::system_clock::now().time_since_epoch())
                          .count();
  const std::string line =
      absl::StrCat(FormatUtc(now), " ", Name(level), " ", absl::StrReplaceAll(text, {{"\n", " "}}), "\n");
  // One write, so that lines of two threads do not mix. There is nowhere to complain to if it fails.
  [[maybe_unused]] const ssize_t n = write(STDERR_FILENO, line.data(), line.size());
}

void RouteGrpcLog() {
  compat::SendGrpcErrorsTo(
      [](absl::string_view text) { Log(LogLevel::kWarning, absl::StrCat("grpc: ", text)); });
}

void SilenceGrpcLog() {
  compat::SendGrpcErrorsTo(nullptr);
}

}  // namespace holdfast::server
