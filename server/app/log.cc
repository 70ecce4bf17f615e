#include "server/app/log.h"

#include <grpc/support/log.h>
#include <unistd.h>

#include <chrono>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/time.h"

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
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR);
  gpr_set_log_function([](gpr_log_func_args* args) {
    if (args->severity == GPR_LOG_SEVERITY_ERROR)
      Log(LogLevel::kWarning, absl::StrCat("grpc: ", args->message));
  });
}

void SilenceGrpcLog() {
  gpr_set_log_function([](gpr_log_func_args* /*args*/) {});
}

}  // namespace holdfast::server
