// Errors are part of the interface: every one says the problem, why, and what to do.
#pragma once

#include <stdexcept>
#include <string>

namespace kurultai {

/// Exit codes of the program; they only grow (DESIGN: the interface that users build on).
enum class ExitCode : int {
  done = 0,
  internal = 1,
  usage = 2,
  scenario = 3,
  input = 4,
  storage = 5,
  sweep = 6,
  memory = 7,
  interrupted = 130,
  terminated = 143,
};

/// What a user is told. Printed as "place: problem (why) suggestion"; empty parts are left out.
struct Message {
  std::string place;       ///< "scenarios/a.toml:12" or "--set mechanism.x=1"; may be empty
  std::string problem;     ///< "unknown key 'reech' in [information]"
  std::string why;         ///< "the section has no such parameter"
  std::string suggestion;  ///< "did you mean 'reach'?"
};

/// `message` as one line.
std::string to_string(const Message& message);

/// A failure that the user can act on. The program prints it and exits with `code()`.
class Error : public std::runtime_error {
 public:
  Error(ExitCode code, Message message)
      : std::runtime_error(to_string(message)),
        code_(code),
        message_(std::move(message)) {}
  [[nodiscard]] ExitCode code() const { return code_; }
  [[nodiscard]] const Message& message() const { return message_; }

 private:
  ExitCode code_;
  Message message_;
};

/// The scenario says something that cannot be (exit code 3).
Error scenario_error(std::string place, std::string problem, std::string why, std::string suggestion);
/// Input data (tables, networks) cannot be used (exit code 4).
Error input_error(std::string place, std::string problem, std::string why, std::string suggestion);
/// Reading or writing a file failed (exit code 5).
Error storage_error(std::string place, std::string problem, std::string why, std::string suggestion);

/// Throws std::logic_error naming `what` when a promise inside the program is broken (exit code 1).
void ensure(bool kept, const char* what);

}  // namespace kurultai
