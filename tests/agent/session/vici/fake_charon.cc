#include "tests/agent/session/vici/fake_charon.h"

#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "base/unix_socket.h"

namespace holdfast::vici {
namespace {

Section LogLine(const std::string& connection, int ike, const std::string& line) {
  Section log;
  log.values = {{"group", "IKE"},
                {"level", "1"},
                {"ikesa-name", connection},
                {"ikesa-uniqueid", absl::StrCat(ike)},
                {"msg", line}};
  return log;
}

}  // namespace

FakeCharon::FakeCharon(PollExecutor& executor) : executor_(executor) {
  std::string pattern = std::filesystem::temp_directory_path().string() + "/hf-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) std::perror("mkdtemp");
  folder_ = pattern;
  path_ = folder_ + "/charon.vici";
}

FakeCharon::~FakeCharon() {
  Die();
  std::filesystem::remove_all(folder_);
}

void FakeCharon::Run() {
  std::filesystem::remove(path_);
  listener_ = *UnixSocket();
  const sockaddr_un address = *UnixAddress(path_);
  if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::perror("bind");
  if (listen(listener_, 16) != 0) std::perror("listen");
  executor_.Watch(listener_, POLLIN, [this](short) { Accept(); });
}

void FakeCharon::Die() {
  for (auto& [fd, client] : clients_) {
    executor_.Unwatch(fd);
    close(fd);
  }
  clients_.clear();
  associations.clear();
  if (listener_ < 0) return;
  executor_.Unwatch(listener_);
  close(listener_);
  listener_ = -1;
}

size_t FakeCharon::Count(const std::string& command) const {
  return static_cast<size_t>(std::count_if(commands.begin(), commands.end(),
                                           [&](const auto& entry) { return entry.first == command; }));
}

size_t FakeCharon::listeners() const {
  return static_cast<size_t>(std::count_if(clients_.begin(), clients_.end(), [](const auto& entry) {
    return entry.second.events.count("child-updown") > 0;
  }));
}

void FakeCharon::Accept() {
  const int fd = accept(listener_, nullptr, nullptr);
  if (fd < 0) return;
  Prepare(fd);
  clients_[fd];
  executor_.Watch(fd, POLLIN, [this, fd](short) { Read(fd); });
}

void FakeCharon::Read(int fd) {
  if (hangs) return executor_.Unwatch(fd);
  char bytes[4096];
  const ssize_t n = recv(fd, bytes, sizeof bytes, 0);
  if (n <= 0) {
    executor_.Unwatch(fd);
    clients_.erase(fd);
    close(fd);
    return;
  }
  PacketReader& in = clients_[fd].in;
  in.Append({bytes, static_cast<size_t>(n)});
  while (clients_.count(fd) > 0) {
    auto packet = in.Next();
    if (!packet.ok() || !packet->has_value()) return;
    Answer(fd, **packet);
  }
}

void FakeCharon::Answer(int fd, const Packet& packet) {
  if (packet.type == PacketType::kEventRegister) {
    clients_[fd].events.insert(packet.name);
    Send(fd, {PacketType::kEventConfirm, "", {}});
  } else if (packet.type == PacketType::kCommandRequest) {
    Command(fd, packet);
  }
}

void FakeCharon::Command(int fd, const Packet& packet) {
  if (packet.name == "list-conns") {
    ++listings;
    for (const auto& [connection, child] : children) {
      Section options;
      options.lists = {{"remote-ts", {child == "full" ? "0.0.0.0/0" : "10.66.0.0/24"}}};
      Section event;
      event.sections = {{connection, {{{"version", "IKEv2"}}, {{"remote_addrs", {"198.51.100.1"}}}, {}}}};
      event.sections[0].section.sections = {{"children", {{}, {}, {{child, options}}}}};
      Send(fd, {PacketType::kEvent, "list-conn", event});
    }
    return Send(fd, {PacketType::kCommandResponse, "", {}});
  }
  if (packet.name == "list-sas") {
    for (const Association& association : associations) {
      Send(fd, {PacketType::kEvent, "list-sa", Listed(association)});
    }
    return Send(fd, {PacketType::kCommandResponse, "", {}});
  }
  commands.emplace_back(packet.name, packet.message);
  if (packet.name == "initiate") return Initiate(fd, packet.message);
  if (packet.name == "terminate") return Terminate(fd, packet.message);
  Send(fd, {PacketType::kCommandUnknown, "", {}});
}

Section FakeCharon::Listed(const Association& association) const {
  Section child;
  child.values = {
      {"name", association.child}, {"uniqueid", absl::StrCat(association.id)}, {"state", association.state}};
  Section ike;
  // As charon reports a dead peer, too.
  ike.values = {{"uniqueid", absl::StrCat(association.ike)}, {"state", "ESTABLISHED"}};
  ike.sections = {{"child-sas", {{}, {}, {{absl::StrCat(association.child, "-", association.id), child}}}}};
  Section event;
  event.sections = {{association.connection, ike}};
  return event;
}

void FakeCharon::Initiate(int fd, const Section& arguments) {
  const Outcome outcome = initiate;
  for (const std::string& line : outcome.log)
    Send(fd, {PacketType::kEvent, "control-log", LogLine("home", 1, line)});
  const std::string connection(arguments.Value("ike")), child(arguments.Value("child"));
  if (outcome.never || hanging.count(child) > 0) return;
  if (outcome.error.empty()) {
    if (outcome.event) {
      Up(connection, child);
    } else {
      associations.push_back({connection, child});
    }
  }
  Respond(fd, outcome);
}

void FakeCharon::Terminate(int fd, const Section& arguments) {
  const std::string child(arguments.Value("child"));
  const auto going = [&](const Association& a) {
    return a.connection == arguments.Value("ike") && (child.empty() || a.child == child);
  };
  std::vector<Association> gone;
  if (terminate.error.empty() && !terminate.never) {
    std::copy_if(associations.begin(), associations.end(), std::back_inserter(gone), going);
    std::erase_if(associations, going);
  }
  for (const Association& association : gone) Emit("child-updown", Listed(association));
  if (!terminate.never) Respond(fd, terminate);
}

void FakeCharon::Respond(int fd, const Outcome& outcome) {
  Section response;
  response.values = {{"success", outcome.error.empty() ? "yes" : "no"}};
  if (!outcome.error.empty()) response.values.emplace_back("errmsg", outcome.error);
  Send(fd, {PacketType::kCommandResponse, "", response});
}

void FakeCharon::Send(int fd, const Packet& packet) {
  const std::string bytes = *Encode(packet);
  if (send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size()))
    std::perror("send");
}

