#include "server/rpc/core_thread.h"

#include <future>

namespace holdfast::server {

void CoreThread::Start() {
  if (std::exchange(started_, true)) return;
  thread_ = std::thread([this] { executor_.Run(); });
}

void CoreThread::Stop() {
  if (!thread_.joinable()) return;
  executor_.Post([this] { executor_.Stop(); });
  thread_.join();
}

void CoreThread::RunAndWait(const std::function<void()>& work) {
  std::promise<void> ran;
  Post([&] {
    work();
    ran.set_value();
  });
  ran.get_future().wait();
}

}  // namespace holdfast::server
