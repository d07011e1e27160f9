#include "gc/side_bitmap.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace uvm::gc {

SideBitmap::SideBitmap(RegionOffset from, RegionOffset to) : from_(from), to_(to) {
  bytes_ = std::max<std::uint64_t>((to - from) / kGroup, 1) * sizeof(std::uint64_t);
  void* memory =
      mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    std::fprintf(stderr,
                 "uvm: no address space for a bitmap of %llu bytes; raise the limit (ulimit -v, ulimit -d)\n",
                 static_cast<unsigned long long>(bytes_));
    std::abort();
  }
  words_ = static_cast<std::uint64_t*>(memory);
}

SideBitmap::~SideBitmap() { munmap(words_, bytes_); }

}  // namespace uvm::gc
