#include "profiles/plist/binary_check.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "profiles/plist/limits.h"

namespace holdfast::plist {
namespace {

constexpr absl::string_view kMagic = "bplist0";
constexpr size_t kHeader = 8;
constexpr size_t kTrailer = 32;
constexpr uint64_t kMaxUnfolded = uint64_t{64} << 20;  // bytes, with each reference counted as a copy
constexpr uint64_t kPerNode = 320;                     // about what one node costs, decoded twice

absl::Status Bad(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("binary property list: ", what, "; it is damaged"));
}

class Graph {
 public:
  explicit Graph(absl::string_view bytes) : bytes_(bytes) {}
  absl::Status Check();

 private:
  enum class State : uint8_t { kNew, kOpen, kDone };
  struct Object {
    State state = State::kNew;
    size_t height = 0;      // of the tree below it
    uint64_t unfolded = 0;  // bytes of the tree below it
  };

  uint64_t Number(size_t at, size_t size) const;
  absl::Status Visit(uint64_t index, size_t depth);
  absl::Status Measure(uint64_t index, size_t depth);
  // libplist asserts that a key is a text without a NUL.
  absl::Status CheckKey(uint64_t index) const;
  // The count in an object's head, and where what it counts begins.
  absl::Status Head(uint64_t offset, uint64_t* count, uint64_t* begin) const;

  absl::string_view bytes_;
  size_t offset_size_ = 0;
  size_t ref_size_ = 0;
  uint64_t count_ = 0;
  uint64_t table_ = 0;
  std::vector<Object> objects_;
};

uint64_t Graph::Number(size_t at, size_t size) const {
  uint64_t value = 0;
  for (size_t i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(bytes_[at + i]);
  return value;
}

absl::Status Graph::Check() {
  if (bytes_.size() < kHeader + kTrailer + 1) return Bad("it is cut short");
  const size_t trailer = bytes_.size() - kTrailer;
  offset_size_ = Number(trailer + 6, 1);
  ref_size_ = Number(trailer + 7, 1);
  count_ = Number(trailer + 8, 8);
  const uint64_t root = Number(trailer + 16, 8);
  table_ = Number(trailer + 24, 8);
  if (offset_size_ < 1 || offset_size_ > 8 || ref_size_ < 1 || ref_size_ > 8) return Bad("strange sizes");
  if (count_ == 0 || count_ > kMaxNodes) return Bad(absl::StrCat(count_, " objects"));
  if (table_ < kHeader || table_ > trailer || (trailer - table_) / offset_size_ < count_) {
    return Bad("its offset table does not fit");
  }
  objects_.resize(count_);
  if (absl::Status s = Visit(root, 1); !s.ok()) return s;
  if (objects_[root].unfolded > kMaxUnfolded) {
    return absl::ResourceExhaustedError(
        absl::StrCat("binary property list: its references unfold to more than ", kMaxUnfolded, " bytes"));
  }
  return absl::OkStatus();
}

absl::Status Graph::Visit(uint64_t index, size_t depth) {
  if (index >= count_) return Bad("a reference to an object that does not exist");
  Object& object = objects_[index];
  if (object.state == State::kOpen) return Bad("an object that contains itself");
  if (object.state == State::kNew) {
    object.state = State::kOpen;
    if (depth > kMaxDepth) return Bad(absl::StrCat("objects nested deeper than ", kMaxDepth));
    if (absl::Status s = Measure(index, depth); !s.ok()) return s;
    object.state = State::kDone;
  }
  if (depth + object.height > kMaxDepth) return Bad(absl::StrCat("objects nested deeper than ", kMaxDepth));
  return absl::OkStatus();
}

absl::Status Graph::Head(uint64_t offset, uint64_t* count, uint64_t* begin) const {
  *count = Number(offset, 1) & 0x0f;
  *begin = offset + 1;
  if (*count != 0x0f) return absl::OkStatus();
  if (*begin >= table_) return Bad("an object is cut short");
  const uint64_t head = Number(*begin, 1);
  const size_t size = size_t{1} << (head & 0x0f);
  if (head >> 4 != 1 || size > 8 || table_ - *begin <= size) return Bad("an object's length is damaged");
  *count = Number(*begin + 1, size);
  *begin += 1 + size;
  return absl::OkStatus();
}

absl::Status Graph::CheckKey(uint64_t index) const {
  const uint64_t offset = Number(table_ + index * offset_size_, offset_size_);
  const uint64_t kind = Number(offset, 1) >> 4;
  if (kind != 5 && kind != 6) return Bad("a key that is no text");
  uint64_t count = 0, begin = 0;
  if (absl::Status s = Head(offset, &count, &begin); !s.ok()) return s;
  const size_t unit = kind == 6 ? 2 : 1;  // Visit has checked that all of it lies in the file
  for (uint64_t i = 0; i < count; ++i) {
    if (Number(begin + i * unit, unit) == 0) return Bad("a key with a NUL in it");
  }
  return absl::OkStatus();
}

absl::Status Graph::Measure(uint64_t index, size_t depth) {
  const uint64_t offset = Number(table_ + index * offset_size_, offset_size_);
  if (offset < kHeader || offset >= table_) return Bad("an object lies outside the file");
  const uint64_t kind = Number(offset, 1) >> 4;
  Object& object = objects_[index];
  object.unfolded = kPerNode;
  const bool sized = kind == 4 || kind == 5 || kind == 6 || kind == 7;
  const bool container = kind == 0xa || kind == 0xc || kind == 0xd;
  if (!sized && !container) return absl::OkStatus();
  uint64_t count = 0, begin = 0;
  if (absl::Status s = Head(offset, &count, &begin); !s.ok()) return s;
  const uint64_t each = kind == 6 ? 2 : sized ? 1 : kind == 0xd ? 2 * ref_size_ : ref_size_;
  if (begin > table_ || count > (table_ - begin) / each) return Bad("an object is longer than the file");
  if (sized) {
    object.unfolded += 2 * count * each;  // UTF-16 grows when it becomes UTF-8
    return absl::OkStatus();
  }
  const uint64_t references = kind == 0xd ? 2 * count : count;
  for (uint64_t i = 0; i < references; ++i) {
    const uint64_t child = Number(begin + i * ref_size_, ref_size_);
    if (absl::Status s = Visit(child, depth + 1); !s.ok()) return s;
    if (kind == 0xd && i < count) {
      if (absl::Status s = CheckKey(child); !s.ok()) return s;
    }
    object.height = std::max(object.height, objects_[child].height + 1);
    // No overflow: both are at most the limit plus one node's worth when they are added.
    object.unfolded = std::min(object.unfolded + objects_[child].unfolded, kMaxUnfolded + 1);
  }
  return absl::OkStatus();
}

}  // namespace

bool LooksBinary(absl::string_view bytes) {
  return absl::StartsWith(bytes, kMagic);
}

absl::Status CheckBinary(absl::string_view bytes) {
  return Graph(bytes).Check();
}

}  // namespace holdfast::plist
