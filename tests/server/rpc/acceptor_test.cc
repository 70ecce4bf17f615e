// Real sockets on ephemeral ports; in gRPC's place stands a test that keeps what it is handed.
#include "server/rpc/acceptor.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <condition_variable>
#include <ctime>
#include <mutex>

namespace holdfast::server {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Client {
 public:
  struct Family {
    int value = AF_INET;
  };
  explicit Client(Family family = {AF_INET})
      : fd_(socket(family.value, SOCK_STREAM | SOCK_CLOEXEC, 0)), family_(family.value) {}
  Client(uint16_t port, int family) : Client(Family{family}) { Connect(port); }
  explicit Client(uint16_t port) : Client(port, AF_INET) {}
  bool Connect(uint16_t port) {
    sockaddr_in ipv4{};
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = htons(port);
    ipv4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in6 ipv6{};
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(port);
    ipv6.sin6_addr = in6addr_loopback;
    connected_ = family_ == AF_INET6 ? connect(fd_, reinterpret_cast<sockaddr*>(&ipv6), sizeof ipv6) == 0
                                     : connect(fd_, reinterpret_cast<sockaddr*>(&ipv4), sizeof ipv4) == 0;
    return connected_;
  }
  Client(Client&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), family_(other.family_), connected_(other.connected_) {}
  ~Client() {
    if (fd_ >= 0) close(fd_);
  }
  bool connected() const { return connected_; }
  // The other side is gone: a reset or an end.
  bool Ends(absl::Duration within = absl::Seconds(20)) const {
    pollfd ready{fd_, POLLIN, 0};
    if (poll(&ready, 1, static_cast<int>(absl::ToInt64Milliseconds(within))) != 1) return false;
    char byte;
    return read(fd_, &byte, 1) <= 0;
  }
  std::string Address() const {
    sockaddr_storage own{};
    socklen_t size = sizeof own;
    getsockname(fd_, reinterpret_cast<sockaddr*>(&own), &size);
    const int port = ntohs(reinterpret_cast<sockaddr_in&>(own).sin_port);
    return absl::StrCat(own.ss_family == AF_INET6 ? "[::1]:" : "127.0.0.1:", port);
  }

 private:
  int fd_;
  int family_;
  bool connected_ = false;
};

// Whoever is handed connections, as gRPC is.
class Owner {
 public:
  ~Owner() { CloseAll(); }
  void Take(int fd) {
    std::lock_guard lock(mutex_);
    fds_.push_back(fd);
    changed_.notify_all();
  }
  bool WaitFor(size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return fds_.size() >= count; });
  }
  // As gRPC does it: first for both directions, then the number.
  void CloseAll() {
    std::lock_guard lock(mutex_);
    for (const int fd : std::exchange(fds_, {})) {
      shutdown(fd, SHUT_RDWR);
      close(fd);
    }
  }
  size_t count() {
    std::lock_guard lock(mutex_);
    return fds_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<int> fds_;
};

class AcceptorTest : public ::testing::Test {
 protected:
  void Start(const GateLimits& limits, const Endpoint& listen = {"127.0.0.1", 0}) {
    connections_.emplace(limits, clock_);
    auto sockets = ListenSockets::Open(listen);
    ASSERT_TRUE(sockets.ok()) << sockets.status();
    acceptor_.emplace(
        "agents", *std::move(sockets), *connections_, clock_, [this](int, int fd) { owner_.Take(fd); },
        nullptr);
  }
  uint16_t port() const { return acceptor_->port(); }

  SystemClock clock_;
  Owner owner_;
  std::optional<Connections> connections_;
  std::optional<Acceptor> acceptor_;
};

TEST_F(AcceptorTest, HandsOverWhatItLetsInAndResetsTheRest) {
  Start({.open = 2, .source_percent = 100});
  const Client first(port());
  const Client second(port());
  ASSERT_TRUE(owner_.WaitFor(2));
  const Client third(port());
  EXPECT_TRUE(third.Ends());
  EXPECT_EQ(owner_.count(), 2u);
  EXPECT_FALSE(first.Ends(absl::ZeroDuration()));
  const GateReport report = connections_->TakeReport();
  EXPECT_EQ(report.refused[static_cast<size_t>(Refusal::kOpen)], 1);
}

TEST_F(AcceptorTest, AConnectionThatItsOwnerClosedMakesRoom) {
  Start({.open = 1, .source_percent = 100});
  for (int i = 0; i < 5; ++i) {
    const Client client(port());
    ASSERT_TRUE(owner_.WaitFor(1)) << i;
    owner_.CloseAll();
    connections_->Sweep();
    EXPECT_EQ(connections_->TakeReport().open, 0);
  }
}

TEST_F(AcceptorTest, ANumberThatNamesAnotherFileByNowIsNotTheConnection) {
  Start({.open = 10, .source_percent = 100});
  const Client client(port());
  ASSERT_TRUE(owner_.WaitFor(1));
  owner_.CloseAll();
  std::vector<int> others;  // one of them gets the number
  for (int i = 0; i < 32; ++i) others.push_back(socket(AF_INET, SOCK_STREAM, 0));
  connections_->Sweep();
  EXPECT_EQ(connections_->TakeReport().open, 0);
  for (const int fd : others) close(fd);
}

TEST_F(AcceptorTest, StrangersAreEndedAndWhomACallVouchedForStays) {
  Start({.source_percent = 100, .stranger_age = absl::ZeroDuration()});
  const Client known(port());
  ASSERT_TRUE(owner_.WaitFor(1));
  connections_->Vouch(known.Address(), "device");
  const Client stranger(port());
  ASSERT_TRUE(owner_.WaitFor(2));
  connections_->Sweep();
  EXPECT_TRUE(stranger.Ends());
  EXPECT_FALSE(known.Ends(absl::ZeroDuration()));
  EXPECT_EQ(connections_->TakeReport().overstayed, 1);
}

