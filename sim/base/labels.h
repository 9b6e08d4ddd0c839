// Labels of places, forms and the like: names that people read, no two of a kind alike.
#pragma once

#include <string>
#include <vector>

namespace kurultai {

/// `labels` told apart: those that occur more than once get the place where they are ("Central, Region A"), those that
/// are still alike their code ("Central (c1)"), and a number if nothing else helps. A list may be empty: nothing is
/// known.
std::vector<std::string> told_apart(
    std::vector<std::string> labels, const std::vector<std::string>& places, const std::vector<std::string>& codes);

}  // namespace kurultai
