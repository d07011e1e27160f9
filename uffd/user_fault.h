// UserFault: a thin wrapper of one userfaultfd: the operations of fault service with their retries.
//
// Every operation here is a bare system call: async-signal-safe. EAGAIN (the address space is changing) and
// partial progress are retried inside. EEXIST is returned where it is meaningful. Any other error means that
// the region and its line table disagree with the kernel, or that the machine is out of memory: the process
// aborts, because continuing would show the program wrong content or hang it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/die.h"
#include "store/line_store.h"
#include "uffd/region.h"

namespace uvm::uffd {

class UserFault {
 public:
  UserFault() = default;
  ~UserFault();
  UserFault(const UserFault&) = delete;
  UserFault& operator=(const UserFault&) = delete;

  // Opens the descriptor for a mode; track_mode is not kAuto.
  Result<void> open(FaultMode fault_mode, TrackMode track_mode);
  // Registers a mapping of shmem for missing, minor and write-protect faults.
  Result<void> add(std::byte* start, std::size_t length);
  void remove(std::byte* start, std::size_t length);
  void close();

  // Installs new pages with the content at source (aligned like them).
  void copy(std::byte* start, const std::byte* source, std::size_t length, bool write_protect);
  // Installs new pages of zeroes, writable.
  void zero(std::byte* start, std::size_t length);
  // Maps a page that is in memory already. False: it is mapped (EEXIST).
  bool map(std::byte* page, bool write_protect);
  // Changes the write protection of mapped pages; absent ones are left alone.
  void write_protect(std::byte* start, std::size_t length, bool protect);
  // Wakes threads that wait for a fault in the range (handler-thread mode).
  void wake(std::byte* start, std::size_t length);

  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_ = -1;
};

}  // namespace uvm::uffd
