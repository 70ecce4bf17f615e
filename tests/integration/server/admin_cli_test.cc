// holdfast-admin against a running holdfast-server, with devices that enrolled and reported.

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/crypto/authority.h"
#include "base/error.h"
#include "base/file.h"
#include "holdfast/v1/admin_service.pb.h"
#include "tests/integration/server/running_server.h"
#include "tests/profiles/lint/samples.h"

namespace holdfast {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int kExitFailed = 1, kExitUsage = 2, kExitUnreachable = 3, kExitNotAuthorised = 4,
              kExitNotFound = 5;

struct Result {
  int code = -1;
  std::string out, err;
};

class AdminCli : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    server_ = new RunningServer(NewFolder(::testing::TempDir()));
    const std::string token =
        Json<v1::CreateEnrollmentTokenResponse>({"tokens", "create", "--quota", "10"}).secret();
    for (const char* name : {"anna", "bert"}) {
      TestAgent agent = server_->NewAgent(name);
      const auto enrolled = agent.Enroll(token);
      ASSERT_TRUE(enrolled.ok()) << enrolled.status();
      agent.Append(5);
      ASSERT_TRUE(agent.Sync().ok());
    }
  }
  static void TearDownTestSuite() {
    EXPECT_EQ(server_->Stop(), 0) << server_->program().Err();
    delete server_;
    server_ = nullptr;
  }

  static Result RunWith(std::vector<std::string> arguments) {
    Program admin(server_->folder(), "holdfast-admin", arguments);
    Result result;
    result.code = admin.Wait();
    result.out = admin.Out();
    result.err = admin.Err();
    return result;
  }
  static Result Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--data-dir", server_->data_dir()});
    return RunWith(std::move(arguments));
  }
  // Runs with --json and parses the whole output: unknown fields are an error.
  template <class Message>
  static Message Json(std::vector<std::string> arguments) {
    arguments.emplace_back("--json");
    const Result result = Run(std::move(arguments));
    EXPECT_EQ(result.code, 0) << result.err;
    Message message;
    const auto status = google::protobuf::util::JsonStringToMessage(result.out, &message);
    EXPECT_TRUE(status.ok()) << status.ToString() << "\n" << result.out;
    return message;
  }
  static std::string Write(const std::string& name, const std::string& text, mode_t mode = 0600) {
    const std::string path = server_->folder() + "/" + name;
    EXPECT_TRUE(WriteFileAtomically(path, text, mode).ok());
    return path;
  }
  static RunningServer* server_;
};
RunningServer* AdminCli::server_ = nullptr;

TEST_F(AdminCli, DevicesAsTableJsonAndCsv) {
  const auto json = Json<v1::ListDevicesResponse>({"devices"});
  ASSERT_EQ(json.devices_size(), 2);
  EXPECT_EQ(json.devices(0).hostname(), "anna");
  EXPECT_EQ(json.total(), 2);
  const Result table = Run({"devices"});
  EXPECT_THAT(table.out, HasSubstr("anna"));
  EXPECT_THAT(table.out, HasSubstr("SERIAL-bert"));
  EXPECT_EQ(table.out.find('\x1b'), std::string::npos) << "no colour into a pipe";
  const Result csv = Run({"devices", "--csv", "--order", "-name"});
  const std::vector<std::string> lines = absl::StrSplit(csv.out, '\n');
  ASSERT_GE(lines.size(), 3u);
  EXPECT_THAT(lines[0], HasSubstr("name,posture,reachability"));
  EXPECT_THAT(lines[1], HasSubstr("bert,"));
}

TEST_F(AdminCli, LimitIsKeptAndTheRestAnnounced) {
  const Result one = Run({"devices", "--limit", "1"});
  EXPECT_THAT(one.out, HasSubstr("1 of 2 devices"));
  EXPECT_EQ(Json<v1::ListDevicesResponse>({"devices", "--limit", "1"}).devices_size(), 1);
}

