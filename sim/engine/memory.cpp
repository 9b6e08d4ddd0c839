#include "engine/memory.h"

#include <fmt/format.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "base/error.h"

namespace kurultai {

namespace {

namespace fs = std::filesystem;

/// The number in `file`, a control group's setting or count; negative if there is none ("max").
double number_in(const fs::path& file) {
  std::ifstream stream(file);
  double number = -1;
  return stream >> number ? number : -1;
}

/// What a control group allows and what it has taken.
struct Group {
  double limit = -1;
  double used = -1;
};

/// The control groups this process is in, both versions, from its own up to the root.
std::vector<Group> control_groups() {
  std::vector<Group> groups;
  std::ifstream file("/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = "," + line.substr(first + 1, second - first - 1) + ",";
    const bool unified = controllers == ",,";
    if (!unified && controllers.find(",memory,") == std::string::npos) continue;
    const fs::path root = unified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
    fs::path folder = root / fs::path(line.substr(second + 1)).relative_path();
    for (int up = 0; up < 64; ++up) {  // a container may see its group as the root, whatever the path says
      groups.push_back({number_in(folder / (unified ? "memory.max" : "memory.limit_in_bytes")),
          number_in(folder / (unified ? "memory.current" : "memory.usage_in_bytes"))});
      if (folder == root || folder == folder.parent_path()) break;
      folder = folder.parent_path();
    }
  }
  return groups;
}

}  // namespace

double present_memory() {
  double bytes = static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGE_SIZE));
  for (const Group& group : control_groups())
    if (group.limit > 0) bytes = std::min(bytes, group.limit);
  for (const auto kind : {RLIMIT_AS, RLIMIT_DATA}) {
    rlimit limit{};
    if (getrlimit(kind, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
      bytes = std::min(bytes, static_cast<double>(limit.rlim_cur));
  }
  return bytes;
}

double free_memory() {
  double bytes = present_memory();
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);)
    if (line.rfind("MemAvailable:", 0) == 0) {
      std::istringstream words(line.substr(13));
      double kib = 0;
      if (words >> kib) bytes = std::min(bytes, kib * 1024);
    }
  for (const Group& group : control_groups())
    if (group.limit > 0 && group.used >= 0) bytes = std::min(bytes, std::max(group.limit - group.used, 0.0));
  return bytes;
}

double used_memory() {
#ifdef __GLIBC__
  malloc_trim(0);  // it keeps what was freed for the next to come
#endif
  std::ifstream file("/proc/self/statm");
  double whole = 0;
  double resident = 0;  // pages
  return file >> whole >> resident ? resident * static_cast<double>(sysconf(_SC_PAGE_SIZE)) : 0;
}

double peak_memory() {
  rusage usage{};
  return getrusage(RUSAGE_SELF, &usage) == 0 ? 1024.0 * static_cast<double>(usage.ru_maxrss) : 0;
}

std::string bytes_text(double bytes) {
  if (bytes >= 1e10) return fmt::format("{:.0f} GB", bytes / 1e9);
  if (bytes >= 1e9) return fmt::format("{:.1f} GB", bytes / 1e9);
  if (bytes >= 1e6) return fmt::format("{:.0f} MB", bytes / 1e6);
  return fmt::format("{:.0f} kB", std::max(bytes / 1e3, 1.0));
}

std::string memory_caveat(double bytes) {
  const double present = present_memory();
  return bytes > present ? fmt::format(": more than this machine has ({})", bytes_text(present)) : "";
}

void require_memory(double bytes, double allowed, const std::string& what) {
  const double present = present_memory();
  const bool by_option = allowed > 0 && allowed < present;
  if (bytes <= (by_option ? allowed : present)) return;
  throw Error(ExitCode::memory,
      {"", fmt::format("{} needs about {} of memory", what, bytes_text(bytes)),
          by_option ? fmt::format("--memory allows {}", bytes_text(allowed))
                    : fmt::format("this machine has {}", bytes_text(present)),
          by_option ? "raise --memory, or lower run.scale or what is recorded (output.levels, output.panel)"
                    : "lower run.scale, or what is recorded (output.levels, output.panel)"});
}

}  // namespace kurultai
