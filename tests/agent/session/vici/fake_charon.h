// A charon of our own for tests: speaks VICI on a Unix socket, on the executor of what it is tested with, and
// holds connections and associations that the test moves about. No thread, no sleep.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agent/session/vici/codec.h"
#include "base/poll_executor.h"

namespace holdfast::vici {

class FakeCharon {
 public:
  explicit FakeCharon(PollExecutor& executor);
  ~FakeCharon();
  FakeCharon(const FakeCharon&) = delete;
  FakeCharon& operator=(const FakeCharon&) = delete;

  const std::string& socket() const { return path_; }

  // --- the daemon
  void Run();          // listens
  void Die();          // as kill -9: sockets close, the file stays, nothing is up
  bool hangs = false;  // as SIGSTOP: connections are accepted, nothing is answered

  // --- what it knows
  std::vector<std::pair<std::string, std::string>> children = {{"home", "split"}, {"home", "full"}};
  struct Association {
    std::string connection, child;
    int ike = 1, id = 1;
    std::string state = "INSTALLED";
  };
  std::vector<Association> associations;

  // --- what it does when asked. An empty error is success.
  struct Outcome {
    std::string error;
    std::vector<std::string> log;  // control-log lines
    bool never = false;            // no answer
    bool event = true;             // a success is told by events
  };
  Outcome initiate, terminate;
  std::set<std::string> hanging;  // children whose initiate is not answered, whatever the outcome says
  std::vector<std::pair<std::string, Section>> commands;  // all but listings
  size_t Count(const std::string& command) const;
  size_t listings = 0;
  size_t listeners() const;  // connections registered for child-updown

  // --- what happens to it. Events as charon 5.9 sends them: ike-updown, the log line, child-updown.
  void Up(const std::string& connection, const std::string& child, int ike = 1, int id = 1);
  void Down(int ike, const std::string& log_line, bool child_event = true, bool log_last = false);
  void Rekey(int old_id, int new_id);
  void Log(const std::string& connection, int ike, const std::string& line);
  void Emit(const std::string& event, const Section& message);

 private:
  struct Client {
    PacketReader in;
    std::set<std::string> events;
  };
  void Accept();
  void Read(int fd);
  void Answer(int fd, const Packet& packet);
  void Command(int fd, const Packet& packet);
  void Initiate(int fd, const Section& arguments);
  void Terminate(int fd, const Section& arguments);
  void Send(int fd, const Packet& packet);
  void Respond(int fd, const Outcome& outcome);
  Section Listed(const Association& association) const;

  PollExecutor& executor_;
  std::string folder_, path_;
  int listener_ = -1;
  std::map<int, Client> clients_;
};

}  // namespace holdfast::vici
