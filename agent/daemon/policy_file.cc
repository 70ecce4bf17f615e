#include "agent/daemon/policy_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

namespace holdfast::agent {

PolicyFile ReadPolicyFile(const std::string& path) {
  PolicyFile file{ReadFile(path), PolicySource::kUnmanaged};
  struct stat found{};
  if (stat(path.c_str(), &found) != 0) return file;
  const bool ours = found.st_uid == 0 || found.st_uid == geteuid();
  const bool group_may = (found.st_mode & S_IWGRP) != 0 && found.st_gid != 0 && found.st_gid != getegid();
  if (ours && !group_may && (found.st_mode & S_IWOTH) == 0) file.source = PolicySource::kFile;
  return file;
}

PolicyFile ReadManagedPreferences(Machine& machine) {
  PolicyFile file{ReadFile(machine.managed_preferences()), PolicySource::kUnmanaged, /*optional=*/true};
  if (file.bytes.ok()) file.source = machine.managed_source();
  return file;
}

}  // namespace holdfast::agent
