// What both ingest benches send, and the bare SQLite loop that they are measured against.
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <ctime>
#include <map>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/random.h"
#include "base/time.h"
#include "proto/wire/agent_messages.h"

namespace holdfast::bench {

// Ends the program with 2 and "PROGRAM: WHAT" unless `ok`.
void Require(bool ok, const std::string& what);

struct Times {
  double wall = 0, cpu = 0;  // seconds; CPU of the whole process
};

Times Measure(const auto& work) {
  const auto begin = std::chrono::steady_clock::now();
  const std::clock_t cpu = std::clock();
  work();
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(),
          static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC};
}

double Median(std::vector<double> values);

// One device's journal in the making.
struct BenchDevice {
  Uuid id;
  Epoch epoch = 0;
  uint64_t seq = 0;
  Sha256Digest head{};
  Stamp now;
  uint64_t messages = 0;
  std::string override_key_id;  // as the server said: it makes a code key for who names another
};
BenchDevice NewBenchDevice(const Uuid& id, const Clock& clock, RandomSource& random);

// What a message's rows are.
enum class Load {
  kLife,         // as they occur
  kHistoryOnly,  // of the kinds from which nothing is derived
};
// Its next message, with `rows` new rows.
wire::SyncRequest NextMessage(BenchDevice& device, int rows, Load load = Load::kLife);

// The baseline: what SQLite alone does with these rows, under the same unique index and the same PRAGMAs.
class BareLoop {
 public:
  explicit BareLoop(const std::string& path);
  ~BareLoop();
  BareLoop(const BareLoop&) = delete;
  BareLoop& operator=(const BareLoop&) = delete;
  // In one durable transaction.
  void Append(const std::vector<const wire::SyncRequest*>& messages);

 private:
  void Run(const char* sql);
  void Insert(int64_t device, const journal::Row& row);
  sqlite3* db_ = nullptr;
  sqlite3_stmt* insert_ = nullptr;
  std::map<Uuid, int64_t> numbers_;  // a device is as small a number as in the server's store
};

// argv[1], or a new folder that is removed at the end.
class BenchFolder {
 public:
  BenchFolder(int argc, char** argv);
  ~BenchFolder();
  BenchFolder(const BenchFolder&) = delete;
  BenchFolder& operator=(const BenchFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool ours_;
};

}  // namespace holdfast::bench
