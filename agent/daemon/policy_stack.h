// Which policy is in force: what a local file (where MDM's layer would be) and the server's bundle make
// together, key by key, else the built-in one. A rejected document never takes the place of a good one, also
// not across a restart.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/platform/state_files.h"
#include "agent/uplink/policy_inbox.h"
#include "core/engine/engine.h"
#include "core/policy/parse.h"

namespace holdfast::agent {

// The local policy as it was read: its bytes, or why they could not be, and what the place it was read from
// lets it set.
struct PolicyFile {
  absl::StatusOr<std::string> bytes = std::string();
  PolicySource source = PolicySource::kFile;
  bool optional = false;  // that there is none, and never was, is no fault
};

struct LayeredPolicy {
  std::shared_ptr<const ParsedPolicy> parsed;
  PolicyChange change;
  std::string document;  // of one layer its text; of several, each under a line that names it
};

class PolicyStack {
 public:
  // `files` must outlive it. An empty path: there is no file layer.
  PolicyStack(platform::StateFiles& files, std::string file_path);

  // What windows of maintenance may call this device. Call it before Load.
  void SetDeviceNames(std::vector<std::string> names) { device_names_ = std::move(names); }
  // At the start: what the file says now (ignored without a file layer), what was kept of it, and the last
  // good bundle. Gives the engine's inputs: the policy in force, then what was rejected.
  std::vector<EngineInput> Load(const PolicyFile& file, const std::optional<uplink::AcceptedPolicy>& bundle);
  // The file was read again. No inputs when nothing changed.
  std::vector<EngineInput> FileRead(const PolicyFile& file);
  // A bundle whose signature is good. Inputs are appended to `inputs`.
  wire::PolicyStatus ServerPolicy(const uplink::AcceptedPolicy& bundle, std::vector<EngineInput>* inputs);

  const LayeredPolicy& in_force() const { return in_force_; }
  const std::vector<std::string>& warnings() const { return in_force().parsed->warnings; }

 private:
  // One document of the stack.
  struct Layer {
    std::string text;
    PolicyLayer parsed;
    Sha256Digest id{};
    uint64_t version = 0;  // of a bundle
    bool kept = false;     // from an earlier run
  };
  using MaybeLayer = std::optional<Layer>;

  absl::StatusOr<Layer> FileLayer(const PolicyFile& file) const;
  static absl::StatusOr<Layer> BundleLayer(const uplink::AcceptedPolicy& bundle);
  static absl::StatusOr<LayeredPolicy> Resolve(const MaybeLayer& file, const MaybeLayer& server);
  // Puts the first pair that makes a valid policy into force. False when none does: the built-in one stays.
  void TakeFirstGood(const std::vector<std::pair<MaybeLayer, MaybeLayer>>& candidates);
  void Take(MaybeLayer file, MaybeLayer server, LayeredPolicy resolved);
  EngineInput Applied() const;
  // The policy in force, and what its layers tried and may not.
  void AddApplied(std::vector<EngineInput>& inputs) const;
  // Says it once; nothing when it was said.
  std::vector<EngineInput> RejectFile(const absl::Status& why, const PolicyFile& file);
  void KeepFile() const;
  MaybeLayer KeptFile() const;

  platform::StateFiles& files_;
  const std::string file_path_;
  std::vector<std::string> device_names_;
  std::optional<Sha256Digest> rejected_file_;  // said once
  MaybeLayer file_, server_;                   // those in force
  LayeredPolicy in_force_;
};

}  // namespace holdfast::agent