TEST_F(AdminCli, DeviceShowsItsChain) {
  const auto device = Json<v1::GetDeviceResponse>({"device", "anna"}).device();
  EXPECT_EQ(device.stored_through(), 5u);
  EXPECT_EQ(device.chain_head().size(), 32u);
  EXPECT_THAT(Run({"device", "anna"}).out, HasSubstr("SERIAL-anna"));
}

TEST_F(AdminCli, HistoryHasTheRowsInOrder) {
  const auto history = Json<v1::ListHistoryResponse>({"history", "anna", "--ascending"});
  ASSERT_EQ(history.rows_size(), 5);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(history.rows(i).seq(), static_cast<uint64_t>(i + 1));
  EXPECT_EQ(Json<v1::ListHistoryResponse>({"history", "anna", "--to", "1d"}).rows_size(), 0);
}

TEST_F(AdminCli, ReportVerifiesOfflineAndOnlyUnchanged) {
  const Result made = Run({"report", "--from", "1h", "--json"});
  ASSERT_EQ(made.code, 0) << made.err;
  const std::string key = server_->data_dir() + "/report.pub";
  const std::string saved = Write("report.json", made.out);
  const Result good = RunWith({"report", "verify", saved, "--key", key});
  EXPECT_EQ(good.code, 0) << good.err;
  std::string forged = made.out;
  const size_t devices = forged.find("\"devices\": 2");
  ASSERT_NE(devices, std::string::npos) << forged;
  forged[devices + 11] = '3';
  const Result bad = RunWith({"report", "verify", Write("forged.json", forged), "--key", key});
  EXPECT_EQ(bad.code, kExitFailed);
  EXPECT_THAT(bad.err, HasSubstr("NOT as the server signed it"));
}

TEST_F(AdminCli, APageForAuditorsCarriesTheSignedReport) {
  const std::string page = Write("page.html", ""), key = server_->data_dir() + "/report.pub";
  const std::string inventory = Write("inventory.csv", "Serial Number,Owner\nC02NEVER1,bob\n");
  const Result made = Run({"report", "--from", "1h", "--html", page, "--inventory", inventory});
  ASSERT_EQ(made.code, 0) << made.err;
  std::string text = *ReadFile(page, 1 << 20);
  EXPECT_THAT(text, HasSubstr("The whole fleet, 2 devices"));
  EXPECT_THAT(text, HasSubstr("<code>C02NEVER1</code>"));
  EXPECT_THAT(text, Not(HasSubstr("SERIAL NUMBER")));
  EXPECT_EQ(RunWith({"report", "verify", page, "--key", key}).code, 0);
  EXPECT_EQ(RunWith({"report", "page", page, "--html", Write("again.html", "")}).code, 0);
  const size_t devices = text.rfind("\"devices\": 2");
  ASSERT_NE(devices, std::string::npos);
  text[devices + 11] = '3';
  EXPECT_EQ(RunWith({"report", "verify", Write("forged.html", text), "--key", key}).code, kExitFailed);
}

TEST_F(AdminCli, LifecycleIsSetShownAndFiltered) {
  EXPECT_EQ(Run({"device"}).code, kExitUsage);
  const auto set = Json<v1::SetDeviceLifecycleResponse>(
      {"device", "lifecycle", "SERIAL-bert", "on-loan", "--reason", "fair"});
  EXPECT_EQ(set.device().lifecycle(), v1::LIFECYCLE_ON_LOAN);
  EXPECT_THAT(Run({"device", "bert"}).out, HasSubstr("on_loan since "));
  EXPECT_EQ(Json<v1::ListDevicesResponse>({"devices", "--lifecycle", "on-loan"}).devices_size(), 1);
  EXPECT_EQ(Run({"device", "lifecycle", "bert", "sold"}).code, kExitFailed);
  EXPECT_EQ(Run({"device", "lifecycle", "bert", "in-use"}).code, 0);
  const auto audit = Json<v1::ListAuditResponse>({"audit", "--limit", "1"});
  EXPECT_EQ(audit.entries(0).before(), "on_loan");
}

