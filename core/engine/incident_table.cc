#include "core/engine/incident_table.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "core/incidents/registry.h"

namespace holdfast::engine {
namespace {

constexpr absl::Duration kSuspectWindow = absl::Minutes(10);
constexpr size_t kMostSuspects = 16;

}  // namespace

void RecentChanges::Note(MonoTime at, std::string what) {
  changes_.emplace_back(at, std::move(what));
  if (changes_.size() > kMostSuspects) changes_.pop_front();
}

std::string RecentChanges::Within(MonoTime now, absl::Duration window) const {
  std::string text;
  for (const auto& [at, what] : changes_) {
    if (now - at > window) continue;
    absl::StrAppend(&text, text.empty() ? "" : "; ", what, " ", FormatShort(now - at), " before");
  }
  return text;
}

bool IncidentTable::Open(Turn& turn, absl::string_view name, absl::string_view key, std::string summary,
                         std::string evidence) {
  auto [it, fresh] = open_.try_emplace(Id(std::string(name), std::string(key)));
  if (!fresh) return false;
  const IncidentKind* kind = FindIncidentKind(name);
  Entry& entry = it->second;
  entry.order = ++opened_;
  entry.open.opened = turn.now();
  entry.open.incident = {.name = std::string(name),
                         .severity = std::string(SeverityName(kind ? kind->severity : Severity::kWarning)),
                         .key = std::string(key),
                         .summary = std::move(summary),
                         .evidence = std::move(evidence),
                         .suspects = changes_.Within(turn.mono(), kSuspectWindow)};
  turn.Row(entry.open.incident);
  return true;
}

void IncidentTable::Erase(Turn& turn, std::map<Id, Entry>::iterator entry, absl::string_view reason) {
  turn.Row(IncidentClosed{.name = entry->first.first,
                          .key = entry->first.second,
                          .opened_seq = entry->second.seq,
                          .reason = std::string(reason)});
  open_.erase(entry);
}

void IncidentTable::Close(Turn& turn, absl::string_view name, absl::string_view key,
                          absl::string_view reason) {
  if (open_.empty()) return;  // most of the time
  const auto it = open_.find(Id(std::string(name), std::string(key)));
  if (it != open_.end()) Erase(turn, it, reason);
}

void IncidentTable::CloseOthers(Turn& turn, absl::string_view name, const std::vector<std::string>& keep,
                                absl::string_view reason) {
  for (auto it = open_.lower_bound(Id(std::string(name), ""));
       it != open_.end() && it->first.first == name;) {
    const auto here = it++;
    if (std::find(keep.begin(), keep.end(), here->first.second) == keep.end()) Erase(turn, here, reason);
  }
}

bool IncidentTable::IsOpen(absl::string_view name, absl::string_view key) const {
  return !open_.empty() && open_.find(Id(std::string(name), std::string(key))) != open_.end();
}

bool IncidentTable::AnyOpen(absl::string_view name) const {
  const auto it = open_.lower_bound(Id(std::string(name), ""));
  return it != open_.end() && it->first.first == name;
}

std::vector<OpenIncident> IncidentTable::All() const {
  std::vector<const Entry*> entries;
  for (const auto& [id, entry] : open_) entries.push_back(&entry);
  std::sort(entries.begin(), entries.end(),
            [](const Entry* a, const Entry* b) { return a->order < b->order; });
  std::vector<OpenIncident> all;
  for (const Entry* entry : entries) all.push_back(entry->open);
  return all;
}

void IncidentTable::RecallOpened(const Stamp& at, uint64_t seq, const IncidentOpened& incident) {
  open_[Id(incident.name, incident.key)] = {{incident, at}, ++opened_, seq};
}

void IncidentTable::RecallClosed(const IncidentClosed& incident) {
  open_.erase(Id(incident.name, incident.key));
}

}  // namespace holdfast::engine
