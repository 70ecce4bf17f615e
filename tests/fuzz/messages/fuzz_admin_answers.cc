// Any bytes as a report that somebody hands over (`holdfast-admin report verify`), as protobuf and as its
// JSON: refused, or read, and never verified by a key that did not sign it.
#include <google/protobuf/util/json_util.h>

#include "server/admin/report_page.h"
#include "server/rpc/admin_codec.h"
#include "server/service/report_bytes.h"
#include "tests/fuzz/messages/message.h"

namespace holdfast::fuzz {
namespace {

void Report(const v1::GetComplianceReportResponse& response) {
  const auto report = server::FromProto(response.report());
  if (!report.ok()) return;
  Require(!server::VerifyReport(*report, response.signature(), std::string(32, '\1')).ok());
  // What was understood has the same bytes to sign when it is told again.
  const auto again = server::FromProto(server::ToProto(*report));
  Require(again.ok() && server::CanonicalReportBytes(*again) == server::CanonicalReportBytes(*report));
  admin::ReportPage(response, "{}", {});
}

void Binary(absl::string_view bytes) {
  v1::GetComplianceReportResponse response;
  if (Parse(bytes, response)) Report(response);
}

void Json(absl::string_view text) {
  v1::GetComplianceReportResponse response;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const std::string json(admin::ReportInPage(text).value_or(text));
  if (google::protobuf::util::JsonStringToMessage(json, &response, options).ok()) Report(response);
}

}  // namespace
}  // namespace holdfast::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  holdfast::fuzz::Choose(data, size, {&holdfast::fuzz::Binary, &holdfast::fuzz::Json});
  return 0;
}
