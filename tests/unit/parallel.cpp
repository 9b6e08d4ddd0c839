#include "base/parallel.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "catch.h"

using namespace kurultai;

TEST_CASE("parallel: every index is done once, on any number of threads", "[parallel]") {
  for (const int count : {1, 2, 7}) {
    set_threads(count);
    CHECK(threads() == count);
    std::vector<int> done(10007, 0);
    parallel_for(done.size(), [&](std::size_t k) { ++done[k]; });
    CHECK(std::accumulate(done.begin(), done.end(), 0) == 10007);
    parallel_chunks(done.size(), 64, [&](std::size_t from, std::size_t to) {
      for (std::size_t k = from; k < to; ++k) ++done[k];
    });
    CHECK(*std::min_element(done.begin(), done.end()) == 2);
    CHECK(*std::max_element(done.begin(), done.end()) == 2);
    parallel_for(0, [&](std::size_t) { throw std::logic_error("nothing to do"); });
  }
  set_threads(0);
}

TEST_CASE("parallel: of several exceptions that of the earliest body comes back, as in a loop", "[parallel]") {
  for (const int count : {1, 2, 7}) {
    set_threads(count);
    for (std::size_t first = 0; first < 300; first += 13) {
      std::size_t told = 0;
      try {
        parallel_for(300, [&](std::size_t k) {
          if (k >= first && k % 3 == first % 3) throw k;
        });
      } catch (const std::size_t k) { told = k; }
      CHECK(told == first);
    }
  }
  set_threads(0);
}

TEST_CASE("parallel: an exception of a body comes back to the caller", "[parallel]") {
  CHECK_THROWS_AS(parallel_for(100,
                      [](std::size_t k) {
                        if (k == 63) throw std::runtime_error("body");
                      }),
      std::runtime_error);
}
