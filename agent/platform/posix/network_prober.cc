#include "agent/platform/posix/network_prober.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/platform/posix/connection.h"
#include "agent/platform/posix/dns_query.h"
#include "agent/platform/posix/http_get.h"
#include "agent/platform/posix/resolv_conf.h"
#include "agent/platform/posix/tls_session.h"
#include "base/error.h"
#include "base/text/width.h"

namespace holdfast::platform {
namespace {

constexpr uint16_t kDnsPort = 53;
constexpr size_t kMostDetail = 200;

using Answer = absl::StatusOr<std::string>;

Answer ProbeTcp(const Probe& probe, const Deadline& deadline) {
  HOLDFAST_RETURN_IF_ERROR(Connection::Open(probe.tcp, {}, deadline).status());
  return "";
}

Answer ProbeHttps(const Probe& probe, const Deadline& deadline) {
  Url url;
  if (!ParseUrl(probe.https, &url))
    return absl::InvalidArgumentError(absl::StrCat(probe.https, " is no URL"));
  HOLDFAST_ASSIGN_OR_RETURN(const HttpAnswer answer, HttpGet(url, probe.spki, {}, deadline));
  const int expected = probe.https_status.value_or(200);
  if (answer.status == expected) return "";
  return absl::UnavailableError(absl::StrCat("it answered ", answer.status, " and not ", expected));
}

// HOST:PORT as it is, or an address with the usual port.
Endpoint ResolverEndpoint(const std::string& server) {
  Endpoint endpoint;
  const bool ipv6 = std::count(server.begin(), server.end(), ':') > 1 && !absl::StartsWith(server, "[");
  if (!ipv6 && ParseEndpoint(server, &endpoint)) return endpoint;
  return {server, kDnsPort};
}

Answer ProbeDns(const Probe& probe, const std::string& resolv_conf, const Deadline& deadline) {
  std::string server = probe.dns_server;
  if (server.empty()) {
    const Resolvers resolvers = ReadResolvConf(resolv_conf);
    if (resolvers.addresses.empty()) {
      return absl::UnavailableError(absl::StrCat(resolv_conf, " names no resolver"));
    }
    server = resolvers.addresses.front();
  }
  HOLDFAST_ASSIGN_OR_RETURN(const std::vector<std::string> addresses,
                            ResolveBy(ResolverEndpoint(server), probe.dns, deadline));
  const bool expected = probe.dns_answer.empty() ||
                        std::find(addresses.begin(), addresses.end(), probe.dns_answer) != addresses.end();
  if (expected) return "";
  return absl::UnavailableError(
      absl::StrCat("it resolved to ", absl::StrJoin(addresses, ", "), " and not to ", probe.dns_answer));
}

Answer RunProbe(const Probe& probe, const std::string& resolv_conf, const Deadline& deadline) {
  switch (probe.kind()) {
    case Probe::Kind::kHttps:
      return ProbeHttps(probe, deadline);
    case Probe::Kind::kDns:
      return ProbeDns(probe, resolv_conf, deadline);
    case Probe::Kind::kTcp:
      break;
  }
  return ProbeTcp(probe, deadline);
}

constexpr absl::string_view kAsKnown = "as known";

// kAsKnown, or what else was answered.
Answer AskPage(const PortalProbe& page, const Way& way, const Deadline& deadline) {
  Url url;
  if (!ParseUrl(page.url, &url)) return absl::InvalidArgumentError(absl::StrCat(page.url, " is no URL"));
  HOLDFAST_ASSIGN_OR_RETURN(const HttpAnswer answer, HttpGet(url, {}, way, deadline));
  if (answer.status == page.status && absl::StrContains(answer.body, page.contains))
    return std::string(kAsKnown);
  return absl::StrCat(url.endpoint.host, " answered ", answer.status,
                      answer.location.empty() ? "" : ", elsewhere: ", answer.location.substr(0, kMostDetail));
}

}  // namespace

struct NetworkProber::Question {
  explicit Question(Executor& executor) : timer(executor) {}
  Done done;
  Timer timer;
};

// Answers of all pages, until the last one is there.
struct NetworkProber::PortalPoll {
  size_t missing = 0;
  bool open = false;
  std::set<std::string> between;  // hosts that somebody else answered for
  std::vector<std::string> said;
};

NetworkProber::NetworkProber(Executor& executor, const Clock& clock, std::string resolv_conf)
    : executor_(executor), clock_(clock), resolv_conf_(std::move(resolv_conf)), workers_(executor) {}

NetworkProber::~NetworkProber() = default;

void NetworkProber::Ask(absl::Duration timeout, std::function<Answer(const Deadline&)> work, Done done) {
  const uint64_t id = ++last_;
  auto question = std::make_unique<Question>(executor_);
  question->done = std::move(done);
  question->timer.Set(clock_.Now().mono + timeout,
                      [this, id] { Finish(id, absl::DeadlineExceededError("Connection timed out")); });
  questions_[id] = std::move(question);
  workers_.Run([work = std::move(work), deadline = Deadline::In(timeout),
                finish = lifetime_.Guard(
                    [this, id](const Answer& answer) { Finish(id, answer); })]() -> std::function<void()> {
    return [finish, answer = work(deadline)]() mutable { finish(answer); };
  });
}

void NetworkProber::Finish(uint64_t id, Answer answer) {
  const auto found = questions_.extract(id);
  if (!found.empty()) found.mapped()->done(std::move(answer));
}

void NetworkProber::Run(const Uuid& service, const Probe& probe, absl::Duration timeout,
                        std::function<void(ProbeResult)> done) {
  ProbeResult base;
  base.service = service;
  base.target = probe.Target();
  Ask(
      timeout,
      [probe, conf = resolv_conf_](const Deadline& deadline) {
        return platform::RunProbe(probe, conf, deadline);
      },
      [this, base, done = std::move(done), began = clock_.Now().mono](const Answer& answer) {
        ProbeResult result = base;
        result.ok = answer.ok();
        result.error = text::Printable(answer.status().message().substr(0, kMostDetail));
        result.round_trip = clock_.Now().mono - began;
        done(std::move(result));
      });
}

void NetworkProber::LookForPortal(const std::vector<PortalProbe>& probes, const PathFacts& path,
                                  absl::Duration timeout, std::function<void(PortalFacts)> done) {
  auto poll = std::make_shared<PortalPoll>();
  poll->missing = probes.size();
  for (const PortalProbe& page : probes) {
    Ask(
        timeout,
        [page, way = Way{path.interface_name}](const Deadline& deadline) {
          return AskPage(page, way, deadline);
        },
        [poll, page, done, network = path.network_id](const Answer& answer) {
          Url url;
          if (answer.ok() && *answer == kAsKnown) {
            poll->open = true;
          } else if (answer.ok() && ParseUrl(page.url, &url)) {
            poll->between.insert(absl::AsciiStrToLower(url.endpoint.host));
            poll->said.push_back(text::Printable(*answer));
          }
          if (--poll->missing > 0) return;
          PortalFacts facts{PortalState::kUnknown, network, absl::StrJoin(poll->said, "; ")};
          if (poll->open) {
            facts.state = PortalState::kOpen;
          } else if (poll->between.size() >= 2) {
            facts.state = PortalState::kCaptive;
          }
          done(std::move(facts));
        });
  }
}

void NetworkProber::AskBeacon(const TrustedNetwork& network, const PathFacts& path, absl::Duration timeout,
                              std::function<void(BeaconFacts)> done) {
  Ask(
      timeout,
      [network, way = Way{path.interface_name}](const Deadline& deadline) -> Answer {
        HOLDFAST_ASSIGN_OR_RETURN(Connection connection, Connection::Open(network.beacon, way, deadline));
        HOLDFAST_ASSIGN_OR_RETURN(
            const TlsSession session,
            TlsSession::Begin(std::move(connection), network.beacon.host, network.spki, deadline));
        return session.spki_sha256();
      },
      [network, path, done = std::move(done)](const Answer& answer) {
        BeaconFacts facts{network.name, path.network_id, answer.ok(), ""};
        facts.detail = text::Printable(answer.ok() ? absl::StrCat("key ", answer->substr(0, 16))
                                                   : answer.status().message().substr(0, kMostDetail));
        done(std::move(facts));
      });
}

}  // namespace holdfast::platform
