// The gates before gRPC's two listeners, with gRPC behind them.

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <vector>

#include "tests/server/rpc/test_server.h"

namespace holdfast::server {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr absl::Duration kSoon = absl::Seconds(20);

template <class Condition>
bool Eventually(Condition condition) {
  const absl::Time deadline = absl::Now() + kSoon;
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(10));
  }
  return true;
}

int OpenDescriptors() {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

// A connection on which nothing is ever said.
class Silent {
 public:
  explicit Silent(uint16_t port) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
  }
  Silent(Silent&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~Silent() {
    if (fd_ >= 0) close(fd_);
  }
  bool Ends(absl::Duration within) const {
    pollfd ended{fd_, POLLIN | POLLRDHUP, 0};
    return poll(&ended, 1, static_cast<int>(absl::ToInt64Milliseconds(within))) == 1;
  }

 private:
  int fd_;
};

TEST(Listener, StrangersFillTheirPlacesAndADeviceIsServedOnAndOn) {
  TestServer server([](RpcServerOptions& options) {
    options.agent_gate.strangers = 8;
    options.agent_gate.source_percent = 100;
  });
  TestAgent agent = server.EnrolledAgent();
  ASSERT_TRUE(agent.Sync().ok());
  std::vector<Silent> flood;
  for (int i = 0; i < 30; ++i) flood.emplace_back(server.agent_port());
  const auto ended = [&] {
    return std::count_if(flood.begin(), flood.end(),
                         [](const Silent& each) { return each.Ends(absl::ZeroDuration()); });
  };
  EXPECT_TRUE(Eventually([&] { return ended() >= 22; })) << ended();
  for (int i = 0; i < 5; ++i) {
    agent.Append(1);
    EXPECT_TRUE(agent.Sync().ok());
  }
  EXPECT_GE(30 - ended(), 6) << "those that were let in wait for their handshake's deadline";
}

TEST(Listener, AdminsHaveAGateToo) {
  TestServer server([](RpcServerOptions& options) {
    options.admin_gate.strangers = 2;
    options.admin_gate.source_percent = 100;
  });
  std::vector<Silent> flood;
  for (int i = 0; i < 3; ++i) flood.emplace_back(server.admin_port());
  EXPECT_TRUE(flood[2].Ends(kSoon));
  EXPECT_FALSE(flood[0].Ends(absl::ZeroDuration()));
}

TEST(Listener, ConnectionsThatEndMakeRoomAndLeaveNoDescriptor) {
  TestServer server([](RpcServerOptions& options) {
    options.agent_gate.open = 3;
    options.agent_gate.source_percent = 100;
  });
  TestAgent agent = server.EnrolledAgent();
  ASSERT_TRUE(agent.Sync().ok());
  const int before = OpenDescriptors();
  for (int i = 0; i < 8; ++i) {
    agent.Connect();
    ASSERT_TRUE(Eventually([&] { return agent.Sync().ok(); })) << i;
    Silent(server.agent_port());
  }
  EXPECT_TRUE(Eventually([&] { return OpenDescriptors() <= before + 1; }))
      << before << " then " << OpenDescriptors();
}

TEST(Listener, AStrangerIsEndedWhileGrpcHasItAndAKnownDeviceIsNot) {
  TestServer server(
      [](RpcServerOptions& options) { options.agent_gate.stranger_age = absl::Milliseconds(1); });
  TestAgent known = server.EnrolledAgent();
  ASSERT_TRUE(Eventually([&] { return known.Sync().ok(); }));
  // It finished its handshake, and never calls anything.
  TestAgent stranger = server.NewAgent("stranger");
  ASSERT_TRUE(
      stranger.channel()->WaitForConnected(std::chrono::system_clock::now() + std::chrono::seconds(20)));
  EXPECT_TRUE(Eventually([&] { return stranger.channel()->GetState(false) != GRPC_CHANNEL_READY; }));
  EXPECT_EQ(known.channel()->GetState(false), GRPC_CHANNEL_READY);
}

TEST(Listener, ARefusedConnectionIsToldToTheLog) {
  std::mutex mutex;
  std::vector<std::string> lines;
  TestServer server([&](RpcServerOptions& options) {
    options.agent_gate.strangers = 0;
    options.on_refused = [&](const std::string& line) {
      std::lock_guard lock(mutex);
      lines.push_back(line);
    };
  });
  EXPECT_TRUE(Silent(server.agent_port()).Ends(kSoon));
  server.rpc().Stop(absl::ZeroDuration());  // tells what it has not told yet
  ASSERT_FALSE(lines.empty());
  EXPECT_THAT(lines.front(), StartsWith("refused 1 of agents' connections before their handshake"));
}

TEST(Listener, TheAuditLogKnowsWhereAnAdminCalledFrom) {
  TestServer server;
  const auto stub = v1::AdminService::NewStub(server.AdminChannel());
  grpc::ClientContext context;
  TestAgent::SetDeadline(context);
  context.AddMetadata("authorization", "Bearer " + server.admin_token());
  v1::CreateEnrollmentTokenRequest request;
  request.set_quota(1);
  v1::CreateEnrollmentTokenResponse response;
  ASSERT_TRUE(stub->CreateEnrollmentToken(&context, request, &response).ok());
  server.WithCore([](ServerCore& core) {
    const auto audit = core.ListAudit(TestServer::Operator(), {});
    ASSERT_TRUE(audit.ok()) << audit.status();
    const bool found = std::any_of(audit->entries.begin(), audit->entries.end(),
                                   [](const auto& entry) { return entry.source.starts_with("127.0.0.1:"); });
    EXPECT_TRUE(found);
  });
}

TEST(Listener, AKeyThatIsNotTheCertificatesIsNamed) {
  TestServer server;
  SystemClock clock;
  SystemRandom random;
  TlsIdentity identity = *NewTlsIdentity(server.authority(), {"localhost"}, clock.Now().wall, random);
  identity.private_key_pem = crypto::PrivateKey::Generate(crypto::KeyType::kEcP256)->ToPem();
  Connections connections({}, clock);
  v1::AgentService::CallbackService unused;
  const auto listener =
      Listener::Agents({"127.0.0.1", 0}, identity, {}, {connections, clock, nullptr}, unused);
  EXPECT_THAT(std::string(listener.status().message()), HasSubstr("of another key"));
}

}  // namespace
}  // namespace holdfast::server
