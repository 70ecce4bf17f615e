#include "agent/session/darwin/symbols.h"

#include <dlfcn.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "agent/session/darwin/abi.h"

namespace holdfast::ne {
namespace {

// Since macOS 11 only in the shared cache: no such file is on the disk, and dlopen finds it all the same.
constexpr char kLibrary[] = "/usr/lib/system/libsystem_networkextension.dylib";

struct Need {
  absl::string_view capability;
  std::vector<absl::string_view> symbols;
  absl::string_view without;
  bool any = false;  // one of the symbols is enough
};

const std::vector<Need>& Needs() {
  static const auto& kNeeds = *new std::vector<Need>{
      {"start",
       {"ne_session_start", "ne_session_start_with_options"},
       "services cannot be started; they are only watched",
       /*any=*/true},
      {"stop", {"ne_session_stop"}, "services cannot be stopped"},
      {"status", {"ne_session_get_status"}, "the status comes from the extended status alone"},
      {"extended_status",
       {"ne_session_get_info", "xpc_get_type", "xpc_dictionary_apply", "xpc_array_apply",
        "xpc_string_get_string_ptr", "xpc_int64_get_value", "xpc_uint64_get_value", "xpc_bool_get_value",
        "xpc_date_get_value", "_xpc_type_dictionary", "_xpc_type_array", "_xpc_type_string",
        "_xpc_type_int64", "_xpc_type_uint64", "_xpc_type_bool", "_xpc_type_date"},
       "the client's own status, which hopes for the best after a start, is all there is: deadlines decide"},
      {"stop_reason", {"ne_session_get_info"}, "a session that went down does not say why"},
      {"inbound_bytes", {"ne_session_get_info"}, "what comes in through a tunnel cannot be counted"},
      {"manager_restart",
       {"notify_register_dispatch", "notify_cancel", "ne_session_manager_get_pid"},
       "a restart of nesessionmanager is not noticed; each session is asked when an event of it comes"},
      {"stop_reason_names",
       {"ne_session_stop_reason_to_string"},
       "stop reasons are named by our own table instead of the system's"},
  };
  return kNeeds;
}

}  // namespace

FindSymbol SystemSymbols() {
  void* library = dlopen(kLibrary, RTLD_LAZY | RTLD_LOCAL);  // never closed: our blocks may still be inside
  return [library](const char* name) {
    void* found = library == nullptr ? nullptr : dlsym(library, name);
    return found != nullptr ? found : dlsym(RTLD_DEFAULT, name);
  };
}

Symbols::Symbols(const FindSymbol& find) : table_(std::make_unique<Table>()) {
  const auto look = [&](const char* name, auto& slot) {
    void* found = find(name);
    if (found == nullptr) return;
    present_.insert(name);
    slot = reinterpret_cast<std::remove_reference_t<decltype(slot)>>(found);
  };
#define X(name, result, parameters) look(#name, table_->name);
  HOLDFAST_NE_FUNCTIONS(X)
  HOLDFAST_SYSTEM_FUNCTIONS(X)
  HOLDFAST_NOTIFY_FUNCTIONS(X)
#undef X
#define X(name) look(#name, table_->name);
  HOLDFAST_XPC_TYPES(X)
#undef X
  for (const KnownSymbol& known : KnownSymbols()) {
    if (known.used_for.empty() && find(std::string(known.name).c_str()) != nullptr) {
      present_.insert(std::string(known.name));
    }
  }
}

Symbols::~Symbols() = default;

bool Symbols::Usable() const {
  const Table& t = *table_;
  return t.ne_session_create != nullptr && t.ne_session_retain != nullptr &&
         t.ne_session_release != nullptr && t.ne_session_cancel != nullptr &&
         t.ne_session_set_event_handler != nullptr && t.dispatch_queue_create != nullptr &&
         t.dispatch_async != nullptr && t.dispatch_release != nullptr &&
         (t.ne_session_get_status != nullptr || t.ne_session_get_info != nullptr);
}

std::vector<std::string> Symbols::Missing() const {
  std::vector<std::string> missing;
  const auto look = [&](const char* name) {
    if (!present_.contains(name)) missing.push_back(name);
  };
#define X(name, ...) look(#name);
  HOLDFAST_NE_FUNCTIONS(X)
  HOLDFAST_SYSTEM_FUNCTIONS(X)
  HOLDFAST_NOTIFY_FUNCTIONS(X)
  HOLDFAST_XPC_TYPES(X)
#undef X
  return missing;
}

std::vector<session::Capability> CapabilitiesOf(const Symbols& symbols) {
  std::vector<session::Capability> all;
  for (const Need& need : Needs()) {
    std::vector<absl::string_view> missing;
    for (const absl::string_view name : need.symbols) {
      if (!symbols.Has(name)) missing.push_back(name);
    }
    const bool met = missing.empty() || (need.any && missing.size() < need.symbols.size());
    session::Capability& capability = all.emplace_back();
    capability.name = std::string(need.capability);
    capability.available = symbols.Usable() && met;
    if (!symbols.Usable()) {
      capability.detail = "this system has no session interface that can be used";
    } else if (!met) {
      capability.detail =
          absl::StrCat(absl::StrJoin(missing, ", "), " is missing on this OS build: ", need.without);
    }
  }
  all.push_back(
      {"on_behalf_of_user", false,
       "a root daemon has no ports of the user's session; the user's own helper starts such services"});
  return all;
}

}  // namespace holdfast::ne
