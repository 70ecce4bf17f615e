#include "base/text/table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/text/width.h"

namespace holdfast::text {
namespace {

constexpr int kGap = 2;

template <class Shown>
int TotalWidth(const std::vector<Shown>& shown) {
  int total = kGap * std::max(0, static_cast<int>(shown.size()) - 1);
  for (const Shown& one : shown) total += one.width;
  return total;
}

void StripTrailingSpaces(std::string& line) {
  line.erase(line.find_last_not_of(' ') + 1);
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::AddRow(std::vector<Cell> cells) {
  cells.resize(columns_.size(), Cell(""));
  for (Cell& cell : cells) cell.text = Printable(cell.text);
  rows_.push_back(std::move(cells));
}

std::vector<Table::Shown> Table::NaturalWidths() const {
  std::vector<Shown> shown;
  for (size_t c = 0; c < columns_.size(); ++c) {
    int width = DisplayWidth(columns_[c].header);
    for (const auto& row : rows_) width = std::max(width, DisplayWidth(row[c].text));
    shown.push_back({c, width});
  }
  return shown;
}

// The widest column that may still give way gives way, one column of the terminal at a time.
bool Table::Shrink(std::vector<Shown>& shown, int limit) const {
  while (TotalWidth(shown) > limit) {
    Shown* widest = nullptr;
    for (Shown& one : shown) {
      const Column& column = columns_[one.column];
      if (!column.shrinks || one.width <= column.min_width) continue;
      if (widest == nullptr || one.width > widest->width) widest = &one;
    }
    if (widest == nullptr) return false;
    --widest->width;
  }
  return true;
}

void Table::DropOne(std::vector<Shown>& shown) const {
  const auto least = std::max_element(shown.begin(), shown.end(), [this](const Shown& a, const Shown& b) {
    return std::pair(columns_[a.column].rank, a.column) < std::pair(columns_[b.column].rank, b.column);
  });
  shown.erase(least);
}

std::vector<Table::Shown> Table::Fit(int limit) const {
  std::vector<Shown> kept = NaturalWidths();
  while (limit > 0) {
    std::vector<Shown> shrunk = kept;  // what is left out gives the others their room back
    if (Shrink(shrunk, limit) || kept.size() == 1) return shrunk;
    DropOne(kept);
  }
  return kept;
}

std::string Table::Lines(const std::vector<Cell>& cells, const std::vector<Shown>& shown,
                         const Terminal& terminal) const {
  std::vector<std::vector<std::string>> parts;
  size_t height = 1;
  for (const Shown& one : shown) {
    const std::string& whole = cells[one.column].text;
    parts.push_back(columns_[one.column].wraps ? WrapLines(whole, one.width)
                                               : std::vector{Truncate(whole, one.width)});
    height = std::max(height, parts.back().size());
  }
  std::string out;
  for (size_t line_number = 0; line_number < height; ++line_number) {
    std::string line;
    for (size_t i = 0; i < shown.size(); ++i) {
      const std::string part = line_number < parts[i].size() ? parts[i][line_number] : "";
      const std::string pad(static_cast<size_t>(std::max(0, shown[i].width - DisplayWidth(part))), ' ');
      const std::string styled = Styled(part, cells[shown[i].column].style, terminal);
      if (i > 0) line.append(kGap, ' ');
      line += columns_[shown[i].column].align == Align::kRight ? pad + styled : styled + pad;
    }
    StripTrailingSpaces(line);
    absl::StrAppend(&out, line, "\n");
  }
  return out;
}

std::string Table::Render(const Terminal& terminal) const {
  const std::vector<Shown> shown = Fit(terminal.width);
  std::vector<Cell> header;
  for (const Column& column : columns_) header.emplace_back(column.header, Style::kBold);
  std::string out = Lines(header, shown, terminal);
  for (const auto& row : rows_) out += Lines(row, shown, terminal);
  return out;
}

std::string RenderFields(const std::vector<std::pair<std::string, Cell>>& fields, const Terminal& terminal) {
  int label_width = 0;
  for (const auto& [label, value] : fields) label_width = std::max(label_width, DisplayWidth(label));
  const int indent = label_width + kGap;
  const int room = terminal.width > 0 ? std::max(20, terminal.width - indent) : 0;
  std::string out;
  for (const auto& [label, value] : fields) {
    std::string lead =
        absl::StrCat(label, std::string(static_cast<size_t>(indent - DisplayWidth(label)), ' '));
    for (const std::string& line : WrapLines(Printable(value.text), room)) {
      std::string whole = lead + Styled(line, value.style, terminal);
      StripTrailingSpaces(whole);
      absl::StrAppend(&out, whole, "\n");
      lead.assign(static_cast<size_t>(indent), ' ');
    }
  }
  return out;
}

}  // namespace holdfast::text
