#include "agent/session/darwin/preferences_configurations.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/file.h"

namespace holdfast::session {
namespace {

constexpr char kChanged[] = "com.apple.neconfigurationchanged";

InstalledFacts FactsOf(const parse::NePreferences& preferences) {
  InstalledFacts facts;
  for (const parse::NeConfiguration& configuration : preferences.configurations) {
    if (configuration.service && !configuration.per_app) facts.services.push_back(*configuration.service);
    if (configuration.proxy) facts.proxies.push_back(*configuration.proxy);
    if (configuration.filter) facts.filters.push_back(*configuration.filter);
  }
  return facts;
}

}  // namespace

PreferencesConfigurations::PreferencesConfigurations(Executor& executor, const Clock& clock,
                                                     std::shared_ptr<ne::Client> client,
                                                     PreferencesOptions options)
    : executor_(executor),
      clock_(clock),
      client_(std::move(client)),
      options_(std::move(options)),
      mailbox_(std::make_shared<Mailbox>(executor)),
      look_(executor) {}

PreferencesConfigurations::~PreferencesConfigurations() {
  mailbox_->Close();
}

absl::Status PreferencesConfigurations::Begin(std::function<void(const InstalledFacts&)> changed) {
  changed_ = std::move(changed);
  if (client_ != nullptr) {
    notification_ = ne::Notification::Watch(
        client_, kChanged,
        [mailbox = mailbox_, look = lifetime_.Guard([this] { Look(); })] { mailbox->Post(look); });
  }
  executor_.Post(lifetime_.Guard([this] { Look(); }));
  return absl::OkStatus();
}

void PreferencesConfigurations::Look() {
  look_.Set(clock_.Now().mono + options_.look_every, [this] { Look(); });
  InstalledFacts now = Read();
  now.extensions = extensions_;
  if (told_ == now) return;
  told_ = std::move(now);
  changed_(*told_);
}

void PreferencesConfigurations::SetExtensions(std::vector<ExtensionFacts> extensions) {
  if (extensions_ == extensions) return;
  extensions_ = std::move(extensions);
  if (changed_) Look();
}

InstalledFacts PreferencesConfigurations::Read() {
  absl::Status trouble;
  absl::StatusOr<std::string> bytes = ReadFile(options_.path);
  if (!bytes.ok()) {
    // A Mac that never had a VPN has no such file.
    if (absl::IsNotFound(bytes.status())) {
      bytes_.clear();
      if (options_.read) options_.read({});
      return known_ = {};
    }
    trouble = bytes.status();
  } else if (*bytes != bytes_) {
    auto preferences = parse::ReadNePreferences(*bytes);
    if (preferences.ok()) {
      known_ = FactsOf(*preferences);
      bytes_ = *std::move(bytes);
      if (options_.read) options_.read(*preferences);
    } else {
      trouble = preferences.status();
    }
  }
  if (trouble.ok()) return known_;
  InstalledFacts facts = known_;
  facts.findings.push_back(
      {"configurations-unreadable", options_.path,
       absl::StrCat("what is installed cannot be read: ", trouble.message(),
                    "; what was known before stays. Does holdfastd run as root, with Full Disk Access?")});
  return facts;
}

}  // namespace holdfast::session
