// Our messages as an OpenTelemetry agent would send the same rows: requests of its logs service, encoded by
// hand, since four message types need no generated code.
#pragma once

#include <string>

#include "proto/wire/agent_messages.h"

namespace holdfast::bench {

// opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest: the device, its epoch and its boot as the
// resource's attributes, each row as a log record whose body is the payload. Every column of a row is in it.
std::string OtlpRequest(const wire::SyncRequest& message);

}  // namespace holdfast::bench
