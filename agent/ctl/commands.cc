#include "agent/ctl/commands.h"

#include <google/protobuf/struct.pb.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "agent/control/translate.h"
#include "agent/ctl/find_service.h"
#include "agent/ctl/history_commands.h"
#include "agent/ctl/privacy.h"
#include "agent/ctl/when.h"
#include "base/ids.h"
#include "base/text/width.h"
#include "storage/journal/reader.h"

namespace holdfast::ctl {
namespace {

constexpr absl::Duration kAnswerWithin = absl::Seconds(75);  // longer than the daemon gives an action
constexpr absl::Duration kLook = absl::Seconds(1);
constexpr int kRowsInWhy = 8;

v1::ControlRequest StatusRequest() {
  v1::ControlRequest request;
  request.mutable_get_status();
  return request;
}

// Usage is wrong although the command line could be read.
Failure Usage(absl::string_view what) {
  return {ExitCode::kUsage, absl::InvalidArgumentError(what)};
}

Failure FollowsOnlyADaemon() {
  return {ExitCode::kNotRunning,
          absl::UnavailableError("holdfastd is not running: nothing new would come; leave --follow out")};
}

}  // namespace

// --- asking

Failure Commands::Reach() {
  if (client_ != nullptr) return {};
  auto client = control::ControlClient::Connect(common_.socket_path);
  if (absl::IsUnavailable(client.status())) return {ExitCode::kNotRunning, client.status()};
  if (!client.ok()) return client.status();
  client_ = *std::move(client);
  return {};
}

Failure Commands::Ask(const v1::ControlRequest& request, v1::ControlResponse* response) {
  if (Failure failure = Reach(); !failure.ok()) return failure;
  absl::StatusOr<v1::ControlResponse> answer = client_->Call(request, kAnswerWithin);
  if (!answer.ok()) return answer.status();
  *response = *std::move(answer);
  return {};
}

Failure Commands::AskStatus(v1::GetStatusResponse* status) {
  v1::ControlResponse response;
  Failure failure = Ask(StatusRequest(), &response);
  if (failure.ok()) *status = std::move(*response.mutable_status());
  return failure;
}

Failure Commands::PrintJson(const google::protobuf::Message& message, wire::JsonLayout layout) {
  const absl::StatusOr<std::string> json = wire::ToJson(message, layout);
  if (!json.ok()) return json.status();
  io_.out << *json;
  return {};
}

template <class Messages>
Failure Commands::PrintArray(const Messages& messages) {
  io_.out << "[";
  for (int i = 0; i < messages.size(); ++i) {
    io_.out << (i == 0 ? "\n" : ",\n");
    if (Failure failure = PrintJson(messages[i]); !failure.ok()) return failure;
  }
  io_.out << "]\n";
  return {};
}

// --- reading

Failure Commands::Status() {
  v1::GetStatusResponse status;
  if (Failure failure = AskStatus(&status); !failure.ok()) return failure;
  if (common_.json) return PrintJson(status);
  io_.out << RenderStatus(status, view());
  return {};
}

Failure Commands::Services(bool names_only) {
  v1::GetStatusResponse status;
  if (Failure failure = AskStatus(&status); !failure.ok()) return failure;
  if (names_only) {
    for (const v1::LocalService& service : status.services())
      io_.out << text::Printable(service.name()) << "\n";
    return {};
  }
  if (!common_.json) {
    io_.out << RenderServices(status, view());
    return {};
  }
  return PrintArray(status.services());
}

Failure Commands::Why(const std::string& service) {
  v1::GetStatusResponse status;
  if (Failure failure = AskStatus(&status); !failure.ok()) return failure;
  const v1::LocalService* found = nullptr;
  if (Failure failure = FindService(status, service, &found); !failure.ok()) return failure;
  if (common_.json) return PrintJson(*found);
  v1::ControlRequest request;
  request.mutable_list_history()->set_subject(found->service_id());
  request.mutable_list_history()->set_limit(kRowsInWhy);
  v1::ControlResponse rows;
  if (!found->service_id().empty()) {
    if (Failure failure = Ask(request, &rows); !failure.ok()) return failure;
  }
  io_.out << RenderWhy(status, *found, rows.history(), view());
  return {};
}

Failure Commands::Incidents() {
  v1::GetStatusResponse status;
  if (Failure failure = AskStatus(&status); !failure.ok()) return failure;
  if (!common_.json) {
    io_.out << RenderIncidents(status, view());
    return {};
  }
  return PrintArray(status.incidents());
}

Failure Commands::Policy(const PolicyOptions& options) {
  v1::ControlRequest request;
  request.mutable_get_policy();
  v1::ControlResponse response;
  if (Failure failure = Ask(request, &response); !failure.ok()) return failure;
  if (options.document) {
    io_.out << response.policy().document();
    return {};
  }
  if (common_.json) return PrintJson(response.policy());
  io_.out << RenderPolicy(response.policy(), options.origin, view());
  return {};
}

Failure Commands::Privacy() {
  v1::ControlRequest request;
  request.mutable_get_policy();
  v1::ControlResponse response;
  if (Failure failure = Ask(request, &response); !failure.ok()) return failure;
  v1::GetStatusResponse status;
  if (Failure failure = AskStatus(&status); !failure.ok()) return failure;
  const PrivacyFacts facts = PrivacyOf(status, response.policy());
  if (!common_.json) {
    io_.out << RenderPrivacy(facts, view());
    return {};
  }
  google::protobuf::Struct json;
  auto& fields = *json.mutable_fields();
  fields["server"].set_string_value(facts.server);
  fields["notice"].set_string_value(facts.notice);
  for (const auto& [name, list] :
       {std::pair("sent", &facts.sent), std::pair("neverSent", &facts.never_sent)}) {
    auto* values = fields[name].mutable_list_value();
    for (const std::string& text : *list) values->add_values()->set_string_value(text);
  }
  return PrintJson(json);
}

absl::StatusOr<std::string> Commands::AgentVersion() {
  v1::GetStatusResponse status;
  const Failure failure = AskStatus(&status);
  if (!failure.ok()) return failure.status();
  return status.agent_version();
}

Failure Commands::Version() {
  const std::string daemon = AgentVersion().value_or("not running");
  if (common_.json) {
    google::protobuf::Struct versions;
    (*versions.mutable_fields())["holdfastctl"].set_string_value(HOLDFAST_VERSION);
    (*versions.mutable_fields())["holdfastd"].set_string_value(daemon);
    return PrintJson(versions);
  }
  io_.out << "holdfastctl " << HOLDFAST_VERSION << "\nholdfastd " << daemon << "\n";
  return {};
}

// --- history

Failure Commands::HistoryRequest(const HistoryOptions& options, v1::ListLocalHistoryRequest* request) {
  for (const std::string& kind : options.kinds) request->add_kinds(kind);
  request->set_limit(options.limit);
  if (options.since.empty()) return {};
  const absl::StatusOr<absl::Time> from = ParseSince(options.since, absl::Now(), io_.zone);
  if (!from.ok()) return Usage(absl::StrCat("--since: ", from.status().message()));
  request->set_from_unix_ns(absl::ToUnixNanos(*from));
  return {};
}

Failure Commands::History(const HistoryOptions& options) {
  v1::ControlRequest request;
  v1::ListLocalHistoryRequest& asked = *request.mutable_list_history();
  if (Failure failure = HistoryRequest(options, &asked); !failure.ok()) return failure;
  if (const Failure failure = Reach(); failure.code() == ExitCode::kNotRunning) {
    if (options.follow) return FollowsOnlyADaemon();
    // Without a daemon nobody knows names; rows carry ids.
    const absl::StatusOr<Uuid> id = Uuid::Parse(options.service);
    if (!options.service.empty() && !id.ok())
      return Usage("--service: while holdfastd is not running, give the id");
    if (id.ok()) asked.set_subject(id->ToString());
    return JournalHistory(asked, failure);
  }
  v1::ControlResponse response;
  v1::GetStatusResponse status;
  if (!common_.json || !options.service.empty()) {  // programs get ids
    if (Failure failure = AskStatus(&status); !failure.ok()) return failure;
  }
  const ServiceNames names = NamesOf(status);
  if (!options.service.empty()) {
    const v1::LocalService* found = nullptr;
    if (Failure failure = FindService(status, options.service, &found); !failure.ok()) return failure;
    asked.set_subject(found->service_id());
  }
  if (Failure failure = Ask(request, &response); !failure.ok()) return failure;
  const v1::ListLocalHistoryResponse& history = response.history();
  if (options.follow) {
    PrintHistory(history, names);
    return Follow(asked, history.rows().empty() ? 0 : history.rows().rbegin()->seq(), names);
  }
  if (common_.json) return PrintJson(history);
  PrintHistory(history, names);
  return {};
}

Failure Commands::ExportJournal(const std::string& file) {
  return ExportHistoryFile(common_.journal_path, file, io_);
}

// People get the rows' table, programs one row a line.
void Commands::PrintHistory(const v1::ListLocalHistoryResponse& history, const ServiceNames& names) {
  if (common_.json) {
    for (const v1::LocalHistoryRow& row : history.rows()) PrintJson(row, wire::JsonLayout::kOneLine);
  } else {
    io_.out << RenderHistory(history, names, absl::Now(), view());
    if (history.truncated()) io_.err << "holdfastctl: there are more rows than fit; use --since or --kind\n";
  }
  io_.out.flush();
}

// A line per row: a table would have to know its last row first.
void Commands::PrintNews(const v1::ListLocalHistoryResponse& history, const ServiceNames& names) {
  for (const v1::LocalHistoryRow& row : history.rows()) {
    const std::string service = ServiceOf(row, names);
    io_.out << row.seq() << "  " << Clock(row.wall_ns(), absl::Now(), io_.zone) << "  " << row.kind() << "  "
            << (service.empty() ? "" : text::Printable(service) + ": ") << text::Printable(row.text())
            << "\n";
  }
  io_.out.flush();
}

Failure Commands::Follow(v1::ListLocalHistoryRequest request, uint64_t after, const ServiceNames& names) {
  request.set_limit(0);
  while (io_.wait(kLook)) {
    v1::ControlRequest look;
    *look.mutable_list_history() = request;
    // Nothing was there yet: whatever comes is new, from its first row on.
    look.mutable_list_history()->set_after_seq(after);
    v1::ControlResponse response;
    if (Failure failure = Ask(look, &response); !failure.ok()) return failure;
    if (response.history().rows().empty()) continue;
    after = response.history().rows().rbegin()->seq();
    if (common_.json) {
      PrintHistory(response.history(), names);
    } else {
      PrintNews(response.history(), names);
    }
  }
  return {};
}

Failure Commands::JournalHistory(const v1::ListLocalHistoryRequest& request, const Failure& no_daemon) {
  const absl::StatusOr<journal::Filter> filter = control::ToFilter(request);
  if (!filter.ok()) return filter.status();
  const auto reader = journal::Reader::Open(common_.journal_path);
  if (!reader.ok()) {
    return {ExitCode::kNotRunning, absl::UnavailableError(absl::StrCat(
                                       no_daemon.status().message(),
                                       "; and its journal cannot be read: ", reader.status().message()))};
  }
  const auto rows = (*reader)->Query(*filter);
  const auto acked = (*reader)->acked_through();
  if (!rows.ok()) return rows.status();
  io_.err << "holdfastctl: holdfastd is not running; these rows are read from " << common_.journal_path
          << "\n";
  const v1::ListLocalHistoryResponse history = control::ToHistory(*rows, acked.value_or(0));
  if (common_.json) return PrintJson(history);
  PrintHistory(history, {});
  return {};
}

// --- acting

Failure Commands::Act(v1::RequestActionRequest::Verb verb, const std::optional<std::string>& service,
                      v1::RequestActionRequest action) {
  if (service) {
    v1::GetStatusResponse status;
    if (Failure failure = AskStatus(&status); !failure.ok()) return failure;
    const v1::LocalService* found = nullptr;
    if (Failure failure = FindService(status, *service, &found); !failure.ok()) return failure;
    if (found->service_id().empty()) {
      return {ExitCode::kNoSuchService,
              absl::NotFoundError(absl::StrCat("rule '", found->rule(), "' has no service on this machine"))};
    }
    action.set_service(found->service_id());
  }
  action.set_verb(verb);
  v1::ControlRequest request;
  *request.mutable_request_action() = std::move(action);
  v1::ControlResponse response;
  if (Failure failure = Ask(request, &response); !failure.ok()) return failure;
  if (common_.json) return PrintJson(response.action());
  io_.out << text::Printable(response.action().text()) << "\n";
  return {};
}

Failure Commands::Connect(const std::string& service) {
  return Act(v1::RequestActionRequest::VERB_CONNECT, service, {});
}

Failure Commands::Disconnect(const std::string& service) {
  return Act(v1::RequestActionRequest::VERB_DISCONNECT, service, {});
}

Failure Commands::Override(const OverrideOptions& options) {
  if (options.all && options.service) return Usage("override: name a SERVICE or say --all, not both");
  if (options.end) return Act(v1::RequestActionRequest::VERB_END_OVERRIDE, options.service, {});
  if (!options.all && !options.service) return Usage("override: name a SERVICE, or say --all");
  if (options.reason.empty()) return Usage("override: say why with --reason; it is kept and reported");
  v1::RequestActionRequest action;
  action.set_reason(options.reason);
  action.set_code(options.code);
  action.set_ticket(options.ticket);
  if (options.passcode) {
    action.set_passcode(io_.secret ? io_.secret() : "");
    if (action.passcode().empty()) return Usage("override: the passcode is empty");
  }
  if (!options.duration.empty()) {
    const absl::StatusOr<absl::Duration> duration = ParseDuration(options.duration);
    if (!duration.ok()) return Usage(absl::StrCat("--for: ", duration.status().message()));
    action.set_duration_ns(absl::ToInt64Nanoseconds(*duration));
  }
  return Act(v1::RequestActionRequest::VERB_OVERRIDE, options.service, std::move(action));
}

}  // namespace holdfast::ctl
