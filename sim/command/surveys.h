// Surveys as text, for people and for programs: `describe surveys`.
#pragma once

#include <string>

#include "engine/model.h"

namespace kurultai {

/// Every survey of `model` with the items that it asks, or what to do where there is none.
std::string describe_surveys(const Model& model, bool json);

}  // namespace kurultai
