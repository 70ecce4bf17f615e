#include "server/rpc/gate.h"

#include <arpa/inet.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"

namespace holdfast::server {
namespace {

constexpr AddressBytes kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr size_t kMappedBytes = 12;
constexpr size_t kNetworkBytes = 8;  // of an IPv6 address
constexpr double kBurstSeconds = 2;

}  // namespace

Source::Source(const AddressBytes& address) : bytes_(address) {
  if (!IsIpv4()) std::fill(bytes_.begin() + kNetworkBytes, bytes_.end(), 0);
}

bool Source::IsIpv4() const {
  return std::equal(kMapped.begin(), kMapped.begin() + kMappedBytes, bytes_.begin());
}

std::string Source::ToString() const {
  char text[INET6_ADDRSTRLEN] = {};
  if (IsIpv4()) {
    inet_ntop(AF_INET, bytes_.data() + kMappedBytes, text, sizeof text);
    return text;
  }
  inet_ntop(AF_INET6, bytes_.data(), text, sizeof text);
  return absl::StrCat(text, "/64");
}

int64_t GateReport::Refused() const {
  return std::accumulate(refused.begin(), refused.end(), int64_t{0});
}

double Gate::SourceRate() const {
  return std::max(1.0, limits_.per_second * limits_.source_percent / 100);
}

double Gate::SourceBurst() const {
  return SourceRate() * kBurstSeconds;
}

int Gate::SourceStrangers() const {
  return static_cast<int>(std::max(int64_t{1}, int64_t{limits_.strangers} * limits_.source_percent / 100));
}

bool Gate::Crowded(const Source& source) const {
  if (open() >= limits_.open || strangers_ >= limits_.strangers) return true;
  const auto it = sources_.find(source);
  return it != sources_.end() && it->second.strangers >= SourceStrangers();
}

std::optional<Refusal> Gate::Admit(Id id, const Source& source, MonoTime now) {
  if (const std::optional<Refusal> refusal = Judge(source, now)) {
    ++report_.refused[static_cast<size_t>(*refusal)];
    return refusal;
  }
  PerSource& from = sources_[source];
  from.bucket.Refill(SourceRate(), SourceBurst(), now);
  from.bucket.Take();
  ++from.strangers;
  bucket_.Take();
  ++strangers_;
  connections_.insert_or_assign(id, Connection{source, now, ""});
  waiting_.emplace(now, id);
  return std::nullopt;
}

// A source that is full does not use up what is everybody's: nothing is taken from a bucket until all agree.
std::optional<Refusal> Gate::Judge(const Source& source, MonoTime now) {
  if (const auto it = sources_.find(source); it != sources_.end()) {
    if (const std::optional<Refusal> refusal = JudgeSource(it->second, now)) {
      ++it->second.refused;
      return refusal;
    }
  }
  if (open() >= limits_.open) return Refusal::kOpen;
  if (strangers_ >= limits_.strangers) return Refusal::kStrangers;
  if (bucket_.Refill(limits_.per_second, limits_.per_second * kBurstSeconds, now) < 1) return Refusal::kRate;
  return std::nullopt;
}

std::optional<Refusal> Gate::JudgeSource(PerSource& source, MonoTime now) const {
  if (source.strangers >= SourceStrangers()) return Refusal::kSourceStrangers;
  if (source.bucket.Refill(SourceRate(), SourceBurst(), now) < 1) return Refusal::kSourceRate;
  return std::nullopt;
}

void Gate::NoStrangerAnyMore(const Source& source) {
  --strangers_;
  --sources_.at(source).strangers;
}

void Gate::Vouch(Id id, const std::string& identity) {
  const auto it = connections_.find(id);
  if (it == connections_.end() || !it->second.identity.empty() || identity.empty()) return;
  int& count = identities_[identity];
  if (count >= limits_.per_identity) return;
  ++count;
  it->second.identity = identity;
  waiting_.erase({it->second.since, id});
  NoStrangerAnyMore(it->second.source);
}

void Gate::Ended(Id id) {
  const auto it = connections_.find(id);
  if (it == connections_.end()) return;
  const Connection connection = std::move(it->second);
  connections_.erase(it);
  if (connection.identity.empty()) {
    waiting_.erase({connection.since, id});
    return NoStrangerAnyMore(connection.source);
  }
  const auto identity = identities_.find(connection.identity);
  if (--identity->second == 0) identities_.erase(identity);
}

std::vector<Gate::Id> Gate::Overstayed(MonoTime now) {
  std::vector<Id> out;
  while (!waiting_.empty() && now - waiting_.begin()->first >= limits_.stranger_age) {
    out.push_back(waiting_.begin()->second);
    waiting_.erase(waiting_.begin());
  }
  report_.overstayed += static_cast<int64_t>(out.size());
  return out;
}

GateReport Gate::TakeReport(MonoTime now) {
  GateReport report = std::exchange(report_, {});
  report.open = open();
  report.strangers = strangers_;
  for (auto it = sources_.begin(); it != sources_.end();) {
    PerSource& source = it->second;
    if (source.refused > report.busiest_refused) {
      report.busiest = it->first;
      report.busiest_refused = source.refused;
    }
    source.refused = 0;
    // One that is as good as new need not be remembered.
    const bool full = source.bucket.Refill(SourceRate(), SourceBurst(), now) >= SourceBurst();
    it = full && source.strangers == 0 ? sources_.erase(it) : std::next(it);
  }
  return report;
}

}  // namespace holdfast::server
