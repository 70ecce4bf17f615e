// The C callbacks through which SQLite reaches a MemoryVfs.
#pragma once

#include <sqlite3.h>

#include <memory>

namespace holdfast::sim {

class MemoryVfs;

struct VfsMethods {
  static std::unique_ptr<sqlite3_vfs> Make(MemoryVfs& vfs, const char* name);

  // sqlite3_vfs
  static int Open(sqlite3_vfs* self, const char* path, sqlite3_file* out, int flags, int* out_flags);
  static int Delete(sqlite3_vfs* self, const char* path, int sync_folder);
  static int Access(sqlite3_vfs* self, const char* path, int flags, int* result);
  static int FullPathname(sqlite3_vfs* self, const char* path, int size, char* out);
  static int Randomness(sqlite3_vfs* self, int size, char* out);
  static int Sleep(sqlite3_vfs* self, int microseconds);
  static int CurrentTimeInt64(sqlite3_vfs* self, sqlite3_int64* out);

  // sqlite3_io_methods
  static int Close(sqlite3_file* file);
  static int Read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset);
  static int Write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset);
  static int Truncate(sqlite3_file* file, sqlite3_int64 size);
  static int Sync(sqlite3_file* file, int flags);
  static int FileSize(sqlite3_file* file, sqlite3_int64* out);
  static int Lock(sqlite3_file* file, int level);
  static int Unlock(sqlite3_file* file, int level);
  static int CheckReservedLock(sqlite3_file* file, int* out);
  static int ShmMap(sqlite3_file* file, int region, int size, int extend, void volatile** out);
  static int ShmLock(sqlite3_file* file, int offset, int count, int flags);
  static void ShmBarrier(sqlite3_file* file);
  static int ShmUnmap(sqlite3_file* file, int delete_flag);
};

}  // namespace holdfast::sim