void FakeCharon::Log(const std::string& connection, int ike, const std::string& line) {
  Emit("log", LogLine(connection, ike, line));
}

void FakeCharon::Emit(const std::string& event, const Section& message) {
  for (const auto& [fd, client] : clients_) {
    if (client.events.count(event) > 0) Send(fd, {PacketType::kEvent, event, message});
  }
}

void FakeCharon::Up(const std::string& connection, const std::string& child, int ike, int id) {
  const Association association{connection, child, ike, id};
  associations.push_back(association);
  Section event = Listed(association);
  event.values = {{"up", "yes"}};
  Emit("ike-updown", event);
  Emit("child-updown", event);
}

void FakeCharon::Down(int ike, const std::string& log_line, bool child_event, bool log_last) {
  std::vector<Association> gone;
  std::copy_if(associations.begin(), associations.end(), std::back_inserter(gone),
               [ike](const Association& a) { return a.ike == ike; });
  for (const Association& association : gone) Emit("ike-updown", Listed(association));
  std::erase_if(associations, [ike](const Association& a) { return a.ike == ike; });
  for (const Association& association : gone) {
    if (!log_line.empty() && !log_last) Log(association.connection, association.ike, log_line);
    if (child_event) Emit("child-updown", Listed(association));
    if (!log_line.empty() && log_last) Log(association.connection, association.ike, log_line);
  }
}

void FakeCharon::Rekey(int old_id, int new_id) {
  for (Association& association : associations) {
    if (association.id == old_id) association.id = new_id;
  }
  Emit("child-rekey", Section());
}

}  // namespace holdfast::vici
