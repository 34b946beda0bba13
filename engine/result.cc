#include "engine/result.h"

#include <cstdio>

namespace pawprint {

void check_failed(const char* expression, const char* file, int line) {
  // The process is about to end: stderr is the only place left to say why.
  std::fprintf(stderr, "pawprint: broken invariant %s at %s:%d\n", expression, file, line);
  std::abort();
}

}  // namespace pawprint
