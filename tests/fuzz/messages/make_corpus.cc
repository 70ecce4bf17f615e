// fuzz-corpus FOLDER: writes the corpora of the targets of this folder, as a device and an admin would say
// it. Certificates and keys are new with each run.
#include <google/protobuf/util/json_util.h>
#include <sys/stat.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/error.h"
#include "base/file.h"
#include "proto/wire/agent_codec.h"
#include "proto/wire/event_codec.h"
#include "proto/wire/status_codec.h"
#include "server/rpc/admin_methods.h"
#include "server/service/certificate_issuer.h"
#include "tests/profiles/lint/samples.h"
#include "tests/server/service/test_device.h"

namespace holdfast::server {
namespace {

std::string root;  // NOLINT: of this small program

void Write(const std::string& target, const std::string& name, int number, const std::string& bytes) {
  mkdir(absl::StrCat(root, "/", target).c_str(), 0755);
  const absl::Status written = WriteFileAtomically(absl::StrCat(root, "/", target, "/", name),
                                                   std::string(1, static_cast<char>(number)) + bytes);
  if (written.ok()) return;
  std::cerr << written << "\n";
  std::exit(1);
}

std::string Der(const std::string& pem) {
  const size_t from = pem.find('\n') + 1;
  std::string der;
  absl::Base64Unescape(pem.substr(from, pem.find("-----END") - from), &der);
  return der;
}

// The last answer of each kind and what it took, from a server on memory.
void AgentMessages(World& world, TestDevice& device) {
  const wire::EnrollRequest enroll = device.EnrollRequest(world.MakeToken());
  const std::string enroll_bytes = wire::ToProto(enroll).SerializeAsString();
  Write("agent_messages", "enroll", 0, enroll_bytes);
  Write("server_core", "enroll", 1, enroll_bytes);
  Write("agent_messages", "enrolled", 1, wire::ToProto(*device.Enroll(enroll.token)).SerializeAsString());
  for (const TimeClass each : {TimeClass::kProtected, TimeClass::kViolation, TimeClass::kUnknown}) {
    device.Advance(absl::Seconds(5));
    device.WriteVerdict(each, "cause");
  }
  wire::SyncRequest sync = device.Request(1);
  sync.sections.push_back({"inventory", "{}", Sha256("{}")});
  sync.policy_status = {wire::PolicyStatus::State::kApplied, 1, {}, ""};
  sync.features = {"rows.v1"};
  const std::string sync_bytes = wire::ToProto(sync).SerializeAsString();
  Write("agent_messages", "sync", 2, sync_bytes);
  for (int flags = 0; flags < 4; ++flags) {
    Write("server_core", absl::StrCat("sync", flags), 0,
          std::string(1, static_cast<char>(flags)) + sync_bytes);
  }
  Write("agent_messages", "synced", 3, wire::ToProto(*device.Sync(sync)).SerializeAsString());
  const wire::RenewRequest renew{device.id, *crypto::MakeCsrPem(device.key, "mac")};
  Write("agent_messages", "renew", 4, wire::ToProto(renew).SerializeAsString());
  Write("server_core", "renew", 2, wire::ToProto(renew).SerializeAsString());
  Write("agent_messages", "renewed", 5,
        wire::ToProto(*world.core->Renew(device.AsPeer(), renew)).SerializeAsString());
  v1::WatchRequest watch;
  watch.set_device_id(device.id.ToString());
  Write("agent_messages", "watch", 6, watch.SerializeAsString());
  Write("agent_messages", "nudge", 7, wire::ToProto(wire::WatchNudge{absl::Seconds(30)}).SerializeAsString());
}

template <class Request>
void Ask(const std::string& name, int number, const Request& request) {
  Write("server_core", name, number, request.SerializeAsString());
}

v1::GetComplianceReportRequest ReportRequest(const World& world) {
  v1::GetComplianceReportRequest request;
  request.mutable_from()->set_seconds(world.clock.now.wall.ns / 1'000'000'000 - 3600);
  request.mutable_to()->set_seconds(world.clock.now.wall.ns / 1'000'000'000);
  return request;
}

void ProfileRequests() {
  const auto put = [](const std::string& name, const std::string& group, int number) {
    v1::PutProfileSetRequest request;
    request.set_group(group);
    request.set_target_macos("26.1");
    request.set_accept_errors(true);
    v1::UploadedProfile* file = request.add_files();
    file->set_name("corp.mobileconfig");
    const std::string keys = absl::StrReplaceAll(lint::ProviderKeys("TransparentProxy"),
                                                 {{"@", "<key>Order</key><integer>1</integer>"}});
    file->set_content(lint::ProfileXml(lint::PayloadXml("com.apple.vpn.managed", number, keys)));
    file = request.add_files();
    file->set_name("vpn.json");
    file->set_content(R"({"Type": "com.apple.configuration.network.vpn.ikev2", "Identifier": "d",
      "Payload": {"VisibleName": "Corp", "HostName": "vpn.example.com"}})");
    Ask(name, 31, request);
  };
  put("put_profiles", "", 1);
  put("put_profiles_of_group", "berlin", 2);
  v1::GetProfileSetRequest get;
  get.set_group("berlin");
  Ask("get_profiles", 32, get);
  Ask("list_profiles", 33, v1::ListProfileSetsRequest());
  Ask("delete_profiles", 34, v1::DeleteProfileSetRequest());
}

void AdminRequests(const World& world, const std::string& device) {
  v1::ListDevicesRequest devices;
  devices.set_page_size(10);
  Ask("list_devices", 3, devices);
  v1::GetDeviceRequest one;
  one.set_device(device);
  Ask("get_device", 4, one);
  v1::ListHistoryRequest history;
  history.set_device(device);
  history.add_kinds("verdict");
  Ask("list_history", 5, history);
  v1::ListIncidentsRequest incidents;
  incidents.set_device(device);
  Ask("list_incidents", 6, incidents);
  Ask("report", 7, ReportRequest(world));
  v1::PutPolicyRequest put;
  put.set_document(kPolicy1);
  Ask("put_policy", 8, put);
  Ask("get_policy", 9, v1::GetPolicyRequest());
  Ask("list_policies", 10, v1::ListPoliciesRequest());
  v1::CreateEnrollmentTokenRequest token;
  token.set_quota(3);
  Ask("create_token", 11, token);
  Ask("list_tokens", 12, v1::ListEnrollmentTokensRequest());
  v1::RevokeEnrollmentTokenRequest revoke;
  revoke.set_token_id("0123456789abcdef");
  Ask("revoke_token", 13, revoke);
  v1::ListAuditRequest audit;
  audit.set_page_size(5);
  Ask("list_audit", 14, audit);
  v1::IssueOverrideCodeRequest code;
  code.set_device(device);
  code.set_length_seconds(3600);
  code.set_reason("a reason that is long enough");
  Ask("override_code", 15, code);
  v1::IssueOrderRequest order;
  order.set_kind(v1::ORDER_KIND_EMERGENCY);
  order.set_fleet(true);
  order.set_length_seconds(3600);
  order.set_reason("a reason that is long enough");
  Ask("order", 16, order);
  Ask("list_orders", 17, v1::ListOrdersRequest());
  Ask("get_rollout", 18, v1::GetRolloutRequest());
  v1::SetRolloutRequest rollout;
  rollout.set_change(v1::ROLLOUT_CHANGE_PERCENT);
  rollout.set_percent(50);
  Ask("set_rollout", 19, rollout);
  v1::RevokeDeviceRequest gone;
  gone.set_device(device);
  gone.set_reason("stolen");
  Ask("revoke_device", 20, gone);
  Ask("list_keys", 21, v1::ListKeysRequest());
  v1::RotateKeyRequest rotate;
  rotate.set_kind(v1::KEY_KIND_POLICY);
  Ask("rotate_key", 22, rotate);
  v1::ActivateKeyRequest activate;
  activate.set_key_id("0123456789abcdef");
  Ask("activate_key", 23, activate);
  v1::RetireKeyRequest retire;
  retire.set_key_id("0123456789abcdef");
  Ask("retire_key", 24, retire);
  v1::CreateAdminTokenRequest admin;
  admin.set_name("auditor of the year");
  admin.set_role(v1::ADMIN_ROLE_AUDITOR);
  Ask("create_admin_token", 25, admin);
  Ask("list_admin_tokens", 26, v1::ListAdminTokensRequest());
  v1::RevokeAdminTokenRequest ended;
  ended.set_token_id("0123456789abcdef");
  Ask("revoke_admin_token", 27, ended);
  v1::SetDeviceLifecycleRequest lifecycle;
  lifecycle.set_device("alpha");
  lifecycle.set_lifecycle(v1::LIFECYCLE_RETIRED);
  Ask("set_lifecycle", 28, lifecycle);
  v1::ImportInventoryRequest inventory;
  inventory.set_csv("serial,name,group\nC02A,\"Anna, x\",berlin\n");
  Ask("import_inventory", 29, inventory);
  Ask("list_inventory", 30, v1::ListInventoryRequest());
  ProfileRequests();
}

void Answers(World& world) {
  v1::GetComplianceReportResponse response;
  const absl::Status status = Call(*world.core, kAdmin, ReportRequest(world), &response);
  if (!status.ok()) std::cerr << "no report: " << status << "\n";
  Write("admin_answers", "report", 0, response.SerializeAsString());
  std::string json;
  (void)google::protobuf::util::MessageToJsonString(response, &json);
  Write("admin_answers", "report.json", 1, json);
}

template <size_t... kIndex>
void Events(std::index_sequence<kIndex...> /*all*/) {
  const auto write = [](const Event& event) {
    const auto kind = KindOf(event);
    Write("event", std::string(RowKindName(kind)), static_cast<int>(kind), wire::EncodeEvent(event));
  };
  (write(Event(std::variant_alternative_t<kIndex, Event>{})), ...);
}

void ErrorDetails() {
  const absl::Status throttled = WithRetryAfter(
      WithReason(absl::ResourceExhaustedError("later"), ErrorReason::kThrottled), absl::Seconds(3));
  const absl::Status skew = WithReason(absl::UnauthenticatedError("clock"), ErrorReason::kClockSkew);
  for (const absl::Status& status : {throttled, skew}) {
    Write("error_details", std::string(status.message()), static_cast<int>(status.code()),
          wire::ToGrpc(status).error_details());
  }
}

void Certificates(const TestDevice& device, const CertificateIssuer& issuer) {
  const std::string authority = issuer.CaCertificatesPem().front();
  const std::string request = *crypto::MakeCsrPem(device.key, "mac");
  const std::string key = crypto::PrivateKey::Generate(crypto::KeyType::kEd25519)->ToPem();
  int number = 0;
  for (const std::string& pem : {authority, request, key}) {
    Write("certificates", absl::StrCat("der", number), number, Der(pem));
    Write("certificates", absl::StrCat("pem", number), number + 3, pem);
    ++number;
  }
}

void Texts(World& world, const TestDevice& device) {
  const std::string token = world.MakeToken();
  const std::string pin(64, 'a');
  Write("texts", "enrollment", 0, absl::StrCat("holdfast1:[2001:db8::1]:8443:", pin, ":", token));
  Write("texts", "endpoint", 1, "[::1]:8443");
  Write("texts", "token", 2, token);
  Write("texts", "peer", 3, "ipv6:%5B::1%5D:4711");
  Write(
      "texts", "ready", 4,
      R"({"agent_address":"localhost:1","admin_address":"localhost:2","ca_file":"/ca","ca_spki_sha256":"00","pid":7})");
  Write("texts", "page", 5, R"(<script type="application/json" id="holdfast-report">{"report":{}}</script>)");
  Write("texts", "uuid", 6, device.id.ToString());
}

int Make() {
  World world;
  TestDevice device(world, "corpus");
  AgentMessages(world, device);
  AdminRequests(world, device.id.ToString());
  Answers(world);
  Events(std::make_index_sequence<std::variant_size_v<Event>>());
  ErrorDetails();
  Certificates(device, world.issuer);
  Texts(world, device);
  return 0;
}

}  // namespace
}  // namespace holdfast::server

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  holdfast::server::root = argv[1];
  return holdfast::server::Make();
}
