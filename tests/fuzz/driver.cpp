// The driver of the fuzz targets: mutates inputs, keeps those that reach new code, and tells of findings.
//
//   kurultai_fuzz_TARGET [--seconds N] [--seed N] [--findings FOLDER] [FILE or FOLDER ...]
//
// Every input named (and those of the target itself) is tried as it is; then, for N seconds, mutations of them. Where
// the program is compiled with -fsanitize-coverage=trace-pc (preset asan-ubsan) an input that reaches new code joins
// the corpus. Inputs are tried in a child process, which a finding may end: the input is then in FOLDER/TARGET-HASH,
// and the next child goes on. Exit code 1 if there were findings. A finding is tried again by naming its file.
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <stdexcept>

#include "base/error.h"
#include "fuzz/fuzz.h"

// reached.c: by basic block, whether it was reached.
extern "C" unsigned char kurultai_reached[1U << 18];

namespace kurultai::fuzz {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

namespace {

using Reached = std::array<std::uint8_t, sizeof kurultai_reached>;
constexpr std::size_t longest_input = std::size_t{1} << 17;
constexpr unsigned slowest_seconds = 5;
constexpr long most_kilobytes = 1L << 20;  // as the system counts: 1 GB
constexpr int most_findings = 5;

struct Options {
  double seconds = 0;
  std::uint64_t seed = 1;
  fs::path findings = ".";
  std::vector<fs::path> inputs;
};

/// What parent and child share: the input at hand, and how many were tried.
struct Shared {
  std::uint64_t tried;
  std::uint64_t kept;
  std::size_t size;
  std::array<char, 512> problem;
  std::array<char, longest_input> input;
};

std::string read_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void tell(Shared& shared, const std::string& problem) {
  std::strncpy(shared.problem.data(), problem.c_str(), shared.problem.size() - 1);
}

/// Tries `input`; false if it is a finding that can be told from inside.
bool is_fine(Shared& shared, const Bytes& input) {
  shared.size = std::min(input.size(), longest_input);
  std::memcpy(shared.input.data(), input.data(), shared.size);
  ++shared.tried;
  ::alarm(slowest_seconds + 1);
  const Clock::time_point begun = Clock::now();
  try {
    try_input({input.data(), shared.size});
  } catch (const Error& error) {
    if (error.code() == ExitCode::internal) return tell(shared, error.what()), false;
  } catch (const std::exception& error) { return tell(shared, fmt::format("not an Error: {}", error.what())), false; }
  ::alarm(0);
  const double seconds = std::chrono::duration<double>(Clock::now() - begun).count();
  if (seconds > slowest_seconds) return tell(shared, fmt::format("took {:.1f} s", seconds)), false;
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  if (usage.ru_maxrss > most_kilobytes) return tell(shared, fmt::format("took {} MB", usage.ru_maxrss / 1024)), false;
  return true;
}

/// Whether this input reached code that none before it did.
bool reaches_more(Reached& ever) {
  bool more = false;
  for (std::size_t k = 0; k < ever.size(); ++k) {
    if (kurultai_reached[k] <= ever[k]) continue;
    ever[k] = 1;
    more = true;
  }
  return more;
}

/// Words and numbers of the inputs, and those that parsers stumble over.
std::vector<std::string> dictionary(const std::vector<Bytes>& corpus) {
  std::set<std::string> words = {"nan", "inf", "-inf", "NA", "-1", "0", "1e308", "1e400", "-0.0",
      "18446744073709551616", "9223372036854775807", "2147483648", "true", "\"", "\"\"\"", "'", "[", "]", "[[", "{",
      "}", ",", ";", "=", ".", "..", "/", "\n", "\r\n", "\t", "#", "\xEF\xBB\xBF", "\xC0", std::string(1, '\0'),
      "\\u0000", "/dev/zero", "extends = \"self\""};
  for (const Bytes& input : corpus) {
    std::string word;
    for (const char c : input) {
      if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.') {
        word += c;
        continue;
      }
      if (word.size() > 1 && word.size() < 40 && words.size() < 5000) words.insert(word);
      word.clear();
    }
  }
  return {words.begin(), words.end()};
}

class Mutator {
 public:
  Mutator(std::uint64_t seed, std::vector<std::string> words) : luck_(seed), words_(std::move(words)) {}
  Bytes operator()(const std::vector<Bytes>& corpus) {
    Bytes input = corpus[below(corpus.size())];
    for (std::size_t k = 0, n = 1 + below(6); k < n; ++k) change(input, corpus);
    if (input.size() > longest_input) input.resize(longest_input);
    return input;
  }

