// holdfast-admin's commands. Each Add... function declares its flags and, when its command is chosen, sets
// what is to run.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "absl/status/status.h"
#include "server/admin/connection.h"
#include "server/admin/printer.h"

namespace holdfast::admin {

constexpr int kMost = 1'000'000'000;  // what a count on the command line may be

// What a command works with; made once the command line is understood.
struct Session {
  AdminClient& client;
  const Printer& printer;
  bool local_time = false;  // how times on the command line are read
};

// Set by the chosen command: with a server, or without (report verify).
struct Chosen {
  std::function<absl::Status(Session&)> run;
  std::function<absl::Status(const Printer&)> run_offline;
};

void AddDeviceCommands(CLI::App& app, Chosen& chosen);     // devices, device, device lifecycle, revoke
void AddInventoryCommands(CLI::App& app, Chosen& chosen);  // inventory import, list
void AddProfileCommands(CLI::App& app, Chosen& chosen);    // profiles put, list, show, delete
void AddHistoryCommands(CLI::App& app, Chosen& chosen);    // history, incidents, watch
void AddReportCommands(CLI::App& app, Chosen& chosen);     // report, report verify
void AddPolicyCommands(CLI::App& app, Chosen& chosen);     // policy put, show, list
void AddRolloutCommand(CLI::App& policy, Chosen& chosen);  // policy rollout
// "everybody's", "held", "10 %" or "halted".
text::Cell RolloutState(int percent, bool halted);
void AddTokenCommands(CLI::App& app, Chosen& chosen);  // tokens create, list, revoke
void AddAdminCommands(CLI::App& app, Chosen& chosen);  // admins create, list, revoke
void AddOrderCommands(CLI::App& app, Chosen& chosen);  // override, emergency, maintenance, orders
void AddKeyCommands(CLI::App& app, Chosen& chosen);    // keys list, rotate, activate, retire
void AddAuditCommand(CLI::App& app, Chosen& chosen);   // audit

// Follows the pages of a list into one answer until it has `limit` entries (0: all). The request has
// page_size and page_token, the answer next_page_token and the repeated field behind `entries`.
template <class Request, class Response, class Entries>
absl::Status FetchPages(AdminClient& client,
                        grpc::Status (AdminClient::Stub::*method)(grpc::ClientContext*, const Request&,
                                                                  Response*),
                        Request request, int limit, Entries* (Response::*entries)(), Response* all) {
  constexpr int kPage = 1000;
  while (true) {
    const int have = (all->*entries)()->size();
    request.set_page_size(limit == 0 ? kPage : std::min(kPage, limit - have));
    Response page;
    if (absl::Status status = client.Call(method, request, &page); !status.ok()) return status;
    Entries kept = std::move(*(all->*entries)());
    kept.MergeFrom(*(page.*entries)());
    *all = std::move(page);
    *(all->*entries)() = std::move(kept);
    request.set_page_token(all->next_page_token());
    if (request.page_token().empty() || (limit != 0 && (all->*entries)()->size() >= limit)) {
      return absl::OkStatus();
    }
  }
}

}  // namespace holdfast::admin
