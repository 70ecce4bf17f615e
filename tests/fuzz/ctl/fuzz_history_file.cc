// Any bytes as an exported journal: no crash, and what is believed is not empty.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>

#include "agent/ctl/history_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
  const auto found = holdfast::ctl::VerifyHistory(in);
  if (found.ok() && (found->rows == 0 || found->last < found->first)) std::abort();
  return 0;
}
