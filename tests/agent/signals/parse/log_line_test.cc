// Every shape in which a log line comes: the same message must be found in each, with what the shape adds.
#include "agent/signals/parse/log_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/agent/signals/parse/log_recorder.h"

namespace holdfast::parse {
namespace {

constexpr char kMessage[] =
    "NESMVPNSession[Primary Tunnel:Corp VPN:9C0C4226-0DDC-4D98-8C6C-B74E1CF7F50E:(null)]: status changed to "
    "connecting";

struct Shape {
  std::string label, line;
  std::string time;  // as it is told
  std::string process = "nesessionmanager";
  int pid = 505;
};

std::vector<Shape> Shapes() {
  const std::string m = kMessage;
  return {
      {"default",
       "2022-10-30 15:48:16.741400-0400 0x10a8     Default     0x0                  505    0    "
       "nesessionmanager: "
       "[com.apple.networkextension:] " +
           m,
       "2022-10-30 15:48:16.741400-0400"},
      {"default, with the sender's image",
       "2022-10-30 15:48:16.741400-0400 0x10a8     Info        0x0                  505    0    "
       "nesessionmanager: "
       "(NetworkExtension) [com.apple.networkextension:] " +
           m,
       "2022-10-30 15:48:16.741400-0400"},
      {"default of macOS 10.12, without TTL",
       "2016-12-05 10:31:23.480437+0100 0x2ecb     Default     0x0                  505    nesessionmanager: "
       "[com.apple.networkextension.] " +
           m,
       "2016-12-05 10:31:23.480437+0100"},
      {"compact", "2021-03-04 08:01:20.123 Df nesessionmanager[505:10a8] [com.apple.networkextension:] " + m,
       "2021-03-04 08:01:20.123"},
      {"compact, one letter and the sender",
       "2021-03-04 08:01:20.123 E  nesessionmanager[505:10a8] (NetworkExtension) "
       "[com.apple.networkextension:] " +
           m,
       "2021-03-04 08:01:20.123"},
      {"syslog style",
       "2018-05-21 14:22:25.144535-0700  localhost nesessionmanager[505]: (NetworkExtension) "
       "[com.apple.networkextension:] " +
           m,
       "2018-05-21 14:22:25.144535-0700"},
      {"Console", "default\t17:43:00.157552+0800\tnesessionmanager\t" + m, "17:43:00.157552+0800",
       "nesessionmanager", 0},
      {"Console of macOS 10.12", "default\t17:43:00.157552 +0800\tnesessionmanager\t" + m,
       "17:43:00.157552+0800", "nesessionmanager", 0},
      {"Console with columns behind", "17:43:00.157552+0800\t" + m + "\tcom.apple.networkextension",
       "17:43:00.157552+0800", "", 0},
      {"Console's columns with blanks", "17:43:00.157552+0800 " + m + " com.apple.networkextension",
       "17:43:00.157552+0800", "", 0},
      {"old syslog", "Mar 28 10:15:32 my-mac nesessionmanager[505]: " + m, "10:15:32"},
      {"old syslog with a level", "Mar  8 10:15:32 my-mac nesessionmanager[505] <Notice>: " + m, "10:15:32"},
      {"another date", "28/03/16 10:15:32,123 nesessionmanager[505]: " + m, ""},
      {"ndjson",
       R"({"traceID":1,"eventMessage":")" + m +
           R"(","eventType":"logEvent","source":null,"formatString":"%{public}@: status","nested":{"a":["}",1]},)"
           R"("subsystem":"com.apple.networkextension","processImagePath":"\/usr\/libexec\/nesessionmanager",)"
           R"("timestamp":"2020-09-08 16:45:21.123456+0200","processID":505})",
       "2020-09-08 16:45:21.123456+0200"},
      {"json, in an array",
       R"(,{"processID" : 505, "processImagePath" : "/usr/libexec/nesessionmanager", "eventMessage" : ")" +
           m + R"("})",
       ""},
      {"bare", m, "", "", 0},
      {"bare behind a time", "17:11:52.481498+0200 " + m, "17:11:52.481498+0200", "", 0},
      {"with the method's name before it",
       "Mar 28 10:15:32 my-mac nesessionmanager[505]: -[NESMSession handleCommand:fromClient:]:12 " + m,
       "10:15:32"},
      {"indented", "    " + m, "", "", 0},
  };
}

TEST(LogLine, EveryShapeTellsTheSame) {
  for (const Shape& shape : Shapes()) {
    SCOPED_TRACE(shape.label);
    const Told told = TellOne(shape.line);
    EXPECT_EQ(told.fact, LogFact::kStatusChanged);
    EXPECT_EQ(told.status, SessionStatus::kConnecting);
    EXPECT_EQ(told.name, "Corp VPN");
    EXPECT_EQ(told.id, "9C0C4226-0DDC-4D98-8C6C-B74E1CF7F50E");
    EXPECT_EQ(told.time, shape.time);
    EXPECT_EQ(told.process, shape.process);
    EXPECT_EQ(told.pid, shape.pid);
    EXPECT_EQ(TellOne(shape.line + "\r\n"), told);
  }
}

