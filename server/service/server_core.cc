#include "server/service/server_core.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/service/refusal.h"
#include "server/service/state.h"

namespace holdfast::server {
namespace {

// Without a failure, and with rows, before it is said that the store works again.
constexpr absl::Duration kStoreWorks = absl::Seconds(2);

// A refusal is answered after what it left behind is durable; any other error rolls back.
template <class Answer>
absl::StatusOr<Answer> Finish(fleet::Transaction transaction, Directory& directory, const Uuid& device,
                              absl::StatusOr<Answer> answer) {
  absl::Status failed = answer.status();
  if (answer.ok() || IsRefusal(failed)) failed = transaction.Commit();
  if (failed.ok()) return answer;
  directory.Invalidate(device);
  return absl::UnavailableError(
      absl::StrCat("the server's store failed: ", failed.message(), "; try again later"));
}

}  // namespace

ServerCore::ServerCore(std::unique_ptr<State> state) : state_(std::move(state)) {}
ServerCore::~ServerCore() = default;

absl::StatusOr<std::unique_ptr<ServerCore>> ServerCore::Create(const ServerDependencies& dependencies,
                                                               const ServerOptions& options) {
  auto state = std::make_unique<State>(dependencies, options);
  HOLDFAST_RETURN_IF_ERROR(state->policies.Newest("").status());
  if (dependencies.custody != nullptr) {
    const RingKey* first = dependencies.custody->ring().First(KeyKind::kAuthority);
    HOLDFAST_RETURN_IF_ERROR(state->context.store.NameAuthority(first->id));
  }
  return std::unique_ptr<ServerCore>(new ServerCore(std::move(state)));
}

void ServerCore::SetAgentEndpoint(std::string host_and_port) {
  state_->context.options.agent_endpoint = std::move(host_and_port);
}

absl::StatusOr<wire::EnrollResponse> ServerCore::Enroll(const Peer& peer,
                                                        const wire::EnrollRequest& request) {
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(state_->context.store));
  auto answer = state_->enrollment.Enroll(peer, request);
  const Uuid device = answer.ok() ? answer->device_id : Uuid{};
  return Finish(std::move(transaction), state_->directory, device, std::move(answer));
}

absl::StatusOr<wire::RenewResponse> ServerCore::Renew(const Peer& peer, const wire::RenewRequest& request) {
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(state_->context.store));
  return Finish(std::move(transaction), state_->directory, request.device_id,
                state_->enrollment.Renew(peer, request));
}

absl::Status ServerCore::CheckPeer(const Peer& peer, const Uuid& device) {
  HOLDFAST_ASSIGN_OR_RETURN(auto transaction, fleet::Transaction::Begin(state_->context.store));
  return Finish(std::move(transaction), state_->directory, device,
                Admit(state_->context, state_->directory, peer, device))
      .status();
}

absl::StatusOr<wire::SyncResponse> ServerCore::Sync(const Peer& peer, const wire::SyncRequest& request) {
  return std::move(SyncBatch({{peer, request}}).front());
}

std::vector<absl::StatusOr<wire::SyncResponse>> ServerCore::SyncBatch(std::vector<SyncCall> calls) {
  std::vector<absl::StatusOr<wire::SyncResponse>> answers;
  std::vector<fleet::StoredRow> stored;
  absl::StatusOr<fleet::Transaction> transaction = fleet::Transaction::Begin(state_->context.store);
  absl::Status failed = transaction.status();
  for (SyncCall& call : calls) {
    if (!failed.ok()) break;
    answers.push_back(state_->sync.Handle(call, &stored));
    const absl::Status& status = answers.back().status();
    if (!status.ok() && !IsRefusal(status)) failed = status;
  }
  if (failed.ok()) failed = transaction->Commit();
  state_->JudgeStore(failed, !stored.empty());
  if (failed.ok()) {
    if (state_->row_listener) state_->TellListener(stored, calls);
    return answers;
  }
  for (const SyncCall& call : calls) state_->directory.Invalidate(call.request.device_id);
  const absl::Status unavailable = absl::UnavailableError(
      absl::StrCat("the server's store failed: ", failed.message(), "; nothing was taken, try again later"));
  return std::vector<absl::StatusOr<wire::SyncResponse>>(calls.size(), unavailable);
}

void ServerCore::SetNudge(std::function<void(const Uuid&, absl::Duration)> nudge) {
  state_->nudge = std::move(nudge);
}

void ServerCore::SetRevokedListener(std::function<void(const Uuid&)> listener) {
  state_->revoked_listener = std::move(listener);
}

void ServerCore::SetAdminRevokedListener(std::function<void()> listener) {
  state_->admin_revoked_listener = std::move(listener);
}

void ServerCore::SetRowListener(std::function<void(const HistoryRow&)> listener) {
  state_->row_listener = std::move(listener);
}

void ServerCore::SetStoreListener(std::function<void(const absl::Status&)> listener) {
  state_->store_listener = std::move(listener);
}

void ServerCore::SetHaltListener(std::function<void(const std::string&)> listener) {
  state_->halt_listener = std::move(listener);
}

void ServerCore::SetKeyListener(std::function<absl::Status(const std::string&)> listener) {
  state_->key_listener = std::move(listener);
}

std::string ServerCore::JudgePressure(bool turned_away) {
  HeartbeatStretch& stretch = state_->stretch;
  if (!stretch.Judge(turned_away, state_->context.clock.Now().mono)) return "";
  if (stretch.factor() == 1) return "syncs have room again: devices come as often as their policy says";
  return absl::StrCat(turned_away ? "syncs were turned away" : "syncs have room again",
                      ": devices are asked to come ", stretch.factor(),
                      " times less often than their policy says, at least every hour");
}

void ServerCore::State::JudgeStore(const absl::Status& commit, bool rows) {
  if (commit.ok()) {
    store_took_rows = store_took_rows || rows;
    return TellStoreWorks();
  }
  const bool news = !store_failed.has_value();
  store_failed = context.Now();
  store_took_rows = false;
  if (news && store_listener) store_listener(commit);
}

// On a disk that is nearly full some commits succeed and some do not: that is one trouble, told once.
void ServerCore::State::TellStoreWorks() {
  if (!store_failed || !store_took_rows || context.Now() - *store_failed < kStoreWorks) return;
  store_failed.reset();
  if (store_listener) store_listener(absl::OkStatus());
}

}  // namespace holdfast::server
