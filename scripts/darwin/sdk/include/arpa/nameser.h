// The numbers of DNS (RFC 1035, 2782, 3596) under the names that gRPC's resolver uses. zig ships no such
// header.
#pragma once

typedef enum { ns_c_in = 1 } ns_class;
typedef enum { ns_t_a = 1, ns_t_txt = 16, ns_t_aaaa = 28, ns_t_srv = 33 } ns_type;
