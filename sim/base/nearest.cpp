#include "base/nearest.h"

#include <algorithm>
#include <vector>

namespace kurultai {

namespace {

constexpr std::size_t longest_word = 100;  // nobody mistypes more by accident, and the work stays small

std::string folded(std::string text) {
  for (char& letter : text)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  return text;
}

/// Insertions, deletions, replacements and swaps of neighbouring letters that make `b` out of `a`.
std::size_t slips(const std::string& a, const std::string& b) {
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = a[i - 1] == b[j - 1];
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (same ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        now[j] = std::min(now[j], before_last[j - 2] + 1);
    }
    before_last.swap(last);
    last.swap(now);
  }
  return last[b.size()];
}

}  // namespace

std::string nearest(const std::string& word, std::span<const std::string> known) {
  if (word.empty() || word.size() > longest_word) return {};
  const std::string sought = folded(word);
  const std::string* best = nullptr;
  std::size_t fewest = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : known) {
    if (candidate.size() > longest_word) continue;
    const std::size_t count = slips(sought, folded(candidate));
    if (count >= fewest) continue;
    fewest = count;
    best = &candidate;
  }
  if (best) return *best;
  if (word.size() >= 3)
    for (const std::string& candidate : known)
      if (folded(candidate).starts_with(sought)) return candidate;
  return {};
}

std::string did_you_mean(const std::string& near, const std::string& otherwise) {
  return near.empty() ? otherwise : "did you mean '" + near + "'?";
}

}  // namespace kurultai
