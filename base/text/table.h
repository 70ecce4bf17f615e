// Tables for people: columns as wide as their longest cell; where the terminal is narrower, text is cut with
// "…" or continued on the next line, and what matters least is left out.
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
  // Gives way when the table is wider than the terminal, down to min_width.
  bool shrinks = false;
  int min_width = 4;
  // Which columns are left out when even that is too wide: those of the highest rank first, the last of
  // equals.
  int rank = 0;
  // What does not fit is continued below instead of cut.
  bool wraps = false;
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
  // A column that is shown, and how wide.
  struct Shown {
    size_t column;
    int width;
  };
  std::vector<Shown> Fit(int limit) const;
  std::vector<Shown> NaturalWidths() const;
  bool Shrink(std::vector<Shown>& shown, int limit) const;
  void DropOne(std::vector<Shown>& shown) const;
  std::string Lines(const std::vector<Cell>& cells, const std::vector<Shown>& shown,
                    const Terminal& terminal) const;
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// "Label   value" lines with labels of one width; a long value is wrapped under itself.
std::string RenderFields(const std::vector<std::pair<std::string, Cell>>& fields, const Terminal& terminal);

}  // namespace holdfast::text
