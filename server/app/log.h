// One line per event on stderr: TIME LEVEL TEXT. Thread-safe. Never give it a token or a key.
#pragma once

#include "absl/strings/string_view.h"

namespace holdfast::server {

enum class LogLevel { kInfo, kWarning, kError };

void Log(LogLevel level, absl::string_view text);

// gRPC's own complaints take the same way, some at a time, and how many were left out; its chatter is
// dropped. Once, before gRPC is used.
void RouteGrpcLog();
// For command-line tools, which say what went wrong themselves.
void SilenceGrpcLog();

}  // namespace holdfast::server
