#include "server/app/data_dir.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>

#include "absl/strings/match.h"
#include "base/file.h"
#include "server/app/key_issuer.h"

namespace holdfast::server {
namespace {

using ::testing::HasSubstr;

class DataDirTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "datadir.XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    path_ = pattern + "/data";
  }
  absl::StatusOr<ServerKeys> Keys(DataDir& dir) {
    return dir.LoadOrCreateKeys(SystemClock().Now().wall, random_);
  }
  std::string path_;
  SystemRandom random_;
};

TEST_F(DataDirTest, IsMadeForItsOwnerOnly) {
  const auto dir = DataDir::Open(path_);
  ASSERT_TRUE(dir.ok()) << dir.status();
  struct stat info{};
  ASSERT_EQ(stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0700u);
}

TEST_F(DataDirTest, IsRefusedWhenOthersCanReachIt) {
  ASSERT_EQ(mkdir(path_.c_str(), 0700), 0);
  ASSERT_EQ(chmod(path_.c_str(), 0755), 0);
  const auto dir = DataDir::Open(path_);
  EXPECT_EQ(dir.status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_THAT(std::string(dir.status().message()), HasSubstr("chmod 700"));
}

TEST_F(DataDirTest, SecondServerIsToldWhoHasIt) {
  const auto first = DataDir::Open(path_);
  ASSERT_TRUE(first.ok());
  const auto second = DataDir::Open(path_);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(std::to_string(getpid())));
}

TEST_F(DataDirTest, IsFreeAgainAfterItsServerHasGone) {
  {
    const auto first = DataDir::Open(path_);
  }
  EXPECT_TRUE(DataDir::Open(path_).ok());
}

TEST_F(DataDirTest, FolderThatCannotBeMadeIsNamed) {
  const auto dir = DataDir::Open("/proc/holdfast");
  EXPECT_FALSE(dir.ok());
  EXPECT_THAT(std::string(dir.status().message()), HasSubstr("/proc/holdfast"));
}

std::string NameOf(const ServerKeys& keys, KeyKind kind) {
  return keys.ring.In(kind, KeyState::kCurrent)->id;
}

TEST_F(DataDirTest, KeysStayTheSameAcrossStarts) {
  auto dir = DataDir::Open(path_);
  ASSERT_TRUE(dir.ok());
  const auto first = Keys(*dir);
  const auto second = Keys(*dir);
  ASSERT_TRUE(first.ok() && second.ok()) << first.status() << second.status();
  EXPECT_EQ(first->ring, second->ring);
  EXPECT_EQ(*first->report.RawPublic(), *second->report.RawPublic());
  EXPECT_TRUE(CheckOwnerOnly(path_ + "/ca-" + NameOf(*first, KeyKind::kAuthority) + ".key").ok());
  EXPECT_TRUE(CheckOwnerOnly(path_ + "/policy-" + NameOf(*first, KeyKind::kPolicy) + ".key").ok());
}

TEST_F(DataDirTest, LostKeysBesideADatabaseAreNotReplaced) {
  auto dir = DataDir::Open(path_);
  ASSERT_TRUE(dir.ok());
  const auto keys = Keys(*dir);
  ASSERT_TRUE(keys.ok());
  ASSERT_TRUE(WriteFileAtomically(dir->database(), "").ok());
  for (const std::string& name : {"/ca-" + NameOf(*keys, KeyKind::kAuthority) + ".key",
                                  "/policy-" + NameOf(*keys, KeyKind::kPolicy) + ".key",
                                  std::string("/report.key"), std::string("/keys")}) {
    const std::string bytes = *ReadFile(path_ + name);
    ASSERT_EQ(unlink((path_ + name).c_str()), 0);
    EXPECT_EQ(Keys(*dir).status().code(), absl::StatusCode::kFailedPrecondition) << name;
    ASSERT_TRUE(WriteFileAtomically(path_ + name, bytes, 0600).ok());
  }
  EXPECT_TRUE(Keys(*dir).ok());
}

TEST_F(DataDirTest, ADamagedListOfKeysIsNotGuessedAt) {
  auto dir = DataDir::Open(path_);
  ASSERT_TRUE(dir.ok() && Keys(*dir).ok());
  const std::string list = *ReadFile(path_ + "/keys");
  ASSERT_TRUE(WriteFileAtomically(path_ + "/keys", list.substr(0, list.size() / 2), 0600).ok());
  const auto keys = Keys(*dir);
  EXPECT_EQ(keys.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(keys.status().message()), HasSubstr("restore"));
}

// A folder as servers made it that could not replace their keys.
class EarlierFolderTest : public DataDirTest {
 protected:
  void SetUp() override {
    DataDirTest::SetUp();
    ASSERT_EQ(mkdir(path_.c_str(), 0700), 0);
    ASSERT_TRUE(authority_.Save(path_ + "/ca.pem", path_ + "/ca.key").ok());
    for (const char* name : {"/policy.key", "/report.key"}) {
      const auto key = crypto::PrivateKey::Generate(crypto::KeyType::kEd25519);
      ASSERT_TRUE(WriteFileAtomically(path_ + name, key->ToPem(), 0600).ok());
    }
    ASSERT_TRUE(WriteFileAtomically(path_ + "/fleet.db", "").ok());
  }
  crypto::Authority authority_ =
      *crypto::Authority::Create("Holdfast authority", SystemClock().Now().wall, random_);
};

