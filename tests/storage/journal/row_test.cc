#include "storage/journal/row.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"

namespace holdfast::journal {
namespace {

Row Example() {
  Row row{.epoch = 0x0102030405060708,
          .seq = 3,
          .kind = 20,
          .payload_version = 1,
          .subject = "S",
          .payload = "pay"};
  row.at.boot.bytes = {0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7,
                       0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf};
  row.at.mono = {5};
  row.at.wall = {-2};
  return row;
}

Sha256Digest Previous() {
  Sha256Digest digest;
  digest.fill(0xee);
  return digest;
}

TEST(Row, CanonicalBytesAreLaidOutAsDocumented) {
  std::string expected = "48465231";              // HFR1
  for (int i = 0; i < 32; ++i) expected += "ee";  // previous hash
  expected +=
      "0102030405060708"
      "0000000000000003";                          // epoch, seq
  expected += "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf";  // boot id
  expected +=
      "0000000000000005"
      "fffffffffffffffe";  // mono, wall
  expected +=
      "0014"
      "0001";  // kind, payload version
  expected +=
      "00000001"
      "53"
      "00000003"
      "706179";  // subject, payload
  EXPECT_EQ(absl::BytesToHexString(CanonicalBytes(Example(), Previous())), expected);
}

TEST(Row, EveryFieldChangesTheHash) {
  const Sha256Digest hash = HashOf(Example(), Previous());
  const auto changed = [&](auto change) {
    Row row = Example();
    change(row);
    return HashOf(row, Previous()) != hash;
  };
  EXPECT_TRUE(changed([](Row& r) { ++r.epoch; }));
  EXPECT_TRUE(changed([](Row& r) { ++r.seq; }));
  EXPECT_TRUE(changed([](Row& r) { ++r.at.boot.bytes[15]; }));
  EXPECT_TRUE(changed([](Row& r) { ++r.at.mono.ns; }));
  EXPECT_TRUE(changed([](Row& r) { ++r.at.wall.ns; }));
  EXPECT_TRUE(changed([](Row& r) { ++r.kind; }));
  EXPECT_TRUE(changed([](Row& r) { ++r.payload_version; }));
  EXPECT_TRUE(changed([](Row& r) { r.subject += "x"; }));
  EXPECT_TRUE(changed([](Row& r) { r.payload += "x"; }));
  EXPECT_NE(HashOf(Example(), kGenesis), hash);
}

TEST(Row, ABytesBorderCannotMoveBetweenSubjectAndPayload) {
  Row a = Example(), b = Example();
  a.subject = "ab", a.payload = "c";
  b.subject = "a", b.payload = "bc";
  EXPECT_NE(HashOf(a, kGenesis), HashOf(b, kGenesis));
}

TEST(Row, ParsesWhatItWrote) {
  Row row = Example();
  row.hash = HashOf(row, Previous());
  const auto parsed = ParseCanonical(CanonicalBytes(row, Previous()));
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->row, row);
  EXPECT_EQ(parsed->previous, Previous());
}

TEST(Row, RefusesBytesThatItWouldNotWrite) {
  const std::string good = CanonicalBytes(Example(), Previous());
  EXPECT_FALSE(ParseCanonical("").ok());
  EXPECT_FALSE(ParseCanonical(good + "x").ok());
  for (size_t size = 0; size < good.size(); ++size) EXPECT_FALSE(ParseCanonical(good.substr(0, size)).ok());
  std::string other = good;
  other[3] = '2';
  EXPECT_EQ(ParseCanonical(other).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace holdfast::journal
