// Taxes for tests.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine.h"

namespace kurultai::test {

/// A tenth of output, all of it within the akimat's reach, of which the community's budget keeps a half and nobody the
/// rest but the republic.
inline void add_tax(
    Experiment& e, const std::string& name, const std::vector<std::pair<std::string, Value>>& values = {}) {
  e.model.taxes.entry(name);
  const std::string tax = "tax." + name + ".";
  e.set({{tax + "rate", 0.1}, {tax + "taxed", 1.0}, {tax + "reach", 1.0}, {tax + "community", 0.5}});
  for (const auto& [field, value] : values) e.set(tax + field, value);
}

/// One tax that all levels share, and one whose rate akimats may set.
inline void add_usual_taxes(Experiment& e) {
  add_tax(e, "wages", {{"taxed", 0.3}, {"reach", 0.3}, {"community", 0.1}, {"district", 0.4}, {"region", 0.3}});
  add_tax(e, "land", {{"rate", 0.01}, {"taxed", 0.5}, {"community", 0.7}, {"district", 0.3}, {"free", true}});
}

}  // namespace kurultai::test
