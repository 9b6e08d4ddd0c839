// A column: one quantity of all agents of a kind, declared once as a member of its table. Checkpoint,
// digest, memory report and the check of declared writes visit the table's list of columns.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace kurultai {

/// A share in [0, 1] in 16 bits, steps of 1/65535. Sums of `raw` are exact integers in any order.
struct Share {
  static constexpr double steps = 65535.0;
  std::uint16_t raw = 0;
  constexpr Share() = default;
  constexpr explicit Share(double x)
      : raw(static_cast<std::uint16_t>((x <= 0 ? 0.0 : (x >= 1 ? 1.0 : x)) * 65535.0 + 0.5)) {}
  constexpr operator double() const { return raw * (1.0 / 65535.0); }  // NOLINT: reads like the equation
};

/// A number in [-8, 8) in 16 bits, steps of 1/4096: log-odds, z-scores.
struct Score {
  std::int16_t raw = 0;
  constexpr Score() = default;
  constexpr explicit Score(double x)
      : raw(static_cast<std::int16_t>((x <= -8 ? -8.0 : (x >= 7.9997 ? 7.9997 : x)) * 4096.0 + (x < 0 ? -0.5 : 0.5))) {}
  constexpr operator double() const { return raw * (1.0 / 4096.0); }  // NOLINT
};

/// A factor in [0, 64) in 16 bits, steps of 1/1024: incomes relative to the mean.
struct Factor {
  std::uint16_t raw = 0;
  constexpr Factor() = default;
  constexpr explicit Factor(double x)
      : raw(static_cast<std::uint16_t>((x <= 0 ? 0.0 : (x >= 63.999 ? 63.999 : x)) * 1024.0 + 0.5)) {}
  constexpr operator double() const { return raw * (1.0 / 1024.0); }  // NOLINT
};

class Table;

/// What every column has, whatever its type.
class AnyColumn {
 public:
  /// How long its values last: fixed once the society is built, or changing during a run.
  enum class Life { fixed, changing };

  AnyColumn(Table& table, std::string name, std::string unit, std::string meaning, Life life);
  virtual ~AnyColumn() = default;
  AnyColumn(const AnyColumn&) = delete;
  AnyColumn& operator=(const AnyColumn&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& unit() const { return unit_; }
  [[nodiscard]] const std::string& meaning() const { return meaning_; }
  [[nodiscard]] Life life() const { return life_; }
  /// The values as they lie in memory (no padding).
  [[nodiscard]] virtual std::span<std::byte> bytes() = 0;
  [[nodiscard]] virtual std::size_t bytes_per_agent() const = 0;
  virtual void resize(std::size_t agents) = 0;

 private:
  std::string name_;
  std::string unit_;
  std::string meaning_;
  Life life_;
};

/// A table of agents of one kind: knows its columns and gives them all the same length.
class Table {
 public:
  explicit Table(std::string name) : name_(std::move(name)) {}
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  void resize(std::size_t agents) {
    size_ = agents;
    for (AnyColumn* column : columns_) column->resize(agents);
  }
  /// Takes over size and values of a table that has the first of these columns, or all; the others are 0.
  void copy(const Table& other);
  [[nodiscard]] std::span<AnyColumn* const> columns() const { return columns_; }
  [[nodiscard]] std::size_t bytes_per_agent() const {
    std::size_t sum = 0;
    for (const AnyColumn* column : columns_) sum += column->bytes_per_agent();
    return sum;
  }

 private:
  friend class AnyColumn;
  std::string name_;
  std::size_t size_ = 0;
  std::vector<AnyColumn*> columns_;
};

/// One quantity of type T for every agent of a table, optionally several (`width`) side by side:
/// `column[i]` for width 1, `column(i, f)` otherwise.
template <class T> class Column final : public AnyColumn {
 public:
  Column(Table& table, std::string name, std::string unit, std::string meaning, Life life = Life::changing,
      std::size_t width = 1)
      : AnyColumn(table, std::move(name), std::move(unit), std::move(meaning), life),
        width_(width) {
    values_.resize(table.size() * width);
  }
  T& operator[](std::size_t i) { return values_[i]; }
  const T& operator[](std::size_t i) const { return values_[i]; }
  T& operator()(std::size_t i, std::size_t f) { return values_[i * width_ + f]; }
  const T& operator()(std::size_t i, std::size_t f) const { return values_[i * width_ + f]; }
  [[nodiscard]] std::size_t width() const { return width_; }
  [[nodiscard]] std::span<const T> values() const { return values_; }
  [[nodiscard]] std::span<T> values() { return values_; }
  [[nodiscard]] const T* data() const { return values_.data(); }
  [[nodiscard]] T* data() { return values_.data(); }
  void fill(const T& value) { std::fill(values_.begin(), values_.end(), value); }
  [[nodiscard]] std::span<std::byte> bytes() override { return std::as_writable_bytes(std::span<T>(values_)); }
  [[nodiscard]] std::size_t bytes_per_agent() const override { return sizeof(T) * width_; }
  void resize(std::size_t agents) override { values_.resize(agents * width_); }

 private:
  std::size_t width_;
  std::vector<T> values_;
};

inline AnyColumn::AnyColumn(Table& table, std::string name, std::string unit, std::string meaning, Life life)
    : name_(std::move(name)),
      unit_(std::move(unit)),
      meaning_(std::move(meaning)),
      life_(life) {
  table.columns_.push_back(this);
}

inline void Table::copy(const Table& other) {
  resize(other.size_);
  for (std::size_t k = 0; k < other.columns_.size(); ++k) {
    const std::span<const std::byte> from = other.columns_[k]->bytes();
    std::copy(from.begin(), from.end(), columns_[k]->bytes().begin());
  }
}

}  // namespace kurultai
