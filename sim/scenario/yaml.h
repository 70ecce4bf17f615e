// YAML with places: every complaint names file, line and key. The one file of this folder that meets
// yaml-cpp's exceptions is yaml.cc.
#pragma once

#include <yaml-cpp/yaml.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace holdfast::sim {

class YamlValue {
 public:
  YamlValue() = default;
  YamlValue(const YAML::Node& node, std::string file, std::string key)
      : node_(node), file_(std::move(file)), key_(std::move(key)) {}
  static absl::StatusOr<YamlValue> Parse(absl::string_view text, const std::string& file);

  int line() const;  // from 1
  const std::string& key() const { return key_; }
  // "FILE:LINE: KEY: WHAT"
  absl::Status Error(absl::string_view what) const;

  // Each says what it expected when the value is something else.
  absl::StatusOr<std::string> Text() const;
  absl::StatusOr<bool> Bool() const;
  absl::StatusOr<int64_t> Integer() const;
  absl::StatusOr<double> Share() const;  // 0 to 1
  absl::StatusOr<absl::Duration> Duration() const;
  absl::StatusOr<std::vector<YamlValue>> List() const;
  // In the file's order.
  absl::StatusOr<std::vector<std::pair<std::string, YamlValue>>> Map() const;
  // Calls the reader of each key; an unknown key lists the known ones.
  using Readers = std::map<absl::string_view, std::function<absl::Status(const YamlValue&)>>;
  absl::Status Keys(const Readers& known) const;

 private:
  YAML::Node node_;
  std::string file_;
  std::string key_;
};

}  // namespace holdfast::sim
