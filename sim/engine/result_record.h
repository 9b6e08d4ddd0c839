// A result in an archive, as it lies in memory: for programs of ours that hand results on, many times faster than a
// result file (engine/result_writer.h), which is for people and other programs.
#pragma once

#include "base/archive.h"
#include "observation/result.h"

namespace kurultai {

/// Visits all of `result` but the values of its variables: attributes, provenance, groups, coordinates with their
/// values, and of every variable what it is. When loading, variables have no values yet, but of the right type.
void visit_head(Archive& archive, Result& result);

/// Visits the values of the variables, after visit_head.
void visit_values(Archive& archive, Result& result);

}  // namespace kurultai
