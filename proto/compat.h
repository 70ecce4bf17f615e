// Where the protobuf and gRPC of Debian 12 (3.21, 1.51) and current ones differ in what is used here: nowhere
// else. Both sides of each condition were compiled: the new one against the headers of protobuf 35.1 and gRPC
// 1.85.1 (docs/macos-build.md).
#pragma once

#include <google/protobuf/stubs/common.h>
#include <google/protobuf/util/json_util.h>

#include <atomic>

#include "absl/strings/string_view.h"

// What has no server to talk to is built without gRPC too.
#if __has_include(<grpcpp/version_info.h>)
#define HOLDFAST_HAS_GRPC
#include <grpcpp/version_info.h>
#if GRPC_CPP_VERSION_MAJOR > 1 || GRPC_CPP_VERSION_MINOR >= 66
#define HOLDFAST_GRPC_LOGS_THROUGH_ABSEIL
#include "absl/log/globals.h"
#include "absl/log/log_sink.h"
#include "absl/log/log_sink_registry.h"
#else
#include <grpc/support/log.h>
#endif
#endif

namespace holdfast::compat {

// JSON of a message has every field of a basic type, also where it has its default.
inline void PrintDefaults(google::protobuf::util::JsonPrintOptions& options) {
#if GOOGLE_PROTOBUF_VERSION >= 5026000
  options.always_print_fields_with_no_presence = true;
#else
  options.always_print_primitive_fields = true;
#endif
}

#ifdef HOLDFAST_HAS_GRPC

// Any thread may call it.
using GrpcErrorLog = void (*)(absl::string_view text);

inline std::atomic<GrpcErrorLog>& TheGrpcErrorLog() {
  static std::atomic<GrpcErrorLog> log = nullptr;
  return log;
}

// What gRPC reports as an error goes there, and nowhere else; nullptr: nowhere at all.
inline void SendGrpcErrorsTo(GrpcErrorLog log) {
  TheGrpcErrorLog() = log;
#ifdef HOLDFAST_GRPC_LOGS_THROUGH_ABSEIL
  struct Sink final : absl::LogSink {
    void Send(const absl::LogEntry& entry) override {
      const GrpcErrorLog to = TheGrpcErrorLog();
      if (to != nullptr && entry.log_severity() >= absl::LogSeverity::kError) to(entry.text_message());
    }
  };
  static Sink* const sink = [] {
    auto* made = new Sink;
    absl::SetStderrThreshold(absl::LogSeverityAtLeast::kInfinity);
    absl::AddLogSink(made);
    return made;
  }();
  (void)sink;
#else
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR);
  gpr_set_log_function([](gpr_log_func_args* args) {
    const GrpcErrorLog to = TheGrpcErrorLog();
    if (to != nullptr && args->severity == GPR_LOG_SEVERITY_ERROR) to(args->message);
  });
#endif
}

#endif  // HOLDFAST_HAS_GRPC

}  // namespace holdfast::compat
