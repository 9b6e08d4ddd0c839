#include "engine/child.h"

#include <csignal>
#include <cstdlib>
#include <numeric>
#include <stdexcept>
#include <vector>

#include <unistd.h>

#include "catch.h"

using namespace kurultai;

namespace {

const ChildLimits limits{std::uint64_t{64} << 20, std::chrono::seconds(1)};

/// Why a child that does `work` sends nothing.
std::string end_of(const std::function<void(const Child::Send&)>& work) {
  Child child(limits, work);
  std::byte byte{};
  try {
    child.read(std::span(&byte, 1));
  } catch (const Child::Ended& ended) { return ended.why; }
  return "it sent something";
}

}  // namespace

TEST_CASE("child: what it sends arrives, whatever the sizes") {
  Child child(limits, [](const Child::Send& send) {
    std::vector<std::uint32_t> numbers(1 << 20);
    std::iota(numbers.begin(), numbers.end(), 0U);
    send(std::as_bytes(std::span(numbers)));
  });
  std::vector<std::uint32_t> first(3), rest((1 << 20) - 3);
  child.read(std::as_writable_bytes(std::span(first)));
  child.read(std::as_writable_bytes(std::span(rest)));
  CHECK(first == std::vector<std::uint32_t>{0, 1, 2});
  CHECK(rest.back() == (1 << 20) - 1);
  std::byte more{};
  CHECK_THROWS_AS(child.read(std::span(&more, 1)), Child::Ended);
}

TEST_CASE("child: a crash, a loop, too much memory and an error end it, not its parent") {
  CHECK(end_of([](const Child::Send&) { std::raise(SIGSEGV); }) == "Segmentation fault");
  CHECK(end_of([](const Child::Send&) { std::abort(); }) == "Aborted");
  CHECK(end_of([](const Child::Send&) {
    volatile bool forever = true;
    while (forever) {}
  }) == "it took longer than 1 s");
  CHECK(end_of([](const Child::Send&) { throw std::runtime_error("x"); }) == "it could not go on");
  CHECK(end_of([](const Child::Send&) {}) == "it ended too early");
}

TEST_CASE("child: one that nobody waits for is ended with its object") {
  const auto begin = std::chrono::steady_clock::now();
  {
    const Child child(limits, [](const Child::Send&) { ::pause(); });
  }
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
}
