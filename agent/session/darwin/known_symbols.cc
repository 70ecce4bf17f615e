// The names of libsystem_networkextension: the 57 of macOS 10.13.5 and the later ones of the SDK of macOS
// 27.0 (docs/ne-session.md, 1.1b), with what the agent does with each.
#include "agent/session/darwin/symbols.h"

namespace holdfast::ne {
namespace {

constexpr absl::string_view kNoInterface = "without it there is no session interface";
constexpr absl::string_view kNoPorts =
    "a root daemon has no ports of the user's session to give it; the user's own helper starts instead";
constexpr absl::string_view kNobodyAsked =
    "would stop what nobody asked for; it runs its block and does nothing else on current systems";
constexpr absl::string_view kProfiles = "On Demand belongs to the profile; its prototype was never published";
constexpr absl::string_view kDoctor =
    "asked only by doctor, in a process of its own: a wrong prototype would take the agent down";
constexpr absl::string_view kOwnNames = "names of our own table are used; the numbers are the same";
constexpr absl::string_view kCounted =
    "the number of configurations comes from the configurations themselves";
constexpr absl::string_view kNotified = "told by notify(3) and by the statuses of the sessions";
constexpr absl::string_view kEntitlement = "the server asks for an entitlement that only Apple gives";
constexpr absl::string_view kFlows =
    "answers about one flow of one program; explain answers from configuration and routes";
constexpr absl::string_view kOnlyWatches =
    "changes how traffic is handled; the agent only watches and asks for starts";
constexpr absl::string_view kNotNeeded = "not needed";

}  // namespace

const std::vector<KnownSymbol>& KnownSymbols() {
  static const auto& kAll = *new std::vector<KnownSymbol>{
      {"ne_session_create", "sessions", kNoInterface, true, true},
      {"ne_session_retain", "sessions", kNoInterface, true, true},
      {"ne_session_release", "sessions", kNoInterface, true, true},
      {"ne_session_cancel", "sessions", kNoInterface, true, true},
      {"ne_session_set_event_handler", "sessions", kNoInterface, true, true},
      {"ne_session_get_status", "status", "the status comes from the extended status alone", true, true},
      {"ne_session_get_info", "extended status, stop reasons, byte counts",
       "the client's own hopeful status is all there is", true, true},
      {"ne_session_start", "starting", "ne_session_start_with_options does the same", true, true},
      {"ne_session_start_with_options", "starting, where ne_session_start is missing",
       "ne_session_start does the same", true, true},
      {"ne_session_stop", "stopping", "services cannot be stopped", true, true},
      {"ne_session_send_barrier", "leaving: the last commands get out",
       "a command sent just before the agent ends may be lost", true, true},
      {"ne_session_manager_is_running", "health of nesessionmanager",
       "doctor cannot tell whether nesessionmanager runs", true, true},
      {"ne_session_manager_get_pid", "restarts of nesessionmanager", "a restart is not noticed", true, true},
      {"ne_session_stop_reason_to_string", "the system's own words for a stop reason",
       "our own table names it", true, true},
      {"ne_session_start_on_behalf_of", "", kNoPorts, true, true},
      {"ne_session_copy_security_session_info", "", kNoPorts, true, true},
      {"ne_session_stop_all_with_plugin_type", "", kNobodyAsked, true, true},
      {"ne_session_enable_on_demand", "", kProfiles, true, false},
      {"ne_session_copy_policy_match", "", kDoctor, true, true},
      {"ne_session_policy_match_get_filter_unit", "", kDoctor, true, false},
      {"ne_session_policy_match_get_flow_divert_unit", "", kDoctor, true, false},
      {"ne_session_policy_match_get_scoped_interface_index", "", kDoctor, true, false},
      {"ne_session_policy_match_get_service", "", kDoctor, true, true},
      {"ne_session_policy_match_get_service_action", "", kDoctor, true, true},
      {"ne_session_policy_match_get_service_type", "", kDoctor, true, true},
      {"ne_session_policy_match_is_drop", "", kDoctor, true, false},
      {"ne_session_policy_match_is_flow_divert", "", kDoctor, true, false},
      {"ne_session_policy_match_service_is_registered", "", kDoctor, true, false},
      {"ne_session_status_to_string", "", kOwnNames, true, true},
      {"ne_session_type_to_string", "", kOwnNames, true, true},
      {"ne_session_info_type_to_string", "", kOwnNames, true, true},
      {"ne_session_always_on_vpn_configs_present", "", kCounted, true, true},
      {"ne_session_app_vpn_configs_present", "", kCounted, true, true},
      {"ne_session_on_demand_configs_present", "", kCounted, true, true},
      {"ne_session_system_app_vpn_configs_present", "", kCounted, true, false},
      {"ne_session_always_on_vpn_configs_present_at_boot", "", kCounted, false, true},
      {"ne_session_content_filter_configs_present", "", kCounted, false, true},
      {"ne_session_dns_proxy_configs_present", "", kCounted, false, true},
      {"ne_session_dns_settings_configs_present", "", kCounted, false, true},
      {"ne_session_local_communication_configs_present", "", kCounted, false, true},
      {"ne_session_path_controller_configs_present", "", kCounted, false, true},
      {"ne_session_relay_configs_present", "", kCounted, false, true},
      {"ne_session_urlfilter_configs_present", "", kCounted, false, true},
      {"ne_session_vod_evaluate_connection_present", "", kCounted, false, true},
      {"ne_session_vpn_configs_present", "", kCounted, false, true},
      {"ne_session_vpn_include_all_networks_configs_present", "", kCounted, false, true},
      {"ne_session_manager_has_active_sessions", "", kNotified, true, true},
      {"ne_get_configuration_generation", "", kNotified, false, true},
      {"ne_session_establish_ipc", "", kEntitlement, true, true},
      {"NEHelperVPNSetEnabled", "", kEntitlement, false, true},
      {"NEHelperVPNConfigurationExists", "", kEntitlement, false, true},
      {"ne_session_address_matches_subnets", "", kFlows, true, true},
      {"ne_session_agent_get_advisory", "", kFlows, true, true},
      {"ne_session_agent_get_advisory_interface_index", "", kFlows, true, true},
      {"ne_session_copy_app_data_from_flow_divert_socket", "", kFlows, true, true},
      {"ne_session_copy_app_data_from_flow_divert_token", "", kFlows, true, true},
      {"ne_session_copy_socket_attributes", "", kFlows, true, true},
      {"ne_session_policy_copy_flow_divert_token", "", kFlows, true, true},
      {"ne_session_policy_copy_flow_divert_token_with_key", "", kFlows, true, true},
      {"ne_session_service_get_dns_service_id", "", kFlows, true, true},
      {"ne_session_service_matches_address", "", kFlows, true, true},
      {"ne_session_set_socket_attributes", "", kFlows, true, true},
      {"ne_session_copy_socket_domain_attributes", "", kFlows, false, true},
      {"ne_session_map_interface_to_provider_uuid", "", kFlows, false, true},
      {"ne_session_requires_flow_divert", "", kFlows, false, true},
      {"ne_session_service_copy_cached_match_domains", "", kFlows, false, true},
      {"ne_session_service_get_dns_service_id_for_interface", "", kFlows, false, true},
      {"ne_session_service_matches_address_for_interface", "", kFlows, false, true},
      {"ne_session_set_socket_context_attribute", "", kFlows, false, true},
      {"ne_session_set_socket_tracker_attributes", "", kFlows, false, true},
      {"ne_session_initialize_necp_drop_all", "", kOnlyWatches, true, true},
      {"ne_session_add_necp_drop_dest_from_dest_list", "", kOnlyWatches, false, true},
      {"ne_session_add_necp_drop_dest_from_path", "", kOnlyWatches, false, true},
      {"ne_session_set_device_communication_exception", "", kOnlyWatches, false, true},
      {"ne_session_disable_restrictions", "", kOnlyWatches, true, true},
      {"ne_session_should_disable_nexus", "", kOnlyWatches, true, true},
      {"ne_session_fallback_advisory", "", kOnlyWatches, true, true},
      {"ne_session_fallback_default", "", kOnlyWatches, true, true},
      {"ne_session_use_ikev2provider", "", kOnlyWatches, true, false},
      {"ne_session_use_as_system_vpn", "", kOnlyWatches, true, true},
      {"ne_session_clear_caches", "", kOnlyWatches, false, true},
      {"ne_session_reset_cache", "", kOnlyWatches, false, true},
      {"ne_session_get_config_id_from_network_agent", "", kNotNeeded, true, true},
      {"ne_session_get_configuration_id", "", kNotNeeded, true, true},
      {"ne_session_applications_have_local_network_entitlements", "", kNotNeeded, false, true},
      {"ne_session_copy_os_version_string", "", kNotNeeded, false, true},
      {"ne_session_fetch_server_parameters", "", kNotNeeded, false, true},
      {"ne_session_get_boot_session_uuid", "", kNotNeeded, false, true},
      {"ne_session_get_info2", "", kNotNeeded, false, true},
      {"ne_session_get_type", "", kNotNeeded, false, true},
      {"ne_session_is_always_on_vpn_enabled", "", kNotNeeded, false, true},
      {"ne_session_is_safeboot", "", kNotNeeded, false, true},
      {"ne_session_local_communication_send_info", "", kNotNeeded, false, true},
  };
  return kAll;
}

}  // namespace holdfast::ne
