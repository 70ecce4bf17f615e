// Incidents of Holdfast itself: its policy, journal, identity and connection to the server.
#pragma once

#include "core/incidents/registry.h"

namespace holdfast::incident_kinds {

inline constexpr IncidentKind kAgent[] = {
    {.name = "capability_lost",
     .severity = Severity::kWarning,
     .title = "A system capability is gone",
     .opens =
         "A private interface of macOS that this agent used before is missing, or crashed when first called.",
     .closes = "It works again: with another macOS build or a newer agent.",
     .evidence = "The capability's name, why it cannot be used, and the OS build.",
     .by_itself =
         "Works on with less, and names what degrades. It does not call the interface again on this build.",
     .remedy = "Check the OS build against the supported list; the agent works on with less and names what "
               "degrades.",
     .steps = "`sw_vers`: was macOS updated lately, or is it a beta?\n"
              "`holdfastctl version`: is there a newer agent? Install it.\n"
              "Else nothing: what is lost stands in the evidence.",
     .escalate = "Whoever runs Holdfast: OS build and capability. Hold that macOS update back for the fleet "
                 "until it is "
                 "understood."},
    {.name = "chain_break",
     .severity = Severity::kCritical,
     .title = "The journal's hash chain is broken",
     .opens = "A row's stored hash differs from the one computed from its bytes and its predecessor.",
     .closes = "Never by itself: an admin acknowledges it.",
     .evidence = "The row's number and both hashes.",
     .by_itself = "Goes on writing; nothing is repaired or deleted. Time that rests on such rows is unknown.",
     .remedy = "Treat the device's history as altered from that row on; keep the file and investigate who "
               "had root.",
     .steps = "Do not restart or re-install anything. Call security.\n"
              "Was a backup restored, or the disk faulty? `diskutil verifyVolume /`.\n"
              "Keep a copy of `/Library/Application Support/Holdfast/journal.db*` with its times.",
     .escalate = "Security, at once: the copy, the serial number, and who had root on this Mac.",
     .proved_by = "tests/server/service/ingest_test.cc: Ingest.ChangedRowRaisesOneChainBreakIncident"},
    {.name = "chain_fork",
     .severity = Severity::kCritical,
     .title = "Two rows with one number",
     .opens = "The server holds a different row under the same device, epoch and sequence number.",
     .closes = "The device has begun a new epoch.",
     .evidence = "Epoch, number and both hashes.",
     .by_itself = "The device keeps the old file and begins a new epoch; the server keeps both.",
     .remedy = "Look for a restored or cloned state folder; re-enroll the device and keep both histories.",
     .steps = "Was this Mac restored from a backup, or set up from another one (Migration Assistant)? Then "
              "it is explained; "
              "write it down.\n"
              "Else treat it as chain_break: call security.",
     .escalate = "Security, when no restore explains it: serial number, epoch and number of the row.",
     .proved_by = "tests/server/service/ingest_test.cc: Ingest.ForkedRowIsRefusedAndRaisesAnIncident"},
    {.name = "clock_jump",
     .severity = Severity::kInfo,
     .title = "The wall clock jumped",
     .opens = "Wall time moved against monotonic time by more than five seconds within one boot.",
     .closes = "At once: it is an event, not a state.",
     .evidence = "By how much, forwards or backwards.",
     .by_itself = "Goes by the monotonic clock; no override, budget or grace becomes longer by it.",
     .remedy = "None if the clock was corrected; if it recurs, check time synchronisation. Durations are not "
               "affected.",
     .steps = "Once, after travel or a long sleep: nothing to do.\n"
              "Again and again: System Settings > General > Date & Time must be set automatically; `sntp "
              "time.apple.com` "
              "shows the difference.",
     .escalate = "Security, when somebody sets the clock back by hand: certificates and overrides are the "
                 "usual motive."},
    {.name = "clone_conflict",
     .severity = Severity::kError,
     .title = "Two Macs use one identity",
     .opens = "Two live connections with one device id, or a hardware identity that differs from the "
              "enrolled one.",
     .closes = "The copy has enrolled anew and the other machine has not shown itself for a day.",
     .evidence = "Both serial numbers, addresses and times.",
     .by_itself =
         "The agent on other hardware enrolls anew when it may; the server keeps the histories apart.",
     .remedy = "Find the copied state folder (Migration Assistant, imaging) and let the copy enroll anew.",
     .steps = "Which of the two is new? It was set up from the other one.\n"
              "On the copy: stop the agent, remove its state folder, start it with a new enrollment token.\n"
              "`holdfast-admin devices` must list both.",
     .escalate =
         "Whoever images Macs: the state folder must not be copied. Security, when nobody copied anything.",
     .proved_by = "tests/server/service/sync_test.cc: Sync.TwoMachinesWithOneIdentityAreFlagged"},
    {.name = "disk_full",
     .severity = Severity::kError,
     .title = "The journal's disk is full",
     .opens = "SQLite reported that the file system has no space; rows wait in memory.",
     .closes = "The journal takes rows again.",
     .evidence = "SQLite's message and the number of rows that wait.",
     .by_itself =
         "Goes on enforcing, keeps rows in memory and tries again. Beyond the limit they become a gap.",
     .remedy = "Free space on the data volume. Rows beyond the memory limit become a gap, which is reported.",
     .steps = "`df -h /System/Volumes/Data`; free some gigabytes: trash, downloads, old installers.\n"
              "Local snapshots hold space: `tmutil listlocalsnapshots /`.\n"
              "`holdfastctl incidents` must not list it any more after a minute.",
     .escalate = "Nobody, unless the space vanishes again: then the team that owns what fills the disk."},
    {.name = "enrollment_refused",
     .severity = Severity::kError,
     .title = "The server refuses this device",
     .opens = "The server answered Enroll or Sync with a refusal that trying again does not lift.",
     .closes = "The server has accepted the device.",
     .evidence = "The reason in the server's answer.",
     .by_itself = "Goes on enforcing the last policy and keeps its history; asks again at long intervals "
                  "where that can "
                  "help.",
     .remedy = "Follow the reason: a new token, a correct clock, or an admin's word on a revoked device.",
     .steps = "Read the reason in `holdfastctl incidents`.\n"
              "Token unknown, expired or used up: `holdfast-admin` makes a new one; install it by MDM.\n"
              "Clock: `date` on the Mac; set it.\n"
              "Revoked: ask who revoked the device and why, before anything else.",
     .escalate = "Whoever runs the Holdfast server: the reason, word by word."},
    {.name = "journal_corrupt",
     .severity = Severity::kError,
     .title = "The journal was damaged and set aside",
     .opens = "SQLite or the chain check found damage when the journal was opened, or writing fails for "
              "another reason than "
              "space.",
     .closes =
         "Writing works again; a file that was set aside stays an open incident until an admin closes it.",
     .evidence = "What SQLite or the chain check reported, and the path of the file that was kept.",
     .by_itself = "Keeps the damaged file, begins a new one with a new epoch, and says so in its first row.",
     .remedy = "Keep the file for analysis; a new epoch began, and the time without rows counts as unknown.",
     .steps = "`diskutil verifyVolume /` and the Mac's recent panics: a failing disk is the usual reason.\n"
              "Keep the file that the evidence names.\n"
              "Nothing else: the agent works on.",
     .escalate = "Whoever runs Holdfast, with the kept file; security, when the disk is sound."},
    {.name = "journal_gap",
     .severity = Severity::kWarning,
     .title = "Rows were dropped before upload",
     .opens = "The journal or the memory in front of it was full of rows that no server had taken, or the "
              "server refused a "
              "row for good.",
     .closes = "At once: what is lost is lost. The gap itself stays in the history.",
     .evidence = "The gap row: first and last number, count, hash.",
     .by_itself = "Drops what matters least first; verdicts, incidents and overrides last. The time counts "
                  "as unknown.",
     .remedy = "Let the device reach the server more often or raise Reporting.UnacknowledgedMaxBytes and "
               "History.MaxBytes. The time counts as unknown.",
     .steps = "Was the Mac offline for weeks? Then it is explained.\n"
              "`holdfastctl status`: does it reach the server now?\n"
              "If many Macs have it, Reporting.UnacknowledgedMaxBytes or History.MaxBytes is too small.",
     .escalate = "Whoever runs Holdfast."},
    {.name = "override_guessing",
     .severity = Severity::kWarning,
     .title = "Somebody guesses a passcode or a code",
     .opens = "The fifth wrong passcode or code for an override within an hour, restarts included.",
     .closes = "No wrong one was shown for an hour.",
     .evidence = "How many within how long, and who showed the last one. What was typed is in no record.",
     .by_itself =
         "Looks at no passcode and no code until fewer than five wrong ones lie within the last hour. A "
         "restart of the agent or of the Mac changes nothing.",
     .remedy = "Ask the person: they need help with an override, or somebody sits at their Mac.",
     .steps = "Call the person who is named. Do they need an override? `holdfast-admin override code` makes "
              "a code; it is taken once the hour is over.\n"
              "Was the passcode changed in the policy? Tell those who should know it.\n"
              "They know of nothing: `holdfast-admin history --kind wrong_credential` shows each one with "
              "its time; somebody else was at that Mac.",
     .escalate = "Security, when the person knows of nothing: serial number, times, and whether other Macs "
                 "have it too."},
    {.name = "policy_rejected",
     .severity = Severity::kError,
     .title = "A policy was rejected",
     .opens = "A policy document has a value that is not allowed, alone or together with the other layer's.",
     .closes = "A policy is applied.",
     .evidence = "The path of the key, its value and what was expected; the last good policy stays in force.",
     .by_itself = "Keeps the last good policy in force.",
     .remedy = "Correct the document and publish it again.",
     .steps = "Nothing to do on the Mac: it goes on with the last good policy.\n"
              "Hand the sentence to whoever writes the policy; it names key, line and what was expected.",
     .escalate =
         "Whoever writes the policy. Check a document before publishing it: `holdfastctl policy lint FILE`."},
    {.name = "policy_tampered",
     .severity = Severity::kCritical,
     .title = "A policy's signature or origin is wrong",
     .opens =
         "A signature does not match a pinned key, kept bytes were changed, keys that weaken enforcement "
         "came from a source that may not set them, or the managed policy vanished.",
     .closes =
         "A policy with a good signature has arrived, the keys are gone from that source, or the managed "
         "policy is there again.",
     .evidence = "Where the document came from, and what does not match.",
     .by_itself = "Refuses it; the last good policy stays in force.",
     .remedy = "Find who installed it; the last good policy stays in force.",
     .steps = "Do not change anything on the Mac. Call security.\n"
              "Were the server's signing keys rotated today? Then whoever runs the server must publish the "
              "new key first.\n"
              "Was a profile for io.holdfast.agent installed by hand? System Settings > General > Device "
              "Management.",
     .escalate = "Security, at once: serial number, the evidence and who has admin rights on this Mac."},
    {.name = "silent_agent",
     .severity = Severity::kWarning,
     .title = "An agent is silent",
     .opens = "Nothing was heard for a day, the device did not say goodbye, and is not known to sleep.",
     .closes = "It was heard of again.",
     .evidence = "When it was last heard of, and what it said then.",
     .by_itself = "The server counts the time as unknown, which is never compliant.",
     .remedy = "Check that the launch daemon is loaded and the server reachable; the time counts as unknown.",
     .steps = "Is the Mac in use at all? Ask the person, or look at its last contact with the MDM.\n"
              "In use: on the Mac `holdfastctl status`. \"holdfastd is not running\": `sudo launchctl print "
              "system/io.holdfast.agent`; let the MDM install the package again.\n"
              "Running: its status names the server and what stands in the way.",
     .escalate =
         "Whoever runs Holdfast when it runs and cannot reach the server; security when somebody stopped it.",
     .proved_by = "tests/server/service/sync_test.cc: Sync.ADayOfSilenceIsAnIncidentThatEndsWithTheNextWord"},
    {.name = "tamper",
     .severity = Severity::kCritical,
     .title = "Something of Holdfast was changed",
     .opens = "TamperProtection is on, and launch job, signature, configuration or database are not what was "
              "installed.",
     .closes = "They are again.",
     .evidence = "Which part, and what differs.",
     .by_itself = "Works on and reports. Root can always stop it: that is detected, not prevented.",
     .remedy = "Re-install the package and find out who had root.",
     .steps = "Was Holdfast updated or removed by the MDM a moment ago? Then it is explained.\n"
              "Let the MDM install the package again; `holdfastctl incidents` must not list it any more.\n"
              "Ask the person what they installed or ran as administrator.",
     .escalate = "Security: serial number, the part that differs, and when."},
};

}  // namespace holdfast::incident_kinds
