#include "profiles/plist/plist.h"

#include <plist/plist.h>

#include <cstdlib>
#include <memory>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "profiles/plist/binary_check.h"
#include "profiles/plist/limits.h"
#include "profiles/plist/utf8.h"
#include "profiles/plist/xml_check.h"

namespace holdfast::plist {
namespace {

constexpr int64_t kAppleEpoch = 978'307'200;  // 2001-01-01T00:00:00Z in Unix seconds

struct FreePlist {
  void operator()(void* node) const { plist_free(node); }
};
using Node = std::unique_ptr<void, FreePlist>;
struct FreeMemory {
  void operator()(void* memory) const { std::free(memory); }
};

absl::StatusOr<Value> Convert(plist_t node);

Value ConvertString(plist_t node) {
  uint64_t length = 0;
  const char* text = plist_get_string_ptr(node, &length);
  return ToValidUtf8(text == nullptr ? absl::string_view() : absl::string_view(text, length));
}

Value ConvertData(plist_t node) {
  uint64_t length = 0;
  const char* bytes = plist_get_data_ptr(node, &length);
  return Data{bytes == nullptr ? "" : std::string(bytes, length)};
}

absl::StatusOr<Value> ConvertArray(plist_t node) {
  Array array;
  plist_array_iter iterator = nullptr;
  plist_array_new_iter(node, &iterator);
  const std::unique_ptr<void, FreeMemory> owned(iterator);
  while (true) {
    plist_t item = nullptr;
    plist_array_next_item(node, iterator, &item);
    if (item == nullptr) return array;
    HOLDFAST_ASSIGN_OR_RETURN(Value value, Convert(item));
    array.push_back(std::move(value));
  }
}

absl::StatusOr<Value> ConvertDict(plist_t node) {
  Dict dict;
  plist_dict_iter iterator = nullptr;
  plist_dict_new_iter(node, &iterator);
  const std::unique_ptr<void, FreeMemory> owned(iterator);
  while (true) {
    plist_t item = nullptr;
    char* raw_key = nullptr;
    plist_dict_next_item(node, iterator, &raw_key, &item);
    const std::unique_ptr<char, FreeMemory> key(raw_key);
    if (item == nullptr) return dict;
    HOLDFAST_ASSIGN_OR_RETURN(Value value, Convert(item));
    dict.Set(ToValidUtf8(key == nullptr ? "" : key.get()), std::move(value));
  }
}

absl::StatusOr<Value> Convert(plist_t node) {
  uint8_t boolean = 0;
  uint64_t number = 0;
  double real = 0;
  int32_t seconds = 0, microseconds = 0;
  switch (plist_get_node_type(node)) {
    case PLIST_BOOLEAN:
      plist_get_bool_val(node, &boolean);
      return boolean != 0;
    case PLIST_UINT:
      // Two's complement: a negative number comes as a large one, and one of 2^63 and above as a negative.
      plist_get_uint_val(node, &number);
      return static_cast<int64_t>(number);
    case PLIST_REAL:
      plist_get_real_val(node, &real);
      return real;
    case PLIST_STRING:
      return ConvertString(node);
    case PLIST_DATA:
      return ConvertData(node);
    case PLIST_DATE:
      plist_get_date_val(node, &seconds, &microseconds);
      return Date{kAppleEpoch + seconds};
    case PLIST_UID:
      plist_get_uid_val(node, &number);
      return Uid{number};
    case PLIST_ARRAY:
      return ConvertArray(node);
    case PLIST_DICT:
      return ConvertDict(node);
    case PLIST_KEY:
    case PLIST_NONE:
      break;
  }
  return absl::InvalidArgumentError("it holds a value of no known type");
}

absl::StatusOr<Document> Decode(absl::string_view bytes) {
  if (bytes.size() > kMaxBytes) {
    return absl::ResourceExhaustedError(absl::StrCat(bytes.size(), " bytes; more than ", kMaxBytes,
                                                     " are not read. Is this the right file?"));
  }
  Document document;
  document.form = LooksBinary(bytes) ? Form::kBinary : Form::kXml;
  plist_t raw = nullptr;
  Places places;
  if (document.form == Form::kBinary) {
    HOLDFAST_RETURN_IF_ERROR(CheckBinary(bytes));
    plist_from_bin(bytes.data(), static_cast<uint32_t>(bytes.size()), &raw);
  } else {
    HOLDFAST_ASSIGN_OR_RETURN(CheckedXml checked, CheckXml(bytes));
    document.warnings = std::move(checked.warnings);
    places = std::move(checked.places);
    document.comments = std::move(checked.comments);
    plist_from_xml(checked.body.data(), static_cast<uint32_t>(checked.body.size()), &raw);
  }
  const Node node(raw);
  if (node == nullptr) return absl::InvalidArgumentError("libplist cannot decode it");
  HOLDFAST_ASSIGN_OR_RETURN(document.root, Convert(node.get()));
  SetLines(places, document.root);
  return document;
}

}  // namespace

absl::StatusOr<Document> Parse(absl::string_view bytes, absl::string_view name) {
  absl::StatusOr<Document> document = Decode(bytes);
  if (document.ok()) return document;
  return Annotate(document.status(), absl::StrCat("reading the property list '", name, "'"));
}

}  // namespace holdfast::plist
