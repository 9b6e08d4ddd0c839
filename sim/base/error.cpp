#include "base/error.h"

#include <utility>

#include "base/console.h"

namespace kurultai {

std::string to_string(const Message& message) {
  std::string line;
  if (!message.place.empty()) line += message.place + ": ";
  line += message.problem;
  if (!message.why.empty()) line += " (" + message.why + ")";
  if (!message.suggestion.empty()) line += " " + message.suggestion;
  return printable(std::move(line));
}

namespace {
Error make(ExitCode code, std::string place, std::string problem, std::string why, std::string suggestion) {
  return Error(code, {std::move(place), std::move(problem), std::move(why), std::move(suggestion)});
}
}  // namespace

Error scenario_error(std::string place, std::string problem, std::string why, std::string suggestion) {
  return make(ExitCode::scenario, std::move(place), std::move(problem), std::move(why), std::move(suggestion));
}
Error input_error(std::string place, std::string problem, std::string why, std::string suggestion) {
  return make(ExitCode::input, std::move(place), std::move(problem), std::move(why), std::move(suggestion));
}
Error storage_error(std::string place, std::string problem, std::string why, std::string suggestion) {
  return make(ExitCode::storage, std::move(place), std::move(problem), std::move(why), std::move(suggestion));
}

void ensure(bool kept, const char* what) {
  if (!kept) throw std::logic_error(what);
}

}  // namespace kurultai
