#include "sim/vfs/vfs_methods.h"

#include <atomic>
#include <cstring>

#include "sim/vfs/memory_vfs.h"

namespace holdfast::sim {
namespace {

// One open file of one connection.
struct Handle {
  MemoryVfs* vfs;
  std::shared_ptr<MemoryFile> file;
  uint64_t boot;
  MemoryFile::Holder holder;
};

struct HandleFile {
  sqlite3_file base;
  Handle* handle;
};

Handle& Of(sqlite3_file* file) {
  return *reinterpret_cast<HandleFile*>(file)->handle;
}
MemoryVfs& Of(sqlite3_vfs* self) {
  return *static_cast<MemoryVfs*>(self->pAppData);
}

int SectorSize(sqlite3_file*) {
  return 4096;
}
// As the operating systems' own: bytes beside those written stay whole when the power fails.
int DeviceCharacteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}
int FileControl(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}
int GetLastError(sqlite3_vfs*, int, char*) {
  return 0;
}

constexpr sqlite3_io_methods kIoMethods = {
    .iVersion = 2,
    .xClose = VfsMethods::Close,
    .xRead = VfsMethods::Read,
    .xWrite = VfsMethods::Write,
    .xTruncate = VfsMethods::Truncate,
    .xSync = VfsMethods::Sync,
    .xFileSize = VfsMethods::FileSize,
    .xLock = VfsMethods::Lock,
    .xUnlock = VfsMethods::Unlock,
    .xCheckReservedLock = VfsMethods::CheckReservedLock,
    .xFileControl = FileControl,
    .xSectorSize = SectorSize,
    .xDeviceCharacteristics = DeviceCharacteristics,
    .xShmMap = VfsMethods::ShmMap,
    .xShmLock = VfsMethods::ShmLock,
    .xShmBarrier = VfsMethods::ShmBarrier,
    .xShmUnmap = VfsMethods::ShmUnmap,
};

// SQLite counts milliseconds from noon in Greenwich on November 24, 4714 BC.
constexpr int64_t kJulianOfUnixEpochMs = 210866760000000;
constexpr int64_t kYear2000Ms = 946684800000;

}  // namespace

std::unique_ptr<sqlite3_vfs> VfsMethods::Make(MemoryVfs& vfs, const char* name) {
  auto out = std::make_unique<sqlite3_vfs>();
  out->iVersion = 2;
  out->szOsFile = sizeof(HandleFile);
  out->mxPathname = 1024;
  out->zName = name;
  out->pAppData = &vfs;
  out->xOpen = Open;
  out->xDelete = Delete;
  out->xAccess = Access;
  out->xFullPathname = FullPathname;
  out->xRandomness = Randomness;
  out->xSleep = Sleep;
  out->xGetLastError = GetLastError;
  out->xCurrentTimeInt64 = CurrentTimeInt64;
  return out;
}

int VfsMethods::Open(sqlite3_vfs* self, const char* path, sqlite3_file* out, int flags, int* out_flags) {
  MemoryVfs& vfs = Of(self);
  out->pMethods = nullptr;  // SQLite closes only what has methods
  std::lock_guard lock(vfs.mutex_);
  if (!vfs.Enter(Op::kOpen)) return SQLITE_IOERR;
  std::shared_ptr<MemoryFile> file;
  if (path == nullptr) {
    file = std::make_shared<MemoryFile>();  // a temporary one
  } else if (const auto found = vfs.by_path_.find(path); found != vfs.by_path_.end()) {
    file = found->second;
  } else if ((flags & SQLITE_OPEN_CREATE) != 0) {
    file = vfs.by_path_[path] = std::make_shared<MemoryFile>();
  } else {
    return SQLITE_CANTOPEN;
  }
  auto* handle = new Handle{&vfs, std::move(file), vfs.boot_, {}};
  handle->file->Attach(&handle->holder);
  reinterpret_cast<HandleFile*>(out)->handle = handle;
  out->pMethods = &kIoMethods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int VfsMethods::Delete(sqlite3_vfs* self, const char* path, int) {
  MemoryVfs& vfs = Of(self);
  std::lock_guard lock(vfs.mutex_);
  if (vfs.halted_) return SQLITE_IOERR_DELETE;
  const auto found = vfs.by_path_.find(path);
  if (found == vfs.by_path_.end()) return SQLITE_IOERR_DELETE_NOENT;
  vfs.used_ -= found->second->image().size();
  vfs.by_path_.erase(found);
  return SQLITE_OK;
}

int VfsMethods::Access(sqlite3_vfs* self, const char* path, int, int* result) {
  MemoryVfs& vfs = Of(self);
  std::lock_guard lock(vfs.mutex_);
  if (vfs.halted_) return SQLITE_IOERR_ACCESS;
  const auto found = vfs.by_path_.find(path);
  // As the Unix VFS has it, an empty file is none.
  *result = found != vfs.by_path_.end() && !found->second->image().empty() ? 1 : 0;
  return SQLITE_OK;
}

int VfsMethods::FullPathname(sqlite3_vfs*, const char* path, int size, char* out) {
  const size_t length = strlen(path);
  if (length >= static_cast<size_t>(size)) return SQLITE_CANTOPEN;
  memcpy(out, path, length + 1);
  return SQLITE_OK;
}

int VfsMethods::Randomness(sqlite3_vfs* self, int size, char* out) {
  MemoryVfs& vfs = Of(self);
  std::lock_guard lock(vfs.mutex_);
  for (int i = 0; i < size; ++i) out[i] = static_cast<char>(vfs.random_.Next());
  return size;
}

// Whoever is waited for runs in the same thread or in none: waiting would not help.
int VfsMethods::Sleep(sqlite3_vfs*, int microseconds) {
  return microseconds;
}

int VfsMethods::CurrentTimeInt64(sqlite3_vfs* self, sqlite3_int64* out) {
  const Clock* clock = Of(self).options_.clock;
  *out = kJulianOfUnixEpochMs + (clock != nullptr ? clock->Now().wall.ns / 1'000'000 : kYear2000Ms);
  return SQLITE_OK;
}

int VfsMethods::Close(sqlite3_file* file) {
  Handle& handle = Of(file);
  {
    std::lock_guard lock(handle.vfs->mutex_);
    if (handle.boot == handle.vfs->boot_) handle.file->Detach(&handle.holder);
  }
  delete &handle;
  return SQLITE_OK;
}

// Locks the VFS and counts the call.
#define HOLDFAST_ENTER(op, error)   \
  Handle& handle = Of(file);        \
  MemoryVfs& vfs = *handle.vfs;     \
  std::lock_guard lock(vfs.mutex_); \
  if (handle.boot != vfs.boot_ || !vfs.Enter(op)) return error

int VfsMethods::Read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
  HOLDFAST_ENTER(Op::kRead, SQLITE_IOERR_READ);
  const std::string& image = handle.file->image();
  const auto begin = std::min(static_cast<size_t>(offset), image.size());
  const size_t there = std::min(static_cast<size_t>(size), image.size() - begin);
  memcpy(out, image.data() + begin, there);
  if (there == static_cast<size_t>(size)) return SQLITE_OK;
  memset(static_cast<char*>(out) + there, 0, static_cast<size_t>(size) - there);
  return SQLITE_IOERR_SHORT_READ;
}

