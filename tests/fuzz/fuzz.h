// What a fuzz target is: a file beside this one that defines the two functions below. driver.cpp has main().
//
// A target parses and checks its input as the program would, and builds no society beyond a handful of people. It may
// throw an Error: that is what a user is told about bad input. Any other exception, an Error with the exit code for our
// own faults, a crash, an input that takes longer than five seconds or more than a gigabyte is a finding.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace kurultai::fuzz {

using Bytes = std::string;

/// Tries one input.
void try_input(std::span<const char> input);

/// Inputs to begin with, besides those in the folders that are named on the command line.
std::vector<Bytes> seeds();

/// Does one of several things that a target tries: an Error in it is what a user is told, and the next is tried.
void told(const std::function<void()>& action);

/// A folder of this process alone, in memory where there is one; removed at the end.
const std::filesystem::path& scratch();

/// Writes `bytes` to `name` in scratch() and returns its path.
std::filesystem::path put(const std::string& name, std::span<const char> bytes);

}  // namespace kurultai::fuzz
