#include "agent/daemon/log.h"

#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace holdfast::agent {

void Log::operator()(const std::string& text) const {
  std::string line = absl::StrCat(FormatUtc(clock_.Now().wall), " holdfastd[", getpid(), "]: ", text);
  absl::StrReplaceAll({{"\n", "; "}}, &line);
  std::replace_if(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, '?');
  line += '\n';
  // One write: lines of several threads do not mix. Nobody can be told when it fails.
  if (write(STDERR_FILENO, line.data(), line.size()) < 0) return;
}

}  // namespace holdfast::agent
