// A real kernel in a network namespace of its own for each test: a tunnel that takes the default route, loses
// it, and what the agent makes of it. Needs root and /dev/net/tun; skips without.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <future>
#include <optional>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "agent/platform/linux/linux_signals.h"
#include "agent/platform/posix/network_prober.h"
#include "base/poll_executor.h"
#include "core/engine/engine.h"
#include "tests/agent/platform/local_servers.h"

namespace holdfast::platform {
namespace {

void Ip(const std::string& arguments) {
  ASSERT_EQ(system(absl::StrCat("ip ", arguments).c_str()), 0) << arguments;
}

// An interface that carries as long as this lives: a tunnel, or what looks like Ethernet.
class Tun {
 public:
  explicit Tun(const char* name, short kind = IFF_TUN) : fd_(open("/dev/net/tun", O_RDWR | O_CLOEXEC)) {
    ifreq request{};
    std::strncpy(request.ifr_name, name, IFNAMSIZ - 1);
    request.ifr_flags = static_cast<short>(kind | IFF_NO_PI);
    if (fd_ >= 0 && ioctl(fd_, TUNSETIFF, &request) != 0) Close();
  }
  ~Tun() { Close(); }
  bool ok() const { return fd_ >= 0; }

 private:
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  int fd_;
};

class NetworkLab : public ::testing::Test, public signals::Listener {
 protected:
  void SetUp() override {
    if (unshare(CLONE_NEWNET) != 0) GTEST_SKIP() << "no network namespace: " << std::strerror(errno);
    ethernet_.emplace("up0", IFF_TAP);
    tun_.emplace("tun7");
    if (!tun_->ok() || !ethernet_->ok()) GTEST_SKIP() << "no /dev/net/tun";
    Ip("link set lo up");
    Ip("addr add 198.51.100.2/24 dev up0");
    Ip("link set up0 up");
    Ip("route add default via 198.51.100.1 dev up0 metric 100");
    Ip("addr add 10.9.0.2/24 dev tun7");
    Ip("link set tun7 up");
    resolv_conf_ = absl::StrCat(::testing::TempDir(), "/resolv-", getpid(), ".conf");
    std::ofstream(resolv_conf_) << "search corp.example.com\nnameserver 203.0.113.53\n";
    signals_.emplace(executor_, clock_, LinuxSignalsOptions{{}, resolv_conf_, "/dev/null"});
    ASSERT_TRUE(signals_->Begin(this).ok());
  }
  void TearDown() override {
    if (!resolv_conf_.empty()) unlink(resolv_conf_.c_str());
  }

  void OnPath(const PathFacts& path) override { path_ = path; }
  void OnPower(PowerEvent) override {}
  void OnConsoleUser(const ConsoleUser&) override {}
  void OnNetwork(const NetworkFacts& network) override {
    network_ = network;
    if (wanted_ && wanted_(network)) executor_.Stop();
  }
  // Runs until the facts are so; the test fails when they never are.
  void Await(std::function<bool(const NetworkFacts&)> wanted) {
    if (network_ && wanted(*network_)) return;
    wanted_ = std::move(wanted);
    const TimerId limit = executor_.PostAt(clock_.Now().mono + absl::Seconds(10), [this] {
      ADD_FAILURE() << "still: IPv4 by " << (network_ ? network_->route_v4 : "?");
      executor_.Stop();
    });
    executor_.Run();
    executor_.Cancel(limit);
  }
  void AwaitRoute(const std::string& interface) {
    Await([interface](const NetworkFacts& facts) { return facts.route_v4 == interface; });
  }

