// ThreadMemory: the memory of threads and tables outside the resident lines, and so how much is left for
// those.
//
// --memory limits resident lines. A thread takes memory in addition: its C++ stack, the kernel's stack and
// records, page tables, a share of the pager's and the store's tables; and tables grow with the part of the
// heap that was ever touched. As long as the container, or the machine, has room for all of it, nothing
// happens. What does not fit is taken from the limit on resident lines, so that the program continues, only
// slower, where the kernel would have killed it; it is given back when threads end. Below kLeastResident no
// thread can be created.
//
// The sums use constants that were measured (in a memory cgroup, Linux 6.18), not the kernel's current
// count: that would include the memory of other processes, and pages of files, which the kernel reclaims by
// itself.
//
// Who may call: configure() before threads exist; the rest any thread that holds no lock. They may evict
// lines, and so wait for the store.
#pragma once

#include <cstdint>
#include <mutex>

namespace uvm::uffd {
class Region;
}

namespace uvm::rt {

class ThreadMemory {
 public:
  // Bytes.
  struct Limits {
    std::uint64_t resident = 0;   // --memory
    std::uint64_t staging = 0;    // for a cut; never more than what is resident
    std::uint64_t available = 0;  // for the process: memory_limit(); 0: unknown, no limit
  };
  struct Use {
    std::uint32_t threads = 0;
    std::uint64_t tables = 0;  // Region::table_bytes()
  };

  // The process with no other thread than the first: a few MiB of libraries and buffers, and some tables.
  static constexpr std::uint64_t kProcess = std::uint64_t{12} << 20;
  static constexpr std::uint32_t kThreadsIncluded = 16;
  // About 8 KiB of C++ stack, 28 KiB in the kernel, and the rest for buffers and malloc.
  static constexpr std::uint64_t kPerThread = 38 << 10;
  static constexpr std::uint64_t kLeastResident = std::uint64_t{4} << 20;

  // Bytes of resident lines that there is room for, at most `limits.resident`. Less than kLeastResident (or
  // than `limits.resident`, if that is smaller) means that too much memory is in use.
  static std::uint64_t room_for_lines(const Limits& limits, const Use& use);

  // `region` may be null; then nothing here has any effect.
  void configure(uffd::Region* region, const Limits& limits);

  // A thread is about to be started. False when there is no room for it; then nothing has changed.
  [[nodiscard]] bool admit();
  // For a thread that existed before: it is started whether there is room or not.
  void admit_resumed();
  // A thread that was admitted has ended, or could not be started.
  void ended();
  // Tables may have grown.
  void look_again();

 private:
  void apply();

  std::mutex lock_;
  uffd::Region* region_ = nullptr;
  Limits limits_;
  Use use_;
};

}  // namespace uvm::rt
