// The whole server behind its listeners: synchronous, no gRPC, no threads, no clock of its own. It decides
// who may do what, verifies and stores what devices send, and answers admins. Not thread-safe: the caller
// serialises, on one executor.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/random.h"
#include "base/time.h"
#include "server/authz/check.h"
#include "server/service/admin_messages.h"
#include "server/service/agent_api.h"
#include "server/service/certificate_issuer.h"
#include "server/service/key_custody.h"

namespace holdfast::fleet {
class FleetStore;
}

namespace holdfast::server {

struct ReportJob;
struct MadeReport;
struct ProfileJob;
struct LintedProfiles;
struct ProfileQuestion;

struct Limits {
  size_t rows_per_frame = 10000;
  size_t frame_bytes = size_t{1} << 20;  // sum of subjects and payloads
  size_t sections = 32;
  size_t section_bytes = size_t{256} << 10;
};

struct ServerOptions {
  std::string agent_endpoint;  // "HOST:PORT" that agents connect to: goes into enrollment strings
  absl::Duration certificate_lifetime = absl::Hours(24 * 90);
  absl::Duration default_token_lifetime = absl::Hours(24 * 7);
  int default_token_quota = 100;
  absl::Duration heartbeat = absl::Seconds(60);  // what reachability is judged by; never shortens a policy's
  absl::Duration heartbeat_at_least;             // devices are asked to come no more often; zero: as they do
  // Nudged devices come over a time that grows with their number: a few at once, a fleet not all together.
  absl::Duration nudge_spacing = absl::Milliseconds(10);
  absl::Duration nudge_jitter = absl::Seconds(30);  // at most
  Limits limits;
};

// What ServerCore stands on; all must outlive it.
struct ServerDependencies {
  Clock* clock = nullptr;
  RandomSource* random = nullptr;
  fleet::FleetStore* store = nullptr;
  CertificateIssuer* issuer = nullptr;
  KeyCustody* custody = nullptr;  // of the issuer's keys; optional: without it they never change
};

struct SyncCall {
  Peer peer;
  wire::SyncRequest request;
};

class ServerCore final : public AgentApi {
 public:
  // Reads what must be in memory (revocations, last contacts) from the store.
  static absl::StatusOr<std::unique_ptr<ServerCore>> Create(const ServerDependencies& dependencies,
                                                            const ServerOptions& options);
  ~ServerCore() override;
  // Replaces options.agent_endpoint: a listener on port 0 knows its port only once the core exists.
  void SetAgentEndpoint(std::string host_and_port);

  // --- agents
  absl::StatusOr<wire::EnrollResponse> Enroll(const Peer& peer, const wire::EnrollRequest& request) override;
  absl::StatusOr<wire::SyncResponse> Sync(const Peer& peer, const wire::SyncRequest& request) override;
  absl::StatusOr<wire::RenewResponse> Renew(const Peer& peer, const wire::RenewRequest& request) override;
  // Many syncs, one durable commit: answers in the order of the calls, given only after it. One call's
  // refusal does not touch the others; a failed commit fails them all as UNAVAILABLE.
  std::vector<absl::StatusOr<wire::SyncResponse>> SyncBatch(std::vector<SyncCall> calls);
  // Whether this peer may hold a Watch stream: the same checks as Sync's.
  absl::Status CheckPeer(const Peer& peer, const Uuid& device);

