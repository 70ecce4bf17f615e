// What a stored descriptor of the protocol promises and a newer one does not keep: what `buf breaking` would
// say of the wire and of JSON, without buf.
#pragma once

#include <google/protobuf/descriptor.pb.h>

#include <string>
#include <vector>

namespace holdfast::protocol {

// Of every file of the package holdfast.v1 in `promised`; one sentence each, empty when all is kept.
std::vector<std::string> Broken(const google::protobuf::FileDescriptorSet& promised,
                                const google::protobuf::FileDescriptorSet& now);

}  // namespace holdfast::protocol
