// Any bytes as an order, as the text of one, and as a typed code: no crash, and what is accepted holds its
// promises.
#include <cstdint>
#include <cstdlib>

#include "core/orders/code.h"
#include "core/orders/order.h"

namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view bytes(reinterpret_cast<const char*>(data), size);
  const absl::StatusOr<holdfast::Order> order = holdfast::DecodeOrder(bytes);
  if (order.ok()) {
    Require(order->number > 0 && order->expires - order->issued <= holdfast::kLongestOrder);
    Require(holdfast::DecodeOrder(holdfast::EncodeOrder(*order)).value() == *order);
  }
  const absl::StatusOr<holdfast::SignedOrder> text = holdfast::ParseOrderText(bytes);
  if (text.ok()) Require(holdfast::ParseOrderText(holdfast::OrderText(*text)).value() == *text);
  // Nobody guesses a code without its key.
  Require(!holdfast::DecodeOverrideCode(bytes, holdfast::Uuid{}, "key", holdfast::WallTime{}).ok());
  return 0;
}
