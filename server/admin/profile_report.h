// What a server found in profiles, as the report that this machine's own lint would make: one look for both.
#pragma once

#include <deque>

#include "holdfast/v1/admin_service.pb.h"
#include "profiles/lint/lint.h"

namespace holdfast::admin {

// The rules are the server's, which may know others than this program: their texts are views of the message,
// which must outlive the report, as `rules` must.
lint::Report ReportOf(const google::protobuf::RepeatedPtrField<v1::ProfileFinding>& findings, int files,
                      std::deque<lint::Rule>& rules);

}  // namespace holdfast::admin
