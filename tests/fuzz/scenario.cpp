// Fuzz target: the text of a scenario, as `check` reads it, without a society.
#include "base/error.h"
#include "engine/model.h"
#include "fuzz/fuzz.h"
#include "scenario/resolved.h"

namespace kurultai::fuzz {

std::vector<Bytes> seeds() {
  return {"", "[run]\nweeks = 52\n", "extends = [\"a.toml\", \"/dev/null\"]\n",
      "[society]\nsource = \"plain\"\n[policy.a]\nlever = \"information.reach\"\ndose = 2.0\n[form.b]\nperiod = 4\n"};
}

void try_input(std::span<const char> input) {
  Model model;
  model.read(put("scenario.toml", input), {});
  (void)model.remarks();
  // What a result keeps must read back as the same scenario.
  const std::string text = resolved_scenario(model.source, model.registry);
  Model again;
  again.source = read_scenario_text(text, "resolved", {scratch()}, again.registry);
  ensure(resolved_scenario(again.source, again.registry) == text, "a resolved scenario reads back the same");
}

}  // namespace kurultai::fuzz
