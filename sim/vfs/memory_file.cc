#include "sim/vfs/memory_file.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <iterator>

namespace holdfast::sim {
namespace {

// What a disk writes whole or not at all.
constexpr size_t kSector = 512;

void Put(std::string& image, uint64_t offset, absl::string_view bytes) {
  if (image.size() == offset) {
    image.append(bytes.data(), bytes.size());
    return;
  }
  if (image.size() < offset + bytes.size()) image.resize(offset + bytes.size());
  memcpy(image.data() + offset, bytes.data(), bytes.size());
}

}  // namespace

void MemoryFile::Write(uint64_t offset, absl::string_view bytes) {
  Put(image_, offset, bytes);
  pending_.push_back({offset, pending_bytes_.size(), bytes.size(), false});
  pending_bytes_.append(bytes.data(), bytes.size());
}

void MemoryFile::Truncate(uint64_t size) {
  image_.resize(size);
  pending_.push_back({size, 0, 0, true});
}

absl::string_view MemoryFile::BytesOf(const Pending& write) const {
  return absl::string_view(pending_bytes_).substr(write.begin, write.size);
}

void MemoryFile::Sync() {
  for (const Pending& change : pending_) {
    if (change.truncation) {
      durable_.resize(change.offset);
    } else {
      Put(durable_, change.offset, BytesOf(change));
    }
  }
  pending_.clear();
  pending_bytes_.clear();
  ever_synced_ = true;
}

void MemoryFile::Replace(std::string bytes) {
  image_ = std::move(bytes);
  durable_ = image_;
  pending_.clear();
  pending_bytes_.clear();
  ever_synced_ = true;
}

void MemoryFile::ApplyTorn(const Pending& write, SplitMix64& random) {
  absl::string_view bytes = BytesOf(write);
  uint64_t offset = write.offset;
  while (!bytes.empty()) {
    const absl::string_view sector = bytes.substr(0, kSector - offset % kSector);
    if (random.Below(2) == 0) Put(durable_, offset, sector);
    offset += sector.size();
    bytes.remove_prefix(sector.size());
  }
}

bool MemoryFile::Restart(Loss loss, SplitMix64& random) {
  std::move(shm_.begin(), shm_.end(), std::back_inserter(retired_shm_));
  if (holders_.empty()) retired_shm_.clear();
  holders_.clear();
  shm_.clear();
  if (loss == Loss::kNothing) return true;
  if (loss == Loss::kSomeUnsynced) {
    for (const Pending& change : pending_) {
      const uint64_t fate = random.Below(4);  // half is written, a quarter lost, a quarter torn
      if (change.truncation) {
        if (fate < 2) durable_.resize(change.offset);
      } else if (fate < 2) {
        Put(durable_, change.offset, BytesOf(change));
      } else if (fate == 2) {
        ApplyTorn(change, random);
      }
    }
  }
  image_ = durable_;
  pending_.clear();
  pending_bytes_.clear();
  return ever_synced_ || !image_.empty();
}

void MemoryFile::Detach(Holder* holder) {
  UnmapShm(*holder);
  holders_.erase(std::remove(holders_.begin(), holders_.end(), holder), holders_.end());
}

int MemoryFile::Lock(Holder& holder, int level) {
  int highest = SQLITE_LOCK_NONE;
  for (const Holder* other : holders_) {
    if (other != &holder) highest = std::max(highest, other->level);
  }
  if (level <= holder.level) return SQLITE_OK;
  if (level == SQLITE_LOCK_SHARED) {
    if (highest >= SQLITE_LOCK_PENDING) return SQLITE_BUSY;
  } else if (highest >= SQLITE_LOCK_RESERVED) {
    return SQLITE_BUSY;
  }
  if (level == SQLITE_LOCK_EXCLUSIVE && highest >= SQLITE_LOCK_SHARED) {
    holder.level = SQLITE_LOCK_PENDING;  // no new reader comes in while this one waits
    return SQLITE_BUSY;
  }
  holder.level = level;
  return SQLITE_OK;
}

bool MemoryFile::ReservedByAny() const {
  return std::any_of(holders_.begin(), holders_.end(),
                     [](const Holder* holder) { return holder->level >= SQLITE_LOCK_RESERVED; });
}

void* MemoryFile::MapShm(Holder& holder, size_t region, size_t size, bool extend) {
  holder.mapped = true;
  while (shm_.size() <= region) {
    if (!extend) return nullptr;
    shm_.push_back(std::make_unique<uint64_t[]>(size / sizeof(uint64_t)));
  }
  return shm_[region].get();
}

int MemoryFile::LockShm(Holder& holder, int offset, int count, int flags) {
  const uint32_t slots = ((1u << count) - 1) << offset;
  if ((flags & SQLITE_SHM_UNLOCK) != 0) {
    holder.shm_shared &= ~slots;
    holder.shm_exclusive &= ~slots;
    return SQLITE_OK;
  }
  const bool exclusive = (flags & SQLITE_SHM_EXCLUSIVE) != 0;
  for (const Holder* other : holders_) {
    if (other == &holder) continue;
    if ((other->shm_exclusive & slots) != 0) return SQLITE_BUSY;
    if (exclusive && (other->shm_shared & slots) != 0) return SQLITE_BUSY;
  }
  (exclusive ? holder.shm_exclusive : holder.shm_shared) |= slots;
  return SQLITE_OK;
}

void MemoryFile::UnmapShm(Holder& holder) {
  holder.mapped = false;
  holder.shm_shared = holder.shm_exclusive = 0;
  if (std::none_of(holders_.begin(), holders_.end(), [](const Holder* other) { return other->mapped; })) {
    shm_.clear();
  }
}

}  // namespace holdfast::sim