TEST_F(AcceptorTest, AWildcardTakesBothFamiliesAndKnowsThemByTheirAddress) {
  for (const char* host : {"0.0.0.0", "::"}) {
    acceptor_.reset();
    owner_.CloseAll();
    Start({.source_percent = 100}, {host, 0});
    const Client ipv4(port());
    ASSERT_TRUE(owner_.WaitFor(1)) << host;
    connections_->Vouch(ipv4.Address(), "one");
    EXPECT_EQ(connections_->TakeReport().strangers, 0) << ipv4.Address();
    const Client ipv6(port(), AF_INET6);
    if (!ipv6.connected()) GTEST_SKIP() << "no IPv6 here";
    ASSERT_TRUE(owner_.WaitFor(2)) << host;
    connections_->Vouch(ipv6.Address(), "two");
    EXPECT_EQ(connections_->TakeReport().strangers, 0) << ipv6.Address();
  }
}

TEST_F(AcceptorTest, ANameListensOnAllItsAddresses) {
  Start({.source_percent = 100}, {"localhost", 0});
  EXPECT_TRUE(Client(port()).connected());
  ASSERT_TRUE(owner_.WaitFor(1));
}

TEST_F(AcceptorTest, NothingIsHandedOverAfterStop) {
  Start({.source_percent = 100});
  const uint16_t port_before = port();
  acceptor_->Stop();
  EXPECT_FALSE(Client(port_before).connected());
  EXPECT_EQ(owner_.count(), 0u);
  acceptor_->Stop();
}

// Sockets are made before the descriptors run out, and connected after.
class OutOfDescriptors {
 public:
  explicit OutOfDescriptors(int limit = FirstFree()) {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit none{static_cast<rlim_t>(limit), before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
  }
  ~OutOfDescriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  // All numbers below are taken.
  static int FirstFree() {
    const int free = dup(STDIN_FILENO);
    close(free);
    return free;
  }
  rlimit before_{};
};

TEST_F(AcceptorTest, WithoutDescriptorsItResetsAndRestsAndGoesOnLater) {
  Start({.source_percent = 100});
  std::vector<Client> clients;
  for (int i = 0; i < 4; ++i) clients.emplace_back();
  {
    const OutOfDescriptors none;
    const std::clock_t before = std::clock();
    for (Client& client : clients) {
      EXPECT_TRUE(client.Connect(port()));
      EXPECT_TRUE(client.Ends()) << "it waits for what may not come";
    }
    const double busy = static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
    EXPECT_LT(busy, 0.15) << "it spins: each but the first waited for a rest of 0.1 s";
  }
  EXPECT_EQ(owner_.count(), 0u);
  const Client later(port());
  EXPECT_TRUE(owner_.WaitFor(1)) << "it does not go on";
}

TEST_F(AcceptorTest, WithNothingToGiveUpItRestsInsteadOfSpinning) {
  Start({.source_percent = 100});
  Client client;
  {
    const OutOfDescriptors none(3);  // even the spare's number is above it
    EXPECT_TRUE(client.Connect(port()));
    const std::clock_t before = std::clock();
    EXPECT_FALSE(client.Ends(absl::Milliseconds(600)));
    EXPECT_LT(static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC, 0.1);
  }
  EXPECT_TRUE(owner_.WaitFor(1)) << "it does not go on";
}

TEST(Connections, LooksForThoseThatHaveEndedBeforeItRefuses) {
  SystemClock clock;
  Connections connections({.open = 1, .source_percent = 100}, clock);
  sockaddr_storage peer{};
  peer.ss_family = AF_INET;
  const int first = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int second = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(connections.Admit(first, peer), std::nullopt);
  close(first);
  EXPECT_EQ(connections.Admit(second, peer), std::nullopt);
  close(second);
}

TEST(ListenSockets, TwoNeverShareAPort) {
  const auto first = ListenSockets::Open({"127.0.0.1", 0});
  ASSERT_TRUE(first.ok()) << first.status();
  for (const char* host : {"127.0.0.1", "0.0.0.0", "localhost"}) {
    const auto second = ListenSockets::Open({host, first->port()});
    EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition) << host;
    EXPECT_THAT(std::string(second.status().message()),
                AllOf(HasSubstr(absl::StrCat(host, ":", first->port())), HasSubstr("in use"),
                      HasSubstr("stop what listens there")));
  }
}

TEST(ListenSockets, ErrorsSayWhatToDo) {
  EXPECT_THAT(std::string(ListenSockets::Open({"192.0.2.1", 0}).status().message()),
              AllOf(HasSubstr("192.0.2.1:0"), HasSubstr("give an address of this machine")));
  EXPECT_THAT(std::string(ListenSockets::Open({"no such host", 0}).status().message()),
              AllOf(HasSubstr("no such host"), HasSubstr("give an address of this machine")));
}

TEST(RefusalText, SaysHowManyWhyAndFromWhere) {
  GateReport report;
  report.refused[static_cast<size_t>(Refusal::kSourceStrangers)] = 12;
  report.busiest = Source({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 7});
  report.busiest_refused = 12;
  report.overstayed = 3;
  report.open = 40;
  report.strangers = 5;
  EXPECT_EQ(
      RefusalText("agents", report),
      "refused 12 of agents' connections before their handshake (12: as many not yet authenticated from one "
      "address as there may be), 12 of them from 192.0.2.7; ended 3 of agents' connections that did not "
      "authenticate in time; open now: 40, 5 of them not authenticated");
}

}  // namespace
}  // namespace holdfast::server
