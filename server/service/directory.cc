#include "server/service/directory.h"

#include <algorithm>

#include "base/error.h"

namespace holdfast::server {

absl::Status Directory::Load(const Uuid& id, LiveDevice& device, bool* found) {
  HOLDFAST_ASSIGN_OR_RETURN(std::optional<fleet::DeviceRecord> record, context_.store.FindDevice(id));
  *found = record.has_value();
  if (!record) return absl::OkStatus();
  device.record = *std::move(record);
  Refresh(device.record);
  HOLDFAST_ASSIGN_OR_RETURN(device.chains, context_.store.ChainsOf(device.record.key));
  HOLDFAST_ASSIGN_OR_RETURN(const int sections, context_.store.CountSections(device.record.key));
  device.has_sections = sections > 0;
  HOLDFAST_ASSIGN_OR_RETURN(device.handed, context_.store.FindHanded(device.record.key));
  HOLDFAST_ASSIGN_OR_RETURN(device.keys, context_.store.FindKeyEvidence(device.record.key));
  device.stale = false;
  return absl::OkStatus();
}

absl::StatusOr<LiveDevice*> Directory::Find(const Uuid& id) {
  const auto [it, added] = devices_.try_emplace(id);
  if (!it->second.stale) return &it->second;
  bool found = false;
  absl::Status loaded = Load(id, it->second, &found);
  if (loaded.ok() && found) return &it->second;
  if (added) devices_.erase(it);
  if (!loaded.ok()) return loaded;
  return nullptr;
}

LiveDevice* Directory::Peek(const Uuid& id) {
  const auto it = devices_.find(id);
  return it == devices_.end() ? nullptr : &it->second;
}

int Directory::Count(absl::FunctionRef<bool(const LiveDevice&)> wanted) const {
  return static_cast<int>(std::count_if(devices_.begin(), devices_.end(),
                                        [&](const auto& entry) { return wanted(entry.second); }));
}

void Directory::Invalidate(const Uuid& id) {
  const auto it = devices_.find(id);
  if (it == devices_.end()) return;
  it->second.stale = true;
  it->second.certificate.clear();
  it->second.stored_anchor.reset();
}

void Directory::InvalidateAll() {
  for (auto& [id, device] : devices_) Invalidate(id);
}

void Directory::Contacted(LiveDevice& device, fleet::Contact contact) {
  contact.device = device.record.key;
  contacts_[device.record.key] = contact;
  dirty_[device.record.key] = contact;
  Refresh(device.record);
}

void Directory::Refresh(fleet::DeviceRecord& record) const {
  const auto it = contacts_.find(record.key);
  if (it == contacts_.end()) return;
  record.last_seen = it->second.last_seen;
  record.clock_offset_ns = it->second.clock_offset_ns;
  record.asleep = it->second.asleep;
  record.granted = it->second.granted;
}

std::vector<fleet::Contact> Directory::Unflushed() const {
  std::vector<fleet::Contact> contacts;
  contacts.reserve(dirty_.size());
  for (const auto& [key, contact] : dirty_) contacts.push_back(contact);
  return contacts;
}

absl::Status Directory::Flush() {
  return context_.store.SaveContacts(Unflushed());
}

}  // namespace holdfast::server
