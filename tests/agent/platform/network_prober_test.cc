#include "agent/platform/posix/network_prober.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <optional>

#include "absl/strings/ascii.h"
#include "agent/platform/posix/http_get.h"
#include "base/poll_executor.h"
#include "tests/agent/platform/local_servers.h"

namespace holdfast::platform {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kPlenty = absl::Seconds(10);
constexpr absl::Duration kLittle = absl::Milliseconds(60);
const char kOk[] = "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nSuccess";
const char kNoContent[] = "HTTP/1.1 204 No Content\r\n\r\n";
const char kPortal[] =
    "HTTP/1.1 302 Found\r\nLocation: http://hotel.example/sign-in\r\nContent-Length: 0\r\n\r\n";

// A loopback port that nobody listens on, or whose backlog is full.
class Port {
 public:
  explicit Port(bool full) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address_;
    EXPECT_EQ(bind(fd_, reinterpret_cast<sockaddr*>(&address_), size), 0);
    EXPECT_EQ(getsockname(fd_, reinterpret_cast<sockaddr*>(&address_), &size), 0);
    if (full) Fill();
  }
  ~Port() {
    close(fd_);
    if (filler_ >= 0) close(filler_);
  }
  Endpoint endpoint() const { return {"127.0.0.1", ntohs(address_.sin_port)}; }

 private:
  void Fill() {
    EXPECT_EQ(listen(fd_, 0), 0);
    filler_ = socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(connect(filler_, reinterpret_cast<sockaddr*>(&address_), sizeof address_), 0);
  }
  int fd_;
  int filler_ = -1;
  sockaddr_in address_{};
};

class NetworkProberTest : public ::testing::Test {
 protected:
  // Runs the executor until the question is answered.
  template <class Answer, class Ask>
  Answer Asked(Ask ask) {
    std::optional<Answer> got;
    NetworkProber prober(executor_, clock_, resolv_conf_);
    ask(prober, [&](Answer answer) {
      got = std::move(answer);
      executor_.Stop();
    });
    EXPECT_FALSE(got.has_value()) << "called back from inside";
    executor_.Run();
    return *got;
  }
  ProbeResult Run(const Probe& probe, absl::Duration timeout = kPlenty) {
    return Asked<ProbeResult>([&](NetworkProber& prober, std::function<void(ProbeResult)> done) {
      prober.Run(Uuid::FromName("service"), probe, timeout, std::move(done));
    });
  }
  PortalFacts Portal(const std::vector<PortalProbe>& pages, absl::Duration timeout = kPlenty) {
    return Asked<PortalFacts>([&](NetworkProber& prober, std::function<void(PortalFacts)> done) {
      prober.LookForPortal(pages, {.satisfied = true, .network_id = "cafe"}, timeout, std::move(done));
    });
  }
  BeaconFacts Beacon(const Endpoint& at, const std::vector<std::string>& spki,
                     absl::Duration timeout = kPlenty) {
    return Asked<BeaconFacts>([&](NetworkProber& prober, std::function<void(BeaconFacts)> done) {
      prober.AskBeacon({.name = "office", .beacon = at, .spki = spki}, {.satisfied = true, .network_id = "n"},
                       timeout, std::move(done));
    });
  }
  SystemClock clock_;
  PollExecutor executor_{clock_};
  std::string resolv_conf_ = "/dev/null";
};

// --- TCP

TEST_F(NetworkProberTest, AnAcceptedConnectionIsAnAnswer) {
  const TcpServer server(StaysSilent);
  const ProbeResult result = Run({.tcp = server.endpoint()});
  EXPECT_TRUE(result.ok) << result.error;
  EXPECT_EQ(result.service, Uuid::FromName("service"));
  EXPECT_EQ(result.target, absl::StrCat("tcp:", server.endpoint().ToString()));
}

TEST_F(NetworkProberTest, ARefusalIsAFailure) {
  const Port port(/*full=*/false);
  const ProbeResult result = Run({.tcp = port.endpoint()});
  EXPECT_FALSE(result.ok);
  EXPECT_EQ(result.error, "Connection refused");
}

