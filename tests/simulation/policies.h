// The policies of a simulated fleet.
#pragma once

#include <cstdint>
#include <string>

#include "base/random.h"

namespace holdfast::simulation {

// Labels of the rules, in the order of Vpn; no rule names the last one.
inline constexpr const char* kRules[] = {"corp", "vendor", "signin"};

// The network that every policy knows by its beacon.
inline constexpr char kTrustedNetwork[] = "office";

// What a person shows for an override where the policy asks for a passcode.
inline constexpr char kPasscode[] = "sesame";

// Under which every service that can be connected must be.
std::string PlainPolicy(uint64_t version);
// Any other that an admin may write: paces, budgets, graces, who may stop what, audit now and then.
std::string SomePolicy(uint64_t version, SplitMix64& random);

}  // namespace holdfast::simulation
