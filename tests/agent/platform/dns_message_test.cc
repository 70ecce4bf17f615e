#include "agent/platform/posix/dns_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace holdfast::platform {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr absl::string_view kNamePointer("\xc0\x0c", 2);  // to the name in the question

std::string Query(DnsType type = DnsType::kA) {
  return MakeDnsQuery("Intra.example.com", type, 0x1234).value();
}

// The query turned into an answer with `count` records.
std::string Answer(const std::string& query, int count, absl::string_view records, char code = 0) {
  std::string answer = query;
  answer[2] = static_cast<char>(answer[2] | 0x80);
  answer[3] = code;
  answer[7] = static_cast<char>(count);
  return absl::StrCat(answer, records);
}

std::string Record(absl::string_view name, char type, absl::string_view data) {
  const std::string fixed("\0\1\0\0\0\x3c\0", 7);
  return absl::StrCat(name, std::string(1, '\0'), std::string(1, type), fixed,
                      std::string(1, static_cast<char>(data.size())), data);
}

TEST(DnsQuery, IsWhatTheStandardSays) {
  EXPECT_EQ(absl::BytesToHexString(MakeDnsQuery("a.bc", DnsType::kAaaa, 0xbeef).value()),
            "beef01000001000000000000"
            "0161026263000"
            "01c0001");
  EXPECT_EQ(MakeDnsQuery("a.bc.", DnsType::kA, 7).value(), MakeDnsQuery("a.bc", DnsType::kA, 7).value());
}

TEST(DnsQuery, NamesThatCannotBeAskedForAreRefused) {
  for (const std::string& name :
       {std::string(), std::string("."), std::string("a..b"), std::string(".a"), std::string(64, 'a'),
        absl::StrCat(std::string(62, 'a'), ".", std::string(62, 'b'), ".", std::string(62, 'c'), ".",
                     std::string(65, 'd'))}) {
    EXPECT_FALSE(MakeDnsQuery(name, DnsType::kA, 1).ok()) << name;
  }
  EXPECT_TRUE(MakeDnsQuery(std::string(63, 'a'), DnsType::kA, 1).ok());
}

TEST(DnsAnswer, AddressesOfTheTypeAskedForAreRead) {
  const std::string a = Record(kNamePointer, 1, absl::string_view("\x0a\0\0\x07", 4));
  const std::string alias = Record(kNamePointer, 5, absl::string_view("\x01x\0", 3));
  EXPECT_THAT(ReadDnsAnswer(Query(), Answer(Query(), 3, absl::StrCat(alias, a, a))).value(),
              ElementsAre("10.0.0.7", "10.0.0.7"));
  EXPECT_THAT(ReadDnsAnswer(Query(DnsType::kAaaa), Answer(Query(DnsType::kAaaa), 1, a)).value(), IsEmpty());
  const std::string aaaa = Record(kNamePointer, 28, std::string(15, '\0') + '\1');
  EXPECT_THAT(ReadDnsAnswer(Query(DnsType::kAaaa), Answer(Query(DnsType::kAaaa), 1, aaaa)).value(),
              ElementsAre("::1"));
}

TEST(DnsAnswer, AnAddressOfTheWrongSizeIsNone) {
  const std::string odd = Record(kNamePointer, 1, "abc");
  EXPECT_THAT(ReadDnsAnswer(Query(), Answer(Query(), 1, odd)).value(), IsEmpty());
}

TEST(DnsAnswer, TheNameMayComeBackInOtherCase) {
  std::string answer = Answer(Query(), 1, Record(kNamePointer, 1, "\x01\x02\x03\x04"));
  answer[13] = 'i';
  EXPECT_THAT(ReadDnsAnswer(Query(), answer).value(), ElementsAre("1.2.3.4"));
}

TEST(DnsAnswer, AnAnswerToAnotherQuestionIsTold) {
  const std::string answer = Answer(Query(), 0, "");
  std::string other_id = answer, other_name = answer, other_type = answer, no_answer = answer;
  other_id[1] = 0;
  other_name[13] = 'x';
  other_type[other_type.size() - 3] = 28;
  no_answer[2] = 1;
  for (const std::string& other : {other_id, other_name, other_type, no_answer}) {
    EXPECT_TRUE(absl::IsFailedPrecondition(ReadDnsAnswer(Query(), other).status()));
  }
  EXPECT_THAT(ReadDnsAnswer(Query(), answer).value(), IsEmpty());
}

TEST(DnsAnswer, TheResolversRefusalsAreTold) {
  EXPECT_TRUE(absl::IsNotFound(ReadDnsAnswer(Query(), Answer(Query(), 0, "", 3)).status()));
  EXPECT_TRUE(absl::IsUnavailable(ReadDnsAnswer(Query(), Answer(Query(), 0, "", 2)).status()));
}

TEST(DnsAnswer, EveryCutIsNoticed) {
  const std::string whole = Answer(Query(), 1, Record(kNamePointer, 1, "\x01\x02\x03\x04"));
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_TRUE(absl::IsInvalidArgument(ReadDnsAnswer(Query(), whole.substr(0, size)).status())) << size;
  }
}

TEST(DnsAnswer, NamesThatGoInCirclesEnd) {
  const std::string circle = Query();
  const std::string to_itself = absl::StrCat("\xc0", std::string(1, static_cast<char>(circle.size())));
  EXPECT_TRUE(absl::IsInvalidArgument(
      ReadDnsAnswer(circle, Answer(circle, 1, Record(to_itself, 1, "\x01\x02\x03\x04"))).status()));
}

TEST(DnsAnswer, JunkIsRefused) {
  for (const std::string& junk :
       {std::string(), std::string("x"), std::string(12, '\xff'), std::string(600, 'a')}) {
    EXPECT_FALSE(ReadDnsAnswer(junk, junk).ok());
  }
}

}  // namespace
}  // namespace holdfast::platform
