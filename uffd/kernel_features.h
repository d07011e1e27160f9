// What the running kernel offers for paging, found by trying it. Probed once per process; never changes.
#pragma once

#include <string>
#include <vector>

namespace uvm::uffd {

// One thing that the kernel may offer, for people.
struct Mechanism {
  const char* name;
  bool offered;
  const char* use;  // what is done with it, or without it
};

struct KernelFeatures {
  int open_errno = 0;            // why userfaultfd(2) failed; 0: it works
  const char* denied = nullptr;  // an operation that paging needs and that does not work
  int denied_errno = 0;          // why
  bool device = false;           // /dev/userfaultfd may be opened
  bool kernel_faults = false;    // userfaultfd without UFFD_USER_MODE_ONLY is allowed
  bool shmem = false;            // MISSING, MINOR and write-protect on shmem (Linux 5.19)
  bool sigbus = false;           // UFFD_FEATURE_SIGBUS
  bool wp_async = false;         // UFFD_FEATURE_WP_ASYNC (Linux 6.7)
  bool pagemap_scan = false;     // PAGEMAP_SCAN on this process (Linux 6.7)
  bool continue_wp = false;      // UFFDIO_CONTINUE_MODE_WP (Linux 6.4)
  bool swap = false;             // the machine has swap space: the kernel may unmap lines on its own

  // The kernel can tell which pages were written without a fault: TrackMode::kAsync works.
  [[nodiscard]] bool async_tracking() const { return wp_async && pagemap_scan && continue_wp; }
  [[nodiscard]] std::string describe() const;  // in one line
  [[nodiscard]] std::vector<Mechanism> mechanisms() const;
};

const KernelFeatures& kernel_features();

// Opens a descriptor with userfaultfd(2), or with /dev/userfaultfd where that is denied. Closed on exec. -1:
// errno is that of the system call.
int open_userfaultfd(int flags);

}  // namespace uvm::uffd
