#include "profiles/plist/value.h"

#include <array>

namespace holdfast::plist {

// Out of line, because an entry is complete only after Value.
Dict::Dict() = default;
Dict::~Dict() = default;
Dict::Dict(const Dict&) = default;
Dict::Dict(Dict&&) noexcept = default;
Dict& Dict::operator=(const Dict&) = default;
Dict& Dict::operator=(Dict&&) noexcept = default;

void Dict::Set(std::string key, Value value) {
  const auto [it, fresh] = index_.try_emplace(key, entries_.size());
  if (fresh) {
    entries_.push_back({std::move(key), std::move(value)});
  } else {
    entries_[it->second].value = std::move(value);
  }
}

bool operator==(const Dict& a, const Dict& b) {
  return a.entries_ == b.entries_;
}

const Value* Dict::Find(absl::string_view key) const {
  auto it = index_.find(std::string_view(key.data(), key.size()));
  return it == index_.end() ? nullptr : &entries_[it->second].value;
}

Value* Dict::Find(absl::string_view key) {
  return const_cast<Value*>(std::as_const(*this).Find(key));
}

const Value* Value::Find(absl::string_view key) const {
  const Dict* dict = As<Dict>();
  return dict == nullptr ? nullptr : dict->Find(key);
}

absl::string_view Value::TypeName() const {
  static constexpr std::array<absl::string_view, std::variant_size_v<Storage>> kNames = {
      "<true/> or <false/>",
      "<integer>",
      "<real>",
      "<string>",
      "<data>",
      "<date>",
      "a UID",
      "a secret",
      "<array>",
      "<dict>"};
  return kNames[storage_.index()];
}

}  // namespace holdfast::plist
