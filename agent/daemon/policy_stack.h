// Which policy is in force: a local file (where MDM's layer would be), else the server's, else the built-in
// one. A rejected document never takes the place of a good one, also not across a restart.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/platform/state_files.h"
#include "agent/uplink/policy_inbox.h"
#include "core/engine/engine.h"
#include "core/policy/parse.h"

namespace holdfast::agent {

struct LayeredPolicy {
  std::shared_ptr<const ParsedPolicy> parsed;
  PolicyChange change;
  std::string document;
};

class PolicyStack {
 public:
  // `files` must outlive it. An empty path: there is no file layer.
  PolicyStack(platform::StateFiles& files, std::string file_path);

  // At the start: what the file says now (ignored without a file layer), what was kept of it, and the last
  // good bundle. Gives the engine's inputs: the policy in force, then what was rejected.
  std::vector<EngineInput> Load(const absl::StatusOr<std::string>& file,
                                const std::optional<uplink::AcceptedPolicy>& bundle);
  // The file was read again. No inputs when nothing changed.
  std::vector<EngineInput> FileRead(const absl::StatusOr<std::string>& file);
  // A bundle whose signature is good. Inputs are appended to `inputs`.
  wire::PolicyStatus ServerPolicy(const uplink::AcceptedPolicy& bundle, std::vector<EngineInput>* inputs);

  const LayeredPolicy& in_force() const;
  const std::vector<std::string>& warnings() const { return in_force().parsed->warnings; }

 private:
  absl::StatusOr<LayeredPolicy> ParseFile(const std::string& text) const;
  static absl::StatusOr<LayeredPolicy> ParseBundle(const uplink::AcceptedPolicy& bundle);
  PolicyRejected RejectedFile(const absl::Status& why, const std::string& text) const;
  EngineInput Applied() const;
  void LoadKeptFile();

  platform::StateFiles& files_;
  const std::string file_path_;
  std::optional<Sha256Digest> rejected_file_;  // said once
  std::optional<LayeredPolicy> file_;
  std::optional<LayeredPolicy> server_;
  LayeredPolicy builtin_;
};

}  // namespace holdfast::agent
