// The authority and the policy key are replaced under real agents, with the real server and holdfast-admin.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/crypto/keys.h"
#include "core/policy/bundle.h"
#include "storage/fleet/sqlite/sqlite_store.h"
#include "tests/integration/agent/process.h"

namespace holdfast::integration {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class RotationTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* program : {"holdfastd", "holdfast-server", "holdfast-admin"}) {
      if (Program(program).empty()) GTEST_SKIP() << program << " is not built";
    }
    std::string folder = ::testing::TempDir() + "/rotation-XXXXXX";
    folder_ = mkdtemp(folder.data());
    data_ = folder_ + "/data";
    StartServer("127.0.0.1:0");
  }

  void StartServer(const std::string& listen) {
    server_ = std::make_unique<Process>(
        std::vector<std::string>{"holdfast-server", "--data-dir", data_, "--agent-listen", listen,
                                 "--admin-listen", "127.0.0.1:0"},
        folder_ + "/server");
    ASSERT_TRUE(Eventually([this] { return !FileText(data_ + "/serving.json").empty(); })) << server_->Err();
  }
  // The same port again: agents know it from their enrollment string.
  void RestartServer() {
    ASSERT_EQ(server_->Stop(), 0) << server_->Err();
    StartServer(listen_);
  }

  struct Said {
    int code;
    std::string out, err;
  };
  Said Admin(const std::vector<std::string>& words) {
    std::vector<std::string> argv = {"holdfast-admin", "--data-dir", data_};
    argv.insert(argv.end(), words.begin(), words.end());
    Process process(argv, absl::StrCat(folder_, "/admin", ++commands_));
    const int code = process.Wait();
    return {code, process.Out(), process.Err()};
  }
  void Do(const std::vector<std::string>& words) {
    const Said said = Admin(words);
    ASSERT_EQ(said.code, 0) << said.err;
  }
  void PutPolicy(int version) {
    WriteText(folder_ + "/policy.yaml",
              absl::StrCat("policyVersion: ", version, "\nenforcementMode: audit\n"));
    Do({"policy", "put", folder_ + "/policy.yaml"});
  }
  // Good for one device, so that it does not hold up a retirement once that has enrolled.
  std::string NewString() {
    const Said said = Admin({"tokens", "create", "--quota", "1", "--csv"});
    EXPECT_EQ(said.code, 0) << said.err;
    const size_t at = said.out.find("holdfast1:");
    const std::string text = said.out.substr(at, said.out.find_first_of("\r\n", at) - at);
    const std::vector<std::string> part = absl::StrSplit(text, ':');
    listen_ = absl::StrCat(part.at(1), ":", part.at(2));
    return text;
  }
  // The id of the key in this state, from `keys list`.
  std::string KeyIn(const std::string& kind, const std::string& state) {
    const std::string list = Admin({"keys", "list", "--csv"}).out;
    for (size_t at = 0; at < list.size(); at = list.find('\n', at) + 1) {
      const std::string line = list.substr(at, list.find('\n', at) - at);
      if (absl::StrContains(line, absl::StrCat(",", kind, ",", state, ","))) return line.substr(0, 16);
      if (list.find('\n', at) == std::string::npos) break;
    }
    return "";
  }
  // Of every device that the server knows, as `devices` prints them.
  std::vector<std::string> DeviceIds() {
    std::vector<std::string> ids;
    size_t column = std::string::npos;  // the first line names the columns
    for (const absl::string_view line :
         absl::StrSplit(Admin({"devices", "--csv"}).out, '\n', absl::SkipEmpty())) {
      const std::vector<std::string> values = absl::StrSplit(line, ',');
      if (column == std::string::npos) {
        const auto named = std::find(values.begin(), values.end(), "device_id");
        column = static_cast<size_t>(named - values.begin());
      } else if (column < values.size()) {
        ids.push_back(values[column]);
      }
    }
    return ids;
  }
  bool Becomes(const std::string& kind, const std::string& state, const std::string& id) {
    return Eventually([&] { return KeyIn(kind, state) == id; });
  }
  bool Retires(const std::string& id) {
    return Eventually([&] { return Admin({"keys", "retire", id}).code == 0; });
  }

  std::unique_ptr<Process> StartAgent(const std::string& name, const std::string& enrollment) {
    std::vector<std::string> argv = {"holdfastd", "--state-dir", folder_ + "/" + name, "--backend",
                                     "simulated"};
    if (!enrollment.empty()) {
      WriteText(absl::StrCat(folder_, "/", name, ".string"), enrollment);
      argv.insert(argv.end(), {"--enroll-file", absl::StrCat(folder_, "/", name, ".string")});
    }
    return std::make_unique<Process>(argv, absl::StrCat(folder_, "/", name, ++commands_));
  }
  static bool Logs(Process& agent, const std::string& text) {
    return Eventually([&] { return absl::StrContains(agent.Err(), text); });
  }

  std::string folder_, data_;
  std::string listen_;  // where agents reach the server
  int commands_ = 0;
  std::unique_ptr<Process> server_;
};

