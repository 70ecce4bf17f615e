#include "agent/platform/posix/tcp_prober.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <optional>

namespace holdfast::platform {
namespace {

// A loopback port, listening or only bound.
class Port {
 public:
  explicit Port(bool listening, int backlog = 8) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    if (listening) EXPECT_EQ(listen(fd_, backlog), 0);
    number_ = ntohs(address.sin_port);
  }
  ~Port() { close(fd_); }
  uint16_t number() const { return number_; }

 private:
  int fd_;
  uint16_t number_ = 0;
};

class TcpProberTest : public ::testing::Test {
 protected:
  ProbeResult Probe(const std::string& host, uint16_t port, absl::Duration timeout) {
    std::optional<ProbeResult> got;
    TcpProber prober(executor_, clock_);
    prober.Run(Uuid::FromName("service"), {holdfast::Probe::Kind::kTcp, host, port}, timeout,
               [&](ProbeResult result) {
                 got = std::move(result);
                 executor_.Stop();
               });
    EXPECT_FALSE(got.has_value()) << "called back from inside";
    executor_.Run();
    return *got;
  }
  SystemClock clock_;
  PollExecutor executor_{clock_};
};

TEST_F(TcpProberTest, AnAcceptedConnectionIsAnAnswer) {
  Port port(true);
  const ProbeResult result = Probe("127.0.0.1", port.number(), absl::Seconds(10));
  EXPECT_TRUE(result.ok) << result.error;
  EXPECT_EQ(result.service, Uuid::FromName("service"));
  EXPECT_EQ(result.target, absl::StrCat("tcp:127.0.0.1:", port.number()));
}

TEST_F(TcpProberTest, ARefusalIsAFailure) {
  Port port(false);
  const ProbeResult result = Probe("127.0.0.1", port.number(), absl::Seconds(10));
  EXPECT_FALSE(result.ok);
  EXPECT_EQ(result.error, "Connection refused");
}

TEST_F(TcpProberTest, SilenceFailsAtTheTimeout) {
  // A full backlog: the kernel answers no further connection.
  Port port(true, 0);
  const int filler = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port.number());
  ASSERT_EQ(connect(filler, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  const MonoTime began = clock_.Now().mono;
  const ProbeResult result = Probe("127.0.0.1", port.number(), absl::Milliseconds(60));
  close(filler);
  EXPECT_FALSE(result.ok);
  EXPECT_EQ(result.error, "Connection timed out");
  EXPECT_GE(clock_.Now().mono - began, absl::Milliseconds(60));
}

TEST_F(TcpProberTest, ANameIsResolvedFirst) {
  Port port(true);
  const ProbeResult result = Probe("localhost", port.number(), absl::Seconds(10));
  EXPECT_TRUE(result.ok) << result.error;
}

TEST_F(TcpProberTest, NothingIsCalledAfterItIsGone) {
  Port port(true);
  bool called = false;
  {
    TcpProber prober(executor_, clock_);
    prober.Run(Uuid(), {holdfast::Probe::Kind::kTcp, "127.0.0.1", port.number()}, absl::Seconds(1),
               [&](const ProbeResult&) { called = true; });
  }
  executor_.PostAt(clock_.Now().mono + absl::Milliseconds(20), [&] { executor_.Stop(); });
  executor_.Run();
  EXPECT_FALSE(called);
}

}  // namespace
}  // namespace holdfast::platform
