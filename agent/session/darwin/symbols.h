// The symbols of libsystem_networkextension, libxpc, libdispatch and libnotify that exist here, found by name
// when the program runs: each may be missing, and then what depends on it is missing too.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "agent/session/session.h"

namespace holdfast::ne {

struct Table;

// The address of a symbol, or null.
using FindSymbol = std::function<void*(const char* name)>;
// Looks in a Mac's own library, whose path is fixed, then everywhere in the process.
FindSymbol SystemSymbols();

// Immutable; may be used by any thread.
class Symbols {
 public:
  // Never fails. `find` is asked once for each name.
  explicit Symbols(const FindSymbol& find);
  ~Symbols();
  Symbols(const Symbols&) = delete;

  const Table& table() const { return *table_; }
  bool Has(absl::string_view name) const { return present_.contains(std::string(name)); }
  // Without these no session can be made, and nothing about one be learned.
  bool Usable() const;
  // What the adapter calls and what is not there.
  std::vector<std::string> Missing() const;

 private:
  std::unique_ptr<Table> table_;
  std::set<std::string> present_;
};

// What the back end can do with these symbols, and what degrades without each.
std::vector<session::Capability> CapabilitiesOf(const Symbols& symbols);

// Every name of the library that is known (docs/ne-session.md, 1.1 and 1.1b), whether or not it is called.
struct KnownSymbol {
  absl::string_view name;
  absl::string_view used_for;  // empty: not called
  absl::string_view note;      // what degrades without it; for one that is not called: why not
  bool in_10_13 = true;        // among the 57 that macOS 10.13.5 exported
  bool in_sdk_27 = true;       // exported by the SDK of macOS 27.0
};
const std::vector<KnownSymbol>& KnownSymbols();

}  // namespace holdfast::ne
