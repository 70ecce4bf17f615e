#include "tests/simulation/seed_pool.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdio>
#include <fstream>
#include <optional>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "tests/simulation/seed_run.h"

namespace holdfast::simulation {
namespace {

// A seed that takes longer in real time hangs.
constexpr unsigned kSecondsPerSeed = 300;

struct Worker {
  pid_t pid = -1;
  int from = -1;     // its lines
  std::string read;  // not a whole line yet
  std::optional<uint64_t> at;
};

Life LifeIn(const PoolOptions& options, uint64_t seed) {
  return options.life.value_or(LifeOf(seed));
}

SeedOptions OptionsOf(const PoolOptions& options, uint64_t seed) {
  const Life life = LifeIn(options, seed);
  return {.seed = seed,
          .trouble = life.trouble,
          .trouble_every = life.every,
          .devices = life.devices,
          .trace = nullptr};
}

std::string Describe(const Life& life) {
  return absl::StrFormat("%s with a strike at each of %d Macs every %s", absl::FormatDuration(life.trouble),
                         life.devices, absl::FormatDuration(life.every));
}

// Disks in memory grow and go with every seed: their pages are kept, or the kernel clears them again each
// time.
void KeepMemory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
#endif
}

void Send(int to, const std::string& line) {
  for (size_t done = 0; done < line.size();) {
    const ssize_t wrote = write(to, line.data() + done, line.size() - done);
    if (wrote <= 0) _exit(1);
    done += static_cast<size_t>(wrote);
  }
}

// "begin SEED", then "broken SEED TEXT"..., then "end SEED AWAKE_SECONDS ROWS STEPS STRIKES".
[[noreturn]] void Work(const PoolOptions& options, int job, int jobs, int to) {
  KeepMemory();
  const absl::Time last = absl::Now() + options.at_most;
  for (uint64_t i = static_cast<uint64_t>(job); i < options.seeds && absl::Now() < last;
       i += static_cast<uint64_t>(jobs)) {
    const uint64_t seed = options.first + i;
    Send(to, absl::StrCat("begin ", seed, "\n"));
    alarm(kSecondsPerSeed);
    const SeedResult result = RunSeed(OptionsOf(options, seed));
    for (const std::string& what : result.violations) {
      Send(to, absl::StrCat("broken ", seed, " ", absl::StrReplaceAll(what, {{"\n", " "}}), "\n"));
    }
    Send(to, absl::StrCat("end ", seed, " ", absl::ToInt64Seconds(result.awake), " ", result.rows, " ",
                          result.steps, " ", result.strikes, "\n"));
  }
  _exit(0);
}

class Pool {
 public:
  explicit Pool(const PoolOptions& options) : options_(options), began_(absl::Now()) {}
  int Run();

 private:
  void Begin(int jobs);
  void Read(Worker& worker);
  void Take(Worker& worker, const std::string& line);
  void Ended(Worker& worker);
  void Fail(uint64_t seed, const std::string& what);
  void Finish(uint64_t seed);
  void Progress(const char* end) const;
  bool Enough() const { return options_.stop_after > 0 && failed_ >= options_.stop_after; }

