// Fuzz target: what a checkpoint and the file of a sweep's run hold behind their seals, whose bytes nothing else
// guards. It may be refused or taken; a run that has taken it is not gone on with.
#include <algorithm>

#include "base/archive.h"
#include "base/error.h"
#include "engine/result_record.h"
#include "engine/simulation.h"
#include "fuzz/fuzz.h"

namespace kurultai::fuzz {

namespace {

/// A run of forty people.
struct Run {
  Run() {
    model.read(put("run.toml", std::string("[society]\nsource = \"plain\"\ncommunities = 2\npeople = 20\n[run]\nweeks "
                                           "= 8\nwarmup = 4\nscale = 1.0\n")),
        {});
    society = make_society(model);
  }
  Model model;
  std::unique_ptr<Society> society;
};

Run& run() {
  static Run one;
  return one;
}

Bytes saved(const std::function<void(Archive&)>& save) {
  Bytes bytes;
  Archive archive = Archive::saving([&](std::span<const std::byte> piece) {
    bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
  });
  save(archive);
  return bytes;
}

void load(std::span<const char> input, const std::function<void(Archive&)>& visit) {
  std::size_t at = 0;
  Archive archive = Archive::loading(
      [&](std::span<std::byte> piece) {
        std::copy_n(std::as_bytes(input).begin() + static_cast<std::ptrdiff_t>(at), piece.size(), piece.begin());
        at += piece.size();
      },
      input.size(), "the input");
  told([&] {
    visit(archive);
    archive.finish();
  });
}

}  // namespace

std::vector<Bytes> seeds() {
  Simulation simulation(run().model, *run().society);
  for (int week = 0; week < 9; ++week) simulation.step();
  Result result = simulation.result();
  return {saved([&](Archive& archive) { simulation.state(archive); }), saved([&](Archive& archive) {
            visit_head(archive, result);
            visit_values(archive, result);
          })};
}

void try_input(std::span<const char> input) {
  load(input, [](Archive& archive) { Simulation(run().model, *run().society).state(archive); });
  load(input, [](Archive& archive) {
    Result result;
    visit_head(archive, result);
    visit_values(archive, result);
  });
}

}  // namespace kurultai::fuzz
