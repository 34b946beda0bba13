// A stream for tests that hands out its text in small pieces, as pipes do.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "tools/manifests/chunk_reader.h"

namespace pawprint::manifests {

inline ReadSome pieces_of(std::string text, std::size_t piece) {
  auto left = std::make_shared<std::pair<std::string, std::size_t>>(std::move(text), 0);
  return [left, piece](char* to, std::size_t size) -> std::ptrdiff_t {
    const std::size_t count = std::min({piece, size, left->first.size() - left->second});
    std::copy_n(left->first.data() + left->second, count, to);
    left->second += count;
    return static_cast<std::ptrdiff_t>(count);
  };
}

}  // namespace pawprint::manifests
