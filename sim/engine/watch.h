// What watches a run and never moves it: its trials, its series and panel, its surveys.
//
// A run has a watch of its own. It may take along those of other runs, which read the same until they part from it
// (engine/itinerary.h): they see the weeks as if they were theirs, each with its own lots, arms, series and questions.
#pragma once

#include <memory>
#include <vector>

#include "base/archive.h"
#include "engine/model.h"
#include "observation/panel.h"
#include "observation/recorder.h"
#include "observation/survey_record.h"

namespace kurultai {

/// Parts may be missing: what is not there is not watched.
struct Watch {
  Mechanism* trials = nullptr;  ///< the mechanism that remembers who took part in what trials are to move
  std::unique_ptr<Recorder> recorder;
  std::unique_ptr<Panel> panel;
  std::unique_ptr<SurveyRecord> surveys;

  /// Watches series and panel of `model` in its `world`, in which lots are drawn. The series are those of the
  /// `mechanisms` of the run that is looked at, which may be another that reads the same.
  void records(const World& world, Model& model, std::span<const std::unique_ptr<Mechanism>> mechanisms);
  /// Watches the surveys of `model`, which outlives it.
  void asks(const World& world, const Model& model);

  /// What was recorded and remembered, and what was answered, for checkpoints.
  void state_of_records(Archive& archive);
  void state_of_surveys(Archive& archive);
};

/// The watch of another run than that which it looks at.
struct Passenger {
  std::unique_ptr<Model> model;  ///< of that other run
  std::vector<Trial> trials;     ///< its lots, and what came of them
  Watch watch;
};

}  // namespace kurultai