TEST_F(NetworkProberTest, SilenceFailsAtTheTimeout) {
  const Port port(/*full=*/true);
  const MonoTime began = clock_.Now().mono;
  const ProbeResult result = Run({.tcp = port.endpoint()}, kLittle);
  EXPECT_FALSE(result.ok);
  EXPECT_EQ(result.error, "Connection timed out");
  EXPECT_GE(clock_.Now().mono - began, kLittle);
}

TEST_F(NetworkProberTest, ANameIsResolvedFirst) {
  const TcpServer server(StaysSilent);
  const ProbeResult result = Run({.tcp = {"localhost", server.endpoint().port}});
  EXPECT_TRUE(result.ok) << result.error;
}

TEST_F(NetworkProberTest, NothingIsCalledAfterItIsGone) {
  const TcpServer server(StaysSilent);
  bool called = false;
  {
    NetworkProber prober(executor_, clock_);
    prober.Run(Uuid(), {.tcp = server.endpoint()}, absl::Seconds(1),
               [&](const ProbeResult&) { called = true; });
  }
  executor_.PostAt(clock_.Now().mono + absl::Milliseconds(20), [&] { executor_.Stop(); });
  executor_.Run();
  EXPECT_FALSE(called);
}

// --- HTTPS

TEST_F(NetworkProberTest, APageByAPinnedKeyAnswers) {
  const TestIdentity identity;
  const TcpServer server(AnswersByTls(identity, kOk));
  const ProbeResult result = Run({.https = server.Url("https"), .spki = {identity.spki}});
  EXPECT_TRUE(result.ok) << result.error;
  EXPECT_EQ(result.target, server.Url("https"));
}

TEST_F(NetworkProberTest, AnotherKeyIsNoAnswer) {
  const TestIdentity identity;
  const TcpServer server(AnswersByTls(identity, kOk));
  const ProbeResult result = Run({.https = server.Url("https"), .spki = {std::string(64, 'a')}});
  EXPECT_FALSE(result.ok);
  EXPECT_THAT(result.error, HasSubstr("another key"));
}

TEST_F(NetworkProberTest, AnotherStatusIsNoAnswer) {
  const TestIdentity identity;
  const TcpServer server(AnswersByTls(identity, "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"));
  EXPECT_EQ(Run({.https = server.Url("https"), .spki = {identity.spki}}).error,
            "it answered 503 and not 200");
  EXPECT_TRUE(Run({.https = server.Url("https"), .https_status = 503, .spki = {identity.spki}}).ok);
}

TEST_F(NetworkProberTest, WithoutPinsTheSystemsAuthoritiesDecide) {
  const TestIdentity identity, stranger;
  const std::string path = absl::StrCat(::testing::TempDir(), "/authorities-", getpid(), ".pem");
  std::ofstream(path) << identity.authority_pem;
  setenv("SSL_CERT_FILE", path.c_str(), 1);
  const TcpServer known(AnswersByTls(identity, kOk));
  const TcpServer unknown(AnswersByTls(stranger, kOk));
  const ProbeResult good = Run({.https = known.Url("https")});
  EXPECT_TRUE(good.ok) << good.error;
  const ProbeResult bad = Run({.https = unknown.Url("https")});
  EXPECT_FALSE(bad.ok);
  EXPECT_THAT(bad.error, HasSubstr("TLS: "));
  const ProbeResult other_name =
      Run({.https = absl::StrCat("https://localhost:", known.endpoint().port, "/")});
  EXPECT_THAT(other_name.error, HasSubstr("hostname mismatch"));
  unsetenv("SSL_CERT_FILE");
  unlink(path.c_str());
}

TEST_F(NetworkProberTest, AServerThatDripsIsCutOffAtTheTimeout) {
  const TcpServer server(Drips);
  EXPECT_FALSE(Run({.https = server.Url("https"), .spki = {std::string(64, 'a')}}, kLittle).ok);
}

// --- DNS

TEST_F(NetworkProberTest, AnAddressOfTheNameIsAnAnswer) {
  const DnsServer server("10.0.0.7");
  const ProbeResult any = Run({.dns = "intra.example.com", .dns_server = server.address()});
  EXPECT_TRUE(any.ok) << any.error;
  EXPECT_TRUE(Run({.dns = "intra.example.com", .dns_server = server.address(), .dns_answer = "10.0.0.7"}).ok);
  EXPECT_EQ(Run({.dns = "intra.example.com", .dns_server = server.address(), .dns_answer = "10.0.0.8"}).error,
            "it resolved to 10.0.0.7 and not to 10.0.0.8");
}

