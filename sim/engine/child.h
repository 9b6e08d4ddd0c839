// Work that may crash or never end, done in a child process with limits: what it makes of bytes of unknown origin comes
// back through a pipe, and whatever becomes of the child is an error here.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include <sys/types.h>

namespace kurultai {

/// What a child process may take.
struct ChildLimits {
  std::uint64_t memory = 0;          ///< bytes, beside those that this process has
  std::chrono::seconds processor{};  ///< processor time
};

/// A child process that does some work and sends bytes. It is ended with this object.
class Child {
 public:
  using Send = std::function<void(std::span<const std::byte>)>;

  /// Starts a copy of this process, with the calling thread alone, that does `work` and ends; what `work` throws ends
  /// it as a crash does. It says nothing on standard error. Throws std::system_error if no process is to be had.
  Child(const ChildLimits& limits, const std::function<void(const Send&)>& work);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// The next bytes that the child sends; throws Ended if it sends no more.
  void read(std::span<std::byte> bytes);

  /// The child ended without sending what was asked for.
  struct Ended {
    std::string why;  ///< "it took longer than 4 s", "Segmentation fault"
  };

 private:
  /// Waits for the child, and says how it ended.
  std::string end();

  ChildLimits limits_;
  pid_t process_ = -1;
  int pipe_ = -1;
};

}  // namespace kurultai
