// Incidents of a VPN service: what keeps it from being connected.
#pragma once

#include "core/incidents/registry.h"

namespace holdfast::incident_kinds {

inline constexpr IncidentKind kServices[] = {
    {.name = "authentication_failed",
     .severity = Severity::kError,
     .title = "Authentication failed twice",
     .opens = "Two attempts in a row ended with an authentication stop reason (8, 11, 23). Attempts of "
              "others count too.",
     .closes = "The service is connected, the person connects through Holdfast or logs in, or policy or "
               "configuration "
               "change.",
     .evidence = "The stop reason of the last attempt, as the session manager gave it.",
     .by_itself =
         "One retry, then none: directory accounts lock after a few wrong passwords. The person is told.",
     .remedy = "The person must sign in or correct the password; Holdfast does not try again, because "
               "accounts lock. "
               "A connect by the person, a login, a new policy or a re-installed configuration clears it.",
     .steps =
         "Ask whether the password was changed lately, or the account is locked: look it up in the "
         "directory.\n"
         "Unlock it or reset the password. With a password saved on the Mac, the person types it anew in the "
         "vendor's client or in System Settings > VPN.\n"
         "The person runs `holdfastctl connect SERVICE` (or connects in System Settings). That is not "
         "counted "
         "against any budget.\n"
         "`holdfastctl why SERVICE` must say protected.",
     .escalate = "Identity team: user name, time, and the output of `holdfastctl history --since 1h "
                 "--service SERVICE`. "
                 "Several people at once: the gateway team, the authentication back end is the suspect."},
    {.name = "budget_exhausted",
     .severity = Severity::kWarning,
     .title = "The attempt budget is used up",
     .opens = "A start is due, and the start commands of Holdfast in the last hour or the last ten minutes "
              "have reached "
              "Reconnect.AttemptBudget.",
     .closes = "The service is connected, or the rolling window frees an attempt and it is used.",
     .evidence = "Number of start commands in the last hour and in the last ten minutes, against the budget.",
     .by_itself = "Waits until the window frees an attempt; `holdfastctl why` says when. About 20 rapid "
                  "starts were seen "
                  "to exhaust the session manager, so this limit is never passed.",
     .remedy = "Look at why the starts fail (the verdict's earlier causes); the next attempt follows when "
               "the rolling "
               "window frees one. A person can connect at any time.",
     .steps = "`holdfastctl history --since 1h --service SERVICE`: which cause do the failed starts name?\n"
              "Follow that cause: gateway unreachable, provider failed, timed out.\n"
              "When it is repaired, the person runs `holdfastctl connect SERVICE`; a person's own connect is "
              "never "
              "counted.",
     .escalate = "The team that owns the cause, with the history above. A budget that is too small for a bad "
                 "network is a "
                 "matter of the policy: Reconnect.AttemptBudget."},
    {.name = "captive_hold_exhausted",
     .severity = Severity::kWarning,
     .title = "The captive-portal budget is used up",
     .opens = "A captive portal is seen again on a network where CaptivePortal.MaxHoldsPerNetworkPerDay "
              "holds were given "
              "today.",
     .closes = "The portal is passed, or the Mac is on another network.",
     .evidence = "Number of holds on this network today, and what both probes answered.",
     .by_itself = "No further hold: enforcement goes on as on any network, and the time counts.",
     .remedy =
         "Sign in to the portal or change network; remediation is not paused on this network any more today.",
     .steps = "The person opens `http://captive.apple.com` in a browser and signs in to the portal.\n"
              "If no page appears, or it comes back again and again: another network, or a phone's hotspot.\n"
              "`holdfastctl status` must show the network without a portal, and the service connecting.",
     .escalate = "When it happens in an own building: the network team, with place, network and time."},
    {.name = "certificate_invalid",
     .severity = Severity::kError,
     .title = "A certificate prevents the connection",
     .opens = "An attempt ended with stop reason 24 to 30.",
     .closes = "The service is connected, a person connects, or policy or configuration change.",
     .evidence =
         "The stop reason: client certificate missing (24), invalid (25), not yet valid (26), expired (27); "
         "server certificate invalid (28), not yet valid (29), expired (30).",
     .by_itself = "No retry: only an admin can repair a certificate.",
     .remedy = "Renew or re-install the identity by MDM, or repair the gateway's certificate; check the "
               "Mac's clock. "
               "Holdfast does not retry until the configuration or the policy changes or a person connects.",
     .steps = "`date`: is the clock right? A wrong one makes good certificates invalid.\n"
              "Reasons 24 to 27: look at the identity with `security find-identity -v` and in the MDM; let "
              "the MDM renew "
              "and push the profile again.\n"
              "Reasons 28 to 30: it is the gateway's certificate, and other Macs have the incident too. "
              "Nothing helps on "
              "the Mac.\n"
              "Afterwards `holdfastctl connect SERVICE`.",
     .escalate =
         "24 to 27: the certificate authority's or MDM team, with serial number of the Mac and the profile's "
         "identifier. 28 to 30: the gateway team, at once."},
    {.name = "circuit_open",
     .severity = Severity::kError,
     .title = "Remediation has stopped for a while",
     .opens = "Remediation.CircuitBreaker.FailedLadders restarts in a row did not bring the service up.",
     .closes = "The service is connected.",
     .evidence = "Number of failed restarts in a row, and how long the pause is.",
     .by_itself =
         "Sends nothing until the cooldown has passed, the network changes, the Mac wakes, or the policy "
         "changes; then tries once.",
     .remedy =
         "Find out why the service stays stuck (provider log, gateway). Holdfast tries once more after the "
         "cooldown, a network change, a full wake or a policy change.",
     .steps =
         "`holdfastctl why SERVICE`: the reasons, and when the next attempt comes.\n"
         "Does it concern one Mac or many? `holdfast-admin devices` shows the fleet. Many: the gateway.\n"
         "One: quit and reopen the vendor's client, then `holdfastctl connect SERVICE`.\n"
         "Still stuck: restart the Mac.",
     .escalate = "The vendor, with the provider's own log bundle and `holdfastctl history --since 2h "
                 "--service SERVICE "
                 "--json`."},
    {.name = "coverage_missing",
     .severity = Severity::kError,
     .title = "A tunnel does not carry what it must",
     .opens =
         "The session says connected for 5 s or longer, and something of Coverage does not hold: a default "
         "route or a resolver lies beside the tunnel, another tunnel is up, or Private Relay is on.",
     .closes = "All of Coverage holds, or the service is not connected any more.",
     .evidence =
         "By which interface IPv4 and IPv6 leave, and the sentence that says what is beside the tunnel.",
     .by_itself = "Counts the time as a violation. It changes no route: that is the tunnel's own business.",
     .remedy =
         "Find out what took the route or the resolver away, and remove it. Until then traffic leaves beside "
         "the tunnel.",
     .steps =
         "`holdfastctl why SERVICE` names what lies beside the tunnel.\n"
         "Another VPN or a personal hotspot is up: disconnect it.\n"
         "Switch SERVICE off in System Settings > VPN: Holdfast connects it anew, after ten seconds unless "
         "the policy says otherwise, and the tunnel sets its routes anew. Where the policy lets people "
         "disconnect, run `holdfastctl connect SERVICE`.\n"
         "It comes back at once: the configuration splits the tunnel. Compare profile and policy.",
     .escalate = "Who manages the VPN profiles, with the sentence of `why` and the output of `netstat -rn`."},
    {.name = "false_connected",
     .severity = Severity::kError,
     .title = "Connected, but nothing passes",
     .opens = "The session says connected, and no liveness probe has answered for Liveness.FailAfter.",
     .closes = "A probe answers again, or the service is not connected any more.",
     .evidence = "How long none has answered, and the targets that were asked.",
     .by_itself = "Counts the time as a violation. Restarts the tunnel only where Liveness.Action says so, "
                  "probes of two "
                  "different hosts fail, no byte comes in, and the server does not hold restarts back.",
     .remedy = "Check the gateway and routes; disconnect and connect if only this Mac is affected. The time "
               "counts as a "
               "violation.",
     .steps = "Can the person reach anything behind the tunnel? Something else than the probe's target must "
              "be tried.\n"
              "Only the probe's target is dead: it is the target. Tell its owner; nothing to do on the Mac.\n"
              "Nothing is reachable: switch SERVICE off in System Settings > VPN. Holdfast connects it anew, "
              "after ten "
              "seconds unless the policy says otherwise; where the policy lets people disconnect, run "
              "`holdfastctl connect SERVICE`.\n"
              "Still nothing: `netstat -rn` and `scutil --dns` show whether routes and resolvers of the "
              "tunnel are there.",
     .escalate = "The gateway team, with target, times, and both outputs above."},
    {.name = "not_restored_after_boot",
     .severity = Severity::kWarning,
     .title = "The service did not come back after a restart",
     .opens = "It was connected before the restart and is not at the end of Boot.Grace.",
     .closes = "The service is connected.",
     .evidence = "State and stop reason before the restart, state and stop reason since.",
     .by_itself = "Connects it, as any required service.",
     .remedy = "Check On Demand and start-at-login settings of the product; Holdfast connects it.",
     .steps = "`holdfastctl history --since 1d --service SERVICE`: which stop reason stands before the "
              "restart? 34 (user "
              "logged out) and 1 (stop command) are usual ones at the same restart.\n"
              "Has the person logged in? With FileVault nothing of a user exists before.\n"
              "Look at the product's setting \"connect at login\" and at On Demand in its profile; push the "
              "profile again "
              "when On Demand is missing.",
     .escalate = "The vendor, when it recurs: the two stop reasons and the macOS build."},
    {.name = "on_demand_switched_off",
     .severity = Severity::kWarning,
     .title = "On Demand is not as the policy expects",
     .opens = "OnDemandEnabled of a service that a rule names differs from OnDemand.Expected.",
     .closes = "It is as expected, or the policy expects nothing any more.",
     .evidence = "The service, what its configuration says and what the policy expects.",
     .by_itself =
         "Nothing: macOS lets a person turn the switch and gives no program the right to turn it back. The "
         "service itself is kept connected as its rule says.",
     .remedy = "macOS cannot lock the switch: re-install the profile by MDM.",
     .steps = "Ask whether somebody switched Connect On Demand in System Settings > VPN > SERVICE. It may be "
              "switched back "
              "there.\n"
              "Else let the MDM remove and install the profile again.\n"
              "`holdfastctl incidents` must not list it any more.",
     .escalate =
         "MDM team, when the profile itself says the wrong thing: its identifier stands in the evidence."},
    {.name = "service_missing",
     .severity = Severity::kError,
     .title = "A required service is not installed",
     .opens = "No VPN configuration matches a rule that requires one.",
     .closes = "A configuration matches, or none is required.",
     .evidence = "The rule, and the names of what is installed.",
     .by_itself = "Counts the time as a violation. It cannot install a configuration.",
     .remedy = "Install the configuration by MDM, or correct the rule's Match.",
     .steps = "`holdfastctl services`: is there a service of a similar name? Then rule and configuration "
              "disagree, and it "
              "is a matter of the policy.\n"
              "Not there: look up the Mac in the MDM. Is it in the group that gets the profile, and did the "
              "command "
              "succeed?\n"
              "Push the profile; a vendor's client may have to be opened once.",
     .escalate =
         "MDM team: serial number and the profile's identifier. For the rule: whoever writes the policy."},
    {.name = "session_manager_restart",
     .severity = Severity::kWarning,
     .title = "The session manager restarted",
     .opens = "nesessionmanager's (or charon's) process changed.",
     .closes = "All statuses have been read again.",
     .evidence = "What the session back end saw: the process id before and after.",
     .by_itself = "Reads all statuses again before it acts; time in between counts as unknown.",
     .remedy = "None once; if it recurs, collect its crash reports.",
     .steps = "Once: nothing to do.\n"
              "More than once a day: look for reports named nesessionmanager in "
              "`/Library/Logs/DiagnosticReports`.\n"
              "Which product connects over and over? `holdfastctl history --since 1d --kind session`.",
     .escalate = "Apple (Feedback Assistant) with the crash report and a sysdiagnose; the vendor whose "
                 "client connects "
                 "most often."},
    {.name = "session_manager_exhausted",
     .severity = Severity::kError,
     .title = "The session manager takes no starts any more",
     .opens =
         "Three starts of Holdfast in a row did not even begin: disconnected came back at once, or nothing "
         "came back.",
     .closes = "A start has an effect again, or the session manager was restarted.",
     .evidence = "The number of starts without effect, and attempts in the last hour.",
     .by_itself = "Goes on with growing delays; it does not end the session manager.",
     .remedy =
         "Restart the Mac: about twenty starts in a minute use up the session manager's descriptors until "
         "it is started again.",
     .steps =
         "Was there a start_storm before? Its evidence names who asked. Stop that first.\n"
         "Restart the Mac. An administrator may instead run `sudo killall nesessionmanager`; every tunnel "
         "goes down with it.",
     .escalate = "The vendor of the process that starts the service so often."},
    {.name = "slow_start",
     .severity = Severity::kInfo,
     .title = "The service takes unusually long to connect",
     .opens =
         "It has been connecting for three times longer than 95 of 100 of its starts take on this Mac (for "
         "a minute while fewer than five are known), and is not stuck yet.",
     .closes = "It is connected, which tells how long that took, or it does not connect any more.",
     .evidence =
         "How long it has been connecting, the median and the 95th percentile of its own starts, and how "
         "long ago the Mac woke.",
     .by_itself = "Grants the time; no restart is made of it.",
     .remedy = "Look at the provider's log and the gateway's load.",
     .steps =
         "One Mac after a wake: nothing to do. Providers were seen to be called two minutes late there.\n"
         "One Mac always: is the network slow? `networkQuality` shows it.\n"
         "Many Macs: the gateway.",
     .escalate = "The gateway team with times and latencies; the vendor when it follows each wake."},
    {.name = "start_storm",
     .severity = Severity::kError,
     .title = "Something starts the service over and over",
     .opens = "The log shows more than 15 start requests of one process within ten seconds.",
     .closes = "No such burst for a minute.",
     .evidence = "The requesting process, the number of requests and their rate.",
     .by_itself = "Sends nothing of its own while it lasts; a storm exhausts the session manager.",
     .remedy = "Stop the named process or correct its On Demand rules.",
     .steps = "The evidence names the processes that ask. Quit that app, or restart the Mac when it is a "
              "system process.\n"
              "Its On Demand rules are the usual reason: a probe or a domain that only the tunnel reaches "
              "makes the rule "
              "fire for ever.\n"
              "Push a corrected profile.",
     .escalate = "The vendor of the named process, with its name, the number and the On Demand rules of the "
                 "profile."},
    {.name = "stuck_connecting",
     .severity = Severity::kError,
     .title = "Stuck at connecting",
     .opens = "Connecting or reasserting for longer than StuckConnecting.Timeout (10 minutes where a person "
              "signs in).",
     .closes = "It is connected, or down.",
     .evidence = "How long it has been connecting, and who asked for the start where it was not Holdfast.",
     .by_itself = "Stops it, waits until it is down, starts it; each step is verified before the next.",
     .remedy =
         "Holdfast stops and starts it, step by step. If it recurs, look at the provider and the gateway.",
     .steps = "Is a sign-in window open, perhaps behind others or on another display? Finish or close it.\n"
              "`holdfastctl why SERVICE` says which step is being tried and what comes next. Give it five "
              "minutes.\n"
              "Other network: does it connect over a phone's hotspot? Then the network blocks it.\n"
              "Quit and reopen the vendor's client; at last restart the Mac.",
     .escalate = "The vendor with its log bundle and `holdfastctl history --since 1h --service SERVICE "
                 "--json`; the gateway "
                 "team when many Macs have it at once."},
    {.name = "stuck_disconnecting",
     .severity = Severity::kError,
     .title = "Stuck at disconnecting",
     .opens = "Disconnecting for longer than StuckDisconnecting.Timeout, or a stop that had no effect.",
     .closes = "It is down.",
     .evidence = "How long it has been disconnecting, and who asked for the stop where it was not Holdfast.",
     .by_itself = "Stops it again, then starts it.",
     .remedy =
         "Holdfast stops it again, then starts it. If it recurs, restart the Mac and report to the vendor.",
     .steps = "Wait two minutes; `holdfastctl why SERVICE` says what is being tried.\n"
              "Quit the vendor's client. Still disconnecting: restart the Mac.",
     .escalate = "The vendor: a provider that does not end its tunnel when told. Send its log bundle and the "
                 "history."},
    {.name = "toggle_fight",
     .severity = Severity::kError,
     .title = "Somebody keeps undoing what Holdfast does",
     .opens =
         "Within ten minutes: another service superseded this one twice (stop reason 33), a program stopped "
         "it three times, or a program started it twice after Holdfast had stopped it for its ConflictGroup.",
     .closes =
         "The policy changes, somebody logs in or connects it, or it stays up; a start against its group: "
         "when it goes down.",
     .evidence = "The service, the one that superseded it, and which process asked.",
     .by_itself = "Yields first: it does not start the service again.",
     .remedy = "Require only one full tunnel of a grade, or put them into one ConflictGroup. Holdfast yields "
               "until the "
               "policy changes or a person connects.",
     .steps = "`holdfastctl services`: which two are up in turn?\n"
              "Does a vendor's client reconnect by itself? Turn that off there, or quit the client that is "
              "not wanted.\n"
              "`holdfastctl connect SERVICE` for the one that is wanted.",
     .escalate = "Whoever writes the policy: both services need one ConflictGroup, or one of them must not "
                 "be required."},
    {.name = "tunnel_conflict",
     .severity = Severity::kError,
     .title = "Two full tunnels are required",
     .opens = "Two required services are both known to be full tunnels and share no ConflictGroup.",
     .closes = "One is not required any more, is no full tunnel any more, or both share a group.",
     .evidence = "The service that is not started, and the one that comes before it in the policy.",
     .by_itself =
         "Starts only the one that comes first; two full tunnels would supersede each other for ever.",
     .remedy = "Give both rules one ConflictGroup, or require only one.",
     .steps = "`holdfastctl why SERVICE` names both.\n"
              "Nothing can be done on the Mac: the policy asks for what macOS cannot do.",
     .escalate = "Whoever writes the policy."},
};

}  // namespace holdfast::incident_kinds