TEST_F(AdminCli, InventoryIsImportedListedAndInReports) {
  const std::string file = Write("macs.csv", "serial,name,group\nSERIAL-anna,Anna\nC02NEW,Nina,paris\n");
  EXPECT_THAT(Run({"inventory", "import", file, "--dry-run"}).out, HasSubstr("Not imported: added 2"));
  EXPECT_EQ(Json<v1::ListInventoryResponse>({"inventory", "list"}).total(), 0);
  const Result made = Run({"inventory", "import", file});
  EXPECT_THAT(made.out, HasSubstr("added 2, removed 0, kept 0"));
  EXPECT_THAT(made.out, HasSubstr("C02NEW"));
  EXPECT_THAT(Run({"inventory", "list", "--never-enrolled"}).out, Not(HasSubstr("SERIAL-anna")));
  const Result missing = Run({"devices", "--reachability", "never-enrolled"});
  EXPECT_THAT(missing.out, HasSubstr("C02NEW"));
  EXPECT_THAT(Run({"report", "--from", "1h"}).out, HasSubstr("1 of 2 Macs of the inventory never enrolled"));
  const std::string page = Write("with.html", "");
  ASSERT_EQ(Run({"report", "--from", "1h", "--html", page}).code, 0);
  EXPECT_THAT(*ReadFile(page, 1 << 20), HasSubstr("<code>C02NEW</code>"));
  const Result bad = Run({"inventory", "import", Write("bad.csv", "SERIAL-anna\n,Anna\n")});
  EXPECT_EQ(bad.code, kExitFailed);
  EXPECT_THAT(bad.err, HasSubstr("bad.csv: importing the inventory: line 2: the serial number is empty"));
  EXPECT_EQ(Json<v1::ImportInventoryResponse>({"inventory", "import", Write("none.csv", "serial\n")})
                .removed_size(),
            2);
}

// A transparent proxy, and the profile that allows it.
std::string ProxyProfile(int number, int order) {
  const std::string id = absl::StrCat("com.example.vpn", number);
  const std::string keys =
      absl::StrReplaceAll(lint::ProviderKeys("TransparentProxy"),
                          {{"com.example.vpn", id},
                           {">Edge<", absl::StrCat(">Edge ", number, "<")},
                           {"@", absl::StrCat("<key>Order</key><integer>", order, "</integer>")}});
  const std::string allowed = absl::StrReplaceAll(lint::kExtensionKeys, {{"com.example.vpn", id}, {"@", ""}});
  return lint::ProfileXml(
      absl::StrCat(lint::PayloadXml("com.apple.vpn.managed", number, keys),
                   lint::PayloadXml("com.apple.system-extension-policy", number + 4, allowed)),
      id);
}

