#include "server/service/key_ring.h"

#include <algorithm>
#include <array>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/error.h"

namespace holdfast::server {
namespace {

constexpr absl::string_view kFirstLine = "holdfast keys 1: kind, id, state, created, activated, retired";
constexpr size_t kIdDigits = 16;
constexpr std::array kKinds = {KeyKind::kAuthority, KeyKind::kPolicy};
constexpr std::array kStates = {KeyState::kNext, KeyState::kCurrent, KeyState::kRetiring, KeyState::kRetired};

std::string TimeText(const std::optional<ServerTime>& at) {
  return at ? absl::StrCat(at->ns) : "-";
}

bool ReadTime(absl::string_view text, std::optional<ServerTime>* at) {
  if (text == "-") return true;
  return absl::SimpleAtoi(text, &at->emplace().ns);
}

bool IsId(absl::string_view text) {
  return text.size() == kIdDigits && text.find_first_not_of("0123456789abcdef") == absl::string_view::npos;
}

bool ReadKey(absl::string_view line, RingKey* key) {
  const std::vector<absl::string_view> part = absl::StrSplit(line, ' ');
  if (part.size() != 6) return false;
  const auto kind =
      std::find_if(kKinds.begin(), kKinds.end(), [&](KeyKind k) { return KeyKindName(k) == part[0]; });
  const auto state =
      std::find_if(kStates.begin(), kStates.end(), [&](KeyState s) { return KeyStateName(s) == part[2]; });
  std::optional<ServerTime> created;
  if (kind == kKinds.end() || state == kStates.end() || !IsId(part[1]) || !ReadTime(part[3], &created) ||
      !created || !ReadTime(part[4], &key->activated) || !ReadTime(part[5], &key->retired)) {
    return false;
  }
  key->kind = *kind;
  key->id = std::string(part[1]);
  key->state = *state;
  key->created = *created;
  return true;
}

}  // namespace

absl::string_view KeyKindName(KeyKind kind) {
  return kind == KeyKind::kAuthority ? "ca" : "policy";
}

absl::string_view KeyStateName(KeyState state) {
  switch (state) {
    case KeyState::kNext:
      return "next";
    case KeyState::kCurrent:
      return "current";
    case KeyState::kRetiring:
      return "retiring";
    case KeyState::kRetired:
      return "retired";
  }
  return "";
}

const RingKey* KeyRing::First(KeyKind kind) const {
  const auto it =
      std::find_if(keys_.begin(), keys_.end(), [&](const RingKey& key) { return key.kind == kind; });
  return it == keys_.end() ? nullptr : &*it;
}

const RingKey* KeyRing::In(KeyKind kind, KeyState state) const {
  const auto it = std::find_if(keys_.begin(), keys_.end(),
                               [&](const RingKey& key) { return key.kind == kind && key.state == state; });
  return it == keys_.end() ? nullptr : &*it;
}

RingKey* KeyRing::Mutable(const std::string& id) {
  const auto it = std::find_if(keys_.begin(), keys_.end(), [&](const RingKey& key) { return key.id == id; });
  return it == keys_.end() ? nullptr : &*it;
}

absl::StatusOr<RingKey> KeyRing::Find(const std::string& id) const {
  for (const RingKey& key : keys_) {
    if (key.id == id) return key;
  }
  return absl::NotFoundError(absl::StrCat("there is no key ", id, "; `keys list` shows them"));
}

std::vector<RingKey> KeyRing::Valid(KeyKind kind) const {
  std::vector<RingKey> valid;
  for (const KeyState state : {KeyState::kCurrent, KeyState::kRetiring, KeyState::kNext}) {
    if (const RingKey* key = In(kind, state)) valid.push_back(*key);
  }
  return valid;
}

absl::StatusOr<KeyRing> KeyRing::Add(KeyKind kind, const std::string& id, ServerTime now) const {
  if (const RingKey* next = In(kind, KeyState::kNext)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "making the next ", KeyKindName(kind), " key: ", next->id,
        " is that already; it becomes current by itself, or give it up with `keys retire ", next->id, "`"));
  }
  if (const RingKey* retiring = In(kind, KeyState::kRetiring)) {
    return absl::FailedPreconditionError(
        absl::StrCat("making the next ", KeyKindName(kind), " key: ", retiring->id,
                     " is still valid, and two at once is all; `keys retire ", retiring->id, "` first"));
  }
  KeyRing after = *this;
  const bool first = In(kind, KeyState::kCurrent) == nullptr;
  after.keys_.push_back({kind, id, first ? KeyState::kCurrent : KeyState::kNext, now,
                         first ? std::optional(now) : std::nullopt, std::nullopt});
  return after;
}

