// How long graces excused each key, by an account of its own: no longer in 24 hours of true time than they
// may, within a boot.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "core/engine/engine.h"

namespace holdfast {

class GraceAccount {
 public:
  explicit GraceAccount(std::function<void(const std::string&)> broken) : broken_(std::move(broken)) {}

  // A boot, a login or a wake.
  void Begin(MonoTime true_now);
  void OnVerdict(MonoTime true_now, const Verdict& verdict);
  // What the last run held is open no more.
  void AgentRestarts() { since_.clear(); }
  // Another boot, across which the wall clock may say anything, or rows were lost.
  void Forget() { spans_.clear(); }
  // Updates take their share of a day, and are not followed: whether what is, each of `longest`, leaves them
  // two thirds of it.
  bool FarFromTheLimit(absl::Duration longest) const;

 private:
  const std::function<void(const std::string&)> broken_;
  std::deque<MonoTime> begun_;                                              // of a day
  std::map<std::string, std::deque<std::pair<MonoTime, MonoTime>>> spans_;  // by key
  std::map<std::string, MonoTime> since_;                                   // of keys that one excuses now
};

}  // namespace holdfast
