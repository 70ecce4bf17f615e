#include "base/text/table.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "base/text/width.h"

namespace holdfast::text {
namespace {

constexpr int kGap = 2;

int TotalWidth(const std::vector<int>& widths) {
  return std::accumulate(widths.begin(), widths.end(), 0) +
         kGap * std::max(0, static_cast<int>(widths.size()) - 1);
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

std::vector<int> Table::Widths(int limit) const {
  std::vector<int> widths;
  for (size_t c = 0; c < columns_.size(); ++c) {
    int width = DisplayWidth(columns_[c].header);
    for (const auto& row : rows_) width = std::max(width, DisplayWidth(row[c].text));
    widths.push_back(width);
  }
  // The widest column that may still give way gives way, one column of the terminal at a time.
  while (limit > 0 && TotalWidth(widths) > limit) {
    int widest = -1;
    for (size_t c = 0; c < widths.size(); ++c) {
      if (!columns_[c].shrinks || widths[c] <= columns_[c].min_width) continue;
      if (widest < 0 || widths[c] > widths[static_cast<size_t>(widest)]) widest = static_cast<int>(c);
    }
    if (widest >= 0) {
      --widths[static_cast<size_t>(widest)];
    } else if (widths.size() > 1) {
      widths.pop_back();
    } else {
      break;
    }
  }
  return widths;
}

std::string Table::Line(const std::vector<Cell>& cells, const std::vector<int>& widths,
                        const Terminal& terminal) const {
  std::string line;
  for (size_t c = 0; c < widths.size(); ++c) {
    const std::string shown = Truncate(cells[c].text, widths[c]);
    const std::string pad(static_cast<size_t>(std::max(0, widths[c] - DisplayWidth(shown))), ' ');
    const std::string styled = Styled(shown, cells[c].style, terminal);
    if (c > 0) line.append(kGap, ' ');
    line += columns_[c].align == Align::kRight ? pad + styled : styled + pad;
  }
  StripTrailingSpaces(line);
  return line + "\n";
}

std::string Table::Render(const Terminal& terminal) const {
  const std::vector<int> widths = Widths(terminal.width);
  std::vector<Cell> header;
  for (const Column& column : columns_) header.emplace_back(column.header, Style::kBold);
  std::string out = Line(header, widths, terminal);
  for (const auto& row : rows_) out += Line(row, widths, terminal);
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
