#include "server/service/report_bytes.h"

#include "base/canonical.h"
#include "base/crypto/keys.h"

namespace holdfast::server {
namespace {

void WriteUuid(CanonicalWriter& out, const Uuid& id) {
  out.Raw({reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()});
}

void WriteTotals(CanonicalWriter& out, const ClassTotals& totals) {
  for (int64_t ns : totals) out.I64(ns);
}

void WriteService(CanonicalWriter& out, const ServiceCompliance& s) {
  WriteUuid(out, s.device);
  out.Bytes(s.hostname).Bytes(s.key).Bytes(s.rule).Bytes(s.service_name);
  WriteTotals(out, s.totals);
  out.U32(static_cast<uint32_t>(s.causes.size()));
  for (const CauseTotal& c : s.causes) out.U8(static_cast<uint8_t>(c.time_class)).Bytes(c.cause).I64(c.ns);
  out.I64(s.uncertainty_ns);
  out.I64(s.outages.count).I64(s.outages.longest_ns).I64(s.outages.first_ns).I64(s.outages.last_ns);
}

}  // namespace

std::string CanonicalReportBytes(const ComplianceReport& report) {
  CanonicalWriter out;
  out.Raw("holdfast-report-v3").I64(report.from.ns).I64(report.to.ns).I64(report.made.ns);
  out.Bytes(report.device).Bytes(report.group);
  out.U32(static_cast<uint32_t>(report.devices));
  WriteTotals(out, report.totals);
  out.U32(static_cast<uint32_t>(report.days.size()));
  for (const DayTotals& day : report.days) {
    out.I64(day.begin.ns);
    WriteTotals(out, day.totals);
  }
  out.U32(static_cast<uint32_t>(report.services.size()));
  for (const ServiceCompliance& s : report.services) WriteService(out, s);
  out.U32(static_cast<uint32_t>(report.chain_heads.size()));
  for (const ReportChainHead& head : report.chain_heads) {
    WriteUuid(out, head.device);
    out.U64(head.epoch).U64(head.seq).Raw(AsBytes(head.hash));
  }
  return out.Take();
}

absl::Status VerifyReport(const ComplianceReport& report, absl::string_view signature,
                          absl::string_view raw_public_key) {
  const Sha256Digest digest = Sha256(CanonicalReportBytes(report));
  return crypto::VerifyEd25519(raw_public_key, AsBytes(digest), signature);
}

}  // namespace holdfast::server
