// The reader of logs: any pieces, bounded memory, honest counts.
#include "agent/signals/parse/log_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "tests/agent/signals/parse/log_recorder.h"

namespace holdfast::parse {
namespace {

using ::testing::HasSubstr;

constexpr char kSession[] = "NESMVPNSession[Corp:9C0C4226-0DDC-4D98-8C6C-B74E1CF7F50E]";

std::string Fact() {
  return absl::StrCat(kSession, ": status changed to connected");
}

TEST(LogReader, PiecesOfAnySizeTellTheSame) {
  const std::string log = absl::StrCat("Timestamp  Thread\n", Fact(), "\r\n", "noise\n\n", Fact(), "\n",
                                       kSession, ": something new\n", Fact());
  const std::vector<Told> whole = Tell(log);
  ASSERT_EQ(whole.size(), 3u);
  EXPECT_EQ(whole[2].line, 7u);
  for (size_t size = 1; size <= 9; ++size) {
    LogRecorder recorder;
    for (size_t at = 0; at < log.size(); at += size) {
      recorder.reader().Feed(absl::string_view(log).substr(at, size));
      recorder.reader().Feed("");
    }
    recorder.reader().Finish();
    EXPECT_EQ(recorder.told(), whole) << size;
    EXPECT_EQ(recorder.counts(), (LogCounts{7, 3, 1, 1, 2, 0})) << size;
  }
}

TEST(LogReader, AnOverlongLineIsSkippedAndTheNextIsRead) {
  const std::string huge = Fact() + std::string(LogReader::kMaxLine, 'x');
  for (size_t size : {size_t{1000}, huge.size() * 2}) {
    LogRecorder recorder;
    const std::string log = absl::StrCat(huge, "\n", Fact(), "\n");
    for (size_t at = 0; at < log.size(); at += size)
      recorder.reader().Feed(absl::string_view(log).substr(at, size));
    ASSERT_EQ(recorder.told().size(), 1u);
    EXPECT_EQ(recorder.told()[0].line, 2u);
    EXPECT_EQ(recorder.counts().too_long, 1u);
    EXPECT_EQ(recorder.counts().lines, 2u);
  }
}

TEST(LogReader, ALineOfTheGreatestLengthIsRead) {
  std::string line = absl::StrCat(kSession, ": Received a start command from ");
  line += std::string(LogReader::kMaxLine - line.size() - 3, 'n') + "[1]";
  for (absl::string_view end : {"", "\n", "\r\n"}) {
    LogRecorder recorder;
    for (char c : absl::StrCat(line, end)) recorder.reader().Feed(absl::string_view(&c, 1));
    recorder.reader().Finish();
    EXPECT_EQ(recorder.told().size(), 1u);
  }
}

TEST(LogReader, WhatIsNotUnderstoodIsKeptOnceAndInBounds) {
  LogReader reader(nullptr);
  for (int i = 0; i < 100; ++i) {
    reader.Feed(absl::StrCat(kSession, ": something of kind ", i / 2, " ", std::string(i, '.'), "\n"));
  }
  reader.Feed(absl::StrCat(kSession, ": something of kind 0 \n"));
  EXPECT_EQ(reader.counts().unrecognised, 101u);
  ASSERT_EQ(reader.not_understood().size(), LogReader::kMostNotUnderstood);
  EXPECT_EQ(reader.not_understood()[0].line, 1u);
  EXPECT_THAT(reader.not_understood()[0].text, HasSubstr("something of kind 0"));
}

TEST(LogReader, UnknownLinesOfOtherProgramsAreNoTrouble) {
  LogRecorder recorder;
  recorder.reader().Feed(
      "2022-10-30 15:48:16.741400-0400 0x10a8 Default 0x0 99 0 nehelper: something\n"
      "2022-10-30 15:48:16.741400-0400 0x10a8 Default 0x0 99 0 nesessionmanager: something\n"
      "2022-10-30 15:48:16.741400-0400 0x10a8 Default 0x0 99 0 kernel: nesessionmanager(562) deny(1) "
      "system-fsctl\n"
      "2022-10-30 15:48:16.741400-0400 0x10a8 Default 0x0 99 0 Mail: (Network) interface: en0\n");
  recorder.reader().Finish();
  EXPECT_TRUE(recorder.told().empty());
  EXPECT_EQ(recorder.counts(), (LogCounts{4, 0, 0, 1, 3, 0}));
}

TEST(LogReader, HeadingsAreKnown) {
  LogRecorder recorder;
  recorder.reader().Feed(
      "\xEF\xBB\xBF"
      "Filtering the log data using \"process == nesessionmanager\"\n"
      "Skipping info and debug messages, pass --info and/or --debug to include.\n"
      "Timestamp                       Thread     Type        Activity             PID    TTL  \n"
      "----------------------------------------------\n"
      "Log      - Default:          1, Info:                0, Debug:             0\n");
  recorder.reader().Finish();
  EXPECT_EQ(recorder.counts(), (LogCounts{5, 0, 5, 0, 0, 0}));
}

}  // namespace
}  // namespace holdfast::parse
