#include "uffd/line_table.h"

#include <sys/mman.h>

namespace uvm::uffd {

bool LineTable::create(std::uint64_t lines) {
  static_assert(sizeof(std::atomic<Flags>) == sizeof(Flags) && std::atomic<Flags>::is_always_lock_free);
  std::uint64_t chunks = (lines + kChunkLines - 1) / kChunkLines;
  std::size_t state_bytes = chunks * kChunkLines * sizeof(Flags);
  std::size_t history_bytes = chunks * kChunkLines * sizeof(std::uint16_t);
  mapped_bytes_ = state_bytes + history_bytes + chunks * sizeof(Chunk);
  void* memory = mmap(nullptr, mapped_bytes_, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return false;
  madvise(memory, mapped_bytes_, MADV_NOHUGEPAGE);
  state_ = static_cast<std::atomic<Flags>*>(memory);  // all zero bytes are a valid empty table
  history_ = reinterpret_cast<std::atomic<std::uint16_t>*>(static_cast<std::byte*>(memory) + state_bytes);
  chunks_ = reinterpret_cast<Chunk*>(static_cast<std::byte*>(memory) + state_bytes + history_bytes);
  lines_ = lines;
  return true;
}

LineTable::~LineTable() {
  if (state_ != nullptr) munmap(static_cast<void*>(state_), mapped_bytes_);
}

void LineTable::pin(std::uint64_t line) {
  Flags flags = state_[line].load(std::memory_order_relaxed);
  while ((flags >> kPinShift) != 255 &&
         !state_[line].compare_exchange_weak(flags, static_cast<Flags>(flags + kPinOne),
                                             std::memory_order_acq_rel)) {
  }
}

void LineTable::unpin(std::uint64_t line) {
  Flags flags = state_[line].load(std::memory_order_relaxed);
  while ((flags >> kPinShift) != 255 && (flags >> kPinShift) != 0 &&
         !state_[line].compare_exchange_weak(flags, static_cast<Flags>(flags - kPinOne),
                                             std::memory_order_acq_rel)) {
  }
}

std::uint64_t LineTable::find(std::uint64_t first, std::uint64_t last, Flags flag) const {
  std::uint64_t line = first;
  while (line < last) {
    const Chunk& chunk = chunks_[line / kChunkLines];
    const std::atomic<std::uint16_t>& present = flag == kDirty ? chunk.dirty : chunk.resident;
    std::uint64_t chunk_end = (line / kChunkLines + 1) * kChunkLines;
    if (present.load(std::memory_order_acquire) != 0) {
      for (; line < chunk_end && line < last; ++line) {
        if ((get(line) & flag) != 0) return line;
      }
    }
    line = chunk_end;
  }
  return last;
}

}  // namespace uvm::uffd