  SystemClock clock_;
  PollExecutor executor_{clock_};
  std::optional<Tun> ethernet_, tun_;
  std::string resolv_conf_;
  std::optional<LinuxSignals> signals_;
  PathFacts path_;
  std::optional<NetworkFacts> network_;
  std::function<bool(const NetworkFacts&)> wanted_;
};

// An engine with one required service that says connected.
class ConnectedEngine {
 public:
  explicit ConnectedEngine(const Clock& clock) : clock_(clock) {
    auto policy = std::make_shared<Policy>();
    policy->mode = EnforcementMode::kAudit;
    policy->services.resize(1);
    policy->services[0].label = "corp";
    policy->services[0].match.name = "Corp";
    policy->services[0].authentication = Authentication::kMachine;
    policy->services[0].always_connected = {.enabled = true, .since = Since::kBoot};
    policy->coverage = {CoverageItem::kDefaultRouteIpv4, CoverageItem::kResolvers};
    policy->boot_grace = absl::ZeroDuration();
    Give(AgentStarted{.agent_version = "1"});
    Give(PolicyApplied{policy, {}});
    InstalledFacts installed;
    installed.services.resize(1);
    installed.services[0].id = Uuid::FromName("corp");
    installed.services[0].name = "Corp";
    Give(installed);
    Give(SessionEvent{
        .service = Uuid::FromName("corp"), .generation = 1, .status = SessionStatus::kConnected});
  }
  // Long after it came up.
  std::string With(const NetworkFacts& facts) {
    later_ += absl::Seconds(10);
    Give(facts);
    const ServiceView view = engine_.View(Now()).services.at(0);
    return absl::StrCat(TimeClassName(view.verdict.time_class), "/", view.verdict.cause);
  }

 private:
  Stamp Now() const {
    Stamp now = clock_.Now();
    now.mono = now.mono + later_;
    now.wall = now.wall + later_;
    return now;
  }
  void Give(const EngineInput& input) { engine_.Step(Now(), input); }
  const Clock& clock_;
  absl::Duration later_;
  Engine engine_{1};
};

TEST_F(NetworkLab, ATunnelThatLosesItsDefaultRouteProtectsNothing) {
  ConnectedEngine engine(clock_);
  Ip("route add default dev tun7 metric 1");
  AwaitRoute("tun7");
  EXPECT_EQ(network_->resolvers, (std::vector<ResolverFacts>{{"203.0.113.53", "tun7"}}));
  EXPECT_EQ(network_->search_domains, std::vector<std::string>{"corp.example.com"});
  EXPECT_EQ(engine.With(*network_), "protected/tunnel_up");
  Ip("route del default dev tun7 metric 1");
  AwaitRoute("up0");
  EXPECT_EQ(engine.With(*network_), "violation/coverage");
  Ip("route add default dev tun7 metric 1");
  AwaitRoute("tun7");
  EXPECT_EQ(engine.With(*network_), "protected/tunnel_up");
}

TEST_F(NetworkLab, PolicyRoutingIsSeenToo) {
  Ip("route add default dev tun7 table 220");
  Ip("rule add pref 220 table 220");
  AwaitRoute("tun7");
  EXPECT_EQ(path_.interface_name, "up0");
  Ip("rule del pref 220");
  AwaitRoute("up0");
}

TEST_F(NetworkLab, AResolverBesideTheTunnelIsFound) {
  ConnectedEngine engine(clock_);
  Ip("route add default dev tun7 metric 1");
  AwaitRoute("tun7");
  std::ofstream(resolv_conf_) << "nameserver 198.51.100.1\n";
  Await([](const NetworkFacts& facts) {
    return facts.resolvers == std::vector<ResolverFacts>{{"198.51.100.1", "up0"}};
  });
  EXPECT_EQ(engine.With(*network_), "violation/coverage");
}

TEST_F(NetworkLab, AnInterfaceThatGoesIsDown) {
  const auto tunnel = [](const NetworkFacts& facts) {
    for (const InterfaceFacts& interface : facts.interfaces) {
      if (interface.name == "tun7") return interface.up && interface.tunnel;
    }
    return false;
  };
  Await(tunnel);
  tun_.reset();
  Await([&](const NetworkFacts& facts) { return !tunnel(facts); });
}

// Another namespace at the other end of a cable, with servers of each kind. They live on a thread of their
// own, since a namespace belongs to a thread.
class FarSide {
 public:
  FarSide() {
    Ip("link add near0 type veth peer name far0");
    Ip("addr add 10.8.0.2/24 dev near0");
    Ip("link set near0 up");
    thread_ = std::thread([this] { Live(); });
    apart_.get_future().wait();
    Ip(absl::StrCat("link set far0 netns ", thread_id_));
    connected_.set_value();
    ready_.get_future().wait();
  }
  ~FarSide() {
    over_.set_value();
    thread_.join();
  }
  std::vector<Probe> Probes() const { return probes_; }

