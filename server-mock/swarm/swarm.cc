#include "server-mock/swarm/swarm.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/canonical.h"
#include "base/error.h"

namespace holdfast::swarm {
namespace {

constexpr absl::Duration kLookAgain = absl::Milliseconds(100);

}  // namespace

Swarm::Swarm(SwarmOptions options, Executor& executor, const Clock& clock, RandomSource& random)
    : options_(std::move(options)), clock_(clock), ramp_(executor), phase_(executor) {
  for (size_t i = 0; i < options_.agents; ++i) {
    AgentOptions each = options_.each;
    each.number = i;
    each.seed = SplitMix64{options_.seed + i}.Next();
    each.serial_number = absl::StrCat("SWARM-", options_.run, "-", i);
    agents_.push_back(std::make_unique<SwarmAgent>(
        std::move(each), executor, clock, random, tally_, [this](size_t agent, MonoTime began) {
          if (!recoveries_.empty() && began >= recoveries_.back().since()) {
            recoveries_.back().Answered(agent, clock_.Now().mono);
          }
        }));
  }
}

absl::Status Swarm::Resume(absl::string_view saved) {
  CanonicalReader in(saved);
  for (const auto& agent : agents_) HOLDFAST_RETURN_IF_ERROR(agent->Resume(in.Bytes()));
  return in.Done();
}

std::string Swarm::Save() const {
  CanonicalWriter out;
  for (const auto& agent : agents_) out.Bytes(agent->Save());
  return out.Take();
}

void Swarm::Start(std::function<void()> done) {
  done_ = std::move(done);
  began_ = clock_.Now().mono;
  phase_.Set(began_ + options_.ramp + options_.live, [this] { Settle(); });
  StartNext();
}

void Swarm::StartNext() {
  const MonoTime now = clock_.Now().mono;
  const auto due = [this](size_t i) {
    return began_ + options_.ramp * (static_cast<double>(i) / static_cast<double>(agents_.size()));
  };
  while (started_ < agents_.size() && due(started_) <= now) agents_[started_++]->Start();
  if (started_ < agents_.size()) ramp_.Set(due(started_), [this] { StartNext(); });
}

void Swarm::Settle() {
  if (std::exchange(settling_, true)) return;
  ramp_.Cancel();
  life_ended_ = clock_.Now().mono;
  for (const auto& agent : agents_) agent->Settle();
  AwaitAcknowledgement();
}

void Swarm::AwaitAcknowledgement() {
  const MonoTime now = clock_.Now().mono;
  const bool acknowledged = AllAcknowledged();
  if (!acknowledged) settled_in_ = now - life_ended_;
  const bool all_back = recoveries_.empty() || recoveries_.back().all();
  if ((acknowledged && all_back) || now - life_ended_ >= options_.settle) return SayGoodbye();
  phase_.Set(now + kLookAgain, [this] { AwaitAcknowledgement(); });
}

void Swarm::SayGoodbye() {
  for (const auto& agent : agents_) {
    agent->SayGoodbye([this] {
      if (++goodbyes_ == agents_.size()) done_();
    });
  }
}

void Swarm::Mark() {
  recoveries_.emplace_back(clock_.Now().mono, agents_.size());
}

size_t Swarm::Count(bool (SwarmAgent::*is)() const) const {
  return static_cast<size_t>(
      std::count_if(agents_.begin(), agents_.end(), [is](const auto& agent) { return ((*agent).*is)(); }));
}

uint64_t Swarm::AskedAgain() const {
  uint64_t times = 0;
  for (const auto& agent : agents_) times += agent->journal().asked_again();
  return times;
}

bool Swarm::AllAcknowledged() const {
  return std::all_of(agents_.begin(), agents_.end(), [](const auto& agent) {
    return agent->journal().acked_through() == agent->journal().head().seq;
  });
}

}  // namespace holdfast::swarm
