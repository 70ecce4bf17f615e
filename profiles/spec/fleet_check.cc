// What only shows when all profiles of a file are looked at together.
#include <set>

#include "absl/strings/str_cat.h"
#include "profiles/spec/parts.h"
#include "profiles/spec/profile_spec.h"

namespace holdfast::profiles {
namespace {

constexpr absl::string_view kExtensionPart = "system-extensions";
constexpr absl::string_view kExtensionPolicy = "com.apple.system-extension-policy";
constexpr char kExtensionsAllowed[] =
    "The system extensions of these providers run without a person's approval";

using Extensions = std::vector<std::pair<std::string, std::string>>;

template <class Visit>
void EachPart(const std::vector<ProfileSpec>& profiles, const Visit& visit) {
  for (const ProfileSpec& profile : profiles) {
    for (const Part& part : profile.parts) visit(part);
  }
}

void CheckIds(const std::vector<ProfileSpec>& profiles, Problems& problems) {
  std::map<std::string, const ProfileSpec*> ids;
  for (const ProfileSpec& profile : profiles) {
    const auto [it, fresh] = ids.emplace(profile.id, &profile);
    if (profile.id.empty() || fresh) continue;
    const ProfileSpec& written = profile.added ? *it->second : profile;
    problems.Error(
        written.at, written.path + ".id",
        absl::StrCat("'", profile.id, "' is the id of ",
                     profile.added ? "the profile that is added for the providers' system extensions"
                                   : "an earlier profile",
                     ": the second would replace the first on a Mac"));
  }
}

void CheckOrders(const std::vector<ProfileSpec>& profiles, Problems& problems) {
  std::map<int64_t, const Part*> by_order;
  EachPart(profiles, [&](const Part& part) {
    if (!part.order) return;
    const auto [it, fresh] = by_order.emplace(*part.order, &part);
    if (fresh) return;
    problems.Error(part.at, part.path + ".order",
                   absl::StrCat(*part.order, " is also the order of ", it->second->path, " (",
                                it->second->payload.display_name,
                                "): on one Mac nothing would say which comes first; give each its own"));
  });
}

void CheckGrades(const std::vector<ProfileSpec>& profiles, Problems& problems) {
  std::map<std::string, const Part*> by_grade;
  EachPart(profiles, [&](const Part& part) {
    if (part.grade.empty()) return;
    const auto [it, fresh] = by_grade.emplace(part.grade, &part);
    if (fresh) return;
    problems.Warning(part.at, part.path + ".grade",
                     absl::StrCat("it is ", part.grade, " like that of ", it->second->path,
                                  ": on one Mac the order of filters of one grade is undefined"));
  });
}

void CheckDnsProxies(const std::vector<ProfileSpec>& profiles, Problems& problems) {
  const Part* first = nullptr;
  EachPart(profiles, [&](const Part& part) {
    if (part.kind != "dns-proxy") return;
    if (first != nullptr) {
      problems.Warning(part.at, part.path,
                       absl::StrCat("a Mac takes one DNS proxy, and ", first->path, " is another"));
    }
    first = &part;
  });
}

// macOS renames the second: "Name 1".
void CheckNames(const std::vector<ProfileSpec>& profiles, Problems& problems) {
  std::map<std::string, const Part*> by_name;
  EachPart(profiles, [&](const Part& part) {
    if (part.payload.type != "com.apple.vpn.managed") return;
    const auto [it, fresh] = by_name.emplace(part.payload.display_name, &part);
    if (fresh) return;
    problems.Warning(part.at, part.path + ".name",
                     absl::StrCat("'", it->first, "' is also the name of ", it->second->path,
                                  ": on one Mac the second is renamed"));
  });
}

Extensions NeededBy(const std::vector<ProfileSpec>& profiles) {
  Extensions out;
  EachPart(profiles, [&](const Part& part) {
    for (const Provider& provider : part.providers) {
      if (provider.system_extension) out.emplace_back(provider.team_id, provider.bundle_id);
    }
  });
  return out;
}

void CheckAllowed(const std::vector<ProfileSpec>& profiles, const std::set<Extensions::value_type>& allowed,
                  Problems& problems) {
  EachPart(profiles, [&](const Part& part) {
    for (const Provider& provider : part.providers) {
      if (!provider.system_extension || allowed.contains({provider.team_id, provider.bundle_id})) continue;
      problems.Error(
          part.at, part.path + ".provider",
          absl::StrCat(provider.bundle_id, " (team ", provider.team_id,
                       ") is a system extension that no part system-extensions of this file allows; "
                       "add it there, or leave those parts out: one is then generated"));
    }
  });
}

ProfileSpec PolicyProfile(const FleetDefaults& fleet, const Extensions& needed) {
  ProfileSpec out;
  out.id = std::string(kExtensionPart);
  out.added = true;
  out.path = "profiles";
  out.envelope = {absl::StrCat(fleet.identifier, ".", kExtensionPart), "System extensions",
                  kExtensionsAllowed, fleet.organization};
  Part part;
  part.kind = std::string(kExtensionPart);
  part.path = out.path;
  part.payload = {std::string(kExtensionPolicy), std::string(kExtensionPart), "System extensions",
                  kExtensionsAllowed, ExtensionPolicy(needed)};
  out.parts.push_back(std::move(part));
  return out;
}

void CompleteExtensions(const FleetDefaults& fleet, std::vector<ProfileSpec>& profiles, Problems& problems) {
  std::set<Extensions::value_type> allowed;
  EachPart(profiles, [&](const Part& part) {
    allowed.insert(part.allowed_extensions.begin(), part.allowed_extensions.end());
  });
  if (!allowed.empty()) return CheckAllowed(profiles, allowed, problems);
  const Extensions needed = NeededBy(profiles);
  if (!needed.empty()) profiles.push_back(PolicyProfile(fleet, needed));
}

}  // namespace

void CheckFleet(const FleetDefaults& fleet, std::vector<ProfileSpec>& profiles, Problems& problems) {
  CompleteExtensions(fleet, profiles, problems);
  CheckIds(profiles, problems);
  CheckOrders(profiles, problems);
  CheckGrades(profiles, problems);
  CheckDnsProxies(profiles, problems);
  CheckNames(profiles, problems);
}

}  // namespace holdfast::profiles