 private:
  void Live() {
    ASSERT_EQ(unshare(CLONE_NEWNET), 0);
    thread_id_ = gettid();
    apart_.set_value();
    connected_.get_future().wait();
    Ip(absl::StrCat("addr add ", kHost, "/24 dev far0"));
    Ip("link set far0 up");
    const TestIdentity identity;
    const TcpServer tcp(StaysSilent, kHost);
    const TcpServer https(AnswersByTls(identity, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), kHost);
    const DnsServer dns("10.8.0.7", /*another_first=*/false, kHost);
    probes_ = {{.tcp = tcp.endpoint()},
               {.https = https.Url("https"), .spki = {identity.spki}},
               {.dns = "intra.example.com", .dns_server = dns.address(), .dns_answer = "10.8.0.7"}};
    ready_.set_value();
    over_.get_future().wait();
  }
  static constexpr char kHost[] = "10.8.0.1";
  std::promise<void> apart_, connected_, ready_, over_;
  pid_t thread_id_ = 0;
  std::vector<Probe> probes_;
  std::thread thread_;
};

TEST_F(NetworkLab, EachKindOfProbeAnswersWhileTheWayThereCarriesAndNotAfter) {
  const FarSide far;
  NetworkProber prober(executor_, clock_);
  const auto ask = [&](absl::Duration timeout) {
    std::vector<ProbeResult> results;
    for (const Probe& probe : far.Probes()) {
      prober.Run(Uuid(), probe, timeout, [&](const ProbeResult& result) {
        results.push_back(result);
        if (results.size() == far.Probes().size()) executor_.Stop();
      });
    }
    executor_.Run();
    return results;
  };
  ASSERT_EQ(far.Probes().size(), 3u);
  for (const ProbeResult& result : ask(absl::Seconds(5)))
    EXPECT_TRUE(result.ok) << result.target << result.error;
  Ip("link set near0 down");
  for (const ProbeResult& result : ask(absl::Milliseconds(200))) EXPECT_FALSE(result.ok) << result.target;
}

// The one server is reached by the interface that is named, and by no other.
TEST_F(NetworkLab, ABeaconIsAskedByThePathsOwnInterface) {
  const TestIdentity identity;
  const TcpServer server(AnswersByTls(identity));
  const Endpoint inside{"127.0.0.1", server.endpoint().port};
  std::optional<BeaconFacts> by_loopback, by_tunnel;
  NetworkProber prober(executor_, clock_);
  const TrustedNetwork network{.name = "office", .beacon = inside, .spki = {identity.spki}};
  prober.AskBeacon(network, {.satisfied = true, .interface_name = "lo"}, absl::Seconds(5),
                   [&](BeaconFacts facts) { by_loopback = std::move(facts); });
  prober.AskBeacon(network, {.satisfied = true, .interface_name = "tun7"}, absl::Milliseconds(200),
                   [&](BeaconFacts facts) {
                     by_tunnel = std::move(facts);
                     executor_.Stop();
                   });
  executor_.Run();
  ASSERT_TRUE(by_loopback && by_tunnel);
  EXPECT_TRUE(by_loopback->proven) << by_loopback->detail;
  EXPECT_FALSE(by_tunnel->proven);
}

}  // namespace
}  // namespace holdfast::platform
