// Incidents of proxies, filters, extensions and profiles: what stands between the Mac and its network.
#pragma once

#include "core/incidents/registry.h"

namespace holdfast::incident_kinds {

inline constexpr IncidentKind kNetwork[] = {
    {.name = "dns_proxy_missing",
     .severity = Severity::kError,
     .title = "A required DNS proxy is not installed",
     .opens = "No enabled DNS-proxy configuration names a bundle identifier of DNSProxies.Required.",
     .closes = "There is one, or it is not required any more.",
     .evidence = "The bundle identifier, and the DNS proxies that are installed.",
     .by_itself = "Reports it.",
     .remedy = "Install the product and its DNS-proxy profile by MDM. macOS allows one DNS proxy at a time.",
     .steps = "System Settings > Network > Filters: is another DNS proxy there? Only one can be active; "
              "remove the one "
              "that is not wanted.\n"
              "Look up in the MDM whether the profile is installed; push it again.\n"
              "Open the product's app once, so that its extension is activated.",
     .escalate = "MDM team with serial number and bundle identifier."},
    {.name = "extension_not_running",
     .severity = Severity::kError,
     .title = "A required system extension does not run",
     .opens = "An extension of SystemExtensions.Required is not installed, not in the required state, or its "
              "process is "
              "not there; outside of graces.",
     .closes = "It is there, in the required state and running.",
     .evidence = "Team and bundle identifier, state as `systemextensionsctl list` gives it, whether the "
                 "process runs.",
     .by_itself = "Reports it. Only macOS activates extensions.",
     .remedy = "Approve or re-install the extension; restart the Mac when it waits for a reboot.",
     .steps = "`systemextensionsctl list` and look for the bundle identifier.\n"
              "\"activated waiting for user\": approve it in System Settings > General > Login Items & "
              "Extensions, or let "
              "the MDM allow it by a system-extension profile.\n"
              "\"activated waiting to reboot\" or \"terminated waiting to uninstall on reboot\": restart the "
              "Mac.\n"
              "\"activated disabled\": switch it on in the same pane.\n"
              "Not listed: open the product's app once; else re-install the product.\n"
              "\"activated enabled\" and still no process: re-install the product.",
     .escalate = "The vendor, with the line of `systemextensionsctl list` and a sysdiagnose. MDM team when "
                 "the approval is "
                 "missing on many Macs."},
    {.name = "extension_os_unsupported",
     .severity = Severity::kWarning,
     .title = "The extension does not support this OS",
     .opens = "The activation of an extension failed with error 9 of OSSystemExtensionErrorDomain: its "
              "category needs a "
              "later macOS.",
     .closes = "The extension is activated, or no longer asked for.",
     .evidence = "Bundle identifier, error number, the OS build and the log's sentence.",
     .by_itself = "Reports it, and says what the number means.",
     .remedy = "Install a version of the product made for this OS, or update macOS.",
     .steps = "`sw_vers`: which macOS is it? Compare with the product's requirements.\n"
              "Update macOS, or let the MDM install the product's version for this macOS.\n"
              "Open the product's app, so that it asks for its extension again.",
     .escalate = "Software distribution: this product version must not go to this macOS version."},
    {.name = "extension_removable",
     .severity = Severity::kWarning,
     .title = "A person can remove a required extension",
     .opens = "An extension that SystemExtensions.Required wants to be not removable can be removed.",
     .closes = "It cannot be removed any more, or the policy does not ask for it.",
     .evidence = "Team and bundle identifier; no installed system-extension policy makes it non-removable.",
     .by_itself = "Reports it.",
     .remedy =
         "Add the extension to NonRemovableFromUISystemExtensions or NonRemovableSystemExtensions of the "
         "system-extension profile.",
     .steps = "Nothing is broken now. Hand it to the MDM team.\n"
              "After the profile is pushed, `holdfastctl incidents` must not list it any more.",
     .escalate = "MDM team: bundle identifier, and the two keys above (macOS 15 and later)."},
    {.name = "extension_stale",
     .severity = Severity::kWarning,
     .title = "An old system extension remains",
     .opens =
         "A required extension is there in two versions, waits to be uninstalled on reboot, or is older than "
         "SystemExtensions.Required allows; outside of graces.",
     .closes = "One version is left, and it is new enough.",
     .evidence = "Each version with its state, and the version that is required.",
     .by_itself = "Reports it.",
     .remedy = "Restart the Mac; if it stays, remove the extension by hand and install again.",
     .steps =
         "Restart the Mac.\n"
         "`systemextensionsctl list`: still two versions, or the old one? Open the product's app once.\n"
         "Still: remove the product with the vendor's own uninstaller, restart, install it again by MDM.",
     .escalate = "The vendor, when an update leaves the old extension on several Macs: versions and the "
                 "macOS build."},
    {.name = "failure_posture_open",
     .severity = Severity::kError,
     .title = "Traffic would pass without the tunnel",
     .opens =
         "FailurePosture is closed, and a required service has neither IncludeAllNetworks nor EnforceRoutes.",
     .closes = "The configuration has one of them, or the policy does not ask for it.",
     .evidence = "The service, and both settings of its configuration.",
     .by_itself =
         "Reports it. Holdfast verifies such a posture and never builds one: packet-filter rules are no API.",
     .remedy = "Set IncludeAllNetworks (or EnforceRoutes) in the service's profile, or use the vendor's own "
               "enforcement.",
     .steps = "Nothing to do on the Mac: the profile is wrong for this policy.\n"
              "Hand it to the MDM team with the service's name.",
     .escalate = "MDM team: IncludeAllNetworks=1 in the VPN payload; mind ExcludeAPNs, else MDM push goes "
                 "into the tunnel."},
    {.name = "filter_misconfigured",
     .severity = Severity::kError,
     .title = "A content filter differs from what is required",
     .opens =
         "Grade, socket or packet filtering of the installed filter differ from ContentFilters.Required.",
     .closes = "They are as required.",
     .evidence = "What the filter's profile declares, and what is required.",
     .by_itself = "Reports it.",
     .remedy = "Re-install the filter's profile with the required grade and kinds of filtering.",
     .steps =
         "Nothing to do on the Mac: the profile is not the one that the policy expects.\n"
         "Look up in the MDM which version of the filter's profile this Mac has, and push the right one.",
     .escalate = "MDM team: the filter's bundle identifier and the sentence of the evidence."},
    {.name = "filter_missing",
     .severity = Severity::kError,
     .title = "A required content filter is not installed",
     .opens = "No filter configuration names a bundle identifier of ContentFilters.Required.",
     .closes = "One does.",
     .evidence = "The bundle identifier, and the filters that are installed.",
     .by_itself = "Reports it.",
     .remedy = "Install the product and its content-filter profile by MDM.",
     .steps = "Look up in the MDM whether product and filter profile are assigned and installed.\n"
              "Push the profile; open the product's app once.\n"
              "System Settings > Network > Filters must list it.",
     .escalate = "MDM team with serial number and bundle identifier."},
    {.name = "filter_not_running",
     .severity = Severity::kError,
     .title = "A content filter is installed but not at work",
     .opens = "The filter's configuration is disabled; or its process is not there although the extension is "
              "\"activated "
              "enabled\" (outside of graces).",
     .closes = "It is enabled and its process runs.",
     .evidence = "The filter's configuration, the extension's state and the process list.",
     .by_itself = "Reports it, and never counts it as compliant. It cannot start a provider.",
     .remedy = "Re-install or re-approve the product; restart the Mac when its extension waits for a reboot.",
     .steps = "System Settings > Network > Filters: is it enabled?\n"
              "`systemextensionsctl list`: is it \"activated enabled\"? If it waits for a reboot, restart "
              "the Mac.\n"
              "Activated and no process: re-install the product with its own installer. Do not install over "
              "the running "
              "version by copying files.\n"
              "`holdfastctl incidents` must not list it any more.",
     .escalate = "The vendor, with the line of `systemextensionsctl list`, the version and a sysdiagnose."},
    {.name = "filter_same_grade",
     .severity = Severity::kInfo,
     .title = "Two content filters of one grade",
     .opens = "ContentFilters.WarnSameGrade is set, and two enabled filters have the same FilterGrade.",
     .closes = "They have not any more.",
     .evidence = "The filters and their grade.",
     .by_itself = "Reports it.",
     .remedy = "Give one of them another FilterGrade when the order matters: macOS does not define the order "
               "within one.",
     .steps = "Nothing is broken. `firewall` is everyone's default, so two products often share it.\n"
              "When one of the two misbehaves, tell the MDM team: one profile should say `inspector`.",
     .escalate = "MDM team, only when the order of the two matters."},
    {.name = "filter_xsan_conflict",
     .severity = Severity::kWarning,
     .title = "A content filter and an Xsan volume",
     .opens = "An Xsan volume is mounted while a content filter is enabled.",
     .closes = "The volume is unmounted, or no filter is enabled.",
     .evidence = "The mounted volumes and the enabled filters.",
     .by_itself = "Warns before it happens, on the device and on its page.",
     .remedy = "Unmount the volume before shutdown or disable the filter: together they can panic the Mac.",
     .steps =
         "Ask the person to eject the Xsan volume before shutting down or restarting: `diskutil unmount "
         "VOLUME`.\n"
         "If the Mac hangs at shutdown, hold the power button; the volume is checked at the next start.\n"
         "Is the filter needed on this Mac? If not, take the Mac out of its group.",
     .escalate =
         "The filter's vendor and Apple: the report of the panic from `/Library/Logs/DiagnosticReports`."},
    {.name = "management_path_blocked",
     .severity = Severity::kCritical,
     .title = "The agent and MDM cannot reach their servers",
     .opens = "Neither Holdfast's server nor Apple's push service has been reachable for five minutes while "
              "the link is up "
              "and a tunnel, filter or transparent proxy is in force.",
     .closes = "One of them answers.",
     .evidence = "Which hosts fail and with which error; what is in force.",
     .by_itself = "Goes on enforcing the last policy, and keeps the history until it can be sent. An admin "
                  "cannot reach "
                  "this Mac meanwhile.",
     .remedy = "Exclude the management hosts from the tunnel or filter.",
     .steps = "`holdfastctl status` names the server; `nc -vz HOST PORT` from the Mac: does it connect?\n"
              "Disconnect the tunnel for a moment (`holdfastctl disconnect SERVICE`, or an override where "
              "the policy does "
              "not allow it): does it connect now? Then the tunnel swallows it.\n"
              "Else switch the content filter off for a moment in System Settings > Network > Filters.\n"
              "Tell whoever owns the culprit which hosts must pass.",
     .escalate =
         "Gateway or filter team, at once: the hosts and ports of the evidence must be excluded. Apple's: "
         "17.0.0.0/8, ports 5223, 443 and 2197."},
    {.name = "network_down_after_update",
     .severity = Severity::kError,
     .title = "The network broke after an extension update",
     .opens = "An extension's version changed less than an hour ago, the link is up, and no host answers a "
              "TCP handshake in "
              "two rounds of probes.",
     .closes = "A host answers again.",
     .evidence = "The extension with both versions, the hosts that fail, how long.",
     .by_itself =
         "Holds its own remediation: restarting tunnels cannot help. Tells when the network is back.",
     .remedy =
         "Wait: such outages were seen to end within an hour; else restart the Mac. Remediation is held.",
     .steps = "Tell the person: it usually ends by itself within 30 to 60 minutes; a restart of the Mac ends "
              "it at once.\n"
              "Did an installer copy over a running extension? Packages should deactivate it first.\n"
              "Afterwards `holdfastctl incidents` must not list it any more.",
     .escalate = "Software distribution and the vendor: product, both versions, and on how many Macs. Stop "
                 "the roll-out when "
                 "it is more than a few."},
    {.name = "order_unknown",
     .severity = Severity::kInfo,
     .title = "The effective proxy order cannot be read",
     .opens = "An order of transparent proxies is required, two or more are installed, and macOS does not "
              "tell in which "
              "order they work.",
     .closes = "It can be read, or is not required any more.",
     .evidence = "The declared order of all profiles together.",
     .by_itself = "Judges the order that profiles declare, and says \"declared\" wherever it does.",
     .remedy = "None; the checks say \"declared\" where they rest on profiles alone.",
     .steps = "Nothing to do. It is no fault of this Mac.",
     .escalate = "Nobody."},
    {.name = "profile_drift",
     .severity = Severity::kWarning,
     .title = "A required profile changed or is gone",
     .opens =
         "An identifier of Profiles.Required is found neither among the profiles nor the declarations nor "
         "the apps' "
         "own configurations, all of which could be read; or what MDM had installed is now somebody else's.",
     .closes = "It is there, as it was.",
     .evidence = "The identifier, where it was looked for, and whose it was and is.",
     .by_itself =
         "Reports it. When one of the sources cannot be read, absence proves nothing and nothing is opened.",
     .remedy = "Re-install by MDM.",
     .steps =
         "System Settings > General > Device Management: is the Mac still enrolled, and the profile listed?\n"
         "Let the MDM install the profile again.\n"
         "Not enrolled any more: enroll it, and ask who removed it.",
     .escalate = "MDM team with serial number and identifier."},
    {.name = "profile_invalid",
     .severity = Severity::kWarning,
     .title = "A profile has a flaw",
     .opens = "An installed profile has a flaw that macOS tolerates, ignores or fails on.",
     .closes = "It was replaced by a good one or removed.",
     .evidence = "The finding's code, the profile and the reason.",
     .by_itself = "Reports it.",
     .remedy = "Correct the payload as the finding says and re-install.",
     .steps = "Nothing to do on the Mac.\n"
              "Hand the finding to the MDM team; it names the key.",
     .escalate = "MDM team: the whole line of `holdfastctl incidents`."},
    {.name = "proxy_order_conflict",
     .severity = Severity::kError,
     .title = "Transparent proxies share one Order",
     .opens = "Two installed profiles declare the same Order for their transparent proxies.",
     .closes = "Each has its own.",
     .evidence = "The proxies, their profiles and the number.",
     .by_itself = "Reports it. Every vendor's sample says 1, so two vendors collide.",
     .remedy = "Give each transparent proxy its own Order number in its profile.",
     .steps = "Nothing to do on the Mac: the profiles must be corrected.\n"
              "Hand it to the MDM team; the evidence names profiles and number.",
     .escalate = "MDM team: lower numbers see traffic first; macOS 14 and later."},
    {.name = "proxy_order_missing",
     .severity = Severity::kWarning,
     .title = "A transparent proxy has no usable Order",
     .opens = "Several transparent proxies are installed (or RequireOrderKey is set), and one declares no "
              "Order, or one that "
              "is no integer or out of range.",
     .closes = "It declares one.",
     .evidence = "The proxy, its profile and what is written there.",
     .by_itself = "Reports it. macOS ignores an Order written as text without a word.",
     .remedy = "Add an integer Order to the proxy's VPN payload and re-install by MDM.",
     .steps = "Nothing to do on the Mac: the profile must be corrected.\n"
              "Hand it to the MDM team. `<string>1</string>` is a usual mistake; it must be "
              "`<integer>1</integer>`.",
     .escalate = "MDM team with the profile's identifier."},
    {.name = "proxy_order_violation",
     .severity = Severity::kError,
     .title = "Transparent proxies are in the wrong order",
     .opens =
         "The order of all installed profiles together, or the effective one where it can be read, is not "
         "TransparentProxies.RequiredOrder. Checked at each installation, update and start.",
     .closes = "It is.",
     .evidence = "The declared order of each profile (or the effective one) against the required.",
     .by_itself = "Reports it. Only a profile can set the order.",
     .remedy = "Correct the Order numbers in the profiles so that they rise in the required order, and "
               "install them again.",
     .steps = "Was a vendor's profile updated lately? The suspects say so.\n"
              "Hand it to the MDM team; they push the profiles with the right numbers.\n"
              "Until then the products may break each other: say so to the person.",
     .escalate = "MDM team: required order and declared numbers stand in the evidence."},
    {.name = "proxy_save_denied",
     .severity = Severity::kInfo,
     .title = "An app could not save its proxy configuration",
     .opens = "The log shows permission denied for an app's save of its transparent proxy, while a profile "
              "manages it.",
     .closes = "No such line for an hour.",
     .evidence = "The app, the log's sentence, and the profile that sets Order.",
     .by_itself = "Explains it.",
     .remedy =
         "Expected: a managed Order makes the app's own save fail. Manage the configuration by MDM alone.",
     .steps =
         "Nothing is broken when the proxy works. The app's message can be ignored.\n"
         "When the app refuses to work without its own save: its vendor must support managed configurations.",
     .escalate = "The vendor: \"modifying the order is only allowed through a profile\", so its app must not "
                 "save it."},
    {.name = "update_path_proxied",
     .severity = Severity::kWarning,
     .title = "Software Update or push is not reachable",
     .opens = "A host of TransparentProxies.MustReach does not answer for two minutes while a transparent "
              "proxy is installed "
              "and the link is up; at least one other host answers, or the tunnel is up.",
     .closes = "Every host answers, or no proxy is installed.",
     .evidence = "The hosts and what each said; the installed proxies. Exclusion rules live inside a "
                 "provider and cannot be "
                 "read, so reachability is measured.",
     .by_itself = "Measures and reports.",
     .remedy = "Exclude these hosts inside the proxy product.",
     .steps =
         "`nc -vz HOST PORT` for a host of the evidence; then the same with the proxy product switched off.\n"
         "Only then reachable: the product must exclude the host.\n"
         "Never reachable: a firewall of this network is the reason. Try another network.",
     .escalate = "The team that runs the proxy product: the hosts of the evidence; Apple's document 101555 "
                 "lists them."},
};

}  // namespace holdfast::incident_kinds
