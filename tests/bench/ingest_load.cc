#include "tests/bench/ingest_load.h"

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "proto/wire/event_codec.h"
#include "server-mock/swarm/life.h"
#include "storage/journal/row.h"

namespace holdfast::bench {

void Require(bool ok, const std::string& what) {
  if (ok) return;
  fprintf(stderr, "%s: %s\n", program_invocation_short_name, what.c_str());
  fflush(nullptr);
  _exit(2);  // no destructors: threads of ours and of gRPC may still run
}

double Median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + values.size() / 2, values.end());
  return values[values.size() / 2];
}

BenchDevice NewBenchDevice(const Uuid& id, const Clock& clock, RandomSource& random) {
  BenchDevice device{.id = id, .epoch = random.Next64(), .now = clock.Now()};
  device.now.mono = {1};
  device.now.wall = device.now.wall - absl::Hours(24);
  return device;
}

wire::SyncRequest NextMessage(BenchDevice& device, int rows, Load load) {
  const uint64_t stride = load == Load::kLife ? 1 : 50;  // no verdict and no incident has such a number
  wire::SyncRequest request;
  request.device_id = device.id;
  request.message_number = ++device.messages;
  request.override_key_id = device.override_key_id;
  request.frame.emplace();
  request.frame->previous_hash = device.head;
  for (int i = 0; i < rows; ++i) {
    const Event event = swarm::EventNumber(device.seq * stride, device.id);
    journal::Row row;
    row.epoch = device.epoch;
    row.seq = ++device.seq;
    device.now.mono = device.now.mono + absl::Seconds(1);
    device.now.wall = device.now.wall + absl::Seconds(1);
    row.at = device.now;
    row.kind = static_cast<uint16_t>(KindOf(event));
    row.subject = SubjectOf(event);
    row.payload = wire::EncodeEvent(event);
    row.hash = device.head = journal::HashOf(row, device.head);
    request.frame->rows.push_back(std::move(row));
  }
  request.sent = device.now;
  request.head = {device.epoch, device.seq, device.head};
  return request;
}

BareLoop::BareLoop(const std::string& path) {
  Require(sqlite3_open(path.c_str(), &db_) == SQLITE_OK, "cannot open " + path);
  Run("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
      "PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=8000;"
      "CREATE TABLE rows(device INTEGER NOT NULL, chain INTEGER NOT NULL, seq INTEGER NOT NULL,"
      " boot BLOB NOT NULL, mono INTEGER NOT NULL, wall INTEGER NOT NULL, kind INTEGER NOT NULL,"
      " payload_version INTEGER NOT NULL, subject TEXT NOT NULL, payload BLOB NOT NULL, hash BLOB NOT NULL,"
      " at INTEGER NOT NULL, uncertainty INTEGER NOT NULL, received INTEGER NOT NULL,"
      " UNIQUE(device, chain, seq))");
  sqlite3_prepare_v2(db_, "INSERT INTO rows VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)", -1, &insert_, nullptr);
}

BareLoop::~BareLoop() {
  sqlite3_finalize(insert_);
  sqlite3_close(db_);
}

void BareLoop::Append(const std::vector<const wire::SyncRequest*>& messages) {
  Run("BEGIN IMMEDIATE");
  for (const wire::SyncRequest* message : messages) {
    const int64_t device =
        numbers_.try_emplace(message->device_id, static_cast<int64_t>(numbers_.size())).first->second;
    for (const journal::Row& row : message->frame->rows) Insert(device, row);
  }
  Run("COMMIT");
}

void BareLoop::Run(const char* sql) {
  Require(sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) == SQLITE_OK, sql);
}

void BareLoop::Insert(int64_t device, const journal::Row& row) {
  sqlite3_bind_int64(insert_, 1, device);
  sqlite3_bind_int64(insert_, 2, 1);
  sqlite3_bind_int64(insert_, 3, static_cast<int64_t>(row.seq));
  sqlite3_bind_blob(insert_, 4, row.at.boot.bytes.data(), 16, SQLITE_STATIC);
  sqlite3_bind_int64(insert_, 5, row.at.mono.ns);
  sqlite3_bind_int64(insert_, 6, row.at.wall.ns);
  sqlite3_bind_int(insert_, 7, row.kind);
  sqlite3_bind_int(insert_, 8, row.payload_version);
  sqlite3_bind_text(insert_, 9, row.subject.data(), static_cast<int>(row.subject.size()), SQLITE_STATIC);
  sqlite3_bind_blob(insert_, 10, row.payload.data(), static_cast<int>(row.payload.size()), SQLITE_STATIC);
  sqlite3_bind_blob(insert_, 11, row.hash.data(), static_cast<int>(row.hash.size()), SQLITE_STATIC);
  sqlite3_bind_int64(insert_, 12, row.at.wall.ns);
  sqlite3_bind_int64(insert_, 13, 1000000);
  sqlite3_bind_int64(insert_, 14, row.at.wall.ns);
  Require(sqlite3_step(insert_) == SQLITE_DONE, "bare insert");
  sqlite3_reset(insert_);
}

BenchFolder::BenchFolder(int argc, char** argv)
    : path_(argc > 1 ? argv[1] : (std::filesystem::temp_directory_path() / "holdfast-bench-XXXXXX").string()),
      ours_(argc <= 1) {
  if (ours_) Require(mkdtemp(path_.data()) != nullptr, "cannot make a folder");
}

BenchFolder::~BenchFolder() {
  if (ours_) std::filesystem::remove_all(path_);
}

}  // namespace holdfast::bench
