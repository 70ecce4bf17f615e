#include "agent/session/vici/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace holdfast::vici {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Packet Example() {
  Section child;
  child.values = {{"name", "split"}, {"empty", ""}};
  Section ike;
  ike.values = {{"uniqueid", "1"}};
  ike.lists = {{"remote_addrs", {"198.51.100.1", ""}}, {"none", {}}};
  ike.sections = {{"child-sas", {{}, {}, {{"split-1", child}}}}};
  Section message;
  message.values = {{"up", "yes"}};
  message.sections = {{"home", ike}};
  return {PacketType::kEvent, "child-updown", message};
}

std::string Body(const Packet& packet) {
  return Encode(packet)->substr(4);
}

TEST(ViciCodec, RoundTripsEveryKindOfElement) {
  const auto decoded = Decode(Body(Example()));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(*decoded, Example());
  const Section* home = decoded->message.Find("home");
  ASSERT_NE(home, nullptr);
  EXPECT_THAT(home->List("remote_addrs"), ElementsAre("198.51.100.1", ""));
  EXPECT_EQ(home->Value("uniqueid"), "1");
  EXPECT_EQ(home->Value("missing"), "");
  EXPECT_EQ(home->Find("missing"), nullptr);
}

TEST(ViciCodec, WritesTheBytesOfTheProtocol) {
  Section message;
  message.values = {{"key1", "value1"}};
  message.lists = {{"l", {"a"}}};
  message.sections = {{"s", {}}};
  EXPECT_EQ(*Encode({PacketType::kCommandRequest, "cmd", message}),
            std::string("\0\0\0\x1f\0\3cmd\3\4key1\0\6value1\4\1l\5\0\1a\6\1\1s\2", 35));
}

TEST(ViciCodec, EveryTruncationIsAnError) {
  const std::string whole = Body(Example());
  for (size_t size = 0; size < whole.size(); ++size) {
    const auto decoded = Decode(whole.substr(0, size));
    // Cut between two elements of the outermost section it is a shorter message, not a broken one.
    if (decoded.ok()) {
      EXPECT_NE(*decoded, Example());
    } else {
      EXPECT_EQ(decoded.status().code(), absl::StatusCode::kDataLoss);
    }
  }
}

TEST(ViciCodec, MalformedMessagesAreRefused) {
  const auto message = [](const std::string& elements) { return Decode("\1" + elements).status(); };
  EXPECT_TRUE(message("").ok());
  EXPECT_THAT(std::string(message("\2").message()), HasSubstr("element 2"));
  EXPECT_THAT(std::string(message("\7").message()), HasSubstr("element 7"));
  EXPECT_THAT(std::string(message("\1\1s").message()), HasSubstr("does not end"));
  EXPECT_THAT(std::string(message("\4\1l\3").message()), HasSubstr("list does not end"));
  EXPECT_THAT(std::string(message(std::string("\3\1k\0\5abc", 8)).message()), HasSubstr("cut off"));
  EXPECT_FALSE(Decode("").ok());
  EXPECT_FALSE(Decode("\x09").ok());
  EXPECT_FALSE(Decode("\7\5ab").ok());
}

TEST(ViciCodec, NestingIsBounded) {
  std::string deep = "\1";
  for (int i = 0; i < 10'000; ++i) deep += "\1\1s";
  EXPECT_THAT(std::string(Decode(deep).status().message()), HasSubstr("too deep"));
}

TEST(ViciCodec, WhatDoesNotFitIsNotSent) {
  Packet packet{PacketType::kCommandRequest, std::string(256, 'n'), {}};
  EXPECT_EQ(Encode(packet).status().code(), absl::StatusCode::kInvalidArgument);
  packet.name = "cmd";
  packet.message.values = {{"k", std::string(65536, 'v')}};
  EXPECT_EQ(Encode(packet).status().code(), absl::StatusCode::kInvalidArgument);
  packet.message.values.assign(9, {"k", std::string(65535, 'v')});
  EXPECT_EQ(Encode(packet).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(PacketReader, CutsAStreamWhereverItIsSplit) {
  const std::string stream = *Encode(Example()) + *Encode({PacketType::kEventConfirm, "", {}});
  for (size_t split = 0; split <= stream.size(); ++split) {
    PacketReader reader;
    std::vector<Packet> got;
    for (const std::string& part : {stream.substr(0, split), stream.substr(split)}) {
      reader.Append(part);
      while (auto packet = *reader.Next()) got.push_back(*packet);
    }
    EXPECT_THAT(got, ElementsAre(Example(), Packet{PacketType::kEventConfirm, "", {}}));
  }
}

TEST(PacketReader, RefusesLengthsNobodySends) {
  for (const char* length : {"\0\0\0\0", "\xff\xff\xff\xff"}) {
    PacketReader reader;
    reader.Append({length, 4});
    EXPECT_EQ(reader.Next().status().code(), absl::StatusCode::kDataLoss);
  }
}

}  // namespace
}  // namespace holdfast::vici