TEST_F(AdminCli, ProfilesAreLintedTogetherStoredShownAndForgotten) {
  const std::string a = Write("a.mobileconfig", ProxyProfile(1, 1)),
                    b = Write("b.mobileconfig", ProxyProfile(2, 1));
  const Result first = Run({"profiles", "put", a});
  EXPECT_EQ(first.code, 0) << first.out << first.err;
  EXPECT_THAT(first.out, HasSubstr("1 profile: 0 errors"));
  EXPECT_THAT(first.out, HasSubstr("Stored for every Mac."));

  const Result refused = Run({"profiles", "put", b, "--group", "lab"});
  EXPECT_EQ(refused.code, kExitFailed);
  EXPECT_THAT(refused.out, HasSubstr("[proxy-order-equal]"));
  EXPECT_THAT(refused.out, HasSubstr("see: every Mac: a.mobileconfig:"));
  EXPECT_THAT(refused.err, HasSubstr("--accept-errors"));
  // The same words as on this machine.
  const Result verbose = Run({"profiles", "put", b, "--group", "lab", "--verbose", "--dry-run"});
  EXPECT_THAT(verbose.out, HasSubstr("    why: "));
  EXPECT_EQ(verbose.code, kExitFailed);

  EXPECT_TRUE(
      Json<v1::PutProfileSetResponse>({"profiles", "put", b, "--group", "lab", "--accept-errors"}).stored());
  EXPECT_EQ(Json<v1::ListProfileSetsResponse>({"profiles", "list"}).sets_size(), 2);
  EXPECT_THAT(Run({"profiles", "list"}).out, HasSubstr("group lab"));
  EXPECT_THAT(Run({"profiles", "put", b, "--group", "lab", "--csv", "--dry-run"}).out,
              HasSubstr("file,line,severity,rule,"));
  const auto shown = Json<v1::GetProfileSetResponse>({"profiles", "show"});
  ASSERT_EQ(shown.profiles_size(), 1);
  EXPECT_EQ(shown.profiles(0).unknown(), 2) << "these agents say nothing of profiles";
  const Result text = Run({"profiles", "show", "--group", "lab"});
  EXPECT_THAT(text.out, HasSubstr("com.example.vpn2"));
  EXPECT_THAT(text.out, HasSubstr("[proxy-order-equal]"));
  EXPECT_THAT(text.out, HasSubstr("No device has an open incident"));
  EXPECT_EQ(Run({"profiles", "delete", "--group", "lab"}).code, 0);
  EXPECT_EQ(Run({"profiles", "delete", "--group", "lab"}).code, kExitNotFound);
  EXPECT_EQ(Json<v1::ListAuditResponse>({"audit", "--limit", "1"}).entries(0).target(), "profiles:lab");
  EXPECT_EQ(Run({"profiles", "put", server_->folder() + "/not-there"}).code, kExitNotFound);
  EXPECT_EQ(Run({"profiles", "delete"}).code, 0);
}

TEST_F(AdminCli, PolicyIsCheckedStoredAndShownAsItWasPut) {
  const std::string document = "# ours\npolicyVersion: 1\n";
  const std::string file = Write("policy.yaml", document);
  const int before = Json<v1::ListPoliciesResponse>({"policy", "list"}).policies_size();
  EXPECT_THAT(Run({"policy", "put", file, "--dry-run"}).out, HasSubstr("Nothing was stored"));
  EXPECT_EQ(Json<v1::ListPoliciesResponse>({"policy", "list"}).policies_size(), before);
  EXPECT_EQ(Json<v1::PutPolicyResponse>({"policy", "put", file, "--comment", "first"}).policy().version(),
            1u);
  EXPECT_EQ(Run({"policy", "show"}).out, document);
  const Result broken = Run({"policy", "put", Write("broken.yaml", "policyVersion: many\n")});
  EXPECT_EQ(broken.code, kExitFailed);
  EXPECT_THAT(broken.err, HasSubstr("policyVersion"));
}

