// A daemon without an agent: a real control server on a real socket in a folder of its own, answering from a
// script.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "agent/control/server.h"

namespace holdfast::control {

class FakeDelegate : public Delegate {
 public:
  StatusView Status() override { return status; }
  PolicyView Policy() override { return policy; }
  absl::StatusOr<std::vector<journal::Row>> History(const journal::Filter& filter) override;
  void Request(UserRequest request, const std::string& service_name,
               std::function<void(absl::Status, std::string)> done) override;

  void NextTask(uint32_t uid, const TaskRequest& request, GiveTask give) override;

  StatusView status;
  PolicyView policy;
  std::vector<journal::Row> rows;  // ascending
  absl::Status action_status;
  bool never_answers = false;
  std::vector<std::pair<UserRequest, std::string>> requests;
  std::deque<Task> tasks;            // given out in order, numbered from 1
  bool no_more_is_an_error = false;  // no more tasks: the error RESOURCE_EXHAUSTED
  std::vector<std::pair<uint32_t, TaskRequest>> task_requests;
  std::vector<std::function<void(absl::Status, std::string)>> held;  // those never answered
};

// A status with one service of each kind of trouble; times are relative to a fixed moment.
StatusView ExampleStatus();
PolicyView ExamplePolicy();
std::vector<journal::Row> ExampleRows();
WallTime ExampleNow();

class FakeDaemon {
 public:
  explicit FakeDaemon(ServerOptions options = {});
  ~FakeDaemon();

  const std::string& folder() const { return folder_; }
  const std::string& socket() const { return options_.socket_path; }
  // Runs on the daemon's thread and waits; the only way to touch `delegate` while it runs.
  void Do(const std::function<void()>& work);
  size_t Clients();

  FakeDelegate delegate;

 private:
  std::string folder_;
  ServerOptions options_;
  SystemClock clock_;
  PollExecutor executor_{clock_};
  std::unique_ptr<ControlServer> server_;
  std::thread thread_;
};

}  // namespace holdfast::control