 private:
  std::size_t below(std::size_t n) { return n == 0 ? 0 : luck_() % n; }
  void change(Bytes& input, const std::vector<Bytes>& corpus) {
    const std::size_t at = below(input.size() + 1);
    const std::size_t length = 1 + below(below(4) == 0 ? 256 : 8);
    switch (below(9)) {
      case 0:
        if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << below(8)));
        break;
      case 1:
        if (at < input.size()) input[at] = static_cast<char>(luck_());
        break;
      case 2: input.erase(at, length); break;
      case 3: input.insert(at, input.substr(below(input.size() + 1), length)); break;
      case 4: input.insert(at, words_[below(words_.size())]); break;
      case 5: {  // a word in place of a word
        const auto is_word = [&](std::size_t k) {
          return std::isalnum(static_cast<unsigned char>(input[k])) != 0 || input[k] == '.';
        };
        std::size_t first = at;
        std::size_t last = at;
        while (first > 0 && is_word(first - 1)) --first;
        while (last < input.size() && is_word(last)) ++last;
        input.replace(first, last - first, words_[below(words_.size())]);
        break;
      }
      case 6: {  // a piece of another input
        const Bytes& other = corpus[below(corpus.size())];
        input.insert(at, other.substr(below(other.size() + 1), 8 * length));
        break;
      }
      case 7: {  // a line once more, or gone
        const std::size_t begin = input.rfind('\n', at) == Bytes::npos ? 0 : input.rfind('\n', at) + 1;
        const std::size_t end = std::min(input.find('\n', at), input.size());
        if (end <= begin) break;
        if (below(2) == 0)
          input.insert(begin, input.substr(begin, end - begin) + "\n");
        else
          input.erase(begin, end - begin);
        break;
      }
      default:
        if (below(8) == 0)
          input.resize(at);
        else if (at + 8 <= input.size()) {
          static constexpr std::array<std::uint64_t, 6> values = {
              0, 1, 0x7fffffff, 0xffffffff, 0x7fffffffffffffff, 0xffffffffffffffff};
          std::memcpy(input.data() + at, &values[below(values.size())], 1U << below(4));
        }
    }
  }
  std::mt19937_64 luck_;
  std::vector<std::string> words_;
};

/// The child: what is named first, then mutations until the time is up. Ends the process.
[[noreturn]] void work(Shared& shared, std::vector<Bytes> corpus, const Options& options, std::size_t first,
    std::uint64_t round, Clock::time_point end) {
  static Reached ever{};
  for (std::size_t k = first; k < corpus.size(); ++k)
    if (!is_fine(shared, corpus[k])) ::_exit(9);
  reaches_more(ever);
  Mutator mutate(options.seed + 1000 * round, dictionary(corpus));
  while (Clock::now() < end) {
    std::memset(kurultai_reached, 0, sizeof kurultai_reached);
    Bytes input = mutate(corpus);
    if (!is_fine(shared, input)) ::_exit(9);
    if (reaches_more(ever)) {
      corpus.push_back(std::move(input));
      ++shared.kept;
    }
  }
  ::_exit(0);
}

