// Real output that people published, where a checkout has it beside it: each block is read to its last line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "agent/signals/parse/kind.h"
#include "agent/signals/parse/profiles_xml.h"
#include "agent/signals/parse/scutil_status.h"
#include "agent/signals/parse/sysext_list.h"
#include "tests/agent/signals/parse/log_recorder.h"

namespace holdfast::parse {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

struct Block {
  std::string heading, text;
};

// The blocks between rows of three backquotes, each with the heading before it.
std::vector<Block> BlocksOf(const std::string& markdown) {
  std::vector<Block> blocks;
  std::string heading;
  bool inside = false;
  for (absl::string_view line : absl::StrSplit(markdown, '\n')) {
    if (absl::StartsWith(line, "```")) {
      inside = !inside;
      if (inside) blocks.push_back({heading, ""});
    } else if (inside) {
      absl::StrAppend(&blocks.back().text, line, "\n");
    } else if (absl::StartsWith(line, "##")) {
      heading = std::string(line);
    }
  }
  return blocks;
}

class Samples : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* source = std::getenv("HOLDFAST_SOURCE");
    const fs::path file =
        fs::path(source == nullptr ? "." : source) / ".." / "shared" / "samples" / "samples.md";
    if (!fs::exists(file)) GTEST_SKIP() << "the published samples are not beside this checkout";
    std::ifstream in(file);
    std::stringstream text;
    text << in.rdbuf();
    for (Block& block : BlocksOf(text.str())) {
      // One block quotes a predicate, which is no line of a log.
      if (!absl::StrContains(block.text, "eventMessage contains")) blocks_.push_back(std::move(block));
    }
  }
  std::vector<Block> Of(absl::string_view section) const {
    std::vector<Block> found;
    for (const Block& block : blocks_) {
      if (absl::StartsWith(block.heading, section)) found.push_back(block);
    }
    EXPECT_THAT(found, testing::Not(IsEmpty())) << section;
    return found;
  }
  std::vector<Block> blocks_;
};

TEST_F(Samples, EveryBlockLooksLikeWhatItIs) {
  const std::map<std::string, Kind> kinds = {{"### 1", Kind::kScutilList},
                                             {"### 6", Kind::kSysextList},
                                             {"### 7", Kind::kProfilesXml},
                                             {"### 8", Kind::kNelog}};
  for (const auto& [section, kind] : kinds) {
    for (const Block& block : Of(section)) EXPECT_EQ(LooksLike(block.text), kind) << block.heading;
  }
}

TEST_F(Samples, ListsOfServices) {
  for (const Block& block : Of("### 1")) {
    const auto list = ReadScutilList(block.text);
    ASSERT_TRUE(list.ok()) << block.heading;
    EXPECT_THAT(list->odd, IsEmpty()) << block.heading;
    for (const ScutilService& service : list->services) {
      EXPECT_FALSE(service.name.empty()) << block.heading;
      EXPECT_NE(service.type, ServiceType::kUnknown) << block.heading;
    }
  }
}

TEST_F(Samples, StatusAndStatistics) {
  std::vector<Block> blocks = Of("### 2");
  for (const Block& block : Of("## 3")) blocks.push_back(block);
  for (const Block& block : blocks) {
    const auto output = ReadScutilStatus(block.text);
    ASSERT_TRUE(output.ok()) << block.heading;
    ASSERT_EQ(output->reports.size(), 1u) << block.heading;
    EXPECT_THAT(output->odd, IsEmpty()) << block.heading;
    EXPECT_FALSE(output->reports[0].cut);
    // Each line with a value is a fact.
    size_t values = 0;
    for (absl::string_view line : absl::StrSplit(block.text, '\n')) {
      if (absl::StrContains(line, " : ") && !absl::EndsWith(line, "{")) ++values;
    }
    EXPECT_EQ(output->reports[0].facts.size(), values) << block.heading;
  }
}

TEST_F(Samples, ListsOfExtensions) {
  for (const Block& block : Of("### 6")) {
    const auto list = ReadSysextList(block.text);
    ASSERT_TRUE(list.ok()) << block.heading;
    EXPECT_THAT(list->odd, IsEmpty()) << block.heading;
    if (list->announced) EXPECT_EQ(list->rows.size(), static_cast<size_t>(*list->announced)) << block.heading;
  }
}

TEST_F(Samples, InstalledProfiles) {
  for (const Block& block : Of("### 7")) {
    const auto list = ReadProfileList(block.text);
    ASSERT_TRUE(list.ok()) << block.heading;
    EXPECT_THAT(list->odd, IsEmpty());
    EXPECT_EQ(list->profiles.size(), 2u);
    for (const InstalledProfile& profile : list->profiles) {
      EXPECT_TRUE(profile.installed);
      EXPECT_EQ(profile.payloads.size(), 1u);
    }
  }
}

TEST_F(Samples, EveryLineOfALogIsAFact) {
  for (const Block& block : Of("### 8")) {
    LogRecorder recorder;
    recorder.reader().Feed(block.text);
    recorder.reader().Finish();
    EXPECT_EQ(recorder.counts().recognised, recorder.counts().lines) << block.heading;
    for (const Told& told : recorder.told()) {
      EXPECT_EQ(told.process, "nesessionmanager") << block.heading;
      EXPECT_FALSE(told.time.empty() || told.name.empty() || told.id.empty()) << block.heading;
    }
  }
}

}  // namespace
}  // namespace holdfast::parse
