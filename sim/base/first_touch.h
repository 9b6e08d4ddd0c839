// Room for large lists. Memory is handed out page by page as it is first touched, which for hundreds of megabytes takes
// as long as filling them: a list that one thread is to make gets its pages by all of them.
#pragma once

#include <cstddef>

namespace kurultai {

/// Writes a zero into each page of memory that nobody has used yet, on all threads.
void touch_pages(void* memory, std::size_t bytes);

/// Makes room in an empty list for `n` values, in memory that has been touched.
template <class List> void reserve_touched(List& list, std::size_t n) {
  list.reserve(n);
  touch_pages(list.data(), n * sizeof(typename List::value_type));
}

}  // namespace kurultai
