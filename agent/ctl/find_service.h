// Which service a person means.
#pragma once

#include <string>

#include "agent/ctl/exit_code.h"
#include "holdfast/v1/local_control.pb.h"

namespace holdfast::ctl {

// By UUID, name or rule label, in this order, in any case of letters; exact before the beginning of a name.
// Sets `found`, which lives as long as `status`. kNoSuchService lists what there is, kAmbiguous the
// candidates with their ids.
Failure FindService(const v1::GetStatusResponse& status, const std::string& text,
                    const v1::LocalService** found);

}  // namespace holdfast::ctl
