// How answers are shown: tables for people, JSON (protobuf's own) and CSV for programs. Times are UTC unless
// asked otherwise.
#pragma once

#include <google/protobuf/message.h>
#include <google/protobuf/timestamp.pb.h>

#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "base/text/table.h"
#include "base/text/terminal.h"
#include "proto/wire/json.h"

namespace holdfast::admin {

enum class Format { kTable, kJson, kCsv };

// A moment for people: "2026-11-21 07:39:00Z", or in the given zone with its offset; "" for none.
std::string HumanTime(const google::protobuf::Timestamp& t, bool local);
// RFC 3339 with milliseconds.
std::string ExactTime(const google::protobuf::Timestamp& t, bool local);
// One line of CSV (RFC 4180), ended by a line feed.
std::string CsvLine(const std::vector<std::string>& values);

class Printer {
 public:
  Printer(Format format, text::Terminal terminal, bool local, std::FILE* out)
      : format_(format), terminal_(terminal), local_(local), out_(out) {}

  Format format() const { return format_; }
  const text::Terminal& terminal() const { return terminal_; }
  std::string Time(const google::protobuf::Timestamp& t) const {
    return format_ == Format::kTable ? HumanTime(t, local_) : ExactTime(t, local_);
  }
  // Every field, also those with their default, so that programs need not guess.
  void Json(const google::protobuf::Message& message,
            wire::JsonLayout layout = wire::JsonLayout::kIndented) const;
  void Text(const std::string& text) const { std::fputs(text.c_str(), out_); }
  // For people only: nothing in the other formats.
  void Note(const std::string& text) const;
  void Fields(const std::vector<std::pair<std::string, text::Cell>>& fields) const;
  void Flush() const { std::fflush(out_); }

  template <class Row>
  struct Field {
    text::Column column;  // its header, in lower case with underscores, is the CSV's
    std::function<text::Cell(const Row&)> cell;
    bool in_table = true;  // else in CSV only
  };
  // A table, or CSV with its header line. `nothing` is what people read when there is no row.
  template <class Rows, class Row>
  void List(const Rows& rows, const std::vector<Field<Row>>& fields, const std::string& nothing) const {
    if (format_ == Format::kCsv) {
      Text(Header(fields));
      for (const Row& row : rows) Text(Line(row, fields));
    } else if (rows.empty()) {
      Note(nothing);
    } else {
      Text(TableOf<Rows, Row>(rows, fields));
    }
  }
  template <class Row>
  std::string Header(const std::vector<Field<Row>>& fields) const {
    std::vector<std::string> names;
    for (const auto& field : fields) names.push_back(CsvName(field.column.header));
    return CsvLine(names);
  }
  template <class Row>
  std::string Line(const Row& row, const std::vector<Field<Row>>& fields) const {
    std::vector<std::string> values;
    for (const auto& field : fields) values.push_back(field.cell(row).text);
    return CsvLine(values);
  }

 private:
  static std::string CsvName(const std::string& header);
  template <class Rows, class Row>
  std::string TableOf(const Rows& rows, const std::vector<Field<Row>>& fields) const {
    std::vector<text::Column> columns;
    for (const auto& field : fields) {
      if (field.in_table) columns.push_back(field.column);
    }
    text::Table table(std::move(columns));
    for (const Row& row : rows) {
      std::vector<text::Cell> cells;
      for (const auto& field : fields) {
        if (field.in_table) cells.push_back(field.cell(row));
      }
      table.AddRow(std::move(cells));
    }
    return table.Render(terminal_);
  }

  Format format_;
  text::Terminal terminal_;
  bool local_;
  std::FILE* out_;
};

}  // namespace holdfast::admin
