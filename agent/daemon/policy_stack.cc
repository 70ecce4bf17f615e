#include "agent/daemon/policy_stack.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/canonical.h"
#include "base/error.h"
#include "profiles/preferences/preferences.h"

namespace holdfast::agent {
namespace {

constexpr char kKeptFile[] = "policy-file";
constexpr absl::string_view kKeptMagic = "HFF1";
constexpr char kTampered[] = "policy_tampered";
constexpr char kGone[] = "gone";  // the key of the incident

// One layer's own; of several, over them all.
Sha256Digest ResultantId(const std::vector<Sha256Digest>& ids) {
  if (ids.size() == 1) return ids.front();
  CanonicalWriter out;
  out.Raw("holdfast-resultant-v1");
  for (const Sha256Digest& id : ids) out.Raw({reinterpret_cast<const char*>(id.data()), id.size()});
  return Sha256(out.str());
}

bool IsFor(const MaintenanceWindow& window, const std::vector<std::string>& names) {
  if (window.devices.empty()) return true;
  return std::any_of(window.devices.begin(), window.devices.end(), [&](const std::string& device) {
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return absl::EqualsIgnoreCase(name, device); });
  });
}

}  // namespace

PolicyStack::PolicyStack(platform::StateFiles& files, std::string file_path)
    : files_(files), file_path_(std::move(file_path)) {
  in_force_.parsed = std::make_shared<const ParsedPolicy>();
  in_force_.change.source = "builtin";
}

std::vector<EngineInput> PolicyStack::Load(const PolicyFile& file,
                                           const std::optional<uplink::AcceptedPolicy>& bundle) {
  std::vector<EngineInput> rejected;
  absl::StatusOr<Layer> server = absl::NotFoundError("there is no bundle");
  if (bundle) server = BundleLayer(*bundle);
  if (server.ok()) server->kept = true;
  const MaybeLayer bundled = server.ok() ? MaybeLayer(*server) : std::nullopt;
  absl::StatusOr<Layer> now = absl::NotFoundError("there is no file layer");
  MaybeLayer kept;
  if (file_path_.empty()) {
    files_.Remove(kKeptFile).IgnoreError();  // a layer that is gone must not come back by itself
  } else {
    now = FileLayer(file);
    kept = KeptFile();
  }
  const MaybeLayer read = now.ok() ? MaybeLayer(*now) : std::nullopt;
  std::vector<std::pair<MaybeLayer, MaybeLayer>> candidates;
  if (read) candidates.emplace_back(read, bundled);
  if (kept) candidates.emplace_back(kept, bundled);
  for (const MaybeLayer& file_alone : {MaybeLayer(), read, kept}) {
    candidates.emplace_back(file_alone, file_alone ? std::nullopt : bundled);
  }
  TakeFirstGood(candidates);
  if (bundle && !server_) {
    const absl::Status why = server.ok() ? Resolve(file_, bundled).status() : server.status();
    rejected.push_back(PolicyRejected{{PolicyChange::Outcome::kRejected, bundle->version, bundle->id,
                                       "server", std::string(why.message())}});
  }
  if (!file_path_.empty() && (!file_ || file_->kept)) {
    const absl::Status why = now.ok() ? Resolve(read, bundled).status() : now.status();
    for (EngineInput& input : RejectFile(why, file)) rejected.push_back(std::move(input));
  }
  if (file_ && !file_->kept) KeepFile();
  std::vector<EngineInput> inputs;
  AddApplied(inputs);
  for (EngineInput& input : rejected) inputs.push_back(std::move(input));
  return inputs;
}

void PolicyStack::TakeFirstGood(const std::vector<std::pair<MaybeLayer, MaybeLayer>>& candidates) {
  for (const auto& [file, server] : candidates) {
    if (!file && !server) continue;
    absl::StatusOr<LayeredPolicy> resolved = Resolve(file, server);
    if (resolved.ok()) return Take(file, server, *std::move(resolved));
  }
}

std::vector<EngineInput> PolicyStack::FileRead(const PolicyFile& file) {
  if (file_path_.empty()) return {};
  absl::StatusOr<Layer> layer = FileLayer(file);
  if (!layer.ok()) return RejectFile(layer.status(), file);
  const bool same = file_ && file_->id == layer->id && file_->parsed.source == layer->parsed.source;
  if (same && !rejected_file_) return {};
  absl::StatusOr<LayeredPolicy> resolved = Resolve(*layer, server_);
  if (!resolved.ok()) return RejectFile(resolved.status(), file);
  rejected_file_.reset();
  Take(*std::move(layer), server_, *std::move(resolved));
  KeepFile();
  std::vector<EngineInput> inputs;
  AddApplied(inputs);
  return inputs;
}

wire::PolicyStatus PolicyStack::ServerPolicy(const uplink::AcceptedPolicy& bundle,
                                             std::vector<EngineInput>* inputs) {
  using State = wire::PolicyStatus::State;
  absl::StatusOr<Layer> layer = BundleLayer(bundle);
  absl::StatusOr<LayeredPolicy> resolved = layer.ok() ? Resolve(file_, *layer) : layer.status();
  if (!resolved.ok()) {
    const std::string error(resolved.status().message());
    inputs->push_back(
        PolicyRejected{{PolicyChange::Outcome::kRejected, bundle.version, bundle.id, "server", error}});
    return {State::kFailed, bundle.version, bundle.id, error};
  }
  Take(file_, *std::move(layer), *std::move(resolved));
  AddApplied(*inputs);
  return {State::kApplied, bundle.version, bundle.id,
          file_ ? absl::StrCat("where ", file_->parsed.origin, " sets a key, it has precedence") : ""};
}