absl::StatusOr<KeyRing> KeyRing::Activate(const std::string& id, ServerTime now) const {
  HOLDFAST_ASSIGN_OR_RETURN(const RingKey key, Find(id));
  if (key.state != KeyState::kNext) {
    return absl::FailedPreconditionError(absl::StrCat("activating ", id, ": it is ", KeyStateName(key.state),
                                                      "; only a next key becomes the current one"));
  }
  KeyRing after = *this;
  after.Mutable(In(key.kind, KeyState::kCurrent)->id)->state = KeyState::kRetiring;
  after.Mutable(id)->state = KeyState::kCurrent;
  after.Mutable(id)->activated = now;
  return after;
}

absl::StatusOr<KeyRing> KeyRing::Retire(const std::string& id, ServerTime now) const {
  HOLDFAST_ASSIGN_OR_RETURN(const RingKey key, Find(id));
  if (key.state == KeyState::kCurrent) {
    return absl::FailedPreconditionError(
        absl::StrCat("retiring ", id, ": it is the current ", KeyKindName(key.kind), " key; `keys rotate ",
                     KeyKindName(key.kind), "` makes the one that replaces it"));
  }
  if (key.state == KeyState::kRetired) {
    return absl::FailedPreconditionError(absl::StrCat("retiring ", id, ": it is retired already"));
  }
  KeyRing after = *this;
  after.Mutable(id)->state = KeyState::kRetired;
  after.Mutable(id)->retired = now;
  return after;
}

std::string KeyRing::Encode() const {
  std::string out = absl::StrCat(kFirstLine, "\n");
  for (const RingKey& key : keys_) {
    absl::StrAppend(&out, KeyKindName(key.kind), " ", key.id, " ", KeyStateName(key.state), " ",
                    key.created.ns, " ", TimeText(key.activated), " ", TimeText(key.retired), "\n");
  }
  return out;
}

absl::Status KeyRing::Check() const {
  for (const KeyKind kind : kKinds) {
    const auto count = [&](KeyState state) {
      return std::count_if(keys_.begin(), keys_.end(),
                           [&](const RingKey& key) { return key.kind == kind && key.state == state; });
    };
    if (count(KeyState::kCurrent) != 1 || count(KeyState::kNext) + count(KeyState::kRetiring) > 1) {
      return absl::DataLossError(absl::StrCat("the list of keys has not one current ", KeyKindName(kind),
                                              " key and at most one beside it"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<KeyRing> KeyRing::Decode(absl::string_view text) {
  KeyRing ring;
  std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  const bool whole = lines.size() > 1 && lines.front() == kFirstLine && lines.back().empty();
  if (!whole) return absl::DataLossError("this is no list of keys, or it is cut off");
  for (size_t i = 1; i + 1 < lines.size(); ++i) {
    RingKey key;
    if (!ReadKey(lines[i], &key) || ring.Find(key.id).ok()) {
      return absl::DataLossError(absl::StrCat("line ", i + 1, " of the list of keys is no key"));
    }
    ring.keys_.push_back(std::move(key));
  }
  HOLDFAST_RETURN_IF_ERROR(ring.Check());
  return ring;
}

}  // namespace holdfast::server
