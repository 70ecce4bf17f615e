// The signals that end a server, waited for instead of handled: no code runs in signal context. Block them
// before the first thread is made.
#pragma once

#include <csignal>
#include <initializer_list>

namespace holdfast::server {

class SignalWaiter {
 public:
  SignalWaiter(std::initializer_list<int> signals) {
    sigemptyset(&set_);
    for (int signal : signals) sigaddset(&set_, signal);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }
  // The next one that arrives.
  int Wait() {
    int signal = 0;
    while (sigwait(&set_, &signal) != 0) {
    }
    return signal;
  }

 private:
  sigset_t set_;
};

}  // namespace holdfast::server