  // --- admins. Each checks the actor's role and, when it changes something, writes the audit log in the same
  // transaction.
  absl::StatusOr<ListDevicesResponse> ListDevices(const Actor& actor, const ListDevicesRequest& request);
  absl::StatusOr<Device> GetDevice(const Actor& actor, const std::string& device);
  absl::StatusOr<ListHistoryResponse> ListHistory(const Actor& actor, const ListHistoryRequest& request);
  absl::StatusOr<ListIncidentsResponse> ListIncidents(const Actor& actor,
                                                      const ListIncidentsRequest& request);
  absl::StatusOr<GetComplianceReportResponse> GetComplianceReport(const Actor& actor,
                                                                  const GetComplianceReportRequest& request);
  // The same in steps, so that the longest of them, MakeReport, can be taken beside the core.
  absl::StatusOr<ReportJob> BeginReport(const Actor& actor, const GetComplianceReportRequest& request);
  absl::StatusOr<GetComplianceReportResponse> SignReport(MadeReport made);
  absl::StatusOr<PutPolicyResponse> PutPolicy(const Actor& actor, const PutPolicyRequest& request);
  absl::StatusOr<GetPolicyResponse> GetPolicy(const Actor& actor, const GetPolicyRequest& request);
  absl::StatusOr<std::vector<ListedPolicy>> ListPolicies(const Actor& actor,
                                                         const ListPoliciesRequest& request);
  absl::StatusOr<Rollout> GetRollout(const Actor& actor, const std::string& group);
  absl::StatusOr<Rollout> SetRollout(const Actor& actor, const SetRolloutRequest& request);
  absl::StatusOr<CreateEnrollmentTokenResponse> CreateEnrollmentToken(
      const Actor& actor, const CreateEnrollmentTokenRequest& request);
  absl::StatusOr<std::vector<EnrollmentToken>> ListEnrollmentTokens(const Actor& actor);
  absl::Status RevokeEnrollmentToken(const Actor& actor, const std::string& token_id);
  absl::Status RevokeDevice(const Actor& actor, const RevokeDeviceRequest& request);
  absl::StatusOr<Device> SetDeviceLifecycle(const Actor& actor, const SetDeviceLifecycleRequest& request);
  // Replaces the list of Macs that should be enrolled. INVALID_ARGUMENT names the line that is wrong.
  absl::StatusOr<ImportInventoryResponse> ImportInventory(const Actor& actor,
                                                          const ImportInventoryRequest& request);
  absl::StatusOr<ListInventoryResponse> ListInventory(const Actor& actor,
                                                      const ListInventoryRequest& request);
  // Lints the profiles of a group's Macs together with those of every Mac, and keeps what was found and not
  // the files. INVALID_ARGUMENT names the limit or the file that is wrong; errors of lint are no error of the
  // call.
  absl::StatusOr<PutProfileSetResponse> PutProfileSet(const Actor& actor,
                                                      const PutProfileSetRequest& request);
  // The same in steps, so that the longest of them, LintProfiles, can be taken beside the core. ABORTED when
  // other sets were put or deleted in between.
  absl::StatusOr<ProfileJob> BeginPutProfileSet(const Actor& actor, PutProfileSetRequest request);
  absl::StatusOr<PutProfileSetResponse> FinishPutProfileSet(LintedProfiles linted);
  absl::StatusOr<GetProfileSetResponse> GetProfileSet(const Actor& actor, const std::string& group);
  // What the core decides of that; ReadProfileSet, which counts devices, can be taken beside it.
  absl::StatusOr<ProfileQuestion> BeginGetProfileSet(const Actor& actor, const std::string& group);
  absl::StatusOr<std::vector<ProfileSetInfo>> ListProfileSets(const Actor& actor);
  absl::Status DeleteProfileSet(const Actor& actor, const std::string& group);
  absl::StatusOr<IssueOverrideCodeResponse> IssueOverrideCode(const Actor& actor,
                                                              const IssueOverrideCodeRequest& request);
  absl::StatusOr<IssueOrderResponse> IssueOrder(const Actor& actor, const IssueOrderRequest& request);
  // Those that are not over, newest first.
  absl::StatusOr<std::vector<Order>> ListOrders(const Actor& actor);
  // Authorities, then policy keys, newest first; and the steps of replacing one.
  absl::StatusOr<std::vector<KeyInfo>> ListKeys(const Actor& actor);
  absl::StatusOr<KeyInfo> RotateKey(const Actor& actor, KeyKind kind);
  absl::StatusOr<KeyInfo> ActivateKey(const Actor& actor, const KeyStepRequest& request);
  absl::StatusOr<KeyInfo> RetireKey(const Actor& actor, const KeyStepRequest& request);
  absl::StatusOr<ListAuditResponse> ListAudit(const Actor& actor, const ListAuditRequest& request);
  // Whether the actor may watch, and which device a filter names (nothing: all).
  absl::StatusOr<std::optional<Uuid>> CheckWatch(const Actor& actor, const std::string& device);

  // --- admins' identity
  // The actor behind "Bearer TOKEN" or the bare token; UNAUTHENTICATED otherwise. That a token expired is
  // told only to who has all of it.
  absl::StatusOr<Actor> Authenticate(absl::string_view bearer, const std::string& source);
  // Whether an actor of Authenticate would still be let in: for calls that last.
  absl::Status StillGood(const Actor& actor);
  // What brings a new token to who will use it, before it is committed: a token that nobody received must not
  // be the one that exists. Its error takes the token back.
  using HandOut = std::function<absl::Status(const std::string& token)>;
  // On the first start: makes the first admin token and returns it, to be printed once. Nothing later.
  absl::StatusOr<std::optional<std::string>> EnsureAdminToken(const HandOut& hand_out = nullptr);
  // INVALID_ARGUMENT for a name or a lifetime that cannot be; ALREADY_EXISTS when a token that can be used
  // has the name.
  absl::StatusOr<CreateAdminTokenResponse> CreateAdminToken(const Actor& actor,
                                                            const CreateAdminTokenRequest& request,
                                                            const HandOut& hand_out = nullptr);
  absl::StatusOr<std::vector<AdminToken>> ListAdminTokens(const Actor& actor);  // newest first
  // FAILED_PRECONDITION for the last one with the role admin that can be used.
  absl::Status RevokeAdminToken(const Actor& actor, const std::string& token_id);

  // --- hooks, called on the caller's thread after a commit
  // A device should come and sync, after a random part of `max_jitter`.
  void SetNudge(std::function<void(const Uuid& device, absl::Duration max_jitter)> nudge);
  // A device was revoked: whatever it holds open ends now.
  void SetRevokedListener(std::function<void(const Uuid& device)> listener);
  // An admin token was revoked: who came with it and holds something open is to be asked for again.
  void SetAdminRevokedListener(std::function<void()> listener);
  // Each new row. Costs a decode per row: set it only while somebody watches; nullptr ends it.
  void SetRowListener(std::function<void(const HistoryRow&)> listener);

  // The store failed, or works again (OK): once each, however many syncs fail in between. It works when it
  // has taken rows and nothing failed for two seconds.
  void SetStoreListener(std::function<void(const absl::Status&)> listener);

  // The server halted a roll-out: which, and why.
  void SetHaltListener(std::function<void(const std::string&)> listener);

  // What listeners show, and whose certificates they admit, is to be made anew: a key was replaced, or what
  // is shown meanwhile ends soon. `what` is for the log; it may be empty. An error is repeated with the next
  // Tick.
  void SetKeyListener(std::function<absl::Status(const std::string& what)> listener);

  // Call every few seconds: whether a Sync was turned away for want of room since the last call. Devices are
  // asked to come less often while that goes on. Says what changed, for the log; empty: nothing did.
  std::string JudgePressure(bool turned_away);

  // Call every few seconds: writes last contacts in a batch, judges who became silent and how roll-outs go,
  // takes the step of a next key that everybody trusts, and checks the next slice of stored rows. DATA_LOSS
  // names a device whose rows are damaged, once per round.
  absl::Status Tick();

 private:
  struct State;
  explicit ServerCore(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace holdfast::server