  const PoolOptions& options_;
  const absl::Time began_;
  std::vector<Worker> workers_;
  absl::Duration awake_;
  uint64_t done_ = 0, rows_ = 0, steps_ = 0, strikes_ = 0;
  int failed_ = 0;
  std::optional<uint64_t> failing_;
};

void Pool::Begin(int jobs) {
  fflush(stdout);
  for (int job = 0; job < jobs; ++job) {
    int ends[2];
    if (pipe(ends) != 0) return;
    const pid_t pid = fork();
    if (pid == 0) {
      close(ends[0]);
      Work(options_, job, jobs, ends[1]);
    }
    close(ends[1]);
    workers_.push_back({pid, ends[0], "", std::nullopt});
  }
}

int Pool::Run() {
  const auto cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  const int jobs = static_cast<int>(
      std::min<uint64_t>(options_.seeds, static_cast<uint64_t>(options_.jobs > 0 ? options_.jobs : cores)));
  const std::string lives =
      options_.life ? absl::StrCat(Describe(*options_.life), " each")
                    : absl::StrCat("of ten one lives ", Describe(LifeOf(1)), ", nine ", Describe(LifeOf(2)));
  absl::PrintF("seeds from %d on, %s; %d processes\n", options_.first, lives, jobs);
  Begin(jobs);
  while (!workers_.empty() && !Enough()) {
    std::vector<pollfd> fds;
    for (const Worker& worker : workers_) fds.push_back({worker.from, POLLIN, 0});
    if (poll(fds.data(), fds.size(), -1) < 0) continue;
    for (size_t i = fds.size(); i-- > 0;) {
      if (fds[i].revents != 0) Read(workers_[i]);
    }
    std::erase_if(workers_, [](const Worker& worker) { return worker.from < 0; });
  }
  for (const Worker& worker : workers_) kill(worker.pid, SIGKILL);
  for (const Worker& worker : workers_) waitpid(worker.pid, nullptr, 0);
  Progress(failed_ == 0 ? "no promise was broken" : absl::StrCat(failed_, " seeds failed").c_str());
  return failed_ == 0 ? 0 : 1;
}

void Pool::Read(Worker& worker) {
  char bytes[4096];
  const ssize_t count = read(worker.from, bytes, sizeof bytes);
  if (count <= 0) return Ended(worker);
  worker.read.append(bytes, static_cast<size_t>(count));
  for (size_t end = 0; (end = worker.read.find('\n')) != std::string::npos;) {
    const std::string line = worker.read.substr(0, end);
    worker.read.erase(0, end + 1);
    Take(worker, line);
  }
}

void Pool::Ended(Worker& worker) {
  int status = 0;
  waitpid(worker.pid, &status, 0);
  close(worker.from);
  worker.from = -1;
  if (!worker.at) return;
  const bool hangs = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
  Fail(*worker.at, hangs ? "it does not end" : absl::StrCat("the process ended with status ", status));
}

void Pool::Take(Worker& worker, const std::string& line) {
  const std::vector<std::string> words = absl::StrSplit(line, absl::MaxSplits(' ', 2));
  const uint64_t seed = std::stoull(words.at(1));
  if (words[0] == "begin") {
    worker.at = seed;
  } else if (words[0] == "broken") {
    Fail(seed, words.at(2));
  } else {
    worker.at.reset();
    const std::vector<std::string> numbers = absl::StrSplit(words.at(2), ' ');
    awake_ += absl::Seconds(std::stoll(numbers.at(0)));
    rows_ += std::stoull(numbers.at(1));
    steps_ += std::stoull(numbers.at(2));
    strikes_ += std::stoull(numbers.at(3));
    Finish(seed);
  }
}

void Pool::Fail(uint64_t seed, const std::string& what) {
  if (failing_ != seed) {
    ++failed_;
    const std::string file = absl::StrCat("simulate-", seed, ".trace");
    const Life life = LifeIn(options_, seed);
    absl::PrintF(
        "FAILED: ./dev simulate --first %d --seeds 1 --hours %g --every %g --devices %d --trace %s\n", seed,
        absl::ToDoubleHours(life.trouble), absl::ToDoubleMinutes(life.every), life.devices, file);
  }
  failing_ = seed;
  printf("  %s\n", what.c_str());
  fflush(stdout);
}

void Pool::Finish(uint64_t) {
  ++done_;
  const uint64_t every = std::max<uint64_t>(1, options_.seeds / 20);
  if (done_ % every == 0 && done_ < options_.seeds) Progress("");
}

void Pool::Progress(const char* end) const {
  const double hours = absl::ToDoubleHours(awake_);
  const double minutes = absl::ToDoubleMinutes(absl::Now() - began_);
  printf(
      "%llu of %llu seeds, %.0f awake device-hours (%.0f a minute), %llu strikes, %llu steps, %llu "
      "rows%s%s\n",
      static_cast<unsigned long long>(done_), static_cast<unsigned long long>(options_.seeds), hours,
      minutes > 0 ? hours / minutes : 0, static_cast<unsigned long long>(strikes_),
      static_cast<unsigned long long>(steps_), static_cast<unsigned long long>(rows_), *end != 0 ? ": " : "",
      end);
  fflush(stdout);
}

int RunOneWithTrace(const PoolOptions& options) {
  std::ofstream out(options.trace);
  SeedOptions one = OptionsOf(options, options.first);
  one.trace = [&](const std::string& line) { out << line << '\n'; };
  const SeedResult result = RunSeed(one);
  for (const std::string& what : result.violations) printf("  %s\n", what.c_str());
  printf("seed %llu: %zu broken, digest %s, trace in %s\n", static_cast<unsigned long long>(options.first),
         result.violations.size(), result.digest.c_str(), options.trace.c_str());
  if (!out.flush()) {
    fprintf(stderr, "writing the trace '%s' failed: choose another file\n", options.trace.c_str());
    return 1;
  }
  return result.violations.empty() ? 0 : 1;
}

}  // namespace

Life LifeOf(uint64_t seed) {
  if (seed % 10 == 1) return {};
  return {.trouble = absl::Hours(7 * 24), .every = absl::Hours(24), .devices = 12};
}

int RunPool(const PoolOptions& options) {
  return options.trace.empty() ? Pool(options).Run() : RunOneWithTrace(options);
}

}  // namespace holdfast::simulation
