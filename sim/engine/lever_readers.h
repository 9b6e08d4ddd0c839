// Which mechanisms of a scenario read a lever. A mechanism reads its own levers, and those of other sections that it
// declares (ReadLever), where it is enabled and the condition of the lever (About::read_if) or of the declaration
// holds:
//
//   ""                                                         always
//   "participation.rule=logistic and form.*.standing=false"    where the parameters have these values; * is any entry
#pragma once

#include <string>
#include <vector>

#include "engine/model.h"

namespace kurultai {

/// Why no mechanism of `model` reads the lever at `path` ("participation reads it only if
/// participation.rule=logistic"); empty if one does.
std::string why_unread(const Model& model, const std::string& path);

/// Levers that `--set` (or a sweep's `set`) gives a value and that no mechanism of `model` reads, a note each. A file
/// may set more than its choice of mechanisms needs; who sets a lever for this run means it to do something.
std::vector<std::string> unread_settings(const Model& model);

/// Whether there may be any, with this model's mechanisms or with others.
bool sets_levers(const Model& model);

}  // namespace kurultai
