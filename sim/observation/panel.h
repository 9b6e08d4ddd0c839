// The panel: a sample of residents followed through a run, on request. Who is in it is drawn by name, so the
// same people are in it whatever else the scenario changes: paired comparisons person by person.
#pragma once

#include <vector>

#include "mechanism/mechanism.h"
#include "observation/result.h"

namespace kurultai {

class Panel {
 public:
  /// About `residents` residents (each with the same chance), recorded every `every` weeks.
  Panel(const World& world, std::int64_t residents, std::int64_t every);

  /// Takes in the week that `world` has just finished; weeks of the warm-up are not recorded.
  void observe(const World& world);

  /// All that was recorded, for checkpoints. Members are drawn again, the same.
  void state(Archive& archive);

  /// The group "panel": what does not change by (resident), what does by (week, resident).
  [[nodiscard]] Group group() const;
  [[nodiscard]] bool empty() const { return member_.empty(); }

 private:
  std::int64_t every_;
  std::vector<Vertex> member_;
  std::vector<std::string> community_;
  std::vector<std::int32_t> ordinal_;
  std::vector<std::uint8_t> sex_;
  std::vector<std::uint8_t> education_;
  std::vector<std::uint8_t> occupation_;
  std::vector<std::int32_t> weeks_;
  std::vector<float> trust_;
  std::vector<float> efficacy_;
  std::vector<float> satisfaction_;
  std::vector<float> propensity_;
  std::vector<std::uint8_t> age_;
  std::vector<std::uint8_t> took_part_;
};

}  // namespace kurultai
