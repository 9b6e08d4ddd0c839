// Models with known answers, behind the same interface as the simulator (test_models.cpp says which).
#pragma once

#include <memory>
#include <string>

#include "sweep/experiment.h"

namespace kurultai {

/// The test model `name` with its parameters as TOML text.
std::unique_ptr<Experiment> make_test_model_from_text(const std::string& name, const std::string& text);

}  // namespace kurultai