TEST_F(RotationTest, APolicyKeyIsReplacedAndTheOldOneSignsNothingAnyMore) {
  auto agent = StartAgent("mac", NewString());
  PutPolicy(1);
  ASSERT_TRUE(Logs(*agent, "policy version 1 from server is in force")) << agent->Err();
  const std::string old_id = KeyIn("policy", "current");
  const std::string old_key = FileText(absl::StrCat(data_, "/policy-", old_id, ".key"));
  ASSERT_FALSE(old_key.empty());

  Do({"keys", "rotate", "policy"});
  ASSERT_TRUE(Becomes("policy", "retiring", old_id)) << Admin({"keys", "list"}).out;
  const std::string new_id = KeyIn("policy", "current");
  PutPolicy(2);
  EXPECT_TRUE(Logs(*agent, "policy version 2 from server is in force")) << agent->Err();
  ASSERT_TRUE(Retires(old_id)) << Admin({"keys", "retire", old_id}).err;
  EXPECT_EQ(FileText(absl::StrCat(data_, "/policy-", old_id, ".key")), "");

  // The policy that is in force survives a restart of the agent, which checks its signature again.
  ASSERT_EQ(agent->Stop(), 0);
  agent = StartAgent("mac", "");
  ASSERT_TRUE(Logs(*agent, "policy version 2 from server is in force")) << agent->Err();
  ASSERT_TRUE(Logs(*agent, ": online")) << agent->Err();

  // Somebody with the old key puts a policy into the database.
  ASSERT_EQ(server_->Stop(), 0);
  {
    auto store = fleet::SqliteFleetStore::Open({.path = data_ + "/fleet.db"});
    ASSERT_TRUE(store.ok()) << store.status();
    fleet::PolicyRecord forged = **(*store)->FindPolicy("", 2);
    forged.document = "policyVersion: 3\nenforcementMode: audit\n";
    forged.signed_bytes = EncodePolicyBundle({3, "", forged.document});
    forged.info.version = 3;
    forged.info.id = PolicyId(forged.signed_bytes);
    forged.signature = *crypto::PrivateKey::FromPem(old_key)->Sign(forged.signed_bytes);
    forged.key_id = new_id;
    auto transaction = fleet::Transaction::Begin(**store);
    ASSERT_TRUE((*store)->AddPolicy(forged).ok());
    ASSERT_TRUE(transaction->Commit().ok());
  }
  StartServer(listen_);
  EXPECT_TRUE(Logs(*agent, "a policy of the server was refused")) << agent->Err();
  EXPECT_THAT(agent->Err(), Not(HasSubstr("policy version 3")));
  EXPECT_TRUE(Eventually([&] {
    return absl::StrContains(Admin({"incidents", "--open"}).out, "policy_tampered");
  })) << Admin({"incidents"}).out;
}

