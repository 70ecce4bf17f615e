// holdfastctl's command lines against a daemon that answers from a script.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "agent/ctl/app.h"
#include "tests/agent/control/fake_daemon.h"

namespace holdfast::ctl {

struct Result {
  ExitCode code;
  std::string out, err;
};

inline Result RunOn(
    const std::vector<std::string>& arguments, text::Terminal terminal = {},
    const std::function<bool(absl::Duration)>& wait = [](absl::Duration) { return false; },
    const std::function<std::string()>& secret = nullptr) {
  std::ostringstream out, err;
  const ExitCode code = Run(arguments, {out, err, terminal, absl::UTCTimeZone(), wait, secret});
  return {code, out.str(), err.str()};
}

inline control::ServerOptions As(uid_t uid) {
  control::ServerOptions options;
  options.peer_of = [uid](int) { return control::Peer{uid, uid, 1}; };
  return options;
}

class CtlTest : public ::testing::Test {
 protected:
  Result Ctl(std::vector<std::string> arguments, text::Terminal terminal = {}) {
    arguments.insert(arguments.end(), {"--socket", daemon_.socket()});
    return RunOn(arguments, terminal);
  }
  control::FakeDaemon daemon_{As(0)};
};

}  // namespace holdfast::ctl
