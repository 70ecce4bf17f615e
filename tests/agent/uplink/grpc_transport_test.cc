// The transport over real gRPC and TLS, against a service of this process.
#include "agent/uplink/grpc_transport.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <thread>

#include "absl/time/clock.h"
#include "base/crypto/authority.h"
#include "base/poll_executor.h"
#include "base/random.h"
#include "holdfast/v1/agent_service.grpc.pb.h"

namespace holdfast::uplink {
namespace {

constexpr char kCompressed[] = "asks for a compressed answer";

// Answers each Sync, and keeps each Watch open until the agent leaves it. Not a callback service: that would
// hold gRPC's callback threads, which belong to the transport alone in an agent.
class Service final : public v1::AgentService::Service {
 public:
  grpc::Status Sync(grpc::ServerContext* context, const v1::SyncRequest* request,
                    v1::SyncResponse* response) override {
    if (request->agent_version() == kCompressed) {
      context->set_compression_algorithm(GRPC_COMPRESS_GZIP);
      response->add_features(std::string(1 << 20, 'x'));
    }
    return grpc::Status::OK;
  }
  grpc::Status Watch(grpc::ServerContext* context, const v1::WatchRequest*,
                     grpc::ServerWriter<v1::WatchResponse>*) override {
    while (!context->IsCancelled()) absl::SleepFor(absl::Milliseconds(1));
    return grpc::Status::CANCELLED;
  }
};

class GrpcTransportTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const WallTime now = clock_.Now().wall;
    const auto authority = crypto::Authority::Create("test", now, random_);
    const auto key = crypto::PrivateKey::Generate(crypto::KeyType::kEcP256);
    ASSERT_TRUE(authority.ok() && key.ok());
    const auto certificate = authority->IssueServer(*key, {"localhost"}, now, absl::Hours(1), random_);
    ASSERT_TRUE(certificate.ok()) << certificate.status();
    ca_pem_ = authority->certificate_pem();
    grpc::SslServerCredentialsOptions tls;
    tls.pem_key_cert_pairs.push_back({key->ToPem(), *certificate});
    grpc::ServerBuilder builder;
    builder.AddListeningPort("localhost:0", grpc::SslServerCredentials(tls), &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
    transport_ = std::make_unique<GrpcTransport>(
        executor_, GrpcOptions{{"localhost", static_cast<uint16_t>(port_)}, std::nullopt});
  }
  void TearDown() override {
    transport_.reset();
    server_->Shutdown(std::chrono::system_clock::now());
  }

  SystemClock clock_;
  SystemRandom random_;
  PollExecutor executor_{clock_};
  Service service_;
  int port_ = 0;
  std::string ca_pem_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<GrpcTransport> transport_;
};

// As at each enrollment and renewal: an answer makes a new connection, while what was under way on the old
// one ends on gRPC's threads. Were one of those the last to let go of it, gRPC would abort the process.
TEST_F(GrpcTransportTest, ANewIdentityInAnAnswerLetsGoOfTheOldConnection) {
  const Identity identity{"", "", {ca_pem_}};
  transport_->SetIdentity(identity);
  int rounds = 50;
  absl::Status answered;
  std::function<void()> next = [&] {
    if (rounds-- == 0 || !answered.ok()) return executor_.Stop();
    transport_->Watch(Uuid(), [](const wire::WatchNudge&) {}, [](const absl::Status&) {});
    transport_->Sync({}, absl::Seconds(20), [&](const absl::StatusOr<wire::SyncResponse>& answer) {
      answered = answer.status();
      transport_->SetIdentity(identity);
      // The old connection ends before the new one is used.
      executor_.PostAt(clock_.Now().mono + absl::Milliseconds(3), next);
    });
  };
  executor_.Post(next);
  executor_.Run();
  EXPECT_TRUE(answered.ok()) << answered;
  EXPECT_EQ(rounds, -1);
}

TEST_F(GrpcTransportTest, ACompressedAnswerIsNotInflated) {
  transport_->SetIdentity({"", "", {ca_pem_}});
  bool answered = false;
  size_t features = 0;
  wire::SyncRequest request;
  request.agent_version = kCompressed;
  executor_.Post([&] {
    transport_->Sync(request, absl::Seconds(20), [&](const absl::StatusOr<wire::SyncResponse>& answer) {
      answered = true;
      if (answer.ok()) features = answer->features.size();
      executor_.Stop();
    });
  });
  executor_.Run();
  EXPECT_TRUE(answered);
  EXPECT_EQ(features, 0u);
}

// Between an agent and a server that is far away or busy: takes one connection and lets nothing through for a
// while.
class SlowRelay {
 public:
  SlowRelay(int server_port, absl::Duration delay) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = Loopback(0);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 1), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, server_port, delay] { Run(server_port, delay); });
  }
  // After both sides have left.
  ~SlowRelay() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }
  uint16_t port() const { return port_; }

 private:
  static sockaddr_in Loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }
  void Run(int server_port, absl::Duration delay) const {
    const int agent = accept(listener_, nullptr, nullptr);
    if (agent < 0) return;
    const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = Loopback(server_port);
    if (connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      absl::SleepFor(delay);
      while (Pass(agent, server)) {
      }
    }
    close(server);
    close(agent);
  }
  // Whatever is there, in both directions; false at the end of either.
  static bool Pass(int a, int b) {
    pollfd both[] = {{a, POLLIN, 0}, {b, POLLIN, 0}};
    if (poll(both, 2, -1) <= 0) return false;
    for (int i = 0; i < 2; ++i) {
      if (both[i].revents == 0) continue;
      char bytes[16384];
      const ssize_t count = read(both[i].fd, bytes, sizeof bytes);
      if (count <= 0) return false;
      if (send(both[1 - i].fd, bytes, static_cast<size_t>(count), MSG_NOSIGNAL) != count) return false;
    }
    return true;
  }
  int listener_ = -1;
  uint16_t port_ = 0;
  std::thread thread_;
};

// gRPC's own bound of a handshake followed from its reconnect backoff once, and was half a second.
TEST_F(GrpcTransportTest, AHandshakeMayTakeSeconds) {
  SlowRelay relay(port_, absl::Seconds(2));
  transport_ =
      std::make_unique<GrpcTransport>(executor_, GrpcOptions{{"localhost", relay.port()}, std::nullopt});
  transport_->SetIdentity({"", "", {ca_pem_}});
  absl::Status answered = absl::UnknownError("no answer");
  transport_->Sync({}, absl::Seconds(20), [&](const absl::StatusOr<wire::SyncResponse>& answer) {
    answered = answer.status();
    executor_.Stop();
  });
  executor_.Run();
  EXPECT_TRUE(answered.ok()) << answered;
  transport_.reset();
}

TEST_F(GrpcTransportTest, DestructionEndsWhatIsUnderWay) {
  transport_->SetIdentity({"", "", {ca_pem_}});
  transport_->Watch(Uuid(), [](const wire::WatchNudge&) {}, [](const absl::Status&) { FAIL(); });
  transport_->Sync({}, absl::Seconds(20), [](const absl::StatusOr<wire::SyncResponse>&) { FAIL(); });
  transport_.reset();
  executor_.Post([this] { executor_.Stop(); });
  executor_.Run();
}

}  // namespace
}  // namespace holdfast::uplink