TEST_F(AdminCli, RollOutIsShownRaisedHaltedAndResumed) {
  EXPECT_EQ(Run({"policy", "rollout", "slow", "--percent", "5"}).code, kExitNotFound)
      << "no policy of its own";
  ASSERT_EQ(Run({"policy", "put", Write("slow.yaml", "policyVersion: 7\nrollout: {percent: 0}\n"), "--group",
                 "slow"})
                .code,
            0);
  const std::string token =
      Json<v1::CreateEnrollmentTokenResponse>({"tokens", "create", "--group", "slow"}).secret();
  TestAgent agent = server_->NewAgent("emma");
  ASSERT_TRUE(agent.Enroll(token).ok());
  const auto offered = [&agent] {
    const auto answer = agent.Sync();
    return answer.ok() && answer->policy ? answer->policy->signed_bytes : "";
  };
  EXPECT_THAT(offered(), Not(HasSubstr("policyVersion: 7")));
  const v1::Rollout held = Json<v1::Rollout>({"policy", "rollout", "slow"});
  EXPECT_EQ(held.policy().version(), 7u);
  EXPECT_EQ(held.percent(), 0);
  EXPECT_EQ(held.halt_on_failure_rate(), 5);
  EXPECT_THAT(Run({"policy", "rollout", "slow", "--percent", "100"}).out, HasSubstr("everybody's"));
  EXPECT_THAT(offered(), HasSubstr("policyVersion: 7"));
  const Result shown = Run({"policy", "rollout", "slow"});
  EXPECT_THAT(shown.out, HasSubstr("1 device\n"));
  EXPECT_THAT(shown.out, HasSubstr("no device yet to judge by"));
  EXPECT_THAT(Run({"policy", "rollout", "slow", "--halt"}).out, HasSubstr("halted"));
  EXPECT_EQ(Json<v1::Rollout>({"policy", "rollout", "slow"}).halted_by(), "admin");
  EXPECT_THAT(Run({"policy", "list", "--group", "slow"}).out, HasSubstr("halted"));
  const Result csv = Run({"policy", "rollout", "slow", "--csv"});
  EXPECT_THAT(csv.out, HasSubstr("group,version,state,percent,offered"));
  EXPECT_THAT(csv.out, HasSubstr("slow,7,halted,100,1"));
  EXPECT_EQ(Run({"policy", "rollout", "slow", "--resume"}).code, 0);
  EXPECT_EQ(Run({"policy", "rollout", "slow", "--resume"}).code, kExitFailed);
  EXPECT_EQ(Run({"policy", "rollout", "slow", "--percent", "101"}).code, kExitUsage);
  EXPECT_EQ(Run({"policy", "rollout", "slow", "--halt", "--resume"}).code, kExitUsage);
  EXPECT_EQ(Json<v1::ListAuditResponse>({"audit", "--limit", "1"}).entries(0).action(), "SetRollout");
}

TEST_F(AdminCli, TokensAreListedAndRevoked) {
  const auto made = Json<v1::CreateEnrollmentTokenResponse>(
      {"tokens", "create", "--group", "eng", "--lifetime", "2d", "--serial", "A", "--serial", "B"});
  EXPECT_EQ(made.token().allowed_serials_size(), 2);
  EXPECT_THAT(made.enrollment_string(), HasSubstr("holdfast1:127.0.0.1:"));
  EXPECT_THAT(made.enrollment_string(), HasSubstr(server_->ready().ca_spki_sha256));
  EXPECT_EQ(Run({"tokens", "revoke", made.token().token_id()}).code, 0);
  const Result listed = Run({"tokens", "list"});
  EXPECT_THAT(listed.out, HasSubstr("revoked"));
  EXPECT_EQ(listed.out.find(made.secret()), std::string::npos);
}

