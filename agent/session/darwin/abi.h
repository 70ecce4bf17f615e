// What the adapter calls on a Mac, in names of our own: opaque structs stand for ne_session_t,
// dispatch_queue_t and xpc_object_t, all of which are plain pointers. No Apple header is included, on any
// platform, so that the same files compile for macOS and for the simulated Mac's library on Linux.
// One list of prototypes makes the table here, the loader (symbols.cc), the checks of the simulated Mac's
// library (sim/darwin) and those against Apple's public headers (apple_headers_check.cc).
// Only files that are compiled with -fblocks include this.
#pragma once

#include <cstddef>
#include <cstdint>

struct hf_ne_session;
struct hf_queue;
struct hf_xpc;
struct hf_xpc_type;

namespace holdfast::ne::abi {

using Session = hf_ne_session*;
using Queue = hf_queue*;
using Xpc = hf_xpc*;
using XpcType = const hf_xpc_type*;
using EventBlock = void (^)(int event, void* data);
using StatusBlock = void (^)(int status);
using InfoBlock = void (^)(Xpc info);
using VoidBlock = void (^)();
using NotifyBlock = void (^)(int token);
using DictApplier = bool (^)(const char* key, Xpc value);
using ArrayApplier = bool (^)(size_t index, Xpc value);

}  // namespace holdfast::ne::abi

// X(name, result, (parameters)). Private interface: each may be missing. Source of the prototypes:
// docs/ne-session.md, 1.1.
#define HOLDFAST_NE_FUNCTIONS(X)                                                     \
  X(ne_session_create, abi::Session, (const unsigned char*, int))                    \
  X(ne_session_retain, void, (abi::Session))                                         \
  X(ne_session_release, void, (abi::Session))                                        \
  X(ne_session_cancel, void, (abi::Session))                                         \
  X(ne_session_set_event_handler, void, (abi::Session, abi::Queue, abi::EventBlock)) \
  X(ne_session_get_status, void, (abi::Session, abi::Queue, abi::StatusBlock))       \
  X(ne_session_get_info, void, (abi::Session, int, abi::Queue, abi::InfoBlock))      \
  X(ne_session_start, void, (abi::Session))                                          \
  X(ne_session_start_with_options, void, (abi::Session, abi::Xpc))                   \
  X(ne_session_stop, void, (abi::Session))                                           \
  X(ne_session_send_barrier, void, (abi::Session))                                   \
  X(ne_session_manager_is_running, bool, ())                                         \
  X(ne_session_manager_get_pid, int, ())                                             \
  X(ne_session_stop_reason_to_string, const char*, (int))

// Public interface of libSystem.
#define HOLDFAST_DISPATCH_FUNCTIONS(X)                       \
  X(dispatch_queue_create, abi::Queue, (const char*, void*)) \
  X(dispatch_async, void, (abi::Queue, abi::VoidBlock))      \
  X(dispatch_release, void, (abi::Queue))
#define HOLDFAST_XPC_FUNCTIONS(X)                             \
  X(xpc_get_type, abi::XpcType, (abi::Xpc))                   \
  X(xpc_dictionary_apply, bool, (abi::Xpc, abi::DictApplier)) \
  X(xpc_array_apply, bool, (abi::Xpc, abi::ArrayApplier))     \
  X(xpc_string_get_string_ptr, const char*, (abi::Xpc))       \
  X(xpc_int64_get_value, int64_t, (abi::Xpc))                 \
  X(xpc_uint64_get_value, uint64_t, (abi::Xpc))               \
  X(xpc_bool_get_value, bool, (abi::Xpc))                     \
  X(xpc_date_get_value, int64_t, (abi::Xpc))
#define HOLDFAST_SYSTEM_FUNCTIONS(X) HOLDFAST_DISPATCH_FUNCTIONS(X) HOLDFAST_XPC_FUNCTIONS(X)
#define HOLDFAST_XPC_TYPES(X) \
  X(_xpc_type_dictionary)     \
  X(_xpc_type_array)          \
  X(_xpc_type_string) X(_xpc_type_int64) X(_xpc_type_uint64) X(_xpc_type_bool) X(_xpc_type_date)

// notify(3), whose header the cross compiler does not have.
#define HOLDFAST_NOTIFY_FUNCTIONS(X)                                                       \
  X(notify_register_dispatch, uint32_t, (const char*, int*, abi::Queue, abi::NotifyBlock)) \
  X(notify_cancel, uint32_t, (int))

namespace holdfast::ne {

// Each is null where the system has no such symbol.
struct Table {
#define X(name, result, parameters)    \
  using name##_fn = result parameters; \
  name##_fn* name = nullptr;
  HOLDFAST_NE_FUNCTIONS(X)
  HOLDFAST_SYSTEM_FUNCTIONS(X)
  HOLDFAST_NOTIFY_FUNCTIONS(X)
#undef X
#define X(name) abi::XpcType name = nullptr;
  HOLDFAST_XPC_TYPES(X)
#undef X
};

}  // namespace holdfast::ne
