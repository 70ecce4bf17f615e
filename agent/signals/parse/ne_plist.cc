#include "agent/signals/parse/ne_plist.h"

#include <algorithm>
#include <array>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/signals/parse/keyed_archive.h"
#include "agent/signals/parse/ne_configuration.h"
#include "base/error.h"

namespace holdfast::parse {
namespace {

using Object = KeyedArchive::Object;

constexpr int kMaxDepth = 6;  // of collections around configurations

bool HasFacts(const NeConfiguration& configuration) {
  return configuration.service || configuration.filter || configuration.dns_proxy;
}

class Reader {
 public:
  explicit Reader(const KeyedArchive& archive) : archive_(archive) {}

  NePreferences Run() {
    for (const auto& [key, object] : archive_.Top()) TakeTop(key, object);
    for (auto* list : {&out_.configurations, &out_.others}) {
      std::sort(list->begin(), list->end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    }
    return std::move(out_);
  }

 private:
  void TakeTop(const std::string& key, Object object) {
    if (key == "Version") {
      out_.version = archive_.Number(object);
    } else if (key == "Generation") {
      out_.generation = archive_.Number(object);
    } else if (key == "Index" || absl::StartsWith(key, "SCPreferencesSignature")) {
      // Which user sees which configuration, and a check sum: nothing for us.
    } else if (!Find(object, key, 0)) {
      out_.odd.push_back({0, absl::StrCat("the entry \"", key, "\" of the class \"", archive_.ClassOf(object),
                                          "\" is no configuration")});
    }
  }

  // Configurations lie at the top, or in collections there. True when there was one.
  bool Find(Object object, const std::string& key, int depth) {
    if (object == nullptr || depth > kMaxDepth || !seen_.insert(object).second) return false;
    if (IsNeConfiguration(archive_, object)) {
      NeConfiguration configuration = ReadNeConfiguration(archive_, object, key);
      auto& list = HasFacts(configuration) ? out_.configurations : out_.others;
      list.push_back(std::move(configuration));
      return true;
    }
    bool found = false;
    const auto entries = archive_.Entries(object);
    for (const auto& [name, value] : entries) found |= Find(value, name, depth + 1);
    if (!entries.empty()) return found;
    for (Object item : archive_.Items(object)) found |= Find(item, "", depth + 1);
    return found;
  }

  const KeyedArchive& archive_;
  std::set<Object> seen_;  // an archive may hold cycles
  NePreferences out_;
};

}  // namespace

absl::string_view NeGradeName(NeGrade grade) {
  static constexpr std::array<absl::string_view, 3> kNames = {"unknown", "enterprise", "personal"};
  return kNames[static_cast<size_t>(grade)];
}

absl::StatusOr<NePreferences> ReadNePreferences(absl::string_view bytes) {
  HOLDFAST_ASSIGN_OR_RETURN(const KeyedArchive archive, KeyedArchive::Open(bytes));
  NePreferences preferences = Reader(archive).Run();
  if (!preferences.version && !preferences.generation && preferences.configurations.empty() &&
      preferences.others.empty()) {
    return absl::InvalidArgumentError("it is a keyed archive, but nothing in it is of Network Extension");
  }
  return preferences;
}

std::vector<ConfigurationFacts> ConfigurationsOf(const NePreferences& preferences) {
  std::vector<ConfigurationFacts> facts;
  for (const NeConfiguration& configuration : preferences.configurations) {
    const bool of_profile = configuration.profile.has_value();
    facts.push_back({of_profile ? configuration.profile->profile_identifier : configuration.application,
                     of_profile ? Provenance::kProfile : Provenance::kApp,
                     of_profile && configuration.profile->source == NeProfileInfo::Source::kMdm});
  }
  return facts;
}

}  // namespace holdfast::parse
