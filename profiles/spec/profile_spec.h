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

// Checks over all profiles of the file. Adds a policy for system extensions to each profile whose providers
// need one, when the file has none of its own.
void CheckFleet(std::vector<ProfileSpec>& profiles, Problems& problems);

}  // namespace holdfast::profiles
