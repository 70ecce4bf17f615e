// Any bytes as a message of AgentService, in both directions: refused, or understood so that it can be said
// again in the same way.
#include "proto/wire/agent_codec.h"
#include "server/service/frame_check.h"
#include "tests/fuzz/messages/message.h"

namespace holdfast::fuzz {
namespace {

template <class Proto>
void Translate(absl::string_view bytes) {
  Proto proto;
  if (!Parse(bytes, proto)) return;
  const auto plain = wire::FromProto(proto);
  if (!plain.ok()) return;
  const Proto said = wire::ToProto(*plain);
  const auto again = wire::FromProto(said);
  Require(again.ok());
  Require(wire::ToProto(*again).SerializeAsString() == said.SerializeAsString());
}

void Sync(absl::string_view bytes) {
  Translate<v1::SyncRequest>(bytes);
  v1::SyncRequest proto;
  if (!Parse(bytes, proto)) return;
  const auto request = wire::FromProto(proto);
  if (!request.ok() || !request->frame) return;
  Require(request->frame->rows.size() <= static_cast<size_t>(wire::kMaxFrameRows));
  if (server::CheckFrameForm(*request->frame, request->head.epoch, {}).ok()) {
    server::CheckFrameHashes(*request->frame).IgnoreError();
  }
}

void WatchRequest(absl::string_view bytes) {
  v1::WatchRequest proto;
  if (Parse(bytes, proto)) wire::FromProto(proto).IgnoreError();
}

void WatchResponse(absl::string_view bytes) {
  v1::WatchResponse proto;
  if (Parse(bytes, proto)) Require(wire::FromProto(proto).max_jitter >= absl::ZeroDuration());
}

}  // namespace
}  // namespace holdfast::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace holdfast;        // NOLINT: a program of its own
  using namespace holdfast::fuzz;  // NOLINT
  // The numbers are those of make_corpus.cc.
  Choose(data, size,
         {&Translate<v1::EnrollRequest>, &Translate<v1::EnrollResponse>, &Sync, &Translate<v1::SyncResponse>,
          &Translate<v1::RenewCertificateRequest>, &Translate<v1::RenewCertificateResponse>, &WatchRequest,
          &WatchResponse});
  return 0;
}
