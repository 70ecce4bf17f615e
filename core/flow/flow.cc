#include "core/flow/flow.h"

namespace holdfast {

absl::string_view FlowLayerName(FlowLayer layer) {
  switch (layer) {
    case FlowLayer::kDns:
      return "DNS";
    case FlowLayer::kFilter:
      return "filter";
    case FlowLayer::kPerApp:
      return "per-app VPN";
    case FlowLayer::kProxy:
      return "proxy";
    case FlowLayer::kTunnel:
      return "tunnel";
    case FlowLayer::kOnDemand:
      return "on demand";
    case FlowLayer::kNetwork:
      return "network";
  }
  return "";
}

absl::string_view FlowPartName(FlowPart part) {
  switch (part) {
    case FlowPart::kCarries:
      return "carries";
    case FlowPart::kMayCarry:
      return "may carry";
    case FlowPart::kSees:
      return "sees";
    case FlowPart::kMaySee:
      return "may see";
    case FlowPart::kWouldStart:
      return "would start";
    case FlowPart::kMayStart:
      return "may start";
    case FlowPart::kNot:
      return "no";
  }
  return "";
}

}  // namespace holdfast