TEST_F(AdminCli, AnAuditorsTokenIsMadeUsedListedAndRevoked) {
  const std::string file = server_->folder() + "/anna.token";
  const Result made =
      Run({"admins", "create", "anna", "--role", "auditor", "--lifetime", "90d", "--out", file});
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr(file));
  EXPECT_THAT(made.out, Not(HasSubstr("hfa_")));
  EXPECT_TRUE(CheckOwnerOnly(file).ok());
  EXPECT_EQ(Run({"--token-file", file, "audit"}).code, 0);
  EXPECT_EQ(Run({"--token-file", file, "tokens", "create"}).code, kExitNotAuthorised);
  const Result again = Run({"admins", "create", "bert", "--role", "viewer", "--out", file});
  EXPECT_EQ(again.code, kExitFailed) << "that file has a token in it";
  EXPECT_THAT(again.err, HasSubstr(file));

  const auto listed = Json<v1::ListAdminTokensResponse>({"admins", "list"});
  ASSERT_EQ(listed.tokens_size(), 2) << "none for bert";
  EXPECT_EQ(listed.tokens(0).name(), "anna");
  EXPECT_EQ(listed.tokens(0).role(), v1::ADMIN_ROLE_AUDITOR);
  EXPECT_EQ(Run({"admins", "revoke", listed.tokens(0).token_id()}).code, 0);
  EXPECT_EQ(Run({"--token-file", file, "audit"}).code, kExitNotAuthorised);
  EXPECT_THAT(Run({"admins", "list"}).out, HasSubstr("revoked"));
  EXPECT_THAT(Run({"admins", "list", "--csv"}).out,
              HasSubstr("token_id,name,role,groups,state,expires,created\n"));
  EXPECT_EQ(Run({"admins", "revoke", "0123456789abcdef"}).code, kExitNotFound);
  const Result last = Run({"admins", "revoke", listed.tokens(1).token_id()});
  EXPECT_EQ(last.code, kExitFailed);
  EXPECT_THAT(last.err, HasSubstr("the last token with the role admin"));
}

TEST_F(AdminCli, AnOperatorOfOneGroupIsToldTheirScope) {
  const std::string file = server_->folder() + "/bea.token";
  ASSERT_EQ(Run({"admins", "create", "bea", "--role", "operator", "--group", "berlin", "--group", "rome",
                 "--out", file})
                .code,
            0);
  EXPECT_THAT(Run({"admins", "list"}).out, HasSubstr("berlin, rome"));
  const auto as_bea = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--data-dir", server_->data_dir(), "--token-file", file});
    return RunWith(std::move(arguments));
  };
  EXPECT_THAT(as_bea({"devices"}).out, Not(HasSubstr("anna")));
  const Result refused = as_bea({"revoke", "anna"});
  EXPECT_EQ(refused.code, kExitNotAuthorised);
  EXPECT_THAT(refused.err, HasSubstr("bea may act for these groups only: berlin, rome"));
  EXPECT_EQ(as_bea({"tokens", "create", "--group", "rome"}).code, 0);
}

TEST_F(AdminCli, ATokenThatIsShownIsShownInEachForm) {
  EXPECT_THAT(Run({"admins", "create", "shown", "--role", "viewer"}).out, HasSubstr("hfa_"));
  const auto json = Json<v1::CreateAdminTokenResponse>({"admins", "create", "json", "--role", "viewer"});
  EXPECT_THAT(json.secret(), HasSubstr("hfa_" + json.token().token_id()));
  EXPECT_THAT(Run({"--csv", "admins", "create", "csv", "--role", "viewer"}).out,
              HasSubstr("csv,viewer,,hfa_"));
  for (const char* format : {"--json", "--csv"}) {
    const std::string kept = server_->folder() + "/kept" + format;
    const Result silent = Run(
        {format, "admins", "create", kept.substr(kept.rfind('/') + 1), "--role", "viewer", "--out", kept});
    EXPECT_EQ(silent.code, 0) << silent.err;
    EXPECT_THAT(silent.out, Not(HasSubstr("hfa_"))) << "it is in the file";
  }
  EXPECT_EQ(Run({"admins", "create", "nobody"}).code, kExitUsage) << "no role";
  const std::string file = server_->folder() + "/taken.token";
  EXPECT_EQ(Run({"admins", "create", "shown", "--role", "viewer", "--out", file}).code, kExitFailed);
  EXPECT_TRUE(absl::IsNotFound(ReadFile(file).status())) << "no empty file stays behind";
  const auto listed = Json<v1::ListAdminTokensResponse>({"admins", "list"});
  for (const auto& token : listed.tokens()) {
    if (token.role() == v1::ADMIN_ROLE_VIEWER) EXPECT_EQ(Run({"admins", "revoke", token.token_id()}).code, 0);
  }
}

