#include "server/app/flags.h"

#include <CLI/CLI.hpp>

namespace holdfast::server {
namespace {

constexpr char kFooter[] =
    R"(On its first start the server makes its authority and its signing keys in DIR, and an admin token: printed once,
stored as a hash, and written to DIR/admin-token (readable by the owner only) so that holdfast-admin --data-dir DIR works
on this host. Copy it where it belongs and delete the file when that is not wanted. holdfast-admin admins makes others;
--new-admin-token makes one when all are lost.

Stop it with SIGTERM or SIGINT: calls in flight are answered first.

Exit codes: 0 stopped on request; 1 failed; 2 wrong usage; 3 the data folder cannot be used (not writable, in use by
another server, keys missing); 4 the database cannot be opened; 5 an address cannot be listened on.)";

CLI::Validator EndpointValidator() {
  return CLI::Validator(
      [](std::string& text) {
        const auto endpoint = Endpoint::Parse(text);
        return endpoint.ok() ? std::string() : std::string(endpoint.status().message());
      },
      "HOST:PORT");
}

// Of agents' connections, before their TLS handshake.
void AddGateOptions(CLI::App& app, GateLimits& gate) {
  app.add_option("--max-connections", gate.open, "Connections of agents open at a time")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option(
         "--max-unauthenticated", gate.strangers,
         "Of them, those on which no call with a device's certificate was made yet; such a one is closed "
         "after a minute")
      ->check(CLI::Range(1, 1'000'000))
      ->capture_default_str();
  app.add_option("--connections-per-second", gate.per_second,
                 "New connections of agents; twice as many at once")
      ->check(CLI::Range(1.0, 100'000.0))
      ->capture_default_str();
  app.add_option("--source-percent", gate.source_percent,
                 "How much of these last two one IPv4 address or IPv6 /64 may take, on both ports; 100 "
                 "behind a balancer "
                 "that hides addresses")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
}

}  // namespace

std::optional<ServerFlags> ParseServerFlags(int argc, const char* const* argv, int* exit_code) {
  ServerFlags flags;
  std::string agents = flags.agent_listen.ToString();
  std::string admins = flags.admin_listen.ToString();
  CLI::App app("Holdfast's central server: agents report to it, admins ask it.", "holdfast-server");
  app.footer(kFooter);
  app.set_version_flag("--version", std::string("holdfast-server " HOLDFAST_VERSION));
  app.add_option("--data-dir", flags.data_dir, "Folder for database and keys; made if absent")
      ->required()
      ->type_name("DIR");
  app.add_option("--agent-listen", agents, "Where agents connect (mutual TLS); port 0: any free one")
      ->check(EndpointValidator())
      ->capture_default_str();
  app.add_option("--admin-listen", admins, "Where admins connect (TLS and a token); port 0: any free one")
      ->check(EndpointValidator())
      ->capture_default_str();
  app.add_option(
         "--public-host", flags.public_hosts,
         "Name or address that this server is reached by; may be given more than once. The first goes "
         "into enrollment strings. localhost, 127.0.0.1 and the host's name are always added")
      ->type_name("NAME")
      ->expected(1)
      ->take_all();
  app.add_option("--enrollments-per-second", flags.enrollments_per_second,
                 "New devices let in per second, after a burst of 200; more for the days of a roll-out")
      ->check(CLI::Range(1.0, 1000.0))
      ->capture_default_str();
  app.add_option(
         "--heartbeat-at-least", flags.heartbeat_at_least,
         "Devices come no more often than every this many seconds when they have nothing new, whatever "
         "their policy says; 0: as it says")
      ->check(CLI::Range(0, 3600))
      ->capture_default_str();
  AddGateOptions(app, flags.agent_gate);
  app.add_option("--ready-file", flags.ready_file,
                 "JSON with ports and paths, written once the server serves")
      ->type_name("FILE");
  app.add_option(
         "--new-admin-token", flags.new_admin_token,
         "Serve nothing: make an admin token of this name in the folder of a stopped server, when the "
         "others are lost")
      ->type_name("NAME");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    *exit_code = app.exit(error) == 0 ? kExitOk : kExitUsage;
    return std::nullopt;
  }
  flags.agent_listen = *Endpoint::Parse(agents);
  flags.admin_listen = *Endpoint::Parse(admins);
  return flags;
}

}  // namespace holdfast::server