void PolicyStack::Take(MaybeLayer file, MaybeLayer server, LayeredPolicy resolved) {
  file_ = std::move(file);
  server_ = std::move(server);
  in_force_ = std::move(resolved);
}

absl::StatusOr<LayeredPolicy> PolicyStack::Resolve(const MaybeLayer& file, const MaybeLayer& server) {
  std::vector<PolicyLayer> layers;
  std::vector<Sha256Digest> ids;
  std::vector<std::string> origins, texts;
  bool kept = true;
  for (const MaybeLayer* layer : {&file, &server}) {
    if (!*layer) continue;
    layers.push_back((*layer)->parsed);
    ids.push_back((*layer)->id);
    origins.push_back((*layer)->parsed.origin);
    texts.push_back(file && server ? absl::StrCat("# --- ", origins.back(), "\n", (*layer)->text)
                                   : (*layer)->text);
    kept = kept && (*layer)->kept;
  }
  HOLDFAST_ASSIGN_OR_RETURN(ParsedPolicy parsed, ResolvePolicy(std::move(layers)));
  const uint64_t version = file ? parsed.policy.version : server->version;
  return LayeredPolicy{std::make_shared<const ParsedPolicy>(std::move(parsed)),
                       {kept ? PolicyChange::Outcome::kKept : PolicyChange::Outcome::kApplied, version,
                        ResultantId(ids), absl::StrJoin(origins, " over "), ""},
                       absl::StrJoin(texts, "\n")};
}

absl::StatusOr<PolicyStack::Layer> PolicyStack::FileLayer(const PolicyFile& file) const {
  if (!file.bytes.ok()) {
    return absl::Status(file.bytes.status().code(),
                        absl::StrCat("the policy file (--policy): ", file.bytes.status().message(),
                                     "; put it there and send SIGHUP"));
  }
  HOLDFAST_ASSIGN_OR_RETURN(Document document, profiles::ReadPolicyDocument(*file.bytes, file_path_));
  return Layer{*file.bytes,
               {std::move(document), file.source, absl::StrCat("file:", file_path_)},
               Sha256(*file.bytes)};
}

absl::StatusOr<PolicyStack::Layer> PolicyStack::BundleLayer(const uplink::AcceptedPolicy& bundle) {
  HOLDFAST_ASSIGN_OR_RETURN(Document document,
                            ParseDocument(bundle.document, absl::StrCat("server policy ", bundle.version)));
  return Layer{
      bundle.document, {std::move(document), PolicySource::kServer, "server"}, bundle.id, bundle.version};
}

std::vector<EngineInput> PolicyStack::RejectFile(const absl::Status& why, const PolicyFile& file) {
  if (file.optional && absl::IsNotFound(file.bytes.status()) && !file_) return {};
  const std::string text = file.bytes.ok() ? *file.bytes : "";
  const Sha256Digest said = Sha256(absl::StrCat(text, "\n", why.message()));
  if (rejected_file_ == said) return {};
  rejected_file_ = said;
  const std::string origin = absl::StrCat("file:", file_path_);
  std::vector<EngineInput> inputs = {PolicyRejected{
      {PolicyChange::Outcome::kRejected, 0, Sha256(text), origin, std::string(why.message())}}};
  if (absl::IsNotFound(file.bytes.status()) && file_) {
    inputs.push_back(IncidentReported{
        kTampered, kGone, absl::StrCat(origin, " is gone; what it last said stays in force"), true});
  }
  return inputs;
}

EngineInput PolicyStack::Applied() const {
  std::shared_ptr<const Policy> policy(in_force_.parsed, &in_force_.parsed->policy);
  if (!policy->maintenance.empty()) {
    auto own = std::make_shared<Policy>(*policy);
    std::erase_if(own->maintenance,
                  [this](const MaintenanceWindow& window) { return !IsFor(window, device_names_); });
    policy = std::move(own);
  }
  return PolicyApplied{std::move(policy), in_force_.change};
}

void PolicyStack::AddApplied(std::vector<EngineInput>& inputs) const {
  inputs.push_back(Applied());
  const std::vector<std::string>& refused = in_force_.parsed->refused;
  inputs.push_back(IncidentReported{
      kTampered, "keys", refused.empty() ? "no layer sets what it may not" : absl::StrJoin(refused, "; "),
      !refused.empty()});
  if (file_ && !rejected_file_) {
    inputs.push_back(IncidentReported{kTampered, kGone, "the local policy is there again", false});
  }
}

// A copy that cannot be kept costs only the fallback of the next start.
void PolicyStack::KeepFile() const {
  CanonicalWriter out;
  out.Raw(kKeptMagic).U32(static_cast<uint32_t>(file_->parsed.source)).Bytes(file_->text);
  files_.Write(kKeptFile, out.Take()).IgnoreError();
}

PolicyStack::MaybeLayer PolicyStack::KeptFile() const {
  const absl::StatusOr<std::optional<std::string>> bytes = files_.Read(kKeptFile);
  if (!bytes.ok() || !*bytes) return std::nullopt;
  PolicyFile kept{**bytes, PolicySource::kFile};
  CanonicalReader in(**bytes);
  if (in.Raw(kKeptMagic.size()) == kKeptMagic) {
    kept.source = static_cast<PolicySource>(in.U32());
    kept.bytes = std::string(in.Bytes());
    if (!in.Done().ok() || kept.source > PolicySource::kServer) return std::nullopt;
  }
  absl::StatusOr<Layer> layer = FileLayer(kept);
  if (!layer.ok()) return std::nullopt;
  layer->kept = true;
  return *std::move(layer);
}

}  // namespace holdfast::agent
