// What a person shows for an override, verified before the engine hears of it: what was typed is forgotten
// here and is in no row.
#pragma once

#include <string>

#include "agent/platform/state_files.h"
#include "base/ids.h"
#include "core/event/event.h"

namespace holdfast::agent {

// Against the policy's salted hash. Takes some 40 ms of a processor.
void VerifyPasscode(const std::string& hash, Credential& credential);

// Against this device's code key and the codes that were spent here.
void VerifyCode(const platform::StateFiles& files, const Uuid& device, WallTime now, Credential& credential);

// Beside the code's row, which a journal that is full or begins anew drops sooner than the code is over.
void RememberSpentCode(platform::StateFiles& files, const std::string& code_id);

}  // namespace holdfast::agent
