// One profile of a spec, read: its envelope and parts.
#pragma once

#include <string>
#include <vector>

#include "profiles/generate/envelope.h"
#include "profiles/spec/part.h"

namespace holdfast::profiles {

struct ProfileSpec {
  std::string id;
  Envelope envelope;
  std::vector<Part> parts;
  bool added = false;  // not the file's: its providers need it
  std::string path;
  Position at;
};

// What holds for all profiles of a file.
struct FleetDefaults {
  std::string identifier;  // what the profiles' identifiers begin with
  std::string organization;
  std::optional<Signer> holdfast;
};

ProfileSpec ReadProfileSpec(SpecSection& section, const FleetDefaults& fleet, const SpecFiles& files);

// Checks over all profiles of the file. When it has no policy for system extensions and its providers need
// one, a profile with it is added: of its own, because removing one that also has the VPN would deactivate
// them.
void CheckFleet(const FleetDefaults& fleet, std::vector<ProfileSpec>& profiles, Problems& problems);

}  // namespace holdfast::profiles
