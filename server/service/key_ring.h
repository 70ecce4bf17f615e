// The authorities and policy keys of a server, and what each is used for now: a pure state machine over their
// ids. Of each kind there is one current key, and at most one more that is valid beside it: the next one, or
// the one that it replaces (docs/adr/0024-key-rotation.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/time.h"

namespace holdfast::server {

enum class KeyKind : uint8_t { kAuthority = 1, kPolicy = 2 };
enum class KeyState : uint8_t { kNext = 1, kCurrent = 2, kRetiring = 3, kRetired = 4 };
absl::string_view KeyKindName(KeyKind kind);     // "ca", "policy"
absl::string_view KeyStateName(KeyState state);  // "next", ...

struct RingKey {
  KeyKind kind = KeyKind::kAuthority;
  std::string id;  // 16 lower-case hex digits
  KeyState state = KeyState::kCurrent;
  ServerTime created;
  std::optional<ServerTime> activated, retired;
  friend bool operator==(const RingKey&, const RingKey&) = default;
};

class KeyRing {
 public:
  // Each gives the ring after the step, or FAILED_PRECONDITION that says what to do first; NOT_FOUND for an
  // id that it does not have.
  // Adds a key: the current one when there is none of its kind, else the next one.
  absl::StatusOr<KeyRing> Add(KeyKind kind, const std::string& id, ServerTime now) const;
  // The next key becomes the current one, and that one retiring.
  absl::StatusOr<KeyRing> Activate(const std::string& id, ServerTime now) const;
  // Of a retiring key, or of a next one that is not wanted any more.
  absl::StatusOr<KeyRing> Retire(const std::string& id, ServerTime now) const;

  const std::vector<RingKey>& keys() const { return keys_; }  // oldest first
  absl::StatusOr<RingKey> Find(const std::string& id) const;
  // The oldest of this kind.
  const RingKey* First(KeyKind kind) const;
  // The key of this kind that is in this state; nullptr when there is none. Of retired ones, the oldest.
  const RingKey* In(KeyKind kind, KeyState state) const;
  // What is trusted: the current key, and the other valid one if there is one.
  std::vector<RingKey> Valid(KeyKind kind) const;

  // A line for each key; for people too.
  std::string Encode() const;
  // DATA_LOSS for text that Encode did not write, or of a ring that cannot be.
  static absl::StatusOr<KeyRing> Decode(absl::string_view text);

  friend bool operator==(const KeyRing&, const KeyRing&) = default;

 private:
  RingKey* Mutable(const std::string& id);
  absl::Status Check() const;
  std::vector<RingKey> keys_;
};

}  // namespace holdfast::server
