#include "base/labels.h"

#include <map>
#include <set>

namespace kurultai {

std::vector<std::string> told_apart(
    std::vector<std::string> labels, const std::vector<std::string>& places, const std::vector<std::string>& codes) {
  const auto lengthen = [&](auto add) {
    std::map<std::string, std::size_t> times;
    for (const std::string& label : labels) ++times[label];
    for (std::size_t k = 0; k < labels.size(); ++k)
      if (times[labels[k]] > 1) add(k);
  };
  if (!places.empty()) lengthen([&](std::size_t k) { labels[k] += ", " + places[k]; });
  if (!codes.empty()) lengthen([&](std::size_t k) { labels[k] += " (" + codes[k] + ")"; });
  std::set<std::string> taken(labels.begin(), labels.end());
  std::set<std::string> seen;
  for (std::string& label : labels) {
    const std::string name = label;
    for (std::size_t n = 2; !seen.insert(label).second; ++n)
      if (const std::string numbered = name + " " + std::to_string(n); taken.insert(numbered).second) label = numbered;
  }
  return labels;
}

}  // namespace kurultai
