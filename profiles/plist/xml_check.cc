#include "profiles/plist/xml_check.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "profiles/plist/limits.h"
#include "profiles/plist/scalar_check.h"
#include "profiles/plist/utf8.h"

namespace holdfast::plist {
namespace {

constexpr std::array<absl::string_view, 3> kContainers = {"plist", "dict", "array"};
constexpr std::array<absl::string_view, 8> kScalars = {"key",  "string", "integer", "real",
                                                       "true", "false",  "date",    "data"};

constexpr size_t kMaxWarnings = 100;  // nobody reads more

template <size_t N>
bool Contains(const std::array<absl::string_view, N>& names, absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What of a text a message may show.
std::string Excerpt(absl::string_view text) {
  text = absl::StripAsciiWhitespace(text);
  std::string result(text.substr(0, 40));
  return absl::StrCat("'", ToValidUtf8(result), text.size() > 40 ? "...'" : "'");
}

class Scanner {
 public:
  explicit Scanner(absl::string_view text) : text_(text) {}
  absl::StatusOr<CheckedXml> Run();

 private:
  struct Open {
    absl::string_view tag;
    size_t line;
    size_t place = 0;  // its index among the places; of a value
    size_t children = 0;
    bool has_key = false;  // of a dict: a <key> waits for its value
    std::string key;       // of a dict: the last <key>
    std::set<std::string> keys = {};
  };

  absl::Status Fail(size_t line, absl::string_view what) const {
    if (line != line_) return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", what));
    const size_t newline = at_ == 0 ? absl::string_view::npos : text_.rfind('\n', at_ - 1);
    const size_t column = newline == absl::string_view::npos ? at_ + 1 : at_ - newline;
    return absl::InvalidArgumentError(absl::StrCat("line ", line, ", column ", column, ": ", what));
  }
  void Warn(size_t line, absl::string_view what, Oddity::Kind kind = Oddity::Kind::kForm) {
    if (warnings_.size() < kMaxWarnings) warnings_.push_back({kind, line, std::string(what)});
  }
  absl::Status Encoding();
  absl::Status Prologue();
  absl::Status Step();
  absl::Status EndWithoutTag();
  absl::Status Text(absl::string_view text);
  absl::Status Comment();
  absl::Status Markup();
  absl::Status SkipThrough(absl::string_view end, absl::string_view what);
  absl::Status DocType();
  absl::Status OpenTag(absl::string_view tag, bool empty);
  absl::Status CloseTag(absl::string_view tag);
  absl::Status Child(absl::string_view tag);
  size_t AddPlace(absl::string_view tag);
  void NoteKey(const Open& closed);
  void Advance(size_t count);
  bool InScalar() const { return !open_.empty() && Contains(kScalars, open_.back().tag); }

  absl::string_view text_;
  size_t at_ = 0;
  size_t line_ = 1;
  size_t nodes_ = 0;
  bool done_ = false;
  bool no_end_ = false;
  std::vector<Open> open_;
  std::string scalar_;  // content of the scalar that is open
  std::vector<Oddity> warnings_;
  std::vector<plist::Comment> comments_;
  Places places_;
};

void Scanner::Advance(size_t count) {
  const absl::string_view passed = text_.substr(at_, count);
  line_ += static_cast<size_t>(std::count(passed.begin(), passed.end(), '\n'));
  at_ += passed.size();
}

absl::StatusOr<CheckedXml> Scanner::Run() {
  if (absl::Status s = Encoding(); !s.ok()) return s;
  if (absl::Status s = Prologue(); !s.ok()) return s;
  const size_t begin = at_;
  while (!done_) {
    if (absl::Status s = Step(); !s.ok()) return s;
  }
  const absl::string_view rest = text_.substr(at_);
  if (!absl::StripAsciiWhitespace(rest).empty()) Warn(line_, "something follows </plist>; it is ignored");
  CheckedXml checked{std::string(text_.substr(begin, at_ - begin)), std::move(warnings_),
                     std::move(comments_), std::move(places_)};
  if (no_end_) checked.body.append("</plist>");
  return checked;
}

absl::Status Scanner::Encoding() {
  if (absl::StartsWith(text_, "\xff\xfe") || absl::StartsWith(text_, "\xfe\xff")) {
    return Fail(1, "the text is UTF-16; save it as UTF-8");
  }
  const size_t before = text_.size();
  while (absl::ConsumeSuffix(&text_, absl::string_view("\0", 1))) {
  }
  if (text_.size() != before) Warn(0, "NUL bytes follow the text; they are ignored");
  const size_t bad = FirstInvalidUtf8(text_);
  if (bad == absl::string_view::npos) return absl::OkStatus();
  Advance(bad);
  return Fail(line_, "a byte that is not UTF-8; save the file as UTF-8");
}

absl::Status Scanner::Prologue() {
  if (absl::StartsWith(text_, "\xef\xbb\xbf")) {
    Warn(1, "a byte order mark stands before the text; it is ignored");
    Advance(3);
  }
  size_t blank = 0;
  while (at_ + blank < text_.size() && absl::ascii_isspace(static_cast<unsigned char>(text_[at_ + blank]))) {
    ++blank;
  }
  if (at_ + blank == text_.size()) return Fail(1, "the file is empty");
  Advance(blank);
  const absl::string_view rest = text_.substr(at_);
  if (blank > 0) Warn(line_, "white space stands before the document; strict readers refuse it");
  if (!absl::StartsWith(rest, "<?xml")) Warn(line_, "there is no <?xml ...?> declaration; UTF-8 is assumed");
  if (!absl::StartsWith(rest, "<")) {
    return Fail(line_, absl::StrCat("this is not a property list: it begins with ", Excerpt(rest)));
  }
  return absl::OkStatus();
}

absl::Status Scanner::Step() {
  const size_t bracket = text_.find('<', at_);
  const size_t end = bracket == absl::string_view::npos ? text_.size() : bracket;
  if (absl::Status s = Text(text_.substr(at_, end - at_)); !s.ok()) return s;
  Advance(end - at_);
  if (bracket != absl::string_view::npos) return Markup();
  if (open_.empty()) return Fail(line_, "there is no <plist> element");
  if (open_.size() == 1 && open_.back().children == 1) return EndWithoutTag();
  return Fail(line_, absl::StrCat("the text ends inside <", open_.back().tag, ">, opened on line ",
                                  open_.back().line, "; close it"));
}

// Complete but for </plist>: what it says is clear, so a reader can be told of all its flaws at once.
absl::Status Scanner::EndWithoutTag() {
  Warn(line_, "the text ends without </plist>; macOS refuses it", Oddity::Kind::kNoEnd);
  no_end_ = true;
  return CloseTag("plist");
}

absl::Status Scanner::Text(absl::string_view text) {
  if (std::optional<std::string> flaw = EntityFlaw(text)) return Fail(line_, *flaw);
  if (InScalar()) {
    scalar_.append(text.data(), text.size());
    return absl::OkStatus();
  }
  if (absl::StripAsciiWhitespace(text).empty()) return absl::OkStatus();
  size_t blank = 0;
  while (absl::ascii_isspace(static_cast<unsigned char>(text[blank]))) ++blank;
  Advance(blank);
  return Fail(line_, absl::StrCat("the text ", Excerpt(text), " stands outside any value"));
}

absl::Status Scanner::Markup() {
  const absl::string_view rest = text_.substr(at_);
  if (absl::StartsWith(rest, "<!--")) return Comment();
  if (absl::StartsWith(rest, "<?")) return SkipThrough("?>", "a processing instruction");
  if (absl::StartsWith(rest, "<!DOCTYPE")) return DocType();
  if (absl::StartsWith(rest, "<![CDATA[")) {
    if (!InScalar()) return Fail(line_, "a CDATA section stands outside any value");
    const size_t end = rest.find("]]>");
    if (end != absl::string_view::npos) scalar_.append(rest.data() + 9, end - 9);
    return SkipThrough("]]>", "a CDATA section");
  }
  const size_t end = rest.find('>');
  if (end == absl::string_view::npos) return Fail(line_, "a tag is not closed with '>'");
  absl::string_view tag = rest.substr(1, end - 1);
  const bool closing = absl::ConsumePrefix(&tag, "/");
  const bool empty = !closing && absl::ConsumeSuffix(&tag, "/");
  tag = tag.substr(0, tag.find_first_of(" \t\r\n"));
  if (!Contains(kContainers, tag) && !Contains(kScalars, tag)) {
    return Fail(line_, absl::StrCat("unknown element ", Excerpt(rest.substr(0, end + 1))));
  }
  const absl::Status status = closing ? CloseTag(tag) : OpenTag(tag, empty);
  Advance(end + 1);
  return status;
}

absl::Status Scanner::Comment() {
  const size_t line = line_, begin = at_ + 4;
  if (absl::Status s = SkipThrough("-->", "a comment"); !s.ok()) return s;
  const size_t end = at_ - 3;
  const absl::string_view text =
      absl::StripAsciiWhitespace(end > begin ? text_.substr(begin, end - begin) : absl::string_view());
  if (absl::StrContains(text, "--")) Warn(line, "a comment has '--' inside; strict readers refuse it");
  if (absl::StartsWith(text, "holdfast") && comments_.size() < kMaxWarnings) {
    comments_.push_back({line, std::string(text)});
  }
  return absl::OkStatus();
}

absl::Status Scanner::SkipThrough(absl::string_view end, absl::string_view what) {
  const size_t found = text_.find(end, at_);
  if (found == absl::string_view::npos) return Fail(line_, absl::StrCat(what, " never ends"));
  Advance(found + end.size() - at_);
  return absl::OkStatus();
}

absl::Status Scanner::DocType() {
  const absl::string_view rest = text_.substr(at_);
  const size_t end = rest.find('>');
  if (rest.substr(0, end).find('[') != absl::string_view::npos) {
    return Fail(line_, "the DOCTYPE defines entities of its own; a property list must not");
  }
  return SkipThrough(">", "the DOCTYPE");
}

absl::Status Scanner::Child(absl::string_view tag) {
  if (++nodes_ > kMaxNodes) return Fail(line_, absl::StrCat("more than ", kMaxNodes, " elements"));
  if (open_.empty()) {
    return tag == "plist" ? absl::OkStatus() : Fail(line_, "the document does not begin with <plist>");
  }
  Open& parent = open_.back();
  if (tag == "plist") return Fail(line_, "a <plist> stands inside another element");
  if (parent.tag == "dict") {
    if (parent.has_key == (tag == "key")) {
      return Fail(line_, tag == "key" ? "a <key> follows a <key> that has no value"
                                      : absl::StrCat("<", tag, "> in a <dict> without a <key> before it"));
    }
    parent.has_key = tag == "key";
  } else if (tag == "key") {
    return Fail(line_, absl::StrCat("a <key> stands in <", parent.tag, ">, opened on line ", parent.line));
  }
  if (parent.tag == "plist" && parent.children > 0) {
    return Fail(line_, "a second value stands in <plist>; there may be one");
  }
  ++parent.children;
  return absl::OkStatus();
}

size_t Scanner::AddPlace(absl::string_view tag) {
  if (tag == "plist" || tag == "key") return 0;
  places_.push_back({static_cast<uint32_t>(line_), 1, open_.back().tag == "dict" ? open_.back().key : ""});
  return places_.size() - 1;
}

void Scanner::NoteKey(const Open& closed) {
  Open& dict = open_.back();
  dict.key = scalar_;
  if (!dict.keys.insert(scalar_).second) {
    Warn(closed.line,
         absl::StrCat("the <key> ", Excerpt(scalar_), " stands a second time in the <dict> of line ",
                      dict.line, "; the last one is read here, others may read the first"),
         Oddity::Kind::kDuplicateKey);
  }
}

absl::Status Scanner::OpenTag(absl::string_view tag, bool empty) {
  if (InScalar()) {
    return Fail(line_, absl::StrCat("<", tag, "> stands inside <", open_.back().tag, ">, opened on line ",
                                    open_.back().line, "; is a closing tag missing?"));
  }
  if (absl::Status s = Child(tag); !s.ok()) return s;
  if (open_.size() >= kMaxDepth) {
    return Fail(line_, absl::StrCat("elements are nested deeper than ", kMaxDepth));
  }
  const size_t place = AddPlace(tag);
  open_.push_back({tag, line_, place});
  scalar_.clear();
  return empty ? CloseTag(tag) : absl::OkStatus();
}

absl::Status Scanner::CloseTag(absl::string_view tag) {
  if (open_.empty() || open_.back().tag != tag) {
    const std::string instead = open_.empty() ? "nothing is open"
                                              : absl::StrCat("<", open_.back().tag, ">, opened on line ",
                                                             open_.back().line, ", is to be closed first");
    return Fail(line_, absl::StrCat("</", tag, "> closes nothing: ", instead));
  }
  const Open closed = std::move(open_.back());
  open_.pop_back();
  if (closed.has_key) return Fail(line_, "the last <key> of a <dict> has no value");
  if (std::optional<std::string> flaw = ScalarFlaw(tag, scalar_)) return Fail(closed.line, *flaw);
  if (tag == "key") {
    NoteKey(closed);
  } else if (tag != "plist") {
    places_[closed.place].count = static_cast<uint32_t>(places_.size() - closed.place);
  }
  if (tag != "plist") return absl::OkStatus();
  if (closed.children == 0) return Fail(closed.line, "<plist> holds no value");
  done_ = true;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CheckedXml> CheckXml(absl::string_view text) {
  return Scanner(text).Run();
}

}  // namespace holdfast::plist
