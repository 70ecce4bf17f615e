#include "core/policy/document.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <exception>
#include <set>
#include <sstream>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/policy/scalar.h"

namespace holdfast {
namespace {

// Leaves the parser through yaml-cpp's frames; caught in ParseDocument.
struct Refused {
  Position at;
  std::string why;
};

Position At(const YAML::Mark& mark) {
  return {mark.line + 1, mark.column + 1};
}

// Builds the values from the parser's events: yaml-cpp's own node tree knows neither limits nor duplicates.
class Builder final : public YAML::EventHandler {
 public:
  DocumentValue Take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) throw Refused{At(mark), "a second document begins here; write one document"};
  }
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refused{At(mark), "an alias (*name) is not accepted; write the value out"};
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Check(mark, "", anchor);
    Add({{}, At(mark)});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    Check(mark, tag, anchor);
    // yaml-cpp makes single bytes of the escapes \\N and \\_.
    if (!IsValidUtf8(text))
      throw Refused{At(mark), "an escape (\\N or \\_) is not accepted; write the character"};
    if (ExpectsKey()) return Key(At(mark), text);
    DocumentValue value{{}, At(mark)};
    if (tag == "!") {  // quoted
      value.data = text;
    } else {
      value.data = PlainScalar(text);
    }
    Add(std::move(value));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Check(mark, tag, anchor);
    Open({DocumentValue::List{}, At(mark)});
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Check(mark, tag, anchor);
    Open({DocumentValue::Map{}, At(mark)});
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapEnd() override { Close(); }

 private:
  struct Frame {
    DocumentValue value;
    DocumentEntry entry;  // while has_key: waits for its value
    bool has_key = false;
    std::set<std::string> keys;
  };

  void Check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) {
      throw Refused{At(mark), "an anchor (&name) is not accepted; write the value out"};
    }
    if (!tag.empty() && tag != "!" && tag != "?") {
      throw Refused{At(mark), "a tag (!name) is not accepted; remove it"};
    }
    if (++values_ > kMaxDocumentValues) {
      throw Refused{At(mark), absl::StrCat("there are more than ", kMaxDocumentValues, " values")};
    }
  }

  bool ExpectsKey() const {
    return !open_.empty() && open_.back().value.AsMap() != nullptr && !open_.back().has_key;
  }

  void Key(Position at, const std::string& key) {
    if (!open_.back().keys.insert(key).second) {
      throw Refused{at, absl::StrCat("\"", Printable(key), "\" is written twice in one map")};
    }
    open_.back().entry = DocumentEntry{key, at, {}};
    open_.back().has_key = true;
  }

  void Open(DocumentValue value) {
    if (ExpectsKey()) throw Refused{value.at, "a key must be one word, not a list or a map"};
    if (open_.size() >= kMaxDocumentDepth) {
      throw Refused{value.at,
                    absl::StrCat("lists and maps are nested more than ", kMaxDocumentDepth, " deep")};
    }
    open_.push_back({std::move(value), {}, false, {}});
  }

  void Close() {
    DocumentValue value = std::move(open_.back().value);
    open_.pop_back();
    Add(std::move(value));
  }

  void Add(DocumentValue value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return;
    }
    if (ExpectsKey()) throw Refused{value.at, "a key is empty"};
    Frame& frame = open_.back();
    if (auto* list = std::get_if<DocumentValue::List>(&frame.value.data)) {
      list->push_back(std::move(value));
      return;
    }
    frame.entry.value = std::move(value);
    std::get<DocumentValue::Map>(frame.value.data).push_back(std::move(frame.entry));
    frame.has_key = false;
  }

  DocumentValue root_;
  std::vector<Frame> open_;
  size_t values_ = 0;
  int documents_ = 0;
};

absl::Status Problem(absl::string_view source, Position at, absl::string_view why) {
  if (at.line <= 0) return absl::InvalidArgumentError(absl::StrCat(source, ": ", why));
  return absl::InvalidArgumentError(absl::StrCat(source, ":", at.line, ": ", why));
}

}  // namespace

absl::StatusOr<Document> ParseDocument(absl::string_view text, absl::string_view source, Position* at) {
  if (text.size() > kMaxDocumentBytes) {
    return Problem(source, {},
                   absl::StrCat("it has ", text.size(), " bytes; at most ", kMaxDocumentBytes, " are read"));
  }
  // Zero bytes would make yaml-cpp take the text for UTF-16 or UTF-32.
  if (!IsValidUtf8(text) || text.find('\0') != absl::string_view::npos)
    return Problem(source, {}, "it is not UTF-8 text; save it as UTF-8");
  Builder builder;
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    bool any = false;
    while (parser.HandleNextDocument(builder)) any = true;
    if (!any) return Problem(source, {}, "it is empty; write its keys");
  } catch (const Refused& refused) {
    if (at != nullptr) *at = refused.at;
    return Problem(source, refused.at, refused.why);
  } catch (const YAML::Exception& error) {
    if (at != nullptr) *at = At(error.mark);
    return Problem(source, At(error.mark), absl::StrCat("it is neither YAML nor JSON: ", error.msg));
  } catch (const std::exception& error) {
    return Problem(source, {}, absl::StrCat("it cannot be parsed: ", error.what()));
  }
  return Document{std::string(source), builder.Take()};
}

}  // namespace holdfast
