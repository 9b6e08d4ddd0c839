// Fuzz target: the file of a sweep (and of a calibration, whose tables it may hold), planned but not run.
#include "sweep/sweep.h"
#include "base/error.h"
#include "fuzz/fuzz.h"
#include "sweep/calibration.h"
#include "sweep/execution.h"

namespace kurultai::fuzz {

std::vector<Bytes> seeds() {
  const Bytes head = "[sweep]\nscenario = \"base.toml\"\n";
  return {head +
              "design = \"grid\"\nreplicates = 2\n[axis.a]\npath = \"information.reach\"\nvalues = [0.1, "
              "0.2]\n[measure.m]\nseries = \"participation\"\nfirst = -4\n",
      head +
          "design = \"latin\"\npoints = 4\n[axis.a]\npath = \"run.seed\"\nlow = 0\nhigh = 1\n[precision]\nmeasure = "
          "\"trust\"\nhalf_width = 0.1\nat_most = 20\n",
      "[sweep]\nmodel = \"ishigami\"\ndesign = \"saltelli\"\npoints = 8\n[axis.x1]\npath = \"ishigami.x1\"\nlow = "
      "-3\nhigh = 3\n",
      "[sweep]\nmodel = \"ishigami\"\ndesign = \"morris\"\npoints = 4\nmorris_levels = 4\n[axis.x1]\npath = "
      "\"ishigami.x1\"\nlow = -3\nhigh = 3\n",
      "[sweep]\nscenarios = [\"base.toml\", \"base.toml\"]\nuntreated = true\n[axis.a]\npath = "
      "\"participation.b_trust\"\nvalues = [1]\n"};
}

void try_input(std::span<const char> input) {
  static constexpr std::string_view base =
      "[society]\nsource = \"plain\"\ncommunities = 2\npeople = 20\n[run]\nweeks = 8\nwarmup = 4\nscale = "
      "1.0\n[form.meeting]\nperiod = 4\n";
  put("base.toml", base);
  const Sweep sweep(put("sweep.toml", input));
  if (sweep.points() * sweep.most_replicates() <= 10'000) (void)first_tasks(sweep, {});
  (void)sweep.identity();
}

}  // namespace kurultai::fuzz