TEST(LogLine, EscapesOfJsonAreUndone) {
  const Told told = TellOne(
      R"({"eventMessage":"NESMVPNSession[Primary Tunnel:B\u00fcro \"1\" \ud83d\ude80:9C0C4226-0DDC-4D98-8C6C-B74E1CF7F50E]: status changed to connected","processImagePath":"\/usr\/libexec\/nesessionmanager"})");
  EXPECT_EQ(told.name, "B\xC3\xBCro \"1\" \xF0\x9F\x9A\x80");
  EXPECT_EQ(told.status, SessionStatus::kConnected);
  EXPECT_EQ(told.process, "nesessionmanager");
}

TEST(LogLine, ABlockOfDetailsIsOneEntry) {
  const std::vector<Told> told = Tell(
      "type: debug\ntime: 15:02:54.817903+0000\nprocess: Mail\nsubsystem: com.apple.network\ncategory: "
      "connection\n"
      "message: nw_protocol_socket_set_necp_attributes [C723.1.1:1] setsockopt 39 SO_NECP_ATTRIBUTES\n");
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].fact, LogFact::kConnectionAttributes);
  EXPECT_EQ(told[0].process, "Mail");
  EXPECT_EQ(told[0].time, "15:02:54.817903+0000");
  EXPECT_EQ(told[0].connection, "C723.1.1");
}

TEST(LogLine, JsonWithALineForEachMember) {
  const std::string object = absl::StrCat(R"(  "traceID" : 1,
  "eventMessage" : ")",
                                          kMessage, R"(",
  "backtrace" : {
    "frames" : [
      {
        "imageOffset" : 1
      }
    ]
  },
  "processImagePath" : "\/usr\/libexec\/nesessionmanager",
  "timestamp" : "2020-09-08 16:45:21.123456+0200",
  "processID" : 505
)");
  LogRecorder recorder;
  recorder.reader().Feed(
      absl::StrCat("[{\n", object, "},{\n", object, "},{\n  \"eventMessage\" : \"other\"\n}]\n"));
  ASSERT_EQ(recorder.told().size(), 2u);
  for (const Told& told : recorder.told()) {
    EXPECT_EQ(told.name, "Corp VPN");
    EXPECT_EQ(told.status, SessionStatus::kConnecting);
    EXPECT_EQ(told.process, "nesessionmanager");
    EXPECT_EQ(told.pid, 505);
    EXPECT_EQ(told.time, "2020-09-08 16:45:21.123456+0200");
  }
  EXPECT_EQ(recorder.counts(), (LogCounts{29, 2, 26, 0, 1, 0}));
}

TEST(LogLine, ABraceAloneSwallowsNothing) {
  EXPECT_EQ(Tell(absl::StrCat("{\n", kMessage, "\n")).size(), 1u);
  LogRecorder recorder;
  recorder.reader().Feed("{\n");
  for (size_t i = 0; i < 2 * LogReader::kMaxLine; i += 100)
    recorder.reader().Feed(" " + std::string(99, 'x') + "\n");
  recorder.reader().Feed(absl::StrCat("}\n", kMessage, "\n"));
  EXPECT_EQ(recorder.told().size(), 1u);
  EXPECT_EQ(recorder.counts().too_long, 1u);
}

TEST(LogLine, ABlockDoesNotLendItsProcessToTheNext) {
  const std::string message = "message: nw [C7:1] setsockopt 39 SO_NECP_ATTRIBUTES\n";
  EXPECT_EQ(Tell("type: debug\nprocess: Mail\n" + message).size(), 1u);
  EXPECT_EQ(Tell("type: debug\nprocess: Mail\n" + message + message).size(), 1u);
  EXPECT_TRUE(Tell("process: Mail\ntype: debug\n" + message).empty());  // of which process?
}

TEST(LogLine, AnotherProgramThatQuotesTheSessionManagerIsNotIt) {
  EXPECT_TRUE(Tell("2022-10-30 15:48:16.741400-0400 0x10a8 Default 0x0 77 0 logger: " + std::string(kMessage))
                  .empty());
  EXPECT_TRUE(Tell("Mar 28 10:15:32 my-mac logger[77]: " + std::string(kMessage)).empty());
}

TEST(LogStamp, SaysOnlyWhatItKnows) {
  absl::string_view text = "2025-07-09 08:12:51.131277-0700 rest";
  const auto stamp = TakeStamp(text);
  ASSERT_TRUE(stamp);
  EXPECT_EQ(text, " rest");
  EXPECT_EQ(stamp->Absolute(), absl::FromUnixMicros(1'752'073'971'131'277));
  absl::string_view console = "17:43:00.157552+0800";
  EXPECT_EQ(TakeStamp(console)->Absolute(), std::nullopt);
  for (absl::string_view wrong :
       {"2025-13-09 08:12:51", "2025-07-09 24:12:51", "9999-07-09 08:00:00", "0x12", ""}) {
    EXPECT_FALSE(TakeStamp(wrong)) << wrong;
  }
}

TEST(StampClock, PassesMidnightAndNeverGoesBack) {
  StampClock clock;
  const auto at = [&](absl::string_view text) { return clock.Note(TakeStamp(text).value_or(LogStamp{})); };
  const MonoTime late = at("23:59:59.500+0100");
  EXPECT_EQ(at("00:00:00.500+0100") - late, absl::Seconds(1));
  const MonoTime now = at("00:00:02.000+0100");
  EXPECT_EQ(at("00:00:01.000+0100"), now);
  EXPECT_EQ(at("no time"), now);
}

}  // namespace
}  // namespace holdfast::parse
