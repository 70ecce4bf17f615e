// Compiled for macOS only, and linked nowhere: what abi.h says of libdispatch and libxpc, held against
// Apple's own headers. ne_session_* has no header to be held against, and notify.h is not in the cross
// compiler's set.
#include <dispatch/dispatch.h>
#include <xpc/xpc.h>

#include <type_traits>

#include "agent/session/darwin/abi.h"

namespace holdfast::ne {
namespace {

// Every pointer counts as void*, blocks by their signature, integers must be the same type.
template <class T>
struct Abi {
  using type = T;
};
template <class T>
struct Abi<T*> {
  using type = void*;
};
template <class R, class... A>
struct Abi<R (^)(A...)> {
  using type = typename Abi<R>::type (^)(typename Abi<A>::type...);
};
template <class R, class... A>
struct Abi<R(A...)> {
  using type = typename Abi<R>::type(typename Abi<A>::type...);
};
// noexcept is part of a function's type, and dispatch's headers have it; so is clang's noescape, which those
// of xpc_*_apply have.
template <class R, class... A>
struct Abi<R(A...) noexcept> : Abi<R(A...)> {};
template <class R, class A, class B>
struct Abi<R(A, __attribute__((noescape)) B)> : Abi<R(A, B)> {};

template <class A, class B>
constexpr bool kSame = std::is_same_v<typename Abi<A>::type, typename Abi<B>::type>;

#define X(name, result, parameters) \
  static_assert(kSame<decltype(::name), Table::name##_fn>, #name " is declared otherwise by Apple");
HOLDFAST_SYSTEM_FUNCTIONS(X)
#undef X
#define X(name) static_assert(sizeof(&::name) == sizeof(void*));
HOLDFAST_XPC_TYPES(X)
#undef X

}  // namespace
}  // namespace holdfast::ne
