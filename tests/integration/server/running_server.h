// holdfast-server as a process on ports of its own choice.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "server/app/ready_file.h"
#include "tests/integration/server/program.h"
#include "tests/server/test_agent.h"

namespace holdfast {

class RunningServer {
 public:
  explicit RunningServer(std::string folder) : folder_(std::move(folder)) { Start(); }

  void Start() {
    unlink(ready_path().c_str());
    program_ = std::make_unique<Program>(
        folder_, "holdfast-server",
        std::vector<std::string>{"--data-dir", data_dir(), "--agent-listen", "127.0.0.1:0", "--admin-listen",
                                 "127.0.0.1:0", "--ready-file", ready_path()});
    // The file appears in one step once the server serves: there is nothing else to wait on.
    const absl::Time deadline = absl::Now() + absl::Seconds(60);
    while (access(ready_path().c_str(), F_OK) != 0 && absl::Now() < deadline)
      absl::SleepFor(absl::Milliseconds(10));
    auto ready = server::ParseReadyJson(ReadFile(ready_path()).value_or(""));
    ASSERT_TRUE(ready.ok()) << ready.status() << program_->Err();
    ready_ = *ready;
  }
  int Stop() {
    program_->Signal(SIGTERM);
    return program_->Wait();
  }

  const server::Ready& ready() const { return ready_; }
  Program& program() { return *program_; }
  std::string folder() const { return folder_; }
  std::string data_dir() const { return folder_ + "/data"; }
  std::string ca_pem() const { return ReadFile(ready_.ca_file).value_or(""); }
  TestAgent NewAgent(absl::string_view name) const { return TestAgent(ready_.agents.port, ca_pem(), name); }

 private:
  std::string ready_path() const { return folder_ + "/ready.json"; }
  std::string folder_;
  server::Ready ready_;
  std::unique_ptr<Program> program_;
};

}  // namespace holdfast
