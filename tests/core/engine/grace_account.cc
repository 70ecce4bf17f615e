#include "grace_account.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/engine/causes.h"
#include "core/engine/graces.h"

namespace holdfast {

void GraceAccount::Begin(MonoTime true_now) {
  begun_.push_back(true_now);
  while (true_now - begun_.front() > absl::Hours(27)) begun_.pop_front();
}

void GraceAccount::OnVerdict(MonoTime true_now, const Verdict& verdict) {
  auto& spans = spans_[verdict.key];
  if (const auto since = since_.extract(verdict.key)) spans.emplace_back(since.mapped(), true_now);
  if (causes::IsGrace(verdict.cause)) since_[verdict.key] = true_now;
  while (!spans.empty() && true_now - spans.front().second > absl::Hours(24)) spans.pop_front();
  absl::Duration spent;
  for (const auto& [from, to] : spans) spent += to - std::max(from, true_now - absl::Hours(24));
  if (spent > engine::kMostGracePerDay) {
    broken_(absl::StrCat("graces excuse more than they may in a day: ", verdict.key));
  }
}

bool GraceAccount::FarFromTheLimit(absl::Duration longest) const {
  return longest * static_cast<int64_t>(begun_.size()) <= engine::kMostGracePerDay / 3;
}

}  // namespace holdfast
