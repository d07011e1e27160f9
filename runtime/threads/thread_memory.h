// ThreadMemory: what threads and tables take beside the resident lines, and so what is left for those.
//
// --memory limits resident lines. A thread takes memory outside of them: its C++ stack, the kernel's stack
// and records, page tables, a share of the pager's and the store's tables; and tables grow with the part of
// the heap that was ever touched. While the container, or the machine, has room for all of it beside
// --memory, nothing happens. What it has no room for is taken from the limit on resident lines, so that the
// program goes on, slower, where the kernel would have killed it; and is given back when threads end. Below
// kLeastResident no thread can be created.
//
// The sums are of constants that were measured (in a memory cgroup, Linux 6.18), not of what the kernel
// counts at the moment: that would have others' memory in it, and pages of files, which it takes away itself.
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
    std::uint64_t staging = 0;    // for a cut; never more than is resident
    std::uint64_t available = 0;  // to the process: memory_limit(); 0 not known, which limits nothing
  };
  struct Use {
    std::uint32_t threads = 0;
    std::uint64_t tables = 0;  // Region::table_bytes()
  };

  // The process without threads, with the first of them, a few MiB of libraries and buffers, and some tables.
  static constexpr std::uint64_t kProcess = std::uint64_t{12} << 20;
  static constexpr std::uint32_t kThreadsIncluded = 16;
  // Some 8 KiB of C++ stack, 28 of the kernel's, and a rest that buffers and malloc take.
  static constexpr std::uint64_t kPerThread = 38 << 10;
  static constexpr std::uint64_t kLeastResident = std::uint64_t{4} << 20;

  // Bytes of resident lines that there is room for, at most `limits.resident`; less than kLeastResident, or
  // than that if it is less: too much is in use.
  static std::uint64_t room_for_lines(const Limits& limits, const Use& use);

  // `region` may be null: then all of this does nothing.
  void configure(uffd::Region* region, const Limits& limits);

  // A thread is about to be started. False when there is no room for it: nothing has changed.
  [[nodiscard]] bool admit();
  // A thread that was there before: it is started, whether there is room or not.
  void admit_resumed();
  // One that was admitted is gone, or could not be started.
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
