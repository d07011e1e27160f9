// Output that is durable before the version that takes it for written.
//
// A version says how far the program had written its files. After a kill the kernel still has what was
// written; after a power cut only what reached the device. So before a version is committed, every regular
// file that the program wrote since the version before is flushed: those that it has open, and those that it
// has closed meanwhile. (Renamed and removed names are the file system's affair: journalling ones order them
// before a later flush.)
//
// Who may call: leases.cpp, with descriptors; any thread, without its lock held where waiting is said.
#pragma once

#include <sys/stat.h>
#include <sys/types.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace uvm::rt {

// The descriptor of the program's that is being flushed, which must stay until that is done: another one for
// the same file may not be had any more. Who closes descriptors of files does it here, under the leases'
// lock, which a flush does not hold.
class FlushedDescriptor {
 public:
  void begin(int fd) { fd_ = fd; }
  // Whether the program has it still; if not, it is closed now.
  bool end();
  // close(2), put off until end() when it is being flushed.
  int close(int fd);

 private:
  int fd_ = -1;  // being flushed; one at a time, by the checkpointer
  bool close_at_end_ = false;
};

// Files that were written and closed since the last version.
class ClosedOutput {
 public:
  ~ClosedOutput() { clear(); }
  // Keeps a descriptor of its own of a regular file that is about to be closed. Beyond kMaxFiles, one for
  // each file system, which is then flushed as a whole.
  void add(int fd, dev_t device);
  // Flushes and forgets them. Waits. The errno of the first flush that failed, 0 when none did.
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
