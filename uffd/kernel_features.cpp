#include "uffd/kernel_features.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/descriptor.h"
#include "uffd/kernel_abi.h"

namespace uvm::uffd {
namespace {

constexpr std::size_t kPage = 4096;

bool probe_pagemap_scan() {
  int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  alignas(kPage) static std::array<std::byte, kPage> page;
  std::array<abi::PageRegion, 1> found;
  abi::PmScanArg arg{};
  arg.size = sizeof arg;
  arg.start = reinterpret_cast<std::uintptr_t>(page.data());
  arg.end = arg.start + kPage;
  arg.vec = reinterpret_cast<std::uintptr_t>(found.data());
  arg.vec_len = found.size();
  arg.category_mask = abi::kPageIsPresent;
  arg.return_mask = abi::kPageIsPresent;
  bool works = ioctl(fd, abi::kPagemapScan, &arg) >= 0;
  close(fd);
  return works;
}

// Tries each operation on three pages of a memfd, of which only the first exists. A filter of system calls
// may allow some operations and deny others. Older kernels refuse UFFDIO_CONTINUE_MODE_WP with EINVAL.
void probe_operations(KernelFeatures* found) {
  const Descriptor memory(memfd_create("uvm-probe", MFD_CLOEXEC));
  const Descriptor faults(open_userfaultfd(abi::kUserModeOnly));
  if (!memory || !faults || ftruncate(memory.get(), 3 * kPage) != 0 || pwrite(memory.get(), "x", 1, 0) != 1)
    return;
  void* view = mmap(nullptr, 3 * kPage, PROT_READ | PROT_WRITE, MAP_SHARED, memory.get(), 0);
  if (view == MAP_FAILED) return;
  const auto at = reinterpret_cast<std::uintptr_t>(view);
  const auto works = [&](const char* name, unsigned long request, auto* arg) {
    if (found->denied != nullptr) return false;
    if (ioctl(faults.get(), request, arg) == 0) return true;
    found->denied = name;
    found->denied_errno = errno;
    return false;
  };
  uffdio_api api{};
  api.api = UFFD_API;
  api.features = UFFD_FEATURE_MISSING_SHMEM | UFFD_FEATURE_MINOR_SHMEM | UFFD_FEATURE_WP_HUGETLBFS_SHMEM |
                 UFFD_FEATURE_PAGEFAULT_FLAG_WP;
  uffdio_register reg{};
  reg.range = {at, 3 * kPage};
  reg.mode = UFFDIO_REGISTER_MODE_MISSING | UFFDIO_REGISTER_MODE_MINOR | UFFDIO_REGISTER_MODE_WP;
  if (works("UFFDIO_API", UFFDIO_API, &api) && works("UFFDIO_REGISTER", UFFDIO_REGISTER, &reg)) {
    uffdio_continue there{};
    there.range = {at, kPage};
    there.mode = abi::kContinueModeWp;
    found->continue_wp = ioctl(faults.get(), UFFDIO_CONTINUE, &there) == 0;
    there.mode = 0;
    if (!found->continue_wp) works("UFFDIO_CONTINUE", UFFDIO_CONTINUE, &there);
    alignas(kPage) static const std::array<std::byte, kPage> page{};
    uffdio_copy copy{};
    copy.dst = at + kPage;
    copy.src = reinterpret_cast<std::uintptr_t>(page.data());
    copy.len = kPage;
    works("UFFDIO_COPY", UFFDIO_COPY, &copy);
    uffdio_zeropage zero{};
    zero.range = {at + 2 * kPage, kPage};
    works("UFFDIO_ZEROPAGE", UFFDIO_ZEROPAGE, &zero);
    uffdio_writeprotect protect{};
    protect.range = {at + kPage, kPage};
    protect.mode = UFFDIO_WRITEPROTECT_MODE_WP;
    works("UFFDIO_WRITEPROTECT", UFFDIO_WRITEPROTECT, &protect);
    works("UFFDIO_WAKE", UFFDIO_WAKE, &protect.range);
    if (found->denied == nullptr && madvise(view, kPage, MADV_DONTNEED) != 0) {
      found->denied = "MADV_DONTNEED";
      found->denied_errno = errno;
    }
  }
  munmap(view, 3 * kPage);
}

}  // namespace

int open_userfaultfd(int flags) {
  const int fd = static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC | flags));
  if (fd >= 0 || errno == EMFILE || errno == ENFILE) return fd;
  const int denied = errno;
  // A filter of system calls may not know the device, and whoever can open it needs no privilege.
  const Descriptor device(open("/dev/userfaultfd", O_RDWR | O_CLOEXEC));
  const int made = device ? ioctl(device.get(), USERFAULTFD_IOC_NEW, O_CLOEXEC | flags) : -1;
  if (made < 0) errno = denied;
  return made;
}

