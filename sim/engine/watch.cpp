#include "engine/watch.h"

#include <utility>

namespace kurultai {

void Watch::records(const World& world, Model& model, std::span<const std::unique_ptr<Mechanism>> mechanisms) {
  trials = &model.mechanism("trials");
  recorder = std::make_unique<Recorder>(world, mechanisms, model.output, model.watched);
  recorder->reserve(model.run.weeks);
  panel = std::make_unique<Panel>(world, model.output.panel, model.output.panel_every);
}

void Watch::asks(const World& world, const Model& model) {
  surveys = std::make_unique<SurveyRecord>(world, model.surveys, model.items, model.source);
}

void Watch::state_of_records(Archive& archive) {
  archive.section(trials->name());
  trials->state(archive);
  archive.section("recorder");
  recorder->state(archive);
  archive.section("panel");
  panel->state(archive);
}

void Watch::state_of_surveys(Archive& archive) {
  archive.section("surveys");
  surveys->state(archive);
}

}  // namespace kurultai
