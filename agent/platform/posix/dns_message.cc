#include "agent/platform/posix/dns_message.h"

#include <arpa/inet.h>

#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/error.h"

namespace holdfast::platform {
namespace {

constexpr size_t kMostLabel = 63;
constexpr size_t kMostName = 253;  // as text, without the dot at the end
constexpr uint16_t kInternet = 1;
constexpr uint16_t kIsAnswer = 0x8000;
constexpr uint16_t kRecursionDesired = 0x0100;
constexpr uint16_t kCodeMask = 0x000f;
constexpr int kNoSuchName = 3;
// A name points back at most so often; a longer chain goes in circles.
constexpr int kMostPointers = 64;

void Append16(std::string& out, uint16_t value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value & 0xff);
}

// Reads forwards; every read fails once one has failed.
class Reader {
 public:
  explicit Reader(absl::string_view message) : message_(message) {}

  bool ok() const { return ok_; }
  uint16_t Take16() {
    const absl::string_view two = Take(2);
    return ok_ ? static_cast<uint16_t>(Byte(two, 0) << 8 | Byte(two, 1)) : 0;
  }
  absl::string_view Take(size_t size) {
    ok_ = ok_ && size <= message_.size() - at_;
    if (!ok_) return {};
    const absl::string_view taken = message_.substr(at_, size);
    at_ += size;
    return taken;
  }
  // A name as text, each label followed by a dot.
  std::string TakeName();

 private:
  static uint8_t Byte(absl::string_view bytes, size_t i) { return static_cast<uint8_t>(bytes[i]); }

  const absl::string_view message_;
  size_t at_ = 0;
  bool ok_ = true;
};

std::string Reader::TakeName() {
  std::string name;
  std::optional<size_t> resume;
  for (int pointers = 0; ok_;) {
    const absl::string_view first = Take(1);
    if (!ok_ || Byte(first, 0) == 0) break;
    const uint8_t size = Byte(first, 0);
    if ((size & 0xc0) == 0xc0) {
      const absl::string_view second = Take(1);
      if (!ok_) break;
      if (!resume) resume = at_;
      at_ = static_cast<size_t>(size & 0x3f) << 8 | Byte(second, 0);
      ok_ = ++pointers <= kMostPointers && at_ < message_.size();
      continue;
    }
    const absl::string_view label = Take(size);
    ok_ = ok_ && size <= kMostLabel && name.size() + size <= kMostName;
    if (ok_) absl::StrAppend(&name, label, ".");
  }
  if (ok_ && resume) at_ = *resume;
  return name;
}

struct Header {
  uint16_t id = 0, flags = 0, questions = 0, answers = 0;
};

Header TakeHeader(Reader& reader) {
  Header header{reader.Take16(), reader.Take16(), reader.Take16(), reader.Take16()};
  reader.Take(4);  // authorities, additional records
  return header;
}

struct Question {
  std::string name;
  uint16_t type = 0;
};

Question TakeQuestion(Reader& reader) {
  Question question{reader.TakeName(), reader.Take16()};
  reader.Take16();  // class
  return question;
}

// Nothing for a record of another type or a size that is no address.
std::string TakeAddress(Reader& reader, uint16_t wanted) {
  reader.TakeName();
  const uint16_t type = reader.Take16();
  reader.Take(6);  // class, time to live
  const absl::string_view data = reader.Take(reader.Take16());
  const bool ipv6 = wanted == static_cast<uint16_t>(DnsType::kAaaa);
  if (type != wanted || data.size() != (ipv6 ? sizeof(in6_addr) : sizeof(in_addr))) return "";
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(ipv6 ? AF_INET6 : AF_INET, data.data(), text, sizeof text);
  return text;
}

absl::Status OfCode(int code) {
  if (code == kNoSuchName) return absl::NotFoundError("the resolver knows no such name");
  return absl::UnavailableError(absl::StrCat("the resolver answered with error ", code));
}

}  // namespace

absl::StatusOr<std::string> MakeDnsQuery(absl::string_view name, DnsType type, uint16_t id) {
  const auto refused = [name] {
    return absl::InvalidArgumentError(absl::StrCat("\"", name, "\" is no name that can be asked for"));
  };
  const absl::string_view relative = absl::EndsWith(name, ".") ? name.substr(0, name.size() - 1) : name;
  if (relative.empty() || relative.size() > kMostName) return refused();
  std::string query;
  for (const uint16_t field : {id, kRecursionDesired, uint16_t{1}, uint16_t{0}, uint16_t{0}, uint16_t{0}}) {
    Append16(query, field);
  }
  for (const absl::string_view label : absl::StrSplit(relative, '.')) {
    if (label.empty() || label.size() > kMostLabel) return refused();
    absl::StrAppend(&query, std::string(1, static_cast<char>(label.size())), label);
  }
  query += '\0';
  Append16(query, static_cast<uint16_t>(type));
  Append16(query, kInternet);
  return query;
}

absl::StatusOr<std::vector<std::string>> ReadDnsAnswer(absl::string_view query, absl::string_view answer) {
  Reader asked(query), told(answer);
  const Header question_header = TakeHeader(asked), header = TakeHeader(told);
  const Question question = TakeQuestion(asked);
  if (!asked.ok() || !told.ok()) return absl::InvalidArgumentError("this is no DNS message");
  const bool related =
      header.id == question_header.id && (header.flags & kIsAnswer) != 0 && header.questions == 1;
  const Question repeated = related ? TakeQuestion(told) : Question();
  if (!told.ok()) return absl::InvalidArgumentError("this is no DNS message");
  if (!related || repeated.type != question.type || !absl::EqualsIgnoreCase(repeated.name, question.name))
    return absl::FailedPreconditionError("this answers another question");
  if (const int code = header.flags & kCodeMask; code != 0) return OfCode(code);
  std::vector<std::string> addresses;
  for (int i = 0; i < header.answers; ++i) {
    std::string address = TakeAddress(told, question.type);
    if (!told.ok()) return absl::InvalidArgumentError("the answer is cut off");
    if (!address.empty()) addresses.push_back(std::move(address));
  }
  return addresses;
}

}  // namespace holdfast::platform
