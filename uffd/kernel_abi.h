// Kernel interfaces newer than the headers that uvm builds with (Debian 12: Linux 6.1), and the parts of the
// machine's ABI that fault service reads. Values are from include/uapi/linux/userfaultfd.h and
// include/uapi/linux/fs.h of Linux 6.18; all of them are stable ABI. Nothing else in uvm defines such
// constants.
#pragma once

#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <ucontext.h>

#include <cstdint>

namespace uvm::uffd::abi {

// --- userfaultfd -------------------------------------------------------------------------------------------

inline constexpr std::uint64_t kFeatureWpUnpopulated = std::uint64_t{1} << 13;  // Linux 6.4
inline constexpr std::uint64_t kFeatureWpAsync = std::uint64_t{1} << 15;        // Linux 6.7
inline constexpr std::uint64_t kContinueModeWp = std::uint64_t{1} << 1;         // Linux 6.4
inline constexpr int kUserModeOnly = 1;  // flag of userfaultfd(2): needs no privilege, Linux 5.11

// --- PAGEMAP_SCAN, Linux 6.7 -------------------------------------------------------------------------------

struct PageRegion {
  std::uint64_t start, end, categories;  // addresses, end exclusive
};
static_assert(sizeof(PageRegion) == 24);

struct PmScanArg {
  std::uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
  std::uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};
static_assert(sizeof(PmScanArg) == 96);

inline constexpr unsigned long kPagemapScan = _IOWR('f', 16, PmScanArg);

inline constexpr std::uint64_t kPageIsWritten = 1 << 1;
inline constexpr std::uint64_t kPageIsPresent = 1 << 3;
inline constexpr std::uint64_t kPageIsSwapped = 1 << 4;  // migration entries too

inline constexpr std::uint64_t kPmScanWpMatching = 1 << 0;
inline constexpr std::uint64_t kPmScanCheckWpAsync = 1 << 1;

// --- Signals -----------------------------------------------------------------------------------------------

// Whether the access that raised SIGBUS was a write. Where the machine does not say, every fault counts as
// one: lines then are dirty for no reason, which costs a write-back and is otherwise harmless.
inline bool fault_was_write([[maybe_unused]] const void* ucontext) {
#if defined(__x86_64__)
  constexpr greg_t kPageFaultWrite = 2;  // bit 1 of the page fault error code
  return (static_cast<const ucontext_t*>(ucontext)->uc_mcontext.gregs[REG_ERR] & kPageFaultWrite) != 0;
#else
  return true;
#endif
}

}  // namespace uvm::uffd::abi
