// What each subcommand does, once its arguments are known.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/control/client.h"
#include "agent/ctl/exit_code.h"
#include "agent/ctl/io.h"
#include "agent/ctl/render.h"
#include "proto/wire/json.h"

namespace holdfast::ctl {

struct Common {
  std::string socket_path;
  std::string journal_path;  // read when no daemon answers
  bool json = false;
};

struct HistoryOptions {
  std::string since;
  std::vector<std::string> kinds;
  std::string service;
  int limit = 0;  // 0: the daemon's default
  bool follow = false;
};

struct OverrideOptions {
  std::optional<std::string> service;
  bool all = false;
  std::string reason;
  std::string duration;  // empty: as long as the policy allows
  bool end = false;
  bool passcode = false;  // is asked for, or read from standard input
  std::string code, ticket;
};

struct PolicyOptions {
  bool origin = false;
  bool document = false;
};

class Commands {
 public:
  Commands(Io io, Common common) : io_(std::move(io)), common_(std::move(common)) {}

  Failure Status();
  // `names_only`: one name per line, for shell completion.
  Failure Services(bool names_only);
  Failure Why(const std::string& service);
  Failure Incidents();
  Failure History(const HistoryOptions& options);
  // The whole journal; to standard output when `file` is empty or "-".
  Failure ExportJournal(const std::string& file);
  Failure Connect(const std::string& service);
  Failure Disconnect(const std::string& service);
  Failure Override(const OverrideOptions& options);
  Failure Policy(const PolicyOptions& options);
  // What leaves this machine, in words.
  Failure Privacy();
  Failure Version();
  Failure AskStatus(v1::GetStatusResponse* status);
  // The daemon's version, or why it does not tell.
  absl::StatusOr<std::string> AgentVersion();
  const std::string& journal_path() const { return common_.journal_path; }

 private:
  Failure Reach();
  Failure Ask(const v1::ControlRequest& request, v1::ControlResponse* response);
  // With no service: for every one.
  Failure Act(v1::RequestActionRequest::Verb verb, const std::optional<std::string>& service,
              v1::RequestActionRequest action);
  Failure HistoryRequest(const HistoryOptions& options, v1::ListLocalHistoryRequest* request);
  Failure Follow(v1::ListLocalHistoryRequest request, uint64_t after, const ServiceNames& names);
  Failure JournalHistory(const v1::ListLocalHistoryRequest& request, const Failure& no_daemon);
  void PrintHistory(const v1::ListLocalHistoryResponse& history, const ServiceNames& names);
  void PrintNews(const v1::ListLocalHistoryResponse& history, const ServiceNames& names);
  template <class Messages>
  Failure PrintArray(const Messages& messages);
  Failure PrintJson(const google::protobuf::Message& message,
                    wire::JsonLayout layout = wire::JsonLayout::kIndented);
  View view() const { return {io_.terminal, io_.zone}; }

  Io io_;
  const Common common_;
  std::unique_ptr<control::ControlClient> client_;
};

}  // namespace holdfast::ctl
