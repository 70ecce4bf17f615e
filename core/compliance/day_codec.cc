// Days as bytes, version 1. Numbers are LEB128; keys and causes are named once and then by their index.
//   1 | strings: count, each length + bytes | days: count, each day (the first as it is, zigzag; then the
//   difference to the one before), keys: count, each: its string | causes: count, each class (a byte),
//   string, nanoseconds | uncertainty | outages: count, and unless that is 0: longest, first, last
// What the causes leave of the 24 hours was not required.
#include <map>
#include <utility>

#include "core/compliance/days.h"

namespace holdfast::compliance {
namespace {

constexpr char kVersion = 1;

class Writer {
 public:
  void Byte(uint8_t v) { out_.push_back(static_cast<char>(v)); }
  void Number(uint64_t v) {
    for (; v >= 0x80; v >>= 7) Byte(static_cast<uint8_t>(v | 0x80));
    Byte(static_cast<uint8_t>(v));
  }
  void Number(int64_t v) { Number(static_cast<uint64_t>(v)); }
  void Text(absl::string_view text) {
    Number(uint64_t{text.size()});
    out_.append(text.data(), text.size());
  }
  std::string& str() { return out_; }

 private:
  std::string out_;
};

// After the first short or wrong read all is zero and ok() is false.
class Reader {
 public:
  explicit Reader(absl::string_view bytes) : rest_(bytes) {}
  uint8_t Byte() {
    if (rest_.empty()) return Fail();
    const auto v = static_cast<uint8_t>(rest_[0]);
    rest_.remove_prefix(1);
    return v;
  }
  uint64_t Number() {
    uint64_t v = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint8_t byte = Byte();
      v |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return v;
    }
    return Fail();
  }
  int64_t Nanoseconds() {
    const uint64_t v = Number();
    return v <= static_cast<uint64_t>(INT64_MAX) ? static_cast<int64_t>(v) : Fail();
  }
  absl::string_view Text() {
    const uint64_t size = Number();
    if (size > rest_.size()) return Fail(), absl::string_view();
    const absl::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }
  uint8_t Fail() {
    ok_ = false;
    rest_ = {};
    return 0;
  }
  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty(); }

 private:
  absl::string_view rest_;
  bool ok_ = true;
};

uint64_t ZigZag(int64_t v) {
  return (static_cast<uint64_t>(v) << 1) ^ static_cast<uint64_t>(v >> 63);
}
int64_t FromZigZag(uint64_t v) {
  return static_cast<int64_t>(v >> 1) ^ -static_cast<int64_t>(v & 1);
}

// Every string once, in the order in which they first come.
class Names {
 public:
  uint64_t Of(const std::string& name) {
    const auto [it, added] = index_.try_emplace(name, index_.size());
    if (added) in_order_.push_back(name);
    return it->second;
  }
  const std::vector<std::string>& in_order() const { return in_order_; }

 private:
  std::map<std::string, uint64_t> index_;
  std::vector<std::string> in_order_;
};

void WriteKey(const KeyAccount& account, Names& names, Writer& out) {
  out.Number(names.Of(account.key));
  out.Number(uint64_t{account.causes.size()});
  for (const CauseTotal& cause : account.causes) {
    out.Byte(static_cast<uint8_t>(cause.time_class));
    out.Number(names.Of(cause.cause));
    out.Number(cause.ns);
  }
  out.Number(account.uncertainty_ns);
  out.Number(account.outages.count);
  if (account.outages.count == 0) return;
  out.Number(account.outages.longest_ns);
  out.Number(account.outages.first_ns);
  out.Number(account.outages.last_ns);
}

class DaysReader {
 public:
  explicit DaysReader(absl::string_view bytes) : in_(bytes) {}

  bool Read(absl::FunctionRef<void(Day, const KeyAccount&)> visit) {
    if (in_.Byte() != kVersion) return false;
    for (uint64_t n = in_.Number(); n > 0 && in_.ok(); --n) names_.push_back(in_.Text());
    Day day = 0;
    for (uint64_t n = in_.Number(); n > 0 && in_.ok(); --n) {
      day = static_cast<Day>(static_cast<uint64_t>(day) + static_cast<uint64_t>(FromZigZag(in_.Number())));
      for (uint64_t keys = in_.Number(); keys > 0; --keys) {
        if (!ReadKey()) return false;
        visit(day, account_);
      }
    }
    return in_.ok() && in_.at_end();
  }

 private:
  absl::string_view Name() {
    const uint64_t index = in_.Number();
    if (index >= names_.size()) return in_.Fail(), absl::string_view();
    return names_[index];
  }

  // Into one account whose memory is used again.
  bool ReadKey() {
    const absl::string_view key = Name();
    account_.key.assign(key.data(), key.size());
    account_.totals = {};
    int64_t rest = kDayNs;
    const uint64_t causes = in_.Number();
    size_t used = 0;
    for (; used < causes && in_.ok(); ++used) {
      if (used == account_.causes.size()) account_.causes.emplace_back();
      CauseTotal& cause = account_.causes[used];
      const uint8_t time_class = in_.Byte();
      if (time_class >= kTimeClassCount) return false;
      cause.time_class = static_cast<TimeClass>(time_class);
      const absl::string_view name = Name();
      cause.cause.assign(name.data(), name.size());
      cause.ns = in_.Nanoseconds();
      if (cause.ns > rest) return false;
      rest -= cause.ns;
      compliance::Of(account_.totals, cause.time_class) += cause.ns;
    }
    account_.causes.resize(used);
    compliance::Of(account_.totals, TimeClass::kNotRequired) += rest;
    account_.uncertainty_ns = in_.Nanoseconds();
    account_.outages = {.count = in_.Nanoseconds()};
    if (account_.outages.count > 0) {
      account_.outages.longest_ns = in_.Nanoseconds();
      account_.outages.first_ns = in_.Nanoseconds();
      account_.outages.last_ns = in_.Nanoseconds();
    }
    return in_.ok();
  }

  Reader in_;
  std::vector<absl::string_view> names_;
  KeyAccount account_;
};

}  // namespace

std::string EncodeDays(const std::vector<DayAccount>& days) {
  Names names;
  Writer body;
  body.Number(uint64_t{days.size()});
  Day before = 0;
  for (const DayAccount& day : days) {
    body.Number(ZigZag(day.day - std::exchange(before, day.day)));
    body.Number(uint64_t{day.keys.size()});
    for (const KeyAccount& account : day.keys) WriteKey(account, names, body);
  }
  Writer out;
  out.Byte(kVersion);
  out.Number(uint64_t{names.in_order().size()});
  for (const std::string& name : names.in_order()) out.Text(name);
  return std::move(out.str()) + body.str();
}

absl::Status ReadDays(absl::string_view bytes, absl::FunctionRef<void(Day, const KeyAccount&)> visit) {
  if (DaysReader(bytes).Read(visit)) return absl::OkStatus();
  return absl::DataLossError("kept accounts of days are damaged");
}

}  // namespace holdfast::compliance
