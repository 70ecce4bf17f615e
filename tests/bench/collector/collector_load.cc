// The same rows into a running holdfast-server and into a running OpenTelemetry Collector, over gRPC and
// mutual TLS, round by round in turn, all on this machine. compare.py starts them and this.
//   collector_load ENROLLMENT-FILE SERVER-PID COLLECTOR-ADDRESS COLLECTOR-PID CERTIFICATE-FOLDER
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "proto/wire/agent_codec.h"
#include "tests/bench/collector/otlp.h"
#include "tests/bench/collector/otlp_fleet.h"
#include "tests/bench/ingest_fleet.h"

namespace {

using namespace holdfast;         // NOLINT: a program of its own
using namespace holdfast::bench;  // NOLINT

constexpr int kDevices = 100;
constexpr int kRounds = 6;

std::string Text(const std::string& path) {
  const auto text = ReadFile(path);
  Require(text.ok(), text.status().ToString());
  return *text;
}

// One of the two servers, as /proc tells of it.
class Watched {
 public:
  explicit Watched(const std::string& pid) : folder_(absl::StrCat("/proc/", pid)) {}
  double CpuSeconds() const {
    const std::string stat = Text(folder_ + "/stat");
    const std::vector<std::string> fields = absl::StrSplit(stat.substr(stat.rfind(')') + 2), ' ');
    return (atof(fields[11].c_str()) + atof(fields[12].c_str())) / static_cast<double>(sysconf(_SC_CLK_TCK));
  }
  // Of /proc/PID/status, in MB.
  double Memory(const std::string& name) const {
    for (const absl::string_view line : absl::StrSplit(Text(folder_ + "/status"), '\n')) {
      if (absl::StartsWith(line, name + ":"))
        return atof(std::string(line.substr(name.size() + 1)).c_str()) * 1024 / 1e6;
    }
    Require(false, "no " + name + " in " + folder_);
    return 0;
  }

 private:
  std::string folder_;
};

// What one side did in the rounds that count.
struct Side {
  std::string name;
  Watched process;
  std::vector<double> rates = {}, cpu = {}, load_cpu = {};  // rows/s; seconds a row

  double Round(double rows, const auto& send) {
    const double before = process.CpuSeconds();
    const Times times = Measure(send);
    rates.push_back(rows / times.wall);
    cpu.push_back((process.CpuSeconds() - before) / rows);
    load_cpu.push_back(times.cpu / rows);
    return times.wall;
  }
  void Forget() {
    rates.clear();
    cpu.clear();
    load_cpu.clear();
  }
  void Print() const {
    printf(
        "  %-16s %7.0f rows/s (%.0f to %.0f); CPU a row %.1f us, and %.1f us of the load generator\n"
        "  %-16s RSS %.0f MB, %.0f MB of it not mapped files; at most %.0f MB until now\n",
        name.c_str(), Median(rates), *std::min_element(rates.begin(), rates.end()),
        *std::max_element(rates.begin(), rates.end()), Median(cpu) * 1e6, Median(load_cpu) * 1e6, "",
        process.Memory("VmRSS"), process.Memory("RssAnon"), process.Memory("VmHWM"));
  }
};

class Comparison {
 public:
  Comparison(BenchFleet& devices, OtlpFleet& connections, Side ours, Side theirs)
      : devices_(devices), connections_(connections), ours_(std::move(ours)), theirs_(std::move(theirs)) {}

  void Run(int messages, int rows_per_message) {
    const double rows = double{kDevices} * messages * rows_per_message;
    std::vector<double> ratios;
    for (int round = 0; round < kRounds; ++round) {
      Make(messages, rows_per_message);
      double our_time = 0;
      const auto ours = [&] { our_time = ours_.Round(rows, [&] { devices_.SendRound(); }); };
      if (round % 2 == 0) ours();  // who follows whom changes too
      const double their_time = theirs_.Round(rows, [&] { connections_.SendRound(); });
      if (round % 2 == 1) ours();
      if (round == 0) {  // new files, new connections: not counted
        PrintSizes(rows);
        theirs_.Forget();
        ours_.Forget();
        continue;
      }
      ratios.push_back(their_time / our_time);
    }
    printf("%d rows a request, %d connections, %.0f rows a round:\n", rows_per_message, kDevices, rows);
    ours_.Print();
    theirs_.Print();
    printf("  ratio of rows/s, ours to theirs: %.2f (%.2f to %.2f)\n", Median(ratios),
           *std::min_element(ratios.begin(), ratios.end()), *std::max_element(ratios.begin(), ratios.end()));
    fflush(stdout);
    ours_.Forget();
    theirs_.Forget();
  }
  double accepted_bytes() const { return accepted_bytes_; }

 private:
  void Make(int messages, int rows_per_message) {
    devices_.MakeRound(messages, rows_per_message);
    std::vector<std::string> requests;
    for (const wire::SyncRequest* message : devices_.Messages()) requests.push_back(OtlpRequest(*message));
    round_bytes_ = static_cast<double>(connections_.MakeRound(requests));
    accepted_bytes_ += round_bytes_;
  }
  void PrintSizes(double rows) const {
    double subject = 0, payload = 0, wire = 0;
    for (const wire::SyncRequest* message : devices_.Messages()) {
      wire += static_cast<double>(wire::ToProto(*message).ByteSizeLong());
      for (const journal::Row& row : message->frame->rows) {
        subject += static_cast<double>(row.subject.size());
        payload += static_cast<double>(row.payload.size());
      }
    }
    printf(
        "a row: payload %.0f bytes, subject %.0f; with all columns %.0f bytes in our messages, %.0f as "
        "OTLP\n",
        payload / rows, subject / rows, wire / rows, round_bytes_ / rows);
  }

  BenchFleet& devices_;
  OtlpFleet& connections_;
  Side ours_, theirs_;
  double round_bytes_ = 0, accepted_bytes_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Require(argc == 6, "is started by compare.py");
  const std::string certificates = argv[5];
  const auto enrollment = EnrollmentString::Parse(absl::StripAsciiWhitespace(Text(argv[1])));
  Require(enrollment.ok(), enrollment.status().ToString());
  const auto collector = Endpoint::Parse(argv[3]);
  Require(collector.ok(), collector.status().ToString());
  SystemClock clock;
  SystemRandom random;
  BenchFleet devices(*enrollment, kDevices, clock, random);
  OtlpFleet connections(*collector,
                        {Text(certificates + "/ca.pem"), Text(certificates + "/client.pem"),
                         Text(certificates + "/client.key")},
                        kDevices, clock);
  Comparison comparison(devices, connections, {"holdfast-server", Watched(argv[2])},
                        {"collector", Watched(argv[4])});
  comparison.Run(10, 100);
  comparison.Run(3, 1000);
  printf("accepted by the collector: %.0f bytes\n", comparison.accepted_bytes());
  return 0;
}
