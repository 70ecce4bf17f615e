// Any text where a person, a header or a file gives one that we take apart: enrollment strings, endpoints,
// tokens, a peer's address, a ready file, a page with a report.
#include "base/enrollment.h"
#include "base/ids.h"
#include "server/admin/report_page.h"
#include "server/app/ready_file.h"
#include "server/authz/tokens.h"
#include "server/rpc/peer.h"
#include "tests/fuzz/messages/message.h"

namespace holdfast::fuzz {
namespace {

void Enrollment(absl::string_view text) {
  const auto parsed = EnrollmentString::Parse(text);
  if (parsed.ok()) Require(EnrollmentString::Parse(parsed->ToString()).value() == *parsed);
}

void AnEndpoint(absl::string_view text) {
  const auto parsed = Endpoint::Parse(text);
  if (parsed.ok()) Require(Endpoint::Parse(parsed->ToString()).value() == *parsed);
}

void Token(absl::string_view text) {
  for (const absl::string_view prefix : {server::kEnrollmentPrefix, server::kAdminPrefix}) {
    const auto token = server::ReadToken(prefix, text);
    if (token) Require(token->id.size() <= text.size());
  }
}

void Report(absl::string_view text) {
  const auto inside = admin::ReportInPage(text);
  if (inside)
    Require(inside->data() >= text.data() && inside->data() + inside->size() <= text.data() + text.size());
}

}  // namespace
}  // namespace holdfast::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace holdfast;        // NOLINT: a program of its own
  using namespace holdfast::fuzz;  // NOLINT
  Choose(data, size,
         {&Enrollment, &AnEndpoint, &Token,
          [](absl::string_view text) { server::PeerAddress(std::string(text)); },
          [](absl::string_view text) { server::ParseReadyJson(text).IgnoreError(); }, &Report,
          [](absl::string_view text) { Uuid::Parse(text).IgnoreError(); }});
  return 0;
}
