// Whether a frame of rows is well formed and untouched, before anything that is stored is asked. Pure.
#pragma once

#include "absl/status/status.h"
#include "proto/wire/agent_messages.h"
#include "server/service/server_core.h"

namespace holdfast::server {

// Sizes, one epoch, numbers without a hole. BAD_REQUEST or TOO_LARGE.
absl::Status CheckFrameForm(const wire::RowFrame& frame, Epoch epoch, const Limits& limits);

// Every row's hash is that of its columns after the row before it. BAD_REQUEST names the first that is not.
absl::Status CheckFrameHashes(const wire::RowFrame& frame);

}  // namespace holdfast::server
