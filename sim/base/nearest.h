// "Did you mean": the known word nearest to a mistyped one.
#pragma once

#include <span>
#include <string>

namespace kurultai {

/// The word in `known` nearest to `word` (Damerau-Levenshtein, upper and lower case alike; at most one slip
/// in three letters), else a word that `word` begins, or "" if none is near. Of equally near ones, the first.
std::string nearest(const std::string& word, std::span<const std::string> known);

/// The suggestion of a message: "did you mean 'NEAR'?", or `otherwise` where `near` is empty.
std::string did_you_mean(const std::string& near, const std::string& otherwise = "");

}  // namespace kurultai
