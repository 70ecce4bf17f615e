#include "agent/signals/mac/system_source.h"

#include <algorithm>
#include <set>
#include <utility>

#include "agent/signals/parse/profiles_xml.h"
#include "agent/signals/parse/sysext_db.h"
#include "agent/signals/parse/sysext_list.h"
#include "agent/signals/parse/system_text.h"

namespace holdfast::signals {
namespace {

// The first macOS that heeds NonRemovableSystemExtensions (Apple's schema of the payload).
constexpr int kKeepsExtensions = 15;

// By the tool, else by the database that it prints, which a tool that hangs does not keep from us.
absl::StatusOr<parse::SysextList> ListedExtensions(const ToolAnswers& answers) {
  absl::StatusOr<parse::SysextList> list = absl::UnavailableError("neither tool said anything");
  if (const std::string* text = Printed(answers, "extensions")) list = parse::ReadSysextList(*text);
  const std::string* database = Printed(answers, "extensions_db");
  if (!list.ok() && database != nullptr) list = parse::ReadSysextDb(*database);
  return list;
}

void ReadExtensions(const ToolAnswers& answers, const std::optional<parse::ProfileList>& profiles, int macos,
                    SystemLook* look) {
  const auto list = ListedExtensions(answers);
  if (!list.ok()) return;
  look->extensions = parse::ExtensionsOf(*list);
  const std::string* processes = Printed(answers, "processes");
  std::set<std::string> running;
  if (processes != nullptr) running = parse::RunningExtensions(*processes);
  std::set<parse::TeamAndBundle> kept;
  if (profiles && macos >= kKeepsExtensions) kept = parse::NotRemovable(*profiles);
  std::set<std::string> seen;
  for (const ExtensionFacts& extension : look->extensions) {
    if (!seen.insert(extension.bundle_id).second) continue;
    ExtensionHealth health;
    health.bundle_id = extension.bundle_id;
    if (processes != nullptr) health.running = running.contains(extension.bundle_id);
    // No declaration can say it: the profiles are all that there is.
    if (profiles && macos > 0) health.removable = !kept.contains({extension.team_id, extension.bundle_id});
    look->system.extensions.push_back(std::move(health));
  }
}

std::optional<parse::ProfileList> ReadProfiles(const ToolAnswers& answers) {
  const std::string* text = Printed(answers, "profiles");
  if (text == nullptr) return std::nullopt;
  auto list = parse::ReadProfileList(*text);
  return list.ok() ? std::optional(*std::move(list)) : std::nullopt;
}

// The preferences know apps' configurations too; the profiles know which are the MDM's.
void ReadConfigurations(const std::optional<parse::ProfileList>& profiles, const ConfiguredParts& configured,
                        SystemFacts* facts) {
  facts->configurations = configured.configurations;
  facts->unread.emplace_back("declarations");  // nothing prints them
  if (!profiles) return facts->unread.emplace_back("profiles"), void();
  for (const ConfigurationFacts& from_profile : parse::ConfigurationsOf(*profiles)) {
    const auto same = std::find_if(
        facts->configurations.begin(), facts->configurations.end(),
        [&](const ConfigurationFacts& known) { return known.identifier == from_profile.identifier; });
    if (same == facts->configurations.end()) {
      facts->configurations.push_back(from_profile);
    } else {
      *same = from_profile;
    }
  }
}

}  // namespace

const Tool& ExtensionsDatabase() {
  static const Tool& tool =
      *new Tool{"extensions_db", {"/usr/bin/plutil", "-convert", "xml1", "-o", "-", parse::kSysextDbPath}};
  return tool;
}

const std::vector<Tool>& SystemTools() {
  static const std::vector<Tool>& tools = *new std::vector<Tool>{
      {"extensions", {"/usr/bin/systemextensionsctl", "list"}},
      {"extensions_db", {"/usr/bin/plutil", "-convert", "xml1", "-o", "-", parse::kSysextDbPath}},
      {"profiles", parse::ProfilesTool()},
      {"processes", {"/bin/ps", "-axo", "comm="}},
      {"mounts", {"/sbin/mount"}}};
  return tools;
}

SystemLook ReadSystem(const ToolAnswers& answers, const ConfiguredParts& configured, int macos) {
  SystemLook look;
  const std::optional<parse::ProfileList> profiles = ReadProfiles(answers);
  ReadExtensions(answers, profiles, macos, &look);
  ReadConfigurations(profiles, configured, &look.system);
  look.system.dns_proxies = configured.dns_proxies;
  look.system.postures = configured.postures;
  if (const std::string* mounts = Printed(answers, "mounts")) {
    look.system.xsan_volumes = parse::MountPointsOf(*mounts, "acfs");
  }
  return look;
}

SystemSource::SystemSource(Executor& executor, const Clock& clock, RunTool run,
                           std::function<void(const std::vector<ExtensionFacts>&)> extensions,
                           SystemSourceOptions options)
    : executor_(executor),
      clock_(clock),
      run_(std::move(run)),
      extensions_(std::move(extensions)),
      options_(options),
      look_(executor) {}

void SystemSource::Begin(Listener* listener) {
  listener_ = listener;
  executor_.Post(lifetime_.Guard([this] { Look(); }));
}

void SystemSource::SetConfigured(ConfiguredParts configured) {
  if (configured_ == configured) return;
  configured_ = std::move(configured);
  Tell();
}

void SystemSource::Look() {
  RunTools(run_, SystemTools(), options_.limit, lifetime_.Guard([this](const ToolAnswers& answers) {
    if (Printed(answers, "extensions") != nullptr) return Looked(answers);
    RunTools(run_, {ExtensionsDatabase()}, options_.limit,
             lifetime_.Guard([this, answers](const ToolAnswers& database) {
               ToolAnswers all = answers;
               all.insert(database.begin(), database.end());
               Looked(std::move(all));
             }));
  }));
}

void SystemSource::Looked(ToolAnswers answers) {
  answers_ = std::move(answers);
  Tell();
  look_.Set(clock_.Now().mono + options_.look_every, [this] { Look(); });
}

void SystemSource::Tell() {
  if (listener_ == nullptr || !answers_) return;
  const SystemLook look = ReadSystem(*answers_, configured_, options_.macos);
  if (told_extensions_ != look.extensions) {
    told_extensions_ = look.extensions;
    extensions_(look.extensions);
  }
  if (told_ == look.system) return;
  told_ = look.system;
  listener_->OnSystem(look.system);
}

}  // namespace holdfast::signals
