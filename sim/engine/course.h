// The course of a run: how long it is, and from when on its policies are in full force. What numbers over weeks must
// know.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "observation/result.h"
#include "scenario/scenario.h"

namespace kurultai {

struct Course {
  std::int64_t weeks = 0;     ///< recorded; 0: not known
  std::int64_t warmup = 0;    ///< weeks before them
  double scale = 1;           ///< run.scale
  std::int64_t begin = none;  ///< week in which the first policy starts
  std::int64_t full = none;   ///< the first week in which every policy that starts is in full force: start + ramp
  std::string policy = {};    ///< the one that is last to be so
  static constexpr std::int64_t none = -1;
};

/// The course that the parameters of a simulator set, where `value` gives a parameter's value another than it has (an
/// axis).
Course course_of(
    const Registry& parameters,
    const std::function<const Value*(const std::string& path)>& value = [](const std::string&) { return nullptr; });

/// The course of the run whose result this is, from its root attributes (`describe`): weeks, warmup, scale,
/// policy_begin, policy_full, policy_last. Of results that do not say, weeks is 0.
Course course_of(const Result& result);
/// Writes those attributes.
void describe(const Course& course, Result& result);

/// "budget_watched (0.2) and tension (1) depend on run.scale: at 0.01 they are not those of the whole country, ...";
/// empty if there are no `series`. Each with the smallest scale at which it may be read.
std::string scale_remark(std::vector<std::pair<std::string, double>> series, double scale);

}  // namespace kurultai
