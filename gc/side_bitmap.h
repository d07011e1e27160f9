// SideBitmap: one bit per 8 bytes of a range of the region, in host memory. Lets a pass over the heap
// remember something about objects without writing to them (law 8).
//
// The memory is mapped sparsely: only parts that have a bit set cost anything. It is given back by the
// destructor. One thread at a time.
#pragma once

#include <cstdint>

#include "gc/layout.h"

namespace uvm::gc {

class SideBitmap {
 public:
  // For offsets from <= offset < to; both multiples of 512. Aborts when the host has no address space left.
  SideBitmap(RegionOffset from, RegionOffset to);
  ~SideBitmap();
  SideBitmap(const SideBitmap&) = delete;
  SideBitmap& operator=(const SideBitmap&) = delete;

  [[nodiscard]] bool covers(RegionOffset offset) const {
    return offset >= from_ && offset < to_ && offset % 8 == 0;
  }
  // Precondition of the following: covers(offset).
  [[nodiscard]] bool test(RegionOffset offset) const { return (words_[word(offset)] & bit(offset)) != 0; }
  // True when the bit was not set before.
  bool set(RegionOffset offset) {
    std::uint64_t& w = words_[word(offset)];
    if ((w & bit(offset)) != 0) return false;
    w |= bit(offset);
    return true;
  }

  // Calls visit(offset) for every set bit of first <= offset < last, ascending. Both multiples of 512. Bits
  // that `visit` sets are seen when they lie in a later group of 512 bytes.
  template <typename Visit>
  void for_each(RegionOffset first, RegionOffset last, Visit visit) const {
    for (RegionOffset group = first; group < last; group += kGroup) {
      for (std::uint64_t bits = words_[word(group)]; bits != 0; bits &= bits - 1) {
        visit(group + static_cast<unsigned>(__builtin_ctzll(bits)) * 8U);
      }
    }
  }

 private:
  static constexpr RegionOffset kGroup = 64 * 8;  // bytes that one word is for
  [[nodiscard]] std::uint64_t word(RegionOffset offset) const { return (offset - from_) / kGroup; }
  static std::uint64_t bit(RegionOffset offset) { return std::uint64_t{1} << (offset / 8 % 64); }

  RegionOffset from_;
  RegionOffset to_;
  std::uint64_t bytes_;
  std::uint64_t* words_;
};

}  // namespace uvm::gc
