// holdfastctl parse profiles-xml, ne-plist
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/ctl/parse_kinds.h"
#include "agent/signals/parse/ne_plist.h"
#include "agent/signals/parse/profiles_xml.h"
#include "base/error.h"
#include "base/text/table.h"

namespace holdfast::ctl {
namespace {

using parse::InstalledPayload;
using parse::InstalledProfile;
using parse::NeConfiguration;
using parse::NeProfileInfo;
using text::Align;
using text::Cell;
using Fields = std::vector<std::pair<std::string, Cell>>;

std::string Utc(std::optional<int64_t> unix_seconds) {
  if (!unix_seconds) return "";
  return absl::FormatTime("%Y-%m-%d %H:%M:%SZ", absl::FromUnixSeconds(*unix_seconds), absl::UTCTimeZone());
}

// A field that is left out when it is empty.
void Add(Fields& fields, const char* label, const std::string& value) {
  if (!value.empty()) fields.emplace_back(label, Cell(value));
}

std::string YesNo(bool truth) {
  return truth ? "yes" : "no";
}

void Write(text::JsonWriter& json, const InstalledProfile& profile, bool managed) {
  Put(json, "user", profile.user);
  Put(json, "identifier", profile.identifier);
  Put(json, "uuid", profile.uuid);
  Put(json, "display_name", profile.display_name);
  Put(json, "organization", profile.organization);
  Put(json, "description", profile.description);
  Put(json, "type", profile.type);
  Put(json, "verification_state", profile.verification_state);
  Put(json, "installed", Utc(profile.installed));
  json.Bool("removal_disallowed", profile.removal_disallowed).Bool("managed", managed).Array("payloads");
  for (const InstalledPayload& payload : profile.payloads) {
    json.Object();
    Put(json, "type", payload.type);
    Put(json, "identifier", payload.identifier);
    Put(json, "uuid", payload.uuid);
    Put(json, "display_name", payload.display_name);
    json.EndObject();
  }
  json.EndArray();
}

std::string Show(const InstalledProfile& profile, bool managed, const text::Terminal& terminal) {
  Fields fields = {{"Profile", Cell(profile.identifier, text::Style::kBold)}};
  Add(fields, "Name", profile.display_name);
  Add(fields, "UUID", profile.uuid);
  Add(fields, "Of", profile.user.empty() ? "the Mac" : absl::StrCat("the user ", profile.user));
  Add(fields, "Organization", profile.organization);
  Add(fields, "Description", profile.description);
  Add(fields, "Type", profile.type);
  Add(fields, "Installed", Utc(profile.installed));
  Add(fields, "Verification", profile.verification_state);
  Add(fields, "May be removed", YesNo(!profile.removal_disallowed));
  Add(fields, "Taken for managed", YesNo(managed));
  for (const InstalledPayload& payload : profile.payloads) {
    Add(fields, "Payload",
        absl::StrCat(payload.type, " ", payload.uuid, " ", payload.display_name, " (", payload.identifier,
                     ")"));
  }
  return text::RenderFields(fields, terminal);
}

absl::string_view SourceName(NeProfileInfo::Source source) {
  return source == NeProfileInfo::Source::kMdm    ? "mdm"
         : source == NeProfileInfo::Source::kUser ? "user"
                                                  : "unknown";
}

void PutBool(text::JsonWriter& json, absl::string_view key, std::optional<bool> truth) {
  if (truth) json.Bool(key, *truth);
}

void Write(text::JsonWriter& json, const NeProfileInfo& profile) {
  json.Object("profile");
  Put(json, "identifier", profile.profile_identifier);
  Put(json, "uuid", profile.profile_uuid);
  Put(json, "organization", profile.profile_organization);
  Put(json, "payload_type", profile.payload_type);
  Put(json, "payload_uuid", profile.payload_uuid);
  Put(json, "payload_organization", profile.payload_organization);
  Put(json, "ingested", Utc(profile.ingested));
  Put(json, "system_version", profile.system_version);
  json.Text("source", SourceName(profile.source)).Bool("set_aside", profile.set_aside).EndObject();
}

// "connect: example.com; never: public.example.com"
std::string Domains(const OnDemandRule& rule) {
  return absl::StrJoin(rule.domains, "; ", [](std::string* out, const DomainRule& domains) {
    absl::StrAppend(out, domains.connects ? "connect: " : "never: ", absl::StrJoin(domains.domains, " "));
  });
}

void Write(text::JsonWriter& json, const NeConfiguration& c) {
  const ServiceFacts& service = *c.service;
  json.Object("service").Text("type", ServiceTypeName(service.type)).Bool("enabled", service.enabled);
  json.Bool("on_demand", service.on_demand).Bool("per_app", c.per_app);
  Put(json, "server", service.remote_address);
  Put(json, "provider_bundle_id", service.provider_bundle_id);
  PutBool(json, "include_all_networks", c.posture->include_all_networks);
  PutBool(json, "enforce_routes", c.posture->enforce_routes);
  json.Array("on_demand_rules");
  for (const OnDemandRule& rule : c.on_demand_rules) {
    json.Object().Text("action", rule.action);
    Put(json, "conditions", absl::StrJoin(rule.conditions, " "));
    Put(json, "domains", Domains(rule));
    json.EndObject();
  }
  json.EndArray().Array("app_rules");
  for (const AppRule& rule : c.app_rules) {
    json.Object();
    Put(json, "identifier", rule.identifier);
    Put(json, "path", rule.path);
    Put(json, "domains", absl::StrJoin(rule.domains, " "));
    json.EndObject();
  }
  json.EndArray();
  Put(json, "exempt_apps", absl::StrJoin(c.exempt_apps, " "));
  Put(json, "match_domains", absl::StrJoin(c.match_domains, " "));
  PutBool(json, "exclude_local_networks", c.exclude_local_networks);
  PutBool(json, "exclude_apns", c.exclude_apns);
  json.EndObject();
}

void Write(text::JsonWriter& json, const FilterFacts& filter) {
  json.Object("filter")
      .Bool("enabled", filter.enabled)
      .Bool("sockets", filter.sockets)
      .Bool("packets", filter.packets);
  Put(json, "provider_bundle_id", filter.bundle_id);
  Put(json, "plugin_bundle_id", filter.plugin_bundle_id);
  Put(json, "grade", filter.grade);
  json.EndObject();
}

void WriteWhole(text::JsonWriter& json, const NeConfiguration& c, bool other) {
  json.Text("id", c.id.ToString());
  Put(json, "name", c.name);
  Put(json, "application", c.application);
  Put(json, "application_name", c.application_name);
  json.Text("grade", NeGradeName(c.grade));
  Put(json, "parts", absl::StrJoin(c.parts, " "));
  if (other) json.Bool("other", true);
  if (c.service) Write(json, c);
  if (c.filter) Write(json, *c.filter);
  if (c.dns_proxy) {
    json.Object("dns_proxy").Bool("enabled", c.dns_proxy->enabled);
    Put(json, "provider_bundle_id", c.dns_proxy->bundle_id);
    json.EndObject();
  }
  if (c.profile) Write(json, *c.profile);
}

void AddService(const NeConfiguration& c, Fields& fields) {
  const ServiceFacts& service = *c.service;
  Add(fields, "Service",
      absl::StrCat(ServiceTypeName(service.type), c.per_app ? " for single apps" : "",
                   service.enabled ? ", enabled" : ", disabled", service.on_demand ? ", on demand" : ""));
  Add(fields, "Server", service.remote_address);
  Add(fields, "Provider", service.provider_bundle_id);
  if (c.posture->include_all_networks)
    Add(fields, "Includes all networks", YesNo(*c.posture->include_all_networks));
  if (c.posture->enforce_routes) Add(fields, "Enforces its routes", YesNo(*c.posture->enforce_routes));
  for (const OnDemandRule& rule : c.on_demand_rules) {
    Add(fields, "On demand",
        absl::StrCat(rule.action, rule.conditions.empty() ? "" : " when ",
                     absl::StrJoin(rule.conditions, " "), rule.domains.empty() ? "" : "; ", Domains(rule)));
  }
  for (const AppRule& rule : c.app_rules) {
    Add(fields, "Program",
        absl::StrCat(rule.identifier.empty() ? rule.path : rule.identifier,
                     rule.domains.empty() ? "" : " to ", absl::StrJoin(rule.domains, " ")));
  }
  Add(fields, "Not for", absl::StrJoin(c.exempt_apps, " "));
  Add(fields, "Names asked there", absl::StrJoin(c.match_domains, " "));
}

std::string Show(const NeConfiguration& c, const text::Terminal& terminal) {
  Fields fields = {{"Configuration", Cell(c.name.empty() ? c.id.ToString() : c.name, text::Style::kBold)}};
  Add(fields, "Id", c.id.ToString());
  Add(fields, "Application",
      absl::StrCat(c.application, c.application_name.empty() ? "" : ", ", c.application_name));
  Add(fields, "Grade", std::string(NeGradeName(c.grade)));
  Add(fields, "Parts", absl::StrJoin(c.parts, " "));
  if (c.service) AddService(c, fields);
  if (c.filter) {
    Add(fields, "Content filter",
        absl::StrCat(c.filter->enabled ? "enabled" : "disabled", c.filter->sockets ? ", sockets" : "",
                     c.filter->packets ? ", packets" : "", " ", c.filter->plugin_bundle_id, " ",
                     c.filter->bundle_id));
  }
  if (c.dns_proxy) {
    Add(fields, "DNS proxy",
        absl::StrCat(c.dns_proxy->enabled ? "enabled " : "disabled ", c.dns_proxy->bundle_id));
  }
  if (c.profile) {
    Add(fields, "Profile", absl::StrCat(c.profile->profile_identifier, " ", c.profile->profile_uuid));
    Add(fields, "Payload", absl::StrCat(c.profile->payload_type, " ", c.profile->payload_uuid));
    Add(fields, "Installed",
        absl::StrCat(Utc(c.profile->ingested), " by ", SourceName(c.profile->source),
                     c.profile->set_aside ? ", set aside" : ""));
  }
  return text::RenderFields(fields, terminal);
}

void PrintOthers(const std::vector<NeConfiguration>& others, ParseOutput& out) {
  if (others.empty()) return;
  text::Table table(
      {{"OTHER CONFIGURATIONS", Align::kLeft, true, 16}, {"ID"}, {"PARTS", Align::kLeft, true, 8}});
  for (const NeConfiguration& c : others) {
    out.Fact([&](text::JsonWriter& json) { WriteWhole(json, c, /*other=*/true); });
    table.AddRow({c.name.empty() ? c.application : c.name, c.id.ToString(), absl::StrJoin(c.parts, " ")});
  }
  out.Text(table.Render(out.io().terminal));
}

}  // namespace

absl::Status ParseProfilesXml(absl::string_view text, bool json, const Io& io) {
  HOLDFAST_ASSIGN_OR_RETURN(const parse::ProfileList list, parse::ReadProfileList(text));
  const std::vector<ConfigurationFacts> facts = parse::ConfigurationsOf(list);
  ParseOutput out("profiles-xml", json, io);
  size_t payloads = 0;
  for (size_t i = 0; i < list.profiles.size(); ++i) {
    const InstalledProfile& profile = list.profiles[i];
    payloads += profile.payloads.size();
    out.Fact([&](text::JsonWriter& writer) { Write(writer, profile, facts[i].managed); });
    out.Text(Show(profile, facts[i].managed, io.terminal) + "\n");
  }
  if (list.profiles.empty()) out.Text("No profile is installed.\n");
  out.End({{"profiles", list.profiles.size()}, {"payloads", payloads}, {"not recognised", list.odd.size()}},
          list.odd);
  return absl::OkStatus();
}

absl::Status ParseNePlist(absl::string_view bytes, bool json, const Io& io) {
  HOLDFAST_ASSIGN_OR_RETURN(const parse::NePreferences read, parse::ReadNePreferences(bytes));
  ParseOutput out("ne-plist", json, io);
  for (const NeConfiguration& c : read.configurations) {
    out.Fact([&](text::JsonWriter& writer) { WriteWhole(writer, c, /*other=*/false); });
    out.Text(Show(c, io.terminal) + "\n");
  }
  PrintOthers(read.others, out);
  Counts counts = {{"configurations", read.configurations.size()},
                   {"others", read.others.size()},
                   {"not recognised", read.odd.size()}};
  if (read.version) counts.insert(counts.begin(), {"version", static_cast<uint64_t>(*read.version)});
  out.End(counts, read.odd);
  return absl::OkStatus();
}

}  // namespace holdfast::ctl
