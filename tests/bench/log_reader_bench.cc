// How many lines of a log are read in a second on one core, and whether memory stays flat. Baseline: finding
// the line ends alone, with memchr, in the same bytes.
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <ctime>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "agent/signals/parse/log_reader.h"
#include "agent/signals/parse/log_signals.h"

namespace holdfast::parse {
namespace {

constexpr size_t kLines = 200'000;
constexpr int kRounds = 10;
constexpr size_t kPiece = size_t{64} << 10;  // as a pipe gives it
constexpr double kBar = 400'000;

// A log of kLines lines in `log show`'s default style; one line in `every` is of the session manager.
std::string MakeLog(size_t every) {
  constexpr absl::string_view kSession =
      "NESMVPNSession[Primary Tunnel:Corp VPN:9C0C4226-0DDC-4D98-8C6C-B74E1CF7F50E:(null)]";
  std::string log;
  for (size_t i = 0; i < kLines; ++i) {
    absl::StrAppend(&log, "2025-07-09 08:12:", 10 + i / 10'000, ".", 100'000 + i % 800'000,
                    "-0700 0x30e8ed   Default     0x0                  ");
    if (i % every != 0) {
      absl::StrAppend(
          &log,
          "81     0    locationd: (CoreLocation) [com.apple.locationd.Core:Notifier] {\"msg\":\"state "
          "transition\", \"event\":\"activity\", \"this\":\"0x7fb0c2d0e5a0\", \"line\":",
          i, "}\n");
    } else if (i / every % 2 == 0) {
      absl::StrAppend(&log, "5871   0    nesessionmanager: [com.apple.networkextension:] ", kSession,
                      ": Received a start command from Vendor Helper[", i % 5, "]\n");
    } else {
      absl::StrAppend(&log, "5871   0    nesessionmanager: [com.apple.networkextension:] ", kSession,
                      ": status changed to disconnected, last stop reason Server is not responding\n");
    }
  }
  return log;
}

double ResidentMib() {
  std::ifstream statm("/proc/self/statm");
  long total = 0, resident = 0;
  statm >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / (1 << 20);
}

// Calls `take` with the log's pieces, kRounds times; gives lines per second of CPU.
template <class Take>
double Rate(const std::string& log, Take take) {
  const std::clock_t begin = std::clock();  // of this process alone: the bar is one core's
  for (int round = 0; round < kRounds; ++round) {
    for (size_t at = 0; at < log.size(); at += kPiece) take(absl::string_view(log).substr(at, kPiece));
  }
  const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  return static_cast<double>(kLines) * kRounds / seconds;
}

double Baseline(const std::string& log, size_t* ends) {
  return Rate(log, [ends](absl::string_view piece) {
    while (const void* found = std::memchr(piece.data(), '\n', piece.size())) {
      ++*ends;
      piece.remove_prefix(static_cast<size_t>(static_cast<const char*>(found) - piece.data()) + 1);
    }
  });
}

bool Measure(const char* what, size_t every) {
  const std::string log = MakeLog(every);
  size_t ends = 0;
  const double baseline = Baseline(log, &ends);
  LogSignals signals;
  StampClock clock;
  LogReader reader(
      [&](uint64_t, const LogEvent& event) { signals.Note(event, clock.Note(event.line.stamp)); });
  Rate(log, [&](absl::string_view piece) { reader.Feed(piece); });  // the first time fills its buffers
  const double before = ResidentMib();
  const double rate = Rate(log, [&](absl::string_view piece) { reader.Feed(piece); });
  const double grown = ResidentMib() - before;
  std::printf(
      "  %-34s %9.0f lines/s  baseline, line ends alone: %9.0f lines/s  (bar: %.0f)  memory +%.1f MiB\n",
      what, rate, baseline, kBar, grown);
  const uint64_t told = 2 * kRounds * ((kLines + every - 1) / every);
  if (reader.counts().recognised != told || reader.counts().lines != ends * 2) {
    std::printf("  but %llu lines were recognised, not %llu\n",
                static_cast<unsigned long long>(reader.counts().recognised),
                static_cast<unsigned long long>(told));
    return false;
  }
  return rate >= kBar && grown < 1;
}

int Run() {
  std::printf("log reader, %zu lines %d times in pieces of %zu KiB, facts and signals taken\n", kLines,
              kRounds, kPiece >> 10);
  const bool mixed = Measure("one line in 50 of the manager", 50);
  const bool all = Measure("every line of the manager", 1);
  return mixed && all ? 0 : 1;
}

}  // namespace
}  // namespace holdfast::parse

int main() {
  return holdfast::parse::Run();
}
