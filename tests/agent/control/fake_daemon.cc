#include "tests/agent/control/fake_daemon.h"

#include <stdlib.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <future>

#include "absl/strings/str_cat.h"
#include "proto/wire/event_codec.h"

namespace holdfast::control {
namespace {

constexpr int64_t kNowUnix = 1'795'000'000;  // 2026-11-18T11:06:40Z
constexpr MonoTime kNowMono{500'000'000'000'000};

MonoTime Ago(absl::Duration d) {
  return kNowMono - d;
}

ServiceView Service(const std::string& name, SessionStatus status, TimeClass time_class) {
  ServiceView view;
  view.facts.id = Uuid::FromName(name);
  view.facts.name = name;
  view.facts.type = ServiceType::kProvider;
  view.facts.provider_bundle_id = "com.example.vpn";
  view.status = status;
  view.status_since = Ago(absl::Minutes(90));
  view.key = "rule-" + name;
  view.rule = view.key;
  view.verdict.time_class = time_class;
  view.verdict_since = Ago(absl::Minutes(89));
  return view;
}

ServiceView DownService() {
  ServiceView down = Service("Lab", SessionStatus::kDisconnected, TimeClass::kViolation);
  down.facts.type = ServiceType::kIkev2;
  down.facts.provider_bundle_id.clear();
  down.verdict.cause = "server_unreachable";
  down.verdict.detail = "the gateway does not answer";
  down.reasons = {"The gateway lab.example.com does not answer.", "4 starts failed since 07:37."};
  down.next = {"start", kNowMono + absl::Seconds(42), "backing off after 4 failures"};
  down.attempts_last_hour = 4;
  down.attempts_left_now = 6;
  down.failures_in_row = 4;
  return down;
}

journal::Row RowOf(uint64_t seq, absl::Duration ago, const Event& event) {
  journal::Row row;
  row.seq = seq;
  row.at.wall = ExampleNow() - ago;
  row.kind = static_cast<uint16_t>(KindOf(event));
  row.payload_version = wire::kPayloadVersion;
  row.subject = SubjectOf(event);
  row.payload = wire::EncodeEvent(event);
  return row;
}

}  // namespace

WallTime ExampleNow() {
  return {kNowUnix * 1'000'000'000};
}

StatusView ExampleStatus() {
  StatusView view;
  view.agent_version = "1.2.3";
  view.now = {{}, kNowMono, ExampleNow()};
  view.engine.mode = EnforcementMode::kEnforce;
  view.engine.policy_version = 7;
  view.engine.policy_source = "server";
  view.engine.path = {true, true, "en0", "n1"};
  view.engine.console_user = {true, 501, "anna"};
  view.engine.services.push_back(Service("Corp VPN", SessionStatus::kConnected, TimeClass::kProtected));
  view.engine.services.push_back(DownService());
  ServiceView other = Service("Private", SessionStatus::kInvalid, TimeClass::kNotRequired);
  other.facts.enabled = false;
  other.key.clear();
  other.rule.clear();
  view.engine.services.push_back(other);
  view.engine.incidents.push_back({{"stuck_connecting", "error", "Lab",
                                    "Lab has been connecting for 3 minutes", "since=07:37", "agent upgraded"},
                                   {{}, Ago(absl::Minutes(10)), ExampleNow() - absl::Minutes(10)}});
  view.engine.checks.push_back({"proxy_order", false, "com.example.b comes before com.example.a"});
  view.uplink.state = "online";
  view.uplink.server = "holdfast.example.com:8443";
  view.uplink.acked_through = 40;
  view.uplink.last_seq = 42;
  view.uplink.last_contact = ExampleNow() - absl::Seconds(12);
  return view;
}

PolicyView ExamplePolicy() {
  PolicyView view;
  view.keys = {{"EnforcementMode", "enforce", "server"}, {"Reconnect.Settle", "2s", "default"}};
  view.version = 7;
  view.policy_id = "ab12";
  view.source = "server";
  view.document = "EnforcementMode: enforce\n";
  return view;
}

std::vector<journal::Row> ExampleRows() {
  const Uuid lab = Uuid::FromName("Lab");
  return {
      RowOf(39, absl::Minutes(12), AgentStarted{"1.2.3", "24A1", std::nullopt, false}),
      RowOf(40, absl::Minutes(11), SessionEvent{lab, 1, SessionStatus::kConnecting, {}, {}, "", ""}),
      RowOf(41, absl::Minutes(10),
            SessionEvent{lab, 2, SessionStatus::kDisconnected, 20, FailureCause::kServerUnreachable, "", ""}),
      RowOf(42, absl::Minutes(9), PathFacts{true, true, "en0", "n1"})};
}

absl::StatusOr<std::vector<journal::Row>> FakeDelegate::History(const journal::Filter& filter) {
  std::vector<journal::Row> out;
  for (const journal::Row& row : rows) {
    const bool kind = filter.kinds.empty() ||
                      std::find(filter.kinds.begin(), filter.kinds.end(), row.kind) != filter.kinds.end();
    const bool recent = !filter.from || row.at.wall >= *filter.from;
    const bool about = filter.subject.empty() || row.subject == filter.subject;
    if (kind && recent && about && row.seq > filter.after_seq) out.push_back(row);
  }
  if (filter.newest_first) std::reverse(out.begin(), out.end());
  if (out.size() > static_cast<size_t>(filter.limit)) out.resize(static_cast<size_t>(filter.limit));
  return out;
}

void FakeDelegate::NextTask(uint32_t uid, const TaskRequest& request, GiveTask give) {
  task_requests.emplace_back(uid, request);
  if (tasks.empty() && no_more_is_an_error) return give(absl::ResourceExhaustedError("no more tasks"));
  if (tasks.empty()) return give(std::nullopt);
  Task next = std::move(tasks.front());
  tasks.pop_front();
  give(NumberedTask{task_requests.size(), std::move(next)});
}

void FakeDelegate::Request(UserRequest request, const std::string& service_name,
                           std::function<void(absl::Status, std::string)> done) {
  requests.emplace_back(std::move(request), service_name);
  if (never_answers) {
    held.push_back(std::move(done));
  } else {
    done(action_status, absl::StrCat("asked for ", service_name));
  }
}

FakeDaemon::FakeDaemon(ServerOptions options) : options_(std::move(options)) {
  // Short, because a socket's path may have about 100 bytes.
  std::string pattern = std::filesystem::temp_directory_path().string() + "/hf-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) std::perror("mkdtemp");
  folder_ = pattern;
  options_.socket_path = folder_ + "/control.sock";
  delegate.status = ExampleStatus();
  delegate.policy = ExamplePolicy();
  delegate.rows = ExampleRows();
  auto server = ControlServer::Listen(executor_, clock_, delegate, options_);
  if (!server.ok()) std::fprintf(stderr, "%s\n", server.status().ToString().c_str());
  if (server.ok()) server_ = *std::move(server);
  thread_ = std::thread([this] { executor_.Run(); });
}

FakeDaemon::~FakeDaemon() {
  executor_.Stop();
  thread_.join();
  server_.reset();
  std::filesystem::remove_all(folder_);
}

void FakeDaemon::Do(const std::function<void()>& work) {
  std::promise<void> done;
  executor_.Post([&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

size_t FakeDaemon::Clients() {
  size_t clients = 0;
  Do([&] { clients = server_->clients(); });
  return clients;
}

}  // namespace holdfast::control
