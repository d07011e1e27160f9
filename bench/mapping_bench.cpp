// Whether clean lines should be mapped from the file they lie in, as persistent memory allows, instead of
// being copied into memory. Lines of a file in $TMPDIR (/tmp), which should be on persistent memory or on
// tmpfs, are put into a view in both ways: one at a time, as faults bring them in; then read, and removed
// again as eviction does. Each round does both in turns; printed are minimum, median and maximum of the
// rounds.
//
// Each mapped line needs a mapping of its own: the kernel has no other way to put a page of a file into a
// view of other pages, and userfaultfd accepts files on tmpfs only. A process may have no more than
// vm.max_map_count mappings (65530 unless raised); the last lines printed show where that ends.
//
//   bench/mapping_bench [--rounds N]
#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "base/descriptor.h"
#include "scratch_folder.h"
#include "uffd/user_fault.h"

namespace {

using namespace uvm;  // NOLINT: a program of its own
using uffd::kLineSize;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kLines = 4096;  // of one round
constexpr std::size_t kFileLines = 131072;

void check(bool well, const char* what) {
  if (well) return;
  std::perror(what);
  std::exit(1);
}

std::byte* map(void* at, std::size_t bytes, int fd, off_t offset) {
  void* memory = mmap(at, bytes, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_NORESERVE | (at != nullptr ? MAP_FIXED : 0), fd, offset);
  return memory == MAP_FAILED ? nullptr : static_cast<std::byte*>(memory);
}

struct Range {
  std::vector<double> values;
  void print(const char* what) {
    std::sort(values.begin(), values.end());
    std::printf("%-46s %7.2f / %7.2f / %7.2f us\n", what, values.front(), values[values.size() / 2],
                values.back());
  }
};

// Microseconds for each line that the work took.
template <typename Work>
double each(Work work) {
  const Clock::time_point start = Clock::now();
  for (std::size_t line = 0; line < kLines; ++line) work(line * kLineSize);
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count() / kLines;
}

void look(const std::byte* at) { static_cast<void>(*reinterpret_cast<const volatile std::byte*>(at)); }

}  // namespace

int main(int argc, char** argv) {
  int rounds = 15;
  CLI::App app("Clean lines of a file, mapped and copied.");
  app.add_option("--rounds", rounds, "default 15")->check(CLI::Range(3, 1000));
  CLI11_PARSE(app, argc, argv);
  const bench::ScratchFolder folder("mapping_bench");
  const Descriptor file(open((folder / "lines").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  const Descriptor memory(memfd_create("view", MFD_CLOEXEC));
  constexpr std::size_t kBytes = kLines * kLineSize, kFileBytes = kFileLines * kLineSize;
  check(file && memory && ftruncate(memory.get(), kFileBytes) == 0, "files");
  check(posix_fallocate(file.get(), 0, kFileBytes) == 0, "fallocate");
  std::byte* lines = map(nullptr, kFileBytes, file.get(), 0);
  check(lines != nullptr, "mmap");
  for (std::size_t at = 0; at < kBytes; at += kLineSize) lines[at] = std::byte{1};

  uffd::UserFault faults;
  check(bool(faults.open(uffd::FaultMode::kInThread, uffd::TrackMode::kAsync)), "userfaultfd");
  std::byte* view = map(nullptr, kFileBytes, memory.get(), 0);
  check(view != nullptr, "mmap");
  madvise(view, kFileBytes, MADV_NOHUGEPAGE);
  check(bool(faults.add(view, kBytes)), "registering memory");
  Range copied, dropped, mapped, unmapped;
  for (int round = 0; round < rounds; ++round) {
    copied.values.push_back(each([&](std::size_t at) {
      faults.copy(view + at, lines + at, kLineSize, true);
      look(view + at);
    }));
    dropped.values.push_back(each([&](std::size_t at) {
      madvise(view + at, kLineSize, MADV_DONTNEED);
      fallocate(memory.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(at), kLineSize);
    }));
    // Next to the registered part: faults on what is mapped there are not reported any more.
    std::byte* other = view + kBytes;
    mapped.values.push_back(each([&](std::size_t at) {
      check(map(other + at, kLineSize, file.get(), static_cast<off_t>(kBytes - kLineSize - at)) != nullptr,
            "mmap");
      look(other + at);
    }));
    unmapped.values.push_back(each([&](std::size_t at) {
      check(map(other + at, kLineSize, memory.get(), static_cast<off_t>(kBytes + at)) != nullptr, "mmap");
    }));
  }
  std::printf("%zu lines, %d rounds; minimum / median / maximum\n", kLines, rounds);
  copied.print("copied in, and looked at");
  mapped.print("mapped, and looked at");
  dropped.print("copy dropped");
  unmapped.print("mapping replaced by the view's own");
  const bool watched = bool(faults.add(lines, kLineSize));
  std::printf("faults on a mapping of the file can be served: %s\n", watched ? "yes" : "no");
  std::size_t most = 0;
  // Every other line, because neighbours in the file that are also neighbours in the view share a mapping.
  while (most < kFileLines / 2 && map(view + 2 * most * kLineSize, kLineSize, file.get(), 0) != nullptr)
    ++most;
  std::printf("lines mapped one by one until the kernel refuses: %zu%s\n", most,
              most == kFileLines / 2 ? " (all)" : "");
  munmap(view, kFileBytes);
  munmap(lines, kFileBytes);
  return 0;
}
