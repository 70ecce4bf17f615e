#include "tests/simulation/world.h"

#include "absl/strings/str_cat.h"
#include "tests/simulation/policies.h"

namespace holdfast::simulation {
namespace {

constexpr size_t kMostViolations = 20;
// Rows come of events, not of time. A strike has brought about twenty, with everything that follows.
constexpr uint64_t kMostRowsPerStrike = 100;

}  // namespace

World::World(const WorldOptions& options)
    : options_(options),
      server_(time_, options.seed * 1000, [this](const std::string& what) { OnBroken("server", what); }),
      inhabitants_(static_cast<size_t>(options.devices)),
      trouble_(time_, server_, inhabitants_, *this, options.seed, options.policies_change) {
  server_.PutPolicy(PlainPolicy(1));
  const std::string token = server_.NewToken(1000);
  for (size_t i = 0; i < inhabitants_.size(); ++i) {
    Inhabitant& who = inhabitants_[i];
    const std::string name = absl::StrCat("mac-", i);
    who.monitor = std::make_unique<Monitor>(time_, *this, name);
    who.device = std::make_unique<SimulatedDevice>(
        time_, server_, *who.monitor,
        DeviceOptions{name, static_cast<uint8_t>(i + 1), token, options.seed * 1000 + (i + 1) * 100,
                      options.darwin && (options.seed + i) % 3 == 0});
    who.monitor->Watch(who.device.get());
  }
  server_.SetNudge([this](const Uuid& device, absl::Duration jitter) {
    for (Inhabitant& who : inhabitants_) who.device->Nudge(device, jitter);
  });
  began_ = {time_.Now().wall.ns};
  for (Inhabitant& who : inhabitants_) who.device->Start();
}

World::~World() {
  server_.SetNudge(nullptr);
}

void World::OnBroken(const std::string& device, const std::string& what) {
  const std::string line = absl::StrCat(FormatUtc(time_.Now().wall), " ", device, ": ", what);
  if (told()) options_.trace(absl::StrCat("BROKEN ", line));
  if (violations_.size() < kMostViolations) violations_.push_back(line);
}

void World::Tell(const std::string& device, const std::string& what) {
  options_.trace(absl::StrCat(FormatUtc(time_.Now().wall), " ", device, " ", what));
}

void World::RunWithTrouble(absl::Duration duration) {
  trouble_.Begin(options_.trouble_every);
  time_.RunFor(duration);
}

void World::HealAndRun(absl::Duration duration) {
  trouble_.Heal();
  time_.RunFor(duration);
  healed_ = true;
}

void World::Check() {
  FinalChecks checks(server_, {began_, {time_.Now().wall.ns}}, healed_);
  for (Inhabitant& who : inhabitants_) {
    who.monitor->CheckConnected();
    checks.Report(*who.device, *who.monitor);
    if (who.device->running()) who.device->Kill();
    heads_.push_back(checks.Journal(*who.device, *who.monitor));
  }
  checks.Incidents([this](const std::string& what) { OnBroken("server", what); });
  checks.KeptDays([this](const std::string& what) { OnBroken("server", what); });
}

void World::CheckRows() {
  const uint64_t most = kMostRowsPerStrike * (inhabitants_.size() + strikes());
  if (rows() <= most) return;
  OnBroken("all",
           absl::StrCat(rows(), " rows after ", strikes(), " strikes: something is written over and over"));
}

std::string World::Digest() const {
  std::string all = absl::StrCat(trouble_.strikes(), "|");
  for (const Inhabitant& who : inhabitants_) absl::StrAppend(&all, who.monitor->digest(), "|");
  for (const Sha256Digest& head : heads_) absl::StrAppend(&all, AsBytes(head), "|");
  return ToHex(Sha256(all));
}

absl::Duration World::AwakeTime() const {
  absl::Duration total;
  const absl::Duration lived = absl::Nanoseconds(time_.Now().wall.ns - began_.ns);
  for (const Inhabitant& who : inhabitants_) {
    total += lived - who.off;
    if (who.off_since) total -= time_.Now().mono - *who.off_since;
  }
  return total;
}

uint64_t World::rows() const {
  uint64_t all = 0;
  for (const Inhabitant& who : inhabitants_) all += who.monitor->rows();
  return all;
}

uint64_t World::steps() const {
  uint64_t all = 0;
  for (const Inhabitant& who : inhabitants_) all += who.monitor->steps();
  return all;
}

}  // namespace holdfast::simulation