TEST_F(NetworkProberTest, ANameThatDoesNotExistIsAFailure) {
  const DnsServer server("");
  EXPECT_EQ(Run({.dns = "intra.example.com", .dns_server = server.address()}).error,
            "the resolver knows no such name");
}

TEST_F(NetworkProberTest, AnAnswerToAnotherQuestionIsPassedOver) {
  const DnsServer server("10.0.0.7", /*another_first=*/true);
  const ProbeResult result = Run({.dns = "intra.example.com", .dns_server = server.address()});
  EXPECT_TRUE(result.ok) << result.error;
}

TEST_F(NetworkProberTest, WithoutAResolverThereIsNoAnswer) {
  EXPECT_EQ(Run({.dns = "intra.example.com"}).error, "/dev/null names no resolver");
}

// --- captive portals

TEST_F(NetworkProberTest, PagesThatAnswerAsKnownMeanNoPortal) {
  const TcpServer one(Answers(kOk)), other(Answers(kNoContent));
  const PortalFacts facts = Portal({{one.Url("http"), 200, "Success"}, {other.Url("http"), 204, ""}});
  EXPECT_EQ(facts.state, PortalState::kOpen);
  EXPECT_EQ(facts.network_id, "cafe");
}

TEST_F(NetworkProberTest, TwoHostsThatAreRedirectedMeanAPortal) {
  const TcpServer one(Answers(kPortal)), other(Answers(kPortal));
  const std::string elsewhere = absl::StrCat("http://localhost:", other.endpoint().port, "/");
  const PortalFacts facts = Portal({{one.Url("http"), 200, "Success"}, {elsewhere, 204, ""}});
  EXPECT_EQ(facts.state, PortalState::kCaptive);
  EXPECT_THAT(facts.detail, HasSubstr("127.0.0.1 answered 302, elsewhere: http://hotel.example/sign-in"));
}

TEST_F(NetworkProberTest, APageOfItsOwnIsAPortalToo) {
  const TcpServer one(Answers("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nWelcome!"));
  const std::string elsewhere = absl::StrCat("http://localhost:", one.endpoint().port, "/");
  EXPECT_EQ(Portal({{one.Url("http"), 200, "Success"}, {elsewhere, 204, ""}}).state, PortalState::kCaptive);
}

TEST_F(NetworkProberTest, OneGoodAnswerIsNoPortal) {
  const TcpServer one(Answers(kPortal)), other(Answers(kNoContent));
  const std::string elsewhere = absl::StrCat("http://localhost:", other.endpoint().port, "/");
  EXPECT_EQ(Portal({{one.Url("http"), 200, "Success"}, {elsewhere, 204, ""}}).state, PortalState::kOpen);
}

TEST_F(NetworkProberTest, OneHostAloneDecidesNothing) {
  const TcpServer one(Answers(kPortal));
  const Port dead(/*full=*/false);
  EXPECT_EQ(
      Portal({{one.Url("http"), 200, "Success"}, {"http://" + dead.endpoint().ToString() + "/", 204, ""}})
          .state,
      PortalState::kUnknown);
  EXPECT_EQ(Portal({{one.Url("http"), 200, "Success"}, {one.Url("http", "/x"), 204, ""}}).state,
            PortalState::kUnknown);
}

TEST_F(NetworkProberTest, AServerThatIsTooSlowSaysNothing) {
  const TcpServer one(Drips), other(StaysSilent);
  EXPECT_EQ(Portal({{one.Url("http"), 200, ""}, {other.Url("http"), 204, ""}}, kLittle).state,
            PortalState::kUnknown);
}

TEST(HttpAnswer, IsReadAsItArrives) {
  const std::string all = kOk;
  for (size_t n = 0; n < all.size(); ++n) {
    const auto progress = ReadHttp(all.substr(0, n), false);
    ASSERT_TRUE(progress.ok()) << n << progress.status();
    EXPECT_FALSE(progress->complete) << n;
  }
  const auto whole = ReadHttp(all, false);
  ASSERT_TRUE(whole.ok());
  EXPECT_TRUE(whole->complete);
  EXPECT_EQ(whole->answer.status, 200);
  EXPECT_EQ(whole->answer.body, "Success");
}

