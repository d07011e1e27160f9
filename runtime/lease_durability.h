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

// What is known to be on the device of one open file.
class DurableState {
 public:
  // The file as it is counts as durable: the program has not written it yet.
  void assume(const struct stat& status);
  // Whether it changed since; a file changed within the clock tick of its last flush counts as changed.
  [[nodiscard]] bool changed(const struct stat& status) const;

 private:
  std::int64_t size_ = -1;
  timespec modified_{};
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