TEST_F(EarlierFolderTest, IsTakenOver) {
  auto dir = DataDir::Open(path_);
  ASSERT_TRUE(dir.ok()) << dir.status();
  const auto keys = Keys(*dir);
  ASSERT_TRUE(keys.ok()) << keys.status();
  EXPECT_EQ(keys->authority(KeyState::kCurrent).spki_sha256(), authority_.spki_sha256());
  EXPECT_EQ(*ReadFile(path_ + "/ca.pem"), authority_.certificate_pem());
  // The only copies are those that a retirement destroys.
  EXPECT_FALSE(ReadFile(path_ + "/ca.key").ok());
  EXPECT_FALSE(ReadFile(path_ + "/policy.key").ok());
  EXPECT_EQ(Keys(*dir)->ring, keys->ring);
}

TEST_F(EarlierFolderTest, WithoutItsPolicyKeyIsRefused) {
  ASSERT_EQ(unlink((path_ + "/policy.key").c_str()), 0);
  auto dir = DataDir::Open(path_);
  ASSERT_TRUE(dir.ok());
  EXPECT_THAT(std::string(Keys(*dir).status().message()), HasSubstr("policy.key"));
}

// The files of a folder, and a process that ends after each write of a step: what a start finds then.
class InterruptedStepTest : public DataDirTest {
 protected:
  using Files = std::map<std::string, std::string>;
  Files Read() const {
    Files files;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
      const std::string name = entry.path().filename();
      if (name != "lock") files[name] = *ReadFile(entry.path());
    }
    return files;
  }
  void Write(const Files& files) const {
    for (const auto& [name, bytes] : Read()) unlink((path_ + "/" + name).c_str());
    for (const auto& [name, bytes] : files) {
      ASSERT_TRUE(WriteFileAtomically(path_ + "/" + name, bytes, 0600).ok());
    }
  }
  // What `work` puts in place in the folder, in order.
  std::vector<std::string> PutInPlace(const std::function<void()>& work) const {
    const int watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    EXPECT_GE(inotify_add_watch(watch, path_.c_str(), IN_MOVED_TO), 0);
    work();
    alignas(inotify_event) char events[16384];
    const ssize_t size = read(watch, events, sizeof events);
    close(watch);
    std::vector<std::string> names;
    for (ssize_t at = 0; at < size;) {
      const auto* event = reinterpret_cast<const inotify_event*>(events + at);
      names.emplace_back(event->name);
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
    }
    return names;
  }

  // Takes the step, then starts on what each of its writes left. Every start has the keys of before or after,
  // and takes the step again if it was not made.
  void Interrupt(const std::function<absl::Status(KeyIssuer&)>& step) {
    auto dir = DataDir::Open(path_);
    ASSERT_TRUE(dir.ok());
    const auto keys = Keys(*dir);
    ASSERT_TRUE(keys.ok()) << keys.status();
    const Files before = Read();
    auto issuer = KeyIssuer::Create(*keys, random_, &*dir);
    const std::vector<std::string> changed = PutInPlace([&] { EXPECT_TRUE(step(*issuer).ok()); });
    const Files after = Read();
    ASSERT_FALSE(changed.empty());
    Files half = before;
    for (size_t writes = 0; writes <= changed.size(); ++writes) {
      if (writes > 0) half[changed[writes - 1]] = after.at(changed[writes - 1]);
      Write(half);
      const auto found = Keys(*dir);
      ASSERT_TRUE(found.ok()) << "after " << writes << " writes: " << found.status();
      const bool made = found->ring == issuer->ring();
      EXPECT_TRUE(made || found->ring == keys->ring) << "after " << writes << " writes";
      auto again = KeyIssuer::Create(*found, random_, &*dir);
      EXPECT_EQ(again->SignPolicy("x").ok(), true);
      EXPECT_FALSE(again->CaCertificatesPem().empty());
      if (!made) EXPECT_TRUE(step(*again).ok()) << "after " << writes << " writes";
    }
    Write(after);
  }
  ServerTime now_{1};
};

TEST_F(InterruptedStepTest, EveryStepOfARotation) {
  for (const KeyKind kind : {KeyKind::kAuthority, KeyKind::kPolicy}) {
    SCOPED_TRACE(KeyKindName(kind));
    Interrupt([&](KeyIssuer& keys) { return keys.MakeNext(kind, now_).status(); });
    Interrupt(
        [&](KeyIssuer& keys) { return keys.Activate(keys.ring().In(kind, KeyState::kNext)->id, now_); });
    Interrupt(
        [&](KeyIssuer& keys) { return keys.Retire(keys.ring().In(kind, KeyState::kRetiring)->id, now_); });
  }
  // Nothing of the private keys that were retired is left.
  int private_keys = 0;
  for (const auto& [name, bytes] : Read()) private_keys += absl::StrContains(bytes, "PRIVATE KEY") ? 1 : 0;
  EXPECT_EQ(private_keys, 3);
}

TEST_F(InterruptedStepTest, AStepThatCannotBeWrittenWasNotTaken) {
  auto dir = DataDir::Open(path_);
  ASSERT_TRUE(dir.ok());
  auto issuer = KeyIssuer::Create(*Keys(*dir), random_, &*dir);
  const KeyRing before = issuer->ring();
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &limit), 0);
  const auto handler = signal(SIGXFSZ, SIG_IGN);
  const rlimit none{0, limit.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  const auto made = issuer->MakeNext(KeyKind::kPolicy, now_);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  signal(SIGXFSZ, handler);
  EXPECT_FALSE(made.ok());
  EXPECT_EQ(issuer->ring(), before);
  EXPECT_EQ(issuer->PolicyPublicKeys().size(), 1u);
  EXPECT_EQ(Keys(*dir)->ring, before);
  EXPECT_TRUE(issuer->MakeNext(KeyKind::kPolicy, now_).ok());
}

}  // namespace
}  // namespace holdfast::server
