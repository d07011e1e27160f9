// Makes output durable before the version that counts it as written.
//
// A version records how far the program had written its files. After a kill the kernel still has everything
// that was written; after a power cut only what reached the device is left. So before a version is committed,
// every regular file that the program wrote since the version before is flushed: those that it has open, and
// those that it has closed since. (Renamed and removed names are left to the file system: journalling ones
// order them before a later flush.)
//
// Who may call: leases.cpp, with descriptors; any thread, without its lock held where a function waits.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace uvm::rt {

// A descriptor of the program that is being flushed and must stay open until that is finished, because
// another one for the same file may not be available any more. Descriptors of files are closed through this
// object, under the leases' lock, which a flush does not hold.
class FlushedDescriptor {
 public:
  void begin(int fd) { fd_ = fd; }
  // Whether the program still has it; if not, it is closed now.
  bool end();
  // close(2), delayed until end() if it is being flushed.
  int close(int fd);

 private:
  int fd_ = -1;  // being flushed; one at a time, by the checkpointer
  bool close_at_end_ = false;
};

// Files that were written and closed since the last version.
class ClosedOutput {
 public:
  ~ClosedOutput() { clear(); }
  // Keeps a descriptor of its own for a regular file that is about to be closed. Beyond kMaxFiles it keeps
  // one for each file system, which is then flushed as a whole.
  void add(int fd, dev_t device);
  // Flushes and forgets them. Waits. Returns the errno of the first flush that failed; 0 if none did.
  [[nodiscard]] int flush();
  void clear();

 private:
  struct File {
    int fd;
    dev_t device;
    bool file_system;
  };
  static constexpr std::size_t kMaxFiles = 16;

  std::mutex lock_;
  std::vector<File> files_;
};

}  // namespace uvm::rt
