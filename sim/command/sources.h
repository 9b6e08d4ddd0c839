// What represents each tag of the source, and what is expected of it: rows that a machine can read, run and judge
// (`describe sources`, `./kurultai expectations`).
#pragma once

#include <string>
#include <vector>

#include "engine/model.h"

namespace kurultai {

/// A tag of the source (README, "Sources") and what it says, in a line.
struct Tag {
  const char* tag;
  const char* says;
};

/// All tags, in the order of the source.
const std::vector<Tag>& tags();

/// What is expected to come of moving levers from one end to the other, written down before it was run (but see
/// `mended`).
struct Expectation {
  enum class Sign { rise, fall, none };
  struct Move {
    const char* lever;  ///< set from week 0 on, in both ends
    double low;
    double high;
  };
  const char* tag;
  const char* says;  ///< why, in a line
  std::vector<Move> moves;
  std::vector<const char*> where;  ///< settings "path=value" of both ends
  const char* series;              ///< of the nation; "survey/NAME/ITEM": the estimate of a survey's item
  Sign sign;
  double least;                      ///< smallest effect worth speaking of; for none: the margin of equivalence
  int horizon;                       ///< weeks; the effect is the mean of its last year
  const char* mended = "";           ///< what of it was changed after a first run, and why; empty: as it was written
  const char* by_construction = "";  ///< of a null: why it cannot fail as long as the program is right; empty: it can
};

/// In the order of their tags. Every D, Q, I, R and P tag has at least one.
const std::vector<Expectation>& expectations();

/// The text, or JSON, of `describe sources`.
std::string describe_sources(const Model& model, bool json);

}  // namespace kurultai