TEST(HttpAnswer, OtherBytesAreRefused) {
  EXPECT_FALSE(ReadHttp("SSH-2.0-OpenSSH", false).ok());
  EXPECT_FALSE(ReadHttp("HTTP/1.1 2x0 OK\r\n\r\n", true).ok());
  EXPECT_FALSE(ReadHttp("HTTP/1.1 200 OK\r\n", true).ok());
  EXPECT_FALSE(ReadHttp("HTTP/1.1 200 OK\r\nA: " + std::string(size_t{32} << 10, 'x'), false).ok());
}

// --- beacons

TEST_F(NetworkProberTest, TheRightKeyProvesTheNetwork) {
  const TestIdentity identity;
  const TcpServer server(AnswersByTls(identity));
  const BeaconFacts facts = Beacon(server.endpoint(), {identity.spki});
  EXPECT_TRUE(facts.proven) << facts.detail;
  EXPECT_EQ(facts.name, "office");
  EXPECT_EQ(facts.network_id, "n");
  EXPECT_EQ(facts.detail, "key " + identity.spki.substr(0, 16));
}

TEST_F(NetworkProberTest, WhileAKeyIsRenewedOldAndNewProveIt) {
  const TestIdentity old_one, new_one;
  const std::vector<std::string> both = {old_one.spki, absl::AsciiStrToUpper(new_one.spki)};
  const TcpServer before(AnswersByTls(old_one)), after(AnswersByTls(new_one));
  EXPECT_TRUE(Beacon(before.endpoint(), both).proven);
  EXPECT_TRUE(Beacon(after.endpoint(), both).proven);
  EXPECT_FALSE(Beacon(after.endpoint(), {old_one.spki}).proven);
}

TEST_F(NetworkProberTest, AnotherKeyProvesNothing) {
  const TestIdentity identity, impostor;
  const TcpServer server(AnswersByTls(impostor));
  const BeaconFacts facts = Beacon(server.endpoint(), {identity.spki});
  EXPECT_FALSE(facts.proven);
  EXPECT_THAT(facts.detail, HasSubstr("another key"));
}

TEST_F(NetworkProberTest, WithoutTlsNothingIsProven) {
  const TcpServer plain(Answers(kOk));
  const TcpServer greeting([](int fd) { EXPECT_EQ(write(fd, "220 mail\r\n", 10), 10); });
  EXPECT_FALSE(Beacon(plain.endpoint(), {std::string(64, 'a')}, kLittle).proven);
  const BeaconFacts facts = Beacon(greeting.endpoint(), {std::string(64, 'a')});
  EXPECT_FALSE(facts.proven);
  EXPECT_THAT(facts.detail, HasSubstr("TLS: handshake"));
}

TEST_F(NetworkProberTest, ASilentBeaconOrOneThatDripsIsCutOff) {
  const TcpServer silent(StaysSilent), drips(Drips);
  EXPECT_EQ(Beacon(silent.endpoint(), {std::string(64, 'a')}, kLittle).detail, "Connection timed out");
  EXPECT_FALSE(Beacon(drips.endpoint(), {std::string(64, 'a')}, kLittle).proven);
}

TEST_F(NetworkProberTest, ManyDeadServersDoNotHoldUpALiveOne) {
  const Port dead(/*full=*/true);
  const TcpServer alive(StaysSilent);
  NetworkProber prober(executor_, clock_);
  int answers = 0;
  const auto count = [&](const ProbeResult& result) {
    EXPECT_FALSE(result.ok);
    ++answers;
  };
  for (int i = 0; i < 6; ++i) prober.Run(Uuid(), {.tcp = dead.endpoint()}, kPlenty, count);
  prober.Run(Uuid(), {.tcp = alive.endpoint()}, kPlenty, [&](const ProbeResult& result) {
    EXPECT_TRUE(result.ok) << result.error;
    executor_.Stop();
  });
  executor_.Run();
  EXPECT_EQ(answers, 0);
}

}  // namespace
}  // namespace holdfast::platform