int VfsMethods::Write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  HOLDFAST_ENTER(Op::kWrite, SQLITE_IOERR_WRITE);
  const auto begin = static_cast<uint64_t>(offset);
  if (!vfs.Fits(*handle.file, begin + static_cast<uint64_t>(size))) return SQLITE_FULL;
  const uint64_t before = handle.file->image().size();
  handle.file->Write(begin, {static_cast<const char*>(bytes), static_cast<size_t>(size)});
  vfs.used_ += handle.file->image().size() - before;
  return SQLITE_OK;
}

int VfsMethods::Truncate(sqlite3_file* file, sqlite3_int64 size) {
  HOLDFAST_ENTER(Op::kWrite, SQLITE_IOERR_TRUNCATE);
  const uint64_t before = handle.file->image().size();
  if (!vfs.Fits(*handle.file, static_cast<uint64_t>(size))) return SQLITE_FULL;
  handle.file->Truncate(static_cast<uint64_t>(size));
  vfs.used_ += static_cast<uint64_t>(size) - before;
  return SQLITE_OK;
}

int VfsMethods::Sync(sqlite3_file* file, int) {
  HOLDFAST_ENTER(Op::kSync, SQLITE_IOERR_FSYNC);
  handle.file->Sync();
  return SQLITE_OK;
}
#undef HOLDFAST_ENTER

// Locks the VFS for a call that neither counts nor fails on command.
#define HOLDFAST_ENTER(error)               \
  Handle& handle = Of(file);                \
  std::lock_guard lock(handle.vfs->mutex_); \
  if (handle.boot != handle.vfs->boot_ || handle.vfs->halted_) return error

int VfsMethods::FileSize(sqlite3_file* file, sqlite3_int64* out) {
  HOLDFAST_ENTER(SQLITE_IOERR_FSTAT);
  *out = static_cast<sqlite3_int64>(handle.file->image().size());
  return SQLITE_OK;
}

int VfsMethods::Lock(sqlite3_file* file, int level) {
  HOLDFAST_ENTER(SQLITE_IOERR_LOCK);
  return handle.file->Lock(handle.holder, level);
}

int VfsMethods::Unlock(sqlite3_file* file, int level) {
  HOLDFAST_ENTER(SQLITE_OK);  // a dead handle holds nothing
  handle.holder.level = std::min(handle.holder.level, level);
  return SQLITE_OK;
}

int VfsMethods::CheckReservedLock(sqlite3_file* file, int* out) {
  HOLDFAST_ENTER(SQLITE_IOERR_CHECKRESERVEDLOCK);
  *out = handle.file->ReservedByAny() ? 1 : 0;
  return SQLITE_OK;
}

int VfsMethods::ShmMap(sqlite3_file* file, int region, int size, int extend, void volatile** out) {
  *out = nullptr;
  HOLDFAST_ENTER(SQLITE_IOERR_SHMMAP);
  *out =
      handle.file->MapShm(handle.holder, static_cast<size_t>(region), static_cast<size_t>(size), extend != 0);
  return SQLITE_OK;
}

int VfsMethods::ShmLock(sqlite3_file* file, int offset, int count, int flags) {
  HOLDFAST_ENTER((flags & SQLITE_SHM_UNLOCK) != 0 ? SQLITE_OK : SQLITE_IOERR_SHMLOCK);
  return handle.file->LockShm(handle.holder, offset, count, flags);
}

void VfsMethods::ShmBarrier(sqlite3_file*) {
  std::atomic_thread_fence(std::memory_order_seq_cst);
}

int VfsMethods::ShmUnmap(sqlite3_file* file, int) {
  HOLDFAST_ENTER(SQLITE_OK);
  handle.file->UnmapShm(handle.holder);
  return SQLITE_OK;
}
#undef HOLDFAST_ENTER

}  // namespace holdfast::sim
