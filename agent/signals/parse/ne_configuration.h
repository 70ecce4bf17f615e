// One NEConfiguration of a keyed archive.
#pragma once

#include "agent/signals/parse/keyed_archive.h"
#include "agent/signals/parse/ne_plist.h"

namespace holdfast::parse {

// Whether the object is one, by its class or, where the archive was made by hand, by its fields.
bool IsNeConfiguration(const KeyedArchive& archive, KeyedArchive::Object object);

// `key` is the name under which the archive has it: its id where it names none itself.
NeConfiguration ReadNeConfiguration(const KeyedArchive& archive, KeyedArchive::Object object,
                                    absl::string_view key);

}  // namespace holdfast::parse
