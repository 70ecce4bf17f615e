// One page of a web server: its status and the beginning of its body. Redirections are not followed. Blocks:
// only for the threads of ProbeWorkers.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "agent/platform/posix/connection.h"

namespace holdfast::platform {

struct HttpAnswer {
  int status = 0;
  std::string location;  // of a redirection
  std::string body;      // at most its first 16 KiB; chunk borders may stand in it
};

// `spki` as TlsSession takes it. DEADLINE_EXCEEDED also for an answer that comes too slowly.
absl::StatusOr<HttpAnswer> HttpGet(const Url& url, const std::vector<std::string>& spki, const Way& way,
                                   const Deadline& deadline);

// What has arrived so far of an answer. `complete`: nothing more of interest will come. INVALID_ARGUMENT for
// bytes that no web server sends. Pure.
struct HttpProgress {
  bool complete = false;
  HttpAnswer answer;
};
absl::StatusOr<HttpProgress> ReadHttp(absl::string_view bytes, bool ended);

}  // namespace holdfast::platform
