// What a run, sweep, comparison or calibration is, so that two can be told apart or found to be the same: the program,
// the resolved scenario (and sweep), and the bytes of every table. Same identity, same bits. Where a table stands and
// what it is called is no part of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "engine/model.h"
#include "observation/result.h"

namespace kurultai {

/// A table that a result was made from.
struct Input {
  std::string role;        ///< what it was for, without blanks: "society.nodes"
  std::string name;        ///< as the scenario calls it
  std::string hash;        ///< of its bytes (base/input_file.h)
  std::uint64_t size = 0;  ///< bytes
};
using Inputs = std::vector<Input>;

/// The tables that `model`'s society is made from. Throws input_error for one that is named and not there; one that is
/// there and cannot be read is left out: who builds the society will say why.
Inputs inputs_of(const Model& model);
/// `file` as an input, if it can be read.
Inputs input_of(const std::string& role, const std::string& name, const std::filesystem::path& file);
/// Adds `more` to `all`, unless they are there; two tables of one role are told apart by their names.
void add_inputs(Inputs& all, const Inputs& more);

/// A line each, "role hash bytes name": the attribute `inputs` of a result.
std::string to_text(const Inputs& inputs);
Inputs inputs_from_text(const std::string& text);

/// What differs between the tables of two results, "the table data/nodes.csv (society.nodes) has changed"; empty:
/// nothing.
std::string first_difference(const Inputs& before, const Inputs& now);

/// The identity of a result with these attributes, as text that is also TOML: the program, the sweep, calibration or
/// comparison, the scenarios, and last the tables as comments.
std::string identity_of(const Result& result);
/// The identity made of `settings`, resolved TOML, and `inputs`.
std::string identity_text(const std::string& settings, const Inputs& inputs);
/// `resolved` with its tables named by side, "[a.run]", so that two stand in one identity.
std::string prefixed(const std::string& side, const std::string& resolved);

/// A hash of the tables that an identity names, whatever they are called: each file of a run has it, since files may be
/// put together that were made apart.
std::string tables_hash(const std::string& identity);

/// What differs between two identities, in words; tables first. At most `most`. None: they are the same.
std::vector<std::string> differences(const std::string& before, const std::string& now, std::size_t most = 1);
/// The first of these, or empty.
std::string identity_difference(const std::string& before, const std::string& now);

}  // namespace kurultai