/// Whether `input` is fine in a process that has tried no other.
bool is_fine_alone(Shared& shared, const Bytes& input) {
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("no process to be had");
  if (child == 0) ::_exit(is_fine(shared, input) ? 0 : 9);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

int drive(const std::string& target, const Options& options) {
  std::vector<Bytes> corpus = seeds();
  for (const fs::path& path : options.inputs) {
    if (fs::is_directory(path)) {
      std::set<fs::path> files;
      for (const auto& entry : fs::directory_iterator(path))
        if (entry.is_regular_file()) files.insert(entry.path());
      for (const fs::path& file : files) corpus.push_back(read_file(file));
    } else if (fs::is_regular_file(path)) {
      corpus.push_back(read_file(path));
    } else {
      fmt::print(stderr, "{}: no such file or folder\n", path.string());
      return 2;
    }
  }
  if (corpus.empty()) corpus.emplace_back();

  void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::runtime_error("no memory to share");
  Shared& shared = *static_cast<Shared*>(memory);
  const auto end =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(options.seconds));
  int findings = 0;
  std::size_t first = 0;
  for (std::uint64_t round = 0; findings < most_findings; ++round) {
    const std::uint64_t before = shared.tried;
    shared.problem[0] = '\0';
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("no process to be had");
    if (child == 0) work(shared, corpus, options, first, round, end);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) break;
    first =
        std::min(corpus.size(), first + static_cast<std::size_t>(shared.tried - before));  // do not stop there again
    const Bytes input(shared.input.data(), shared.size);
    const fs::path file = options.findings / fmt::format("{}-{:016x}", target, std::hash<std::string>{}(input));
    std::ofstream(file, std::ios::binary) << input;
    std::string problem = shared.problem.data();
    if (problem.empty())
      problem = WIFSIGNALED(status) ? (WTERMSIG(status) == SIGALRM ? fmt::format("longer than {} s", slowest_seconds)
                                                                   : ::strsignal(WTERMSIG(status)))
                                    : fmt::format("exit code {}", WEXITSTATUS(status));
    // What thousands of inputs leave behind, in a sanitizer's heap above all, is none: the input alone must do it
    // again.
    if (problem.ends_with(" MB") && is_fine_alone(shared, input)) {
      fs::remove(file);
      continue;
    }
    fmt::print(stderr, "{}: {}\n", file.string(), problem);
    ++findings;
  }
  fmt::print("{}: {} inputs tried, {} to begin with, {} kept for what they reach, {} findings\n", target, shared.tried,
      corpus.size(), shared.kept, findings);
  return findings == 0 ? 0 : 1;
}

fs::path make_scratch() {
  std::error_code error;
  std::string name =
      (fs::is_directory("/dev/shm", error) ? std::string("/dev/shm") : fs::temp_directory_path().string()) +
      "/kurultai-fuzz-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder to work in");
  return name;
}

}  // namespace

void told(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    if (error.code() == ExitCode::internal) throw;
  }
}

const fs::path& scratch() {
  static const fs::path folder = make_scratch();
  return folder;
}

fs::path put(const std::string& name, std::span<const char> bytes) {
  const fs::path file = scratch() / name;
  std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return file;
}

}  // namespace kurultai::fuzz

int main(int argc, char** argv) {
  using namespace kurultai::fuzz;
  Options options;
  const std::vector<std::string> words(argv + 1, argv + argc);
  for (std::size_t k = 0; k < words.size(); ++k) {
    const bool more = k + 1 < words.size();
    if (words[k] == "--seconds" && more)
      options.seconds = std::stod(words[++k]);
    else if (words[k] == "--seed" && more)
      options.seed = std::stoull(words[++k]);
    else if (words[k] == "--findings" && more)
      options.findings = words[++k];
    else
      options.inputs.emplace_back(words[k]);
  }
  scratch();
  const int code = drive(fs::path(argv[0]).filename().string(), options);
  std::error_code ignored;
  fs::remove_all(scratch(), ignored);
  return code;
}
