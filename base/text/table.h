// Tables for people: columns as wide as their longest cell, cut with "…" where the terminal is narrower.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/text/terminal.h"

namespace holdfast::text {

enum class Align { kLeft, kRight };

struct Column {
  std::string header;
  Align align = Align::kLeft;
  // Gives way when the table is wider than the terminal, down to min_width. The last columns are left out
  // when even that is too wide.
  bool shrinks = false;
  int min_width = 4;
};

struct Cell {
  Cell(std::string text_, Style style_ = Style::kPlain) : text(std::move(text_)), style(style_) {}  // NOLINT
  Cell(const char* text_) : text(text_) {}                                                          // NOLINT
  std::string text;  // anything: it is made printable before it is shown
  Style style = Style::kPlain;
};

class Table {
 public:
  explicit Table(std::vector<Column> columns);
  // Missing cells are empty; more cells than columns are ignored.
  void AddRow(std::vector<Cell> cells);
  bool empty() const { return rows_.empty(); }
  // Header and rows, two spaces between columns, no spaces at the end of a line.
  std::string Render(const Terminal& terminal) const;

 private:
  std::vector<int> Widths(int limit) const;
  std::string Line(const std::vector<Cell>& cells, const std::vector<int>& widths,
                   const Terminal& terminal) const;
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// "Label   value" lines with labels of one width; a long value is wrapped under itself.
std::string RenderFields(const std::vector<std::pair<std::string, Cell>>& fields, const Terminal& terminal);

}  // namespace holdfast::text
