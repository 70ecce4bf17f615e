// The control server over a real socket, with the peer's identity given by the test.
#include "agent/control/server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>

#include "agent/control/client.h"
#include "base/canonical.h"
#include "base/unix_socket.h"
#include "tests/agent/control/fake_daemon.h"

namespace holdfast::control {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr absl::Duration kSoon = absl::Seconds(10);

ServerOptions AsUid(uid_t uid) {
  ServerOptions options;
  options.peer_of = [uid](int) { return Peer{uid, uid, 1}; };
  return options;
}

v1::ControlRequest Action(v1::RequestActionRequest::Verb verb) {
  v1::ControlRequest request;
  request.mutable_request_action()->set_verb(verb);
  request.mutable_request_action()->set_service("Corp VPN");
  return request;
}

v1::ControlRequest GetStatus() {
  v1::ControlRequest request;
  request.mutable_get_status();
  return request;
}

v1::ControlRequest GetPolicy() {
  v1::ControlRequest request;
  request.mutable_get_policy();
  return request;
}

absl::StatusOr<v1::ControlResponse> Ask(const FakeDaemon& daemon, const v1::ControlRequest& request) {
  auto client = ControlClient::Connect(daemon.socket());
  if (!client.ok()) return client.status();
  return (*client)->Call(request, kSoon);
}

// A client that speaks bytes. Blocking, with a limit on each read.
class RawClient {
 public:
  explicit RawClient(const std::string& path) : fd_(socket(AF_UNIX, SOCK_STREAM, 0)) {
    const sockaddr_un address = *UnixAddress(path);
    timeval limit{10, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    EXPECT_EQ(connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ~RawClient() { close(fd_); }
  void Send(absl::string_view bytes) {
    ASSERT_EQ(send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  // Everything until the daemon hangs up; "timeout" if it does not.
  std::string UntilHangUp() {
    std::string all;
    char bytes[65536];
    while (true) {
      const ssize_t n = recv(fd_, bytes, sizeof bytes, 0);
      if (n < 0 && errno == ECONNRESET) return all;
      if (n < 0) return "timeout";
      if (n == 0) return all;
      all.append(bytes, static_cast<size_t>(n));
    }
  }
  int fd() const { return fd_; }

 private:
  int fd_;
};

v1::ControlResponse Parse(absl::string_view framed) {
  v1::ControlResponse response;
  CanonicalReader reader(framed);
  EXPECT_TRUE(response.ParseFromString(std::string(reader.Bytes())));
  EXPECT_TRUE(reader.Done().ok());
  return response;
}

TEST(ControlServer, AnybodyMayReadStatusHistoryAndPolicy) {
  FakeDaemon daemon(AsUid(12345));
  v1::ControlRequest history;
  history.mutable_list_history();
  const auto status = Ask(daemon, GetStatus());
  ASSERT_TRUE(status.ok()) << status.status();
  EXPECT_EQ(status->status().services_size(), 3);
  EXPECT_EQ(Ask(daemon, history)->history().rows_size(), 4);
  EXPECT_EQ(Ask(daemon, GetPolicy())->policy().keys_size(), 2);
}

TEST(ControlServer, OnlyRootAndTheConsoleUserMayAct) {
  for (const auto verb :
       {v1::RequestActionRequest::VERB_CONNECT, v1::RequestActionRequest::VERB_DISCONNECT,
        v1::RequestActionRequest::VERB_OVERRIDE, v1::RequestActionRequest::VERB_END_OVERRIDE}) {
    FakeDaemon root(AsUid(0)), anna(AsUid(501)), other(AsUid(502));
    EXPECT_TRUE(Ask(root, Action(verb)).ok());
    EXPECT_TRUE(Ask(anna, Action(verb)).ok());
    const absl::Status refused = Ask(other, Action(verb)).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kPermissionDenied);
    EXPECT_THAT(std::string(refused.message()),
                AllOf(HasSubstr("root"), HasSubstr("anna, uid 501"), HasSubstr("uid 502")));
    other.Do([&] { EXPECT_TRUE(other.delegate.requests.empty()); });
  }
}

TEST(ControlServer, NobodyAtTheConsoleLeavesRootAlone) {
  FakeDaemon daemon(AsUid(501));
  daemon.Do([&] { daemon.delegate.status.engine.console_user = {}; });
  EXPECT_EQ(Ask(daemon, Action(v1::RequestActionRequest::VERB_CONNECT)).status().code(),
            absl::StatusCode::kPermissionDenied);
}

TEST(ControlServer, TheRequestCarriesThePeerNotTheMessage) {
  FakeDaemon daemon(AsUid(501));
  auto request = Action(v1::RequestActionRequest::VERB_OVERRIDE);
  request.mutable_request_action()->set_reason("captive portal at the hotel");
  request.mutable_request_action()->set_duration_ns(absl::ToInt64Nanoseconds(absl::Minutes(30)));
  EXPECT_EQ(Ask(daemon, request)->action().text(), "asked for Corp VPN");
  daemon.Do([&] {
    const UserRequest& got = daemon.delegate.requests.at(0).first;
    EXPECT_EQ(got.uid, 501u);
    EXPECT_EQ(got.user, "anna");
    EXPECT_EQ(got.duration, absl::Minutes(30));
    EXPECT_EQ(got.reason, "captive portal at the hotel");
  });
}

TEST(ControlServer, ReadsTheRealPeerFromTheKernel) {
  FakeDaemon daemon;
  daemon.Do([&] { daemon.delegate.status.engine.console_user = {true, getuid(), "me"}; });
  EXPECT_TRUE(Ask(daemon, Action(v1::RequestActionRequest::VERB_CONNECT)).ok());
  daemon.Do([&] { EXPECT_EQ(daemon.delegate.requests.at(0).first.uid, getuid()); });
}

TEST(ControlServer, AnOversizedMessageIsRefusedBeforeItIsRead) {
  FakeDaemon daemon;
  RawClient client(daemon.socket());
  client.Send(CanonicalWriter().U32(kMaxRequest + 1).Raw("x").Take());
  EXPECT_EQ(Parse(client.UntilHangUp()).code(), static_cast<int>(absl::StatusCode::kResourceExhausted));
}

TEST(ControlServer, GarbageIsAnErrorAndTheConnectionGoesOn) {
  FakeDaemon daemon;
  RawClient raw(daemon.socket());
  raw.Send(EncodeFrame("\xff\xff\xff") + EncodeFrame(GetStatus().SerializeAsString()));
  shutdown(raw.fd(), SHUT_WR);
  const std::string answers = raw.UntilHangUp();
  CanonicalReader reader(answers);
  v1::ControlResponse first, second;
  ASSERT_TRUE(first.ParseFromString(std::string(reader.Bytes())));
  ASSERT_TRUE(second.ParseFromString(std::string(reader.Bytes())));
  EXPECT_EQ(first.code(), static_cast<int>(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(second.code(), 0);
  EXPECT_EQ(second.status().services_size(), 3);
}

TEST(ControlServer, AnEmptyRequestIsUnimplementedNotACrash) {
  FakeDaemon daemon;
  EXPECT_EQ(Ask(daemon, v1::ControlRequest()).status().code(), absl::StatusCode::kUnimplemented);
}

TEST(ControlServer, HalfAMessageIsCutOffAtTheDeadline) {
  ServerOptions options;
  options.idle = absl::Milliseconds(50);
  FakeDaemon daemon(options);
  RawClient client(daemon.socket());
  client.Send(absl::string_view("\0\0\0\x10half", 8));
  EXPECT_EQ(client.UntilHangUp(), "");
  EXPECT_EQ(daemon.Clients(), 0u);
}

TEST(ControlServer, AClientThatDoesNotReadHoldsNobodyUp) {
  ServerOptions options;
  options.drain_within = absl::Milliseconds(200);
  FakeDaemon daemon(options);
  daemon.Do([&] { daemon.delegate.policy.document = std::string(900'000, 'x'); });
  RawClient slow(daemon.socket());
  slow.Send(EncodeFrame(GetPolicy().SerializeAsString()));
  pollfd one{slow.fd(), POLLIN, 0};
  ASSERT_EQ(poll(&one, 1, 10'000), 1);         // its answer has begun
  EXPECT_TRUE(Ask(daemon, GetStatus()).ok());  // others are served meanwhile
  while (daemon.Clients() > 0) poll(nullptr, 0, 5);
  EXPECT_LT(slow.UntilHangUp().size(), 900'000u);
}

TEST(ControlServer, AnAnswerLargerThanAMessageIsAnError) {
  FakeDaemon daemon;
  daemon.Do([&] { daemon.delegate.policy.document = std::string(kMaxResponse + 1, 'x'); });
  EXPECT_EQ(Ask(daemon, GetPolicy()).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(ControlServer, AnActionThatIsNeverAnsweredTimesOut) {
  ServerOptions options;
  options.answer_within = absl::Milliseconds(30);
  FakeDaemon daemon(options);
  daemon.Do([&] { daemon.delegate.never_answers = true; });
  EXPECT_EQ(Ask(daemon, Action(v1::RequestActionRequest::VERB_CONNECT)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  // The answer that comes after all goes nowhere.
  daemon.Do([&] { daemon.delegate.held.at(0)(absl::OkStatus(), "late"); });
  EXPECT_TRUE(Ask(daemon, GetStatus()).ok());
}

TEST(ControlServer, AnActionOutlivesTheClientThatAskedForIt) {
  FakeDaemon daemon;
  daemon.Do([&] { daemon.delegate.never_answers = true; });
  {
    RawClient client(daemon.socket());
    client.Send(EncodeFrame(Action(v1::RequestActionRequest::VERB_CONNECT).SerializeAsString()));
    bool arrived = false;
    while (!arrived) daemon.Do([&] { arrived = !daemon.delegate.held.empty(); });
  }
  while (daemon.Clients() > 0) poll(nullptr, 0, 1);
  daemon.Do([&] { daemon.delegate.held.at(0)(absl::OkStatus(), "nobody listens"); });
  EXPECT_TRUE(Ask(daemon, GetStatus()).ok());
}

TEST(ControlServer, OneUserCannotTakeAllConnections) {
  auto uid = std::make_shared<std::atomic<uid_t>>(502);
  ServerOptions options;
  options.max_clients = 6;
  options.max_clients_of_user = 2;
  options.peer_of = [uid](int) { return Peer{*uid, 1, 1}; };
  FakeDaemon daemon(options);
  RawClient first(daemon.socket()), second(daemon.socket());
  while (daemon.Clients() < 2) poll(nullptr, 0, 1);
  RawClient third(daemon.socket());
  EXPECT_THAT(Parse(third.UntilHangUp()).error(), HasSubstr("uid 502"));
  *uid = 0;
  EXPECT_TRUE(Ask(daemon, GetStatus()).ok());
}

TEST(ControlServer, HistoryIsCutToOneMessageAndSaysSo) {
  FakeDaemon daemon;
  daemon.Do([&] {
    auto& rows = daemon.delegate.rows;
    journal::Row row = rows.back();
    row.subject = std::string(5000, 's');
    while (rows.size() < 400) {
      row.seq = rows.size() + 100;
      rows.push_back(row);
    }
  });
  v1::ControlRequest request;
  request.mutable_list_history()->set_limit(5000);
  const auto response = Ask(daemon, request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_TRUE(response->history().truncated());
  const auto& rows = response->history().rows();
  EXPECT_EQ(rows[rows.size() - 1].seq(), 499u);  // the newest are there, oldest of them first
  EXPECT_LT(rows[0].seq(), rows[1].seq());
}

TEST(ControlServer, HistoryNamesTheKindsItKnows) {
  FakeDaemon daemon;
  v1::ControlRequest request;
  request.mutable_list_history()->add_kinds("sessions");
  EXPECT_THAT(std::string(Ask(daemon, request).status().message()),
              AllOf(HasSubstr("'sessions'"), HasSubstr("session, path")));
}

TEST(Tasks, AreGivenOnlyToAHelperOfOurOwnWhereTheSystemCanTell) {
  ServerOptions options;
  options.peer_of = [](int) {
    return Peer{501, 501, 1, [] { return absl::PermissionDeniedError("another program"); }};
  };
  FakeDaemon daemon(std::move(options));
  v1::ControlRequest tasks, status;
  tasks.mutable_next_task();
  status.mutable_get_status();
  EXPECT_EQ(Ask(daemon, tasks).status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_TRUE(Ask(daemon, status).ok());
  daemon.Do([&] { EXPECT_TRUE(daemon.delegate.task_requests.empty()); });
}

}  // namespace
}  // namespace holdfast::control
