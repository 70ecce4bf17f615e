#include "server/app/ready_file.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <limits>

#include "base/error.h"

namespace holdfast::server {
namespace {

bool IsWildcard(const std::string& host) {
  return host == "0.0.0.0" || host == "::" || host == "*";
}

std::string Text(const google::protobuf::Struct& json, const std::string& name) {
  const auto it = json.fields().find(name);
  return it == json.fields().end() ? "" : it->second.string_value();
}

}  // namespace

std::string ReadyJson(const Ready& ready) {
  google::protobuf::Struct json;
  auto& fields = *json.mutable_fields();
  fields["agent_address"].set_string_value(ready.agents.ToString());
  fields["agent_port"].set_number_value(ready.agents.port);
  fields["admin_address"].set_string_value(ready.admins.ToString());
  fields["admin_port"].set_number_value(ready.admins.port);
  fields["ca_file"].set_string_value(ready.ca_file);
  fields["ca_spki_sha256"].set_string_value(ready.ca_spki_sha256);
  if (!ready.token_file.empty()) fields["token_file"].set_string_value(ready.token_file);
  if (!ready.enrollment_string.empty()) fields["enrollment_string"].set_string_value(ready.enrollment_string);
  fields["pid"].set_number_value(static_cast<double>(ready.pid));
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string out;
  // A Struct of strings and numbers always has a JSON form.
  (void)google::protobuf::util::MessageToJsonString(json, &out, options);
  return out;
}

absl::StatusOr<Ready> ParseReadyJson(absl::string_view json) {
  google::protobuf::Struct parsed;
  const auto status = google::protobuf::util::JsonStringToMessage(std::string(json), &parsed);
  if (!status.ok()) return absl::InvalidArgumentError("a server's ready file is not JSON");
  Ready out;
  HOLDFAST_ASSIGN_OR_RETURN(out.agents, Endpoint::Parse(Text(parsed, "agent_address")));
  HOLDFAST_ASSIGN_OR_RETURN(out.admins, Endpoint::Parse(Text(parsed, "admin_address")));
  out.ca_file = Text(parsed, "ca_file");
  out.token_file = Text(parsed, "token_file");
  out.ca_spki_sha256 = Text(parsed, "ca_spki_sha256");
  out.enrollment_string = Text(parsed, "enrollment_string");
  if (const auto pid = parsed.fields().find("pid"); pid != parsed.fields().end()) {
    const double number = pid->second.number_value();
    // False for what is no number, too.
    const bool is_pid = number >= 0 && number <= std::numeric_limits<int32_t>::max();
    if (!is_pid) return absl::InvalidArgumentError("a server's ready file: its pid is no process's");
    out.pid = static_cast<int64_t>(number);
  }
  return out;
}

Endpoint LocalEndpoint(const Endpoint& listen, uint16_t port) {
  return {IsWildcard(listen.host) ? "localhost" : listen.host, port};
}

Endpoint PublicEndpoint(const Endpoint& listen, uint16_t port, const std::vector<std::string>& public_hosts,
                        const std::string& hostname) {
  if (!public_hosts.empty()) return {public_hosts.front(), port};
  return {IsWildcard(listen.host) ? hostname : listen.host, port};
}

std::vector<std::string> CertificateHosts(const std::vector<Endpoint>& listeners,
                                          const std::vector<std::string>& public_hosts,
                                          const std::string& hostname) {
  std::vector<std::string> out;
  const auto add = [&](const std::string& host) {
    if (std::find(out.begin(), out.end(), host) == out.end()) out.push_back(host);
  };
  for (const std::string& host : public_hosts) add(host);
  for (const Endpoint& listener : listeners) {
    if (!IsWildcard(listener.host)) add(listener.host);
  }
  for (const char* host : {"localhost", "127.0.0.1"}) add(host);
  add(hostname);
  return out;
}

}  // namespace holdfast::server
