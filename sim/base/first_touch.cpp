#include "base/first_touch.h"

#include <algorithm>

#include "base/parallel.h"

namespace kurultai {

void touch_pages(void* memory, std::size_t bytes) {
  constexpr std::size_t page = 4096;  // where pages are larger, some are touched again
  constexpr std::size_t pages_a_chunk = 1024;
  const auto at = static_cast<volatile char*>(memory);
  parallel_chunks((bytes + page - 1) / page, pages_a_chunk, [&](std::size_t from, std::size_t to) {
    for (; from < to; ++from) at[from * page] = 0;
  });
}

}  // namespace kurultai