TEST_F(RotationTest, AnAuthorityIsReplacedWithoutARestartAndNobodyIsCutOff) {
  const std::string old_string = NewString();
  auto agent = StartAgent("mac", old_string);
  ASSERT_TRUE(Logs(*agent, ": online")) << agent->Err();
  const std::string old_id = KeyIn("ca", "current");

  Do({"keys", "rotate", "ca"});
  ASSERT_TRUE(Becomes("ca", "retiring", old_id)) << Admin({"keys", "list"}).out;
  // Strings for both work while both are valid.
  const std::string new_string = NewString();
  EXPECT_NE(old_string.substr(0, 100), new_string.substr(0, 100));
  auto second = StartAgent("second", new_string);
  ASSERT_TRUE(Logs(*second, ": online")) << second->Err();

  // The agents renew by themselves, so that nothing holds the old one any more.
  ASSERT_TRUE(Retires(old_id)) << Admin({"keys", "retire", old_id}).err;
  EXPECT_EQ(FileText(absl::StrCat(data_, "/ca-", old_id, ".key")), "");
  for (auto* running : {&agent, &second}) ASSERT_EQ((*running)->Stop(), 0);
  agent = StartAgent("mac", "");
  EXPECT_TRUE(Logs(*agent, ": online")) << agent->Err();
  auto third = StartAgent("third", NewString());
  EXPECT_TRUE(Logs(*third, ": online")) << third->Err();
  // What the running server did is what it does after a restart.
  RestartServer();
  second = StartAgent("second", "");
  EXPECT_TRUE(Logs(*second, ": online")) << second->Err();
  EXPECT_EQ(Admin({"keys", "list"}).code, 0);
}

TEST_F(RotationTest, AMacThatSleptWhileBothWereValidComesBackByItself) {
  auto agent = StartAgent("mac", NewString());
  PutPolicy(1);
  ASSERT_TRUE(Logs(*agent, "policy version 1 from server is in force")) << agent->Err();
  ASSERT_EQ(agent->Stop(), 0);
  const std::string old_ca = KeyIn("ca", "current"), old_policy = KeyIn("policy", "current");
  for (const char* kind : {"ca", "policy"}) {
    Do({"keys", "rotate", kind});
    // It was heard of lately, so the step is not taken without it; an admin takes it.
    const std::string next = KeyIn(kind, "next");
    ASSERT_FALSE(next.empty()) << Admin({"keys", "list"}).out;
    Do({"keys", "activate", next});
  }
  const Said refused = Admin({"keys", "retire", old_ca});
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("has not said that it trusts"));
  PutPolicy(2);
  agent = StartAgent("mac", "");
  EXPECT_TRUE(Logs(*agent, "policy version 2 from server is in force")) << agent->Err();
  EXPECT_TRUE(Retires(old_ca)) << Admin({"keys", "retire", old_ca}).err;
  EXPECT_TRUE(Retires(old_policy)) << Admin({"keys", "retire", old_policy}).err;
}

TEST_F(RotationTest, AMacThatSleptThroughARetirementNeedsANewString) {
  auto agent = StartAgent("mac", NewString());
  ASSERT_TRUE(Logs(*agent, ": online")) << agent->Err();
  ASSERT_EQ(agent->Stop(), 0);
  const std::vector<std::string> devices = DeviceIds();
  ASSERT_EQ(devices.size(), 1u);
  const std::string old_ca = KeyIn("ca", "current");
  Do({"keys", "rotate", "ca"});
  Do({"keys", "activate", KeyIn("ca", "next")});
  EXPECT_EQ(Admin({"keys", "retire", old_ca, "--force"}).code, 2) << "a forced step needs a reason";
  Do({"keys", "retire", old_ca, "--force", "--reason", "the old key leaked"});

  agent = StartAgent("mac", "");
  ASSERT_TRUE(Logs(*agent, ": backing off")) << agent->Err();
  EXPECT_THAT(agent->Err(), Not(HasSubstr(": online")));
  ASSERT_EQ(agent->Stop(), 0);
  agent = StartAgent("mac", NewString());
  ASSERT_TRUE(Logs(*agent, ": online")) << agent->Err();
  EXPECT_EQ(DeviceIds(), devices);  // the same device, not another one
  EXPECT_THAT(Admin({"audit"}).out, HasSubstr("RetireKey"));
}

}  // namespace
}  // namespace holdfast::integration
