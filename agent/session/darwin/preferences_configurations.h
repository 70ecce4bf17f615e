// What is installed, from Network Extension's own preferences file, read as root. The framework
// (NEConfigurationManager) would be the other way; it needs Objective-C and gives nothing that is not in the
// file.
//
// Per-app VPN is left out: nothing can be always connected that only carries what one program asks for.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/session/darwin/client.h"
#include "agent/session/darwin/configurations.h"
#include "agent/session/darwin/mailbox.h"
#include "agent/signals/parse/ne_plist.h"
#include "base/executor.h"
#include "base/timer.h"

namespace holdfast::session {

struct PreferencesOptions {
  std::string path = parse::kNePreferencesPath;
  // How often the file is looked at although nobody said that it changed.
  absl::Duration look_every = absl::Minutes(1);
  // What else was read, each time that the file was; may be null.
  std::function<void(const parse::NePreferences&)> read;
};

class PreferencesConfigurations final : public ConfigurationSource {
 public:
  // `client` may be null: then changes are noticed by looking alone. The others must outlive it.
  PreferencesConfigurations(Executor& executor, const Clock& clock, std::shared_ptr<ne::Client> client,
                            PreferencesOptions options);
  ~PreferencesConfigurations() override;

  // Never fails: a file that cannot be read is a finding ("configurations-unreadable"), and what was known
  // from it before stays.
  absl::Status Begin(std::function<void(const InstalledFacts&)> changed) override;
  // Not in the file, and part of what is installed all the same.
  void SetExtensions(std::vector<ExtensionFacts> extensions);

 private:
  void Look();
  InstalledFacts Read();

  Executor& executor_;
  const Clock& clock_;
  const std::shared_ptr<ne::Client> client_;
  const PreferencesOptions options_;
  std::function<void(const InstalledFacts&)> changed_;
  std::string bytes_;  // of the last look
  std::vector<ExtensionFacts> extensions_;
  InstalledFacts known_;  // from the last file that could be read
  std::optional<InstalledFacts> told_;
  std::shared_ptr<Mailbox> mailbox_;
  std::unique_ptr<ne::Notification> notification_;
  Timer look_;
  Lifetime lifetime_;
};

}  // namespace holdfast::session
