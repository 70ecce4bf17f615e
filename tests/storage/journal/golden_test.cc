// The format against files that are checked in: vectors, journals of released schemas, and a second
// implementation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <yaml-cpp/yaml.h>

#include <cstdlib>
#include <filesystem>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "storage/journal/reader.h"
#include "storage/sqlite/database.h"
#include "tests/storage/journal/fixture.h"
#include "tests/storage/temp_folder.h"

namespace holdfast::journal {
namespace {

using ::testing::ElementsAre;

std::string Source(const std::string& path) {
  const char* source = getenv("HOLDFAST_SOURCE");
  return source != nullptr ? absl::StrCat(source, "/", path) : path;
}

int64_t Number(const YAML::Node& node) {
  int64_t value = 0;
  EXPECT_TRUE(absl::SimpleAtoi(node.as<std::string>(), &value)) << node;
  return value;
}

Sha256Digest Digest(const YAML::Node& node) {
  const std::string bytes = absl::HexStringToBytes(node.as<std::string>());
  Sha256Digest digest{};
  std::copy_n(bytes.begin(), std::min(bytes.size(), digest.size()), digest.begin());
  return digest;
}

Row RowFrom(const YAML::Node& vector) {
  Row row{.epoch = ParseEpoch(vector["epoch"].as<std::string>()).value(),
          .seq = static_cast<uint64_t>(Number(vector["seq"])),
          .at = {.mono = {Number(vector["mono_ns"])}, .wall = {Number(vector["wall_ns"])}},
          .kind = vector["kind"].as<uint16_t>(),
          .payload_version = vector["payload_version"].as<uint16_t>(),
          .subject = vector["subject"].as<std::string>(),
          .payload = absl::HexStringToBytes(vector["payload"].as<std::string>())};
  const std::string boot = absl::HexStringToBytes(vector["boot_id"].as<std::string>());
  std::copy_n(boot.begin(), row.at.boot.bytes.size(), row.at.boot.bytes.begin());
  return row;
}

TEST(Golden, EncodingMatchesTheVectors) {
  const YAML::Node file = YAML::LoadFile(Source("tests/golden/journal/vectors.json"));
  ASSERT_EQ(file["vectors"].size(), 4u);
  for (const YAML::Node& vector : file["vectors"]) {
    SCOPED_TRACE(vector["name"].as<std::string>());
    const Row row = RowFrom(vector);
    const Sha256Digest previous = Digest(vector["previous"]);
    EXPECT_EQ(absl::BytesToHexString(CanonicalBytes(row, previous)), vector["canonical"].as<std::string>());
    EXPECT_EQ(ToHex(HashOf(row, previous)), vector["hash"].as<std::string>());
  }
}

// What was in v1.db when it was written.
constexpr char kEpoch[] = "910a2dec89025cc1";
constexpr char kHead[] = "c0fa5db62b2d56814474a0bedc62bca5f8e8378fb5f95dc4a9f3b869dabfb6a9";
constexpr char kCheckpoint[] = "54377b87b84aece715a6ff0fbef335b3417d6db0ae3eb9a2f55457073f26f0b1";

class GoldenJournal : public ::testing::Test {
 protected:
  GoldenJournal() { std::filesystem::copy_file(Source("tests/golden/journal/v1.db"), path_); }
  TempFolder folder_;
  World world_;
  std::string path_ = folder_.File("journal.db");
};

TEST_F(GoldenJournal, OfSchemaOneOpensWithAllItHas) {
  OpenReport report;
  auto journal = world_.Open(path_, &report);
  EXPECT_EQ(report.corruption, "");
  EXPECT_FALSE(report.created);
  EXPECT_TRUE(report.clean);
  EXPECT_EQ(EpochToString(journal->head().epoch), kEpoch);
  EXPECT_EQ(journal->head().seq, 101u);
  EXPECT_EQ(ToHex(journal->head().hash), kHead);
  EXPECT_EQ(journal->acked_through(), 90u);
  EXPECT_EQ(journal->GetMeta("device_id").value(), "fixture");
  EXPECT_EQ(AllRows(*journal).front().seq, 80u);
  EXPECT_EQ(ToHex(journal->HashAt(79).value()), kCheckpoint);
  EXPECT_THAT(Numbers(journal->Query({.kinds = {20}, .subject = "Zürich VPN", .limit = 2}).value()),
              ElementsAre(80, 86));
  EXPECT_TRUE(VerifyAll(*journal).ok());
}

TEST_F(GoldenJournal, OfSchemaOneGoesOn) {
  auto journal = world_.Open(path_);
  world_.Fill(*journal, 10);
  ASSERT_TRUE(journal->Close().ok());
  journal = world_.Open(path_);
  EXPECT_EQ(journal->head().seq, 111u);
  EXPECT_TRUE(VerifyAll(*journal).ok());
}

// The auditor's script, which shares no code with us.
class SecondImplementation : public ::testing::Test {
 protected:
  void SetUp() override {
    if (std::system("python3 -c 'import sqlite3' 2>/dev/null") != 0)
      GTEST_SKIP() << "needs python3 with sqlite3";
  }
  static int Verify(const std::string& what, const std::string& file) {
    return std::system(absl::StrCat("python3 ", Source("tests/storage/journal/verify_journal.py"), " ", what,
                                    " '", file, "'")
                           .c_str());
  }
  TempFolder folder_;
  World world_;
  std::string path_ = folder_.File("journal.db");
};

TEST_F(SecondImplementation, AgreesWithTheVectors) {
  EXPECT_EQ(Verify("vectors", Source("tests/golden/journal/vectors.json")), 0);
}

TEST_F(SecondImplementation, AgreesWithAJournalThatHasHoles) {
  EXPECT_EQ(Verify("journal", Source("tests/golden/journal/v1.db")), 0);
  auto journal = world_.Open(path_);
  for (int i = 0; i < 50; ++i) {
    world_.Fill(*journal, 19);
    world_.Fill(*journal, 1, RowKind::kVerdict);
  }
  for (int slices = 0; slices < 100 && journal->Prune({.oldest = {INT64_MIN}, .max_bytes = 200'000}).value();
       ++slices) {
  }
  ASSERT_GT(AllRows(*journal).back().seq - AllRows(*journal).front().seq + 1, AllRows(*journal).size());
  EXPECT_EQ(Verify("journal", path_), 0) << "while it is written";
  ASSERT_TRUE(journal->Close().ok());
  EXPECT_EQ(Verify("journal", path_), 0);
}

TEST_F(SecondImplementation, SeesAChange) {
  auto journal = world_.Open(path_);
  world_.Fill(*journal, 20);
  ASSERT_TRUE(journal->Close().ok());
  ASSERT_TRUE(sqlite::Database::Open({.path = path_})
                  .value()
                  ->Execute("UPDATE rows SET subject = 'x' WHERE seq = 9")
                  .ok());
  EXPECT_NE(Verify("journal", path_), 0);
}

}  // namespace
}  // namespace holdfast::journal
