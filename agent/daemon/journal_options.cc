#include "agent/daemon/journal_options.h"

#include "core/event/evidence.h"
#include "proto/wire/event_codec.h"

namespace holdfast::agent {

journal::OpenOptions JournalOptions(const std::string& path, RandomSource& random, const Clock& clock) {
  journal::OpenOptions options;
  options.path = path;
  options.random = &random;
  options.clock = &clock;
  options.encode_epoch_began = [](const std::string& reason, std::optional<uint64_t> previous) {
    return wire::EncodeEvent(EpochBegan{reason, previous});
  };
  options.encode_gap = [](uint64_t first, uint64_t last, uint64_t count, const Sha256Digest& hash) {
    return wire::EncodeEvent(Gap{first, last, count, hash});
  };
  options.encode_pruned = [](uint64_t through, const Sha256Digest& hash) {
    return wire::EncodeEvent(Pruned{through, hash});
  };
  options.keep_longer = [](uint16_t kind) { return IsEvidence(static_cast<RowKind>(kind)); };
  return options;
}

}  // namespace holdfast::agent
