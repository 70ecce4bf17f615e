#include "core/orders/code.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/canonical.h"
#include "base/crypto/passcode.h"
#include "base/error.h"

namespace holdfast {
namespace {

constexpr absl::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr uint64_t kVersion = 1;
constexpr size_t kCharacters = 20;
constexpr int kTagBits = 52;
constexpr int64_t kFirstHour = 1735689600;  // 2025-01-01T00:00:00Z
constexpr absl::Duration kQuarter = absl::Minutes(15);
// The device's clock may be behind.
constexpr int64_t kHoursAhead = 2;

absl::string_view IdBytes(const Uuid& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

uint64_t Tag(uint64_t fields, const Uuid& device, absl::string_view key) {
  CanonicalWriter message;
  message.Raw("holdfast-code-v1").Raw(IdBytes(device)).U64(fields);
  const std::string mac = crypto::HmacSha256(key, message.str());
  uint64_t first = 0;
  for (size_t i = 0; i < 8; ++i) first = first << 8 | static_cast<uint8_t>(mac[i]);
  return first >> (64 - kTagBits);
}

// The 100 bits: `fields` (48) before `tag` (52).
std::string Spell(uint64_t fields, uint64_t tag) {
  std::string out;
  for (size_t i = 0; i < kCharacters; ++i) {
    const size_t from_end = (kCharacters - 1 - i) * 5;
    uint64_t five = 0;
    for (size_t bit = 0; bit < 5; ++bit) {
      const size_t at = from_end + bit;
      const uint64_t value = at < kTagBits ? tag >> at : fields >> (at - kTagBits);
      five |= (value & 1) << bit;
    }
    if (i > 0 && i % 4 == 0) out.push_back('-');
    out.push_back(kAlphabet[five]);
  }
  return out;
}

absl::StatusOr<std::pair<uint64_t, uint64_t>> Unspell(absl::string_view text) {
  uint64_t fields = 0, tag = 0;
  size_t count = 0;
  for (char c : text) {
    if (c == '-' || absl::ascii_isspace(static_cast<unsigned char>(c))) continue;
    c = absl::ascii_toupper(static_cast<unsigned char>(c));
    if (c == 'O') c = '0';
    if (c == 'I' || c == 'L') c = '1';
    const size_t five = kAlphabet.find(c);
    if (five == absl::string_view::npos || ++count > kCharacters) {
      return absl::InvalidArgumentError("This is not a code: a code has 20 letters and digits.");
    }
    fields = (fields << 5 | tag >> (kTagBits - 5)) & ((uint64_t{1} << 48) - 1);
    tag = (tag << 5 | five) & ((uint64_t{1} << kTagBits) - 1);
  }
  if (count != kCharacters) {
    return absl::InvalidArgumentError(
        absl::StrCat("This is not a code: it has ", count, " letters and digits, not 20."));
  }
  return std::pair(fields, tag);
}

}  // namespace

std::string OverrideCode::Id() const {
  return absl::StrFormat("%04X-%04X", hour & 0xFFFF, serial);
}

std::string CodeKeyMessage(const Uuid& device) {
  return absl::StrCat("holdfast-override-key-v1", IdBytes(device));
}

uint32_t CodeHour(int64_t unix_ns) {
  const int64_t hours = (unix_ns / 1000000000 - kFirstHour) / 3600;
  return static_cast<uint32_t>(std::clamp<int64_t>(hours, 0, (1 << 22) - 1));
}

std::string EncodeOverrideCode(const OverrideCode& code, const Uuid& device, absl::string_view key) {
  const auto quarters = static_cast<uint64_t>(absl::Ceil(code.length, kQuarter) / kQuarter);
  const uint64_t fields = kVersion << 44 | quarters << 38 | uint64_t{code.hour} << 16 | code.serial;
  return Spell(fields, Tag(fields, device, key));
}

absl::StatusOr<OverrideCode> DecodeOverrideCode(absl::string_view text, const Uuid& device,
                                                absl::string_view key, WallTime now) {
  HOLDFAST_ASSIGN_OR_RETURN(const auto parts, Unspell(text));
  const auto [fields, tag] = parts;
  if (key.empty()) {
    return absl::PermissionDeniedError(
        "No code can be verified here: this device has not synced with its server yet.");
  }
  OverrideCode code{.length = kQuarter * static_cast<int64_t>(fields >> 38 & 63),
                    .hour = static_cast<uint32_t>(fields >> 16 & ((1 << 22) - 1)),
                    .serial = static_cast<uint16_t>(fields)};
  if (tag != Tag(fields, device, key) || fields >> 44 != kVersion || code.length <= absl::ZeroDuration() ||
      code.length > kLongestCode) {
    return absl::PermissionDeniedError(
        "The code is mistyped, or it was made for another device. Compare it with your help desk.");
  }
  const int64_t age = int64_t{CodeHour(now.ns)} - int64_t{code.hour};
  if (age < -kHoursAhead || age > absl::ToInt64Hours(kCodeGoodFor)) {
    return absl::FailedPreconditionError(
        absl::StrCat("The code ", code.Id(), " is over: it was good for ", absl::ToInt64Hours(kCodeGoodFor),
                     " hours. Ask your help desk for a new one, and look at this device's clock."));
  }
  return code;
}

}  // namespace holdfast
