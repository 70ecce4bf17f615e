#include "server-mock/swarm/comparison.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "server/admin/command.h"

namespace holdfast::swarm {
namespace {

using admin::AdminClient;

class Comparer {
 public:
  explicit Comparer(AdminClient& server) : server_(server) {}

  absl::Status Device(const SwarmAgent& agent) {
    const std::optional<Uuid> id = agent.view().device;
    if (!id) {
      ++result_.never_enrolled;
      Tell(absl::StrCat("agent ", agent.serial_number(), " never enrolled: ", agent.view().text));
      return absl::OkStatus();
    }
    device_ = id->ToString();
    ++result_.devices;
    if (agent.journal().epochs() > 1) ++result_.epochs_begun_anew;
    HOLDFAST_RETURN_IF_ERROR(Rows(agent.journal()));
    return Head(agent.journal());
  }

  // One of these would say that a row was lost, changed or told twice.
  absl::Status Incidents() {
    for (const char* name : {"chain_break", "chain_fork", "clone_conflict", "journal_gap"}) {
      v1::ListIncidentsRequest request;
      request.set_name(name);
      v1::ListIncidentsResponse all;
      HOLDFAST_RETURN_IF_ERROR(FetchPages(server_, &AdminClient::Stub::ListIncidents, request, 0,
                                          &v1::ListIncidentsResponse::mutable_incidents, &all));
      if (all.incidents_size() > 0) result_.incidents[name] = all.incidents_size();
    }
    return absl::OkStatus();
  }

  Comparison Take() { return std::move(result_); }

 private:
  absl::Status Rows(const MemoryJournal& journal) {
    v1::ListHistoryRequest request;
    request.set_device(device_);
    request.set_ascending(true);
    v1::ListHistoryResponse all;
    const absl::Status read = FetchPages(server_, &AdminClient::Stub::ListHistory, request, 0,
                                         &v1::ListHistoryResponse::mutable_rows, &all);
    if (!read.ok() && !absl::IsNotFound(read))
      return read;  // a device that is gone: all its rows are missing
    const std::vector<Sha256Digest>& written = journal.hashes();
    std::vector<int> stored(written.size(), 0);
    for (const v1::HistoryRow& row : all.rows()) {
      ++result_.rows;
      if (row.epoch() != EpochToString(journal.head().epoch) || row.seq() == 0 ||
          row.seq() > written.size()) {
        ++result_.invented;
        Tell(absl::StrCat("row ", row.epoch(), "/", row.seq(), " was never written"));
      } else if (row.hash() != AsBytes(written[row.seq() - 1])) {
        ++result_.different;
        Tell(absl::StrCat("row ", row.seq(), " is stored with another hash"));
      } else if (++stored[row.seq() - 1] == 2) {
        ++result_.doubled;
        Tell(absl::StrCat("row ", row.seq(), " is stored twice"));
      }
    }
    for (size_t i = 0; i < stored.size(); ++i) {
      if (stored[i] > 0) continue;
      ++result_.missing;
      Tell(absl::StrCat("row ", i + 1, " of ", stored.size(), " is not stored"));
    }
    return absl::OkStatus();
  }

  absl::Status Head(const MemoryJournal& journal) {
    v1::GetDeviceRequest request;
    request.set_device(device_);
    v1::GetDeviceResponse answer;
    const absl::Status read = server_.Call(&AdminClient::Stub::GetDevice, request, &answer);
    if (!read.ok() && !absl::IsNotFound(read)) return read;
    const journal::Head head = journal.head();
    const v1::Device& device = answer.device();
    if (head.seq == 0) return absl::OkStatus();
    if (device.stored_through() == head.seq && device.chain_head() == AsBytes(head.hash)) {
      return absl::OkStatus();
    }
    ++result_.heads_that_differ;
    Tell(absl::StrCat("the server's head is row ", device.stored_through(), ", the agent's ", head.seq));
    return absl::OkStatus();
  }

  void Tell(const std::string& difference) {
    if (result_.first_difference.empty()) {
      result_.first_difference = absl::StrCat(device_, device_.empty() ? "" : ": ", difference);
    }
  }

  AdminClient& server_;
  std::string device_;
  Comparison result_;
};

}  // namespace

absl::StatusOr<Comparison> Compare(const Swarm& swarm, AdminClient& server) {
  Comparer comparer(server);
  for (const auto& agent : swarm.agents()) HOLDFAST_RETURN_IF_ERROR(comparer.Device(*agent));
  HOLDFAST_RETURN_IF_ERROR(comparer.Incidents());
  return comparer.Take();
}

}  // namespace holdfast::swarm
