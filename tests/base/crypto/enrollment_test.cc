#include "base/enrollment.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace holdfast {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kHash(64, 'a');

std::string Text(absl::string_view host, absl::string_view port, absl::string_view hash,
                 absl::string_view token) {
  return absl::StrCat("holdfast1:", host, ":", port, ":", hash, ":", token);
}

void ExpectRefused(const std::string& text, absl::string_view why) {
  const auto parsed = EnrollmentString::Parse(text);
  EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument) << text;
  EXPECT_THAT(std::string(parsed.status().message()), HasSubstr(std::string(why)));
}

TEST(Enrollment, RoundTripKeepsEveryPart) {
  for (const char* host : {"vpn.example.com", "10.0.0.1", "[2001:db8::1]"}) {
    const std::string text = Text(host, "8443", kHash, "hft_ab:cd");
    const auto parsed = EnrollmentString::Parse(text);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(parsed->ToString(), text);
    EXPECT_EQ(parsed->server.port, 8443);
    EXPECT_EQ(parsed->token, "hft_ab:cd");
  }
}

TEST(Enrollment, BracketsAreNotPartOfTheHost) {
  EXPECT_EQ(EnrollmentString::Parse(Text("[::1]", "1", kHash, "t"))->server.host, "::1");
}

TEST(Enrollment, SurroundingSpaceIsIgnored) {
  EXPECT_TRUE(EnrollmentString::Parse("  " + Text("h", "1", kHash, "t") + "\n").ok());
}

TEST(Enrollment, EachBadPartIsNamed) {
  ExpectRefused("", "holdfast1:");
  ExpectRefused("holdfast2:h:1:" + kHash + ":t", "holdfast1:");
  ExpectRefused(Text("", "1", kHash, "t"), "host");
  ExpectRefused(Text("[::1", "1", kHash, "t"), "host");
  ExpectRefused(Text("h", "0", kHash, "t"), "port");
  ExpectRefused(Text("h", "65536", kHash, "t"), "port");
  ExpectRefused(Text("h", "+1", kHash, "t"), "port");
  ExpectRefused(Text("h", "1", "abc", "t"), "hash");
  ExpectRefused(Text("h", "1", std::string(64, 'g'), "t"), "hash");
  ExpectRefused(Text("h", "1", kHash, ""), "token");
  ExpectRefused(Text("h", "1", kHash, "a b"), "token");
}

TEST(Enrollment, ErrorsNeverShowTheToken) {
  const auto parsed = EnrollmentString::Parse(Text("h", "99999", kHash, "verysecret"));
  EXPECT_THAT(std::string(parsed.status().message()), Not(HasSubstr("verysecret")));
}

TEST(Endpoint, ParsesListenersAndServers) {
  EXPECT_EQ(*Endpoint::Parse("[::]:0"), (Endpoint{"::", 0}));
  EXPECT_EQ(*Endpoint::Parse("localhost:8443"), (Endpoint{"localhost", 8443}));
  EXPECT_FALSE(Endpoint::Parse("localhost").ok());
  EXPECT_FALSE(Endpoint::Parse("localhost:").ok());
  EXPECT_FALSE(Endpoint::Parse("::1:80").ok());
}

}  // namespace
}  // namespace holdfast