TEST_F(AdminCli, RevokedDeviceIsRefusedAndAudited) {
  const std::string token = Json<v1::CreateEnrollmentTokenResponse>({"tokens", "create"}).secret();
  TestAgent agent = server_->NewAgent("carl");
  ASSERT_TRUE(agent.Enroll(token).ok());
  ASSERT_TRUE(agent.Sync().ok());
  EXPECT_EQ(Run({"revoke", "carl", "--reason", "lost"}).code, 0);
  EXPECT_EQ(ReasonOf(agent.Sync().status()), ErrorReason::kRevoked);
  const auto audit = Json<v1::ListAuditResponse>({"audit", "--limit", "1"});
  ASSERT_EQ(audit.entries_size(), 1);
  EXPECT_EQ(audit.entries(0).action(), "RevokeDevice");
}

TEST_F(AdminCli, WatchPrintsRowsAsTheyArrive) {
  const std::string token = Json<v1::CreateEnrollmentTokenResponse>({"tokens", "create"}).secret();
  TestAgent agent = server_->NewAgent("dora");
  ASSERT_TRUE(agent.Enroll(token).ok());
  Program watch(server_->folder(), "holdfast-admin",
                {"--data-dir", server_->data_dir(), "watch", "--device", "dora", "--count", "2", "--json"});
  // It does not say when its stream is open: rows are sent until it has seen two.
  int code = -1;
  for (int i = 0; i < 200 && code == -1; ++i) {
    agent.Append(1);
    ASSERT_TRUE(agent.Sync().ok());
    code = watch.Wait(absl::Milliseconds(100));
  }
  EXPECT_EQ(code, 0) << watch.Err();
  const std::vector<std::string> lines = absl::StrSplit(watch.Out(), '\n', absl::SkipEmpty());
  ASSERT_EQ(lines.size(), 2u);
  v1::HistoryRow row;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(lines[0], &row).ok()) << lines[0];
  EXPECT_EQ(row.hostname(), "dora");
}

TEST_F(AdminCli, ExitCodesTellWhatWentWrong) {
  EXPECT_EQ(Run({"device", "nobody"}).code, kExitNotFound);
  EXPECT_EQ(Run({"devices", "--posture", "bad"}).code, kExitFailed);
  EXPECT_EQ(Run({"devices", "--nonsense"}).code, kExitUsage);
  EXPECT_EQ(Run({}).code, kExitUsage);
  EXPECT_EQ(RunWith({"devices"}).code, kExitUsage);
  EXPECT_EQ(Run({"devices", "--server", "127.0.0.1:1"}).code, kExitUnreachable);
  const Result refused = Run({"devices", "--token-file", Write("token", "hfa_0_0")});
  EXPECT_EQ(refused.code, kExitNotAuthorised);
  EXPECT_THAT(refused.err, HasSubstr("token"));
}

TEST_F(AdminCli, ForeignAuthorityIsSaidToBeOne) {
  SystemRandom random;
  const auto other = crypto::Authority::Create("other", SystemClock().Now().wall, random);
  const Result result = Run({"devices", "--ca", Write("other.pem", other->certificate_pem())});
  EXPECT_EQ(result.code, kExitUnreachable);
  EXPECT_THAT(result.err, HasSubstr("this is not our server"));
  EXPECT_THAT(result.err, HasSubstr("ca.pem"));
}

TEST_F(AdminCli, EnvironmentNamesTheServer) {
  setenv("HOLDFAST_SERVER", server_->ready().admins.ToString().c_str(), 1);
  setenv("HOLDFAST_CA", server_->ready().ca_file.c_str(), 1);
  setenv("HOLDFAST_TOKEN_FILE", server_->ready().token_file.c_str(), 1);
  EXPECT_EQ(RunWith({"devices"}).code, 0);
  for (const char* name : {"HOLDFAST_SERVER", "HOLDFAST_CA", "HOLDFAST_TOKEN_FILE"}) unsetenv(name);
}

}  // namespace
}  // namespace holdfast