namespace {

KernelFeatures probe() {
  KernelFeatures found;
  found.device = access("/dev/userfaultfd", R_OK | W_OK) == 0;
  int fd = open_userfaultfd(0);
  if (fd >= 0) {
    found.kernel_faults = true;
  } else {
    fd = open_userfaultfd(abi::kUserModeOnly);
  }
  if (fd < 0) {
    found.open_errno = errno;
    return found;
  }
  uffdio_api api{};
  api.api = UFFD_API;
  if (ioctl(fd, UFFDIO_API, &api) == 0) {
    constexpr std::uint64_t kShmem = UFFD_FEATURE_MISSING_SHMEM | UFFD_FEATURE_MINOR_SHMEM |
                                     UFFD_FEATURE_WP_HUGETLBFS_SHMEM | UFFD_FEATURE_PAGEFAULT_FLAG_WP;
    found.shmem = (api.features & kShmem) == kShmem;
    found.sigbus = (api.features & UFFD_FEATURE_SIGBUS) != 0;
    found.wp_async = (api.features & abi::kFeatureWpAsync) != 0;
  } else {
    found.open_errno = errno;
  }
  close(fd);
  found.pagemap_scan = probe_pagemap_scan();
  if (found.shmem) probe_operations(&found);
  struct sysinfo info {};
  found.swap = sysinfo(&info) == 0 && info.totalswap != 0;
  return found;
}

}  // namespace

std::string KernelFeatures::describe() const {
  if (open_errno != 0) return std::string("userfaultfd: ") + std::strerror(open_errno);
  if (denied != nullptr) return std::string(denied) + ": " + std::strerror(denied_errno);
  std::string text = kernel_faults ? "userfaultfd" : "userfaultfd (user mode only)";
  auto add = [&text](const char* name, bool has) { text += std::string(has ? " +" : " -") + name; };
  add("shmem", shmem);
  add("sigbus", sigbus);
  add("wp_async", wp_async);
  add("pagemap_scan", pagemap_scan);
  add("continue_wp", continue_wp);
  add("swap", swap);
  return text;
}

std::vector<Mechanism> KernelFeatures::mechanisms() const {
  const bool works = open_errno == 0 && shmem && denied == nullptr;
  const char* without = "missing: uvm cannot run";
  return {
      {"userfaultfd", open_errno == 0, open_errno == 0 ? "pages the heap" : without},
      {"/dev/userfaultfd (Linux 6.1)", device,
       device ? "used where the system call is denied" : "missing, or not accessible to this user"},
      {"userfaultfd on shared memory, with write protection (Linux 5.19)", works,
       works ? "pages the heap" : without},
      {"userfaultfd for faults inside system calls", kernel_faults,
       "not needed: no system call is given an address in the heap"},
      {"UFFD_FEATURE_SIGBUS (Linux 4.14)", sigbus,
       sigbus ? "the thread that faults serves the fault" : "missing: --fault-thread is needed"},
      {"UFFDIO_CONTINUE_MODE_WP (Linux 6.4)", continue_wp,
       continue_wp ? "lines rescued from eviction stay clean"
                   : "lines rescued from eviction count as written"},
      {"UFFD_FEATURE_WP_ASYNC (Linux 6.7)", wp_async,
       async_tracking() ? "the first write to a line needs no fault in uvm"
                        : "each first write to a line is a fault in uvm"},
      {"PAGEMAP_SCAN (Linux 6.7)", pagemap_scan,
       async_tracking() ? "tells which lines were written"
                        : "not used: faults tell which lines were written"},
      {"swap", swap,
       swap ? "the kernel may unmap lines on its own, which uvm allows for" : "none, so lines stay mapped"},
  };
}

const KernelFeatures& kernel_features() {
  static const KernelFeatures features = probe();
  return features;
}

}  // namespace uvm::uffd
