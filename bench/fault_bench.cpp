// What a fault costs, compared in one run with the least it could cost and with other ways to page a file.
// Each round measures all in turns, on one file in $TMPDIR (/tmp), 4 KiB lines. The figure of a round is a
// median or a rate; printed are the minimum, median and maximum of the rounds.
//
//   bare     the kernel's part only: a SIGBUS handler that does nothing but UFFDIO_CONTINUE, or pread(2) with
//            O_DIRECT and UFFDIO_COPY; a first write under asynchronous write protection; pread(2) alone
//   mmap     the file mapped shared, read through the kernel's page cache, which is emptied first
//   handler  a thread that waits for faults, reads with pread(2) and answers with UFFDIO_COPY, as UMap does
//            (Peng et al., "UMap: Enabling Application-driven Optimizations for Page Management", MCHPC 2019)
//
//   bench/fault_bench [--rounds N]
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/descriptor.h"
#include "paged_heap.h"
#include "scratch_folder.h"
#include "uffd/kernel_abi.h"
#include "uffd/region.h"
#include "uffd/user_fault.h"

namespace {

using namespace uvm;  // NOLINT: a program of its own
using uffd::FaultMode;
using uffd::kLineSize;
using uffd::TrackMode;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kLines = 32768;  // 128 MiB
constexpr std::uint64_t kSample = 2048;  // lines in one measurement of single faults
constexpr std::size_t kBytes = kLines * kLineSize;

void check(bool well, const char* what) {
  if (well) return;
  std::perror(what);
  std::exit(1);
}

double us_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

volatile std::uint64_t& word(std::byte* base, std::uint64_t line) {
  return *reinterpret_cast<volatile std::uint64_t*>(base + line * kLineSize);
}

void look(std::byte* base, std::uint64_t line) {
  [[maybe_unused]] const std::uint64_t value = word(base, line);
}

// Median microseconds of one access to each of the lines. Each access faults.
template <typename Access>
double median_of(const std::vector<std::uint64_t>& lines, Access access) {
  std::vector<double> times;
  times.reserve(lines.size());
  for (const std::uint64_t line : lines) {
    const Clock::time_point start = Clock::now();
    access(line);
    times.push_back(us_since(start));
  }
  return median(std::move(times));
}

std::vector<std::uint64_t> some_lines(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::uint64_t> all(kLines);
  for (std::uint64_t i = 0; i < kLines; ++i) all[i] = i;
  std::shuffle(all.begin(), all.end(), random);
  all.resize(kSample);
  return all;
}

std::byte* map_shared(int fd, std::size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  check(memory != MAP_FAILED, "mmap");
  madvise(memory, bytes, MADV_NOHUGEPAGE);
  return static_cast<std::byte*>(memory);
}

// --- The kernel's part

uffd::UserFault* bare_faults = nullptr;  // NOLINT: what a signal handler can reach

void continue_bare(int /*signal*/, siginfo_t* info, void* /*context*/) {
  auto* page =
      reinterpret_cast<std::byte*>(reinterpret_cast<std::uintptr_t>(info->si_addr) & ~(kLineSize - 1));
  bare_faults->map(page, true);
}

// A mapping of lines without memory, and what must be done to read one from a file.
class BareReads {
 public:
  explicit BareReads(int file) : memory_(memfd_create("bare", MFD_CLOEXEC)) {
    check(memory_ && ftruncate(memory_.get(), kBytes) == 0, "memfd");
    view_ = map_shared(memory_.get(), kBytes);
    check(bool(faults_.open(FaultMode::kInThread, TrackMode::kAsync)), "userfaultfd");
    check(bool(faults_.add(view_, kBytes)), "registering");
    file_ = file;
    now_ = this;
    struct sigaction handler {};
    handler.sa_sigaction = answer;
    handler.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigaction(SIGBUS, &handler, &before_);
  }
  ~BareReads() {
    sigaction(SIGBUS, &before_, nullptr);
    faults_.remove(view_, kBytes);
    munmap(view_, kBytes);
  }
  BareReads(const BareReads&) = delete;
  BareReads& operator=(const BareReads&) = delete;

  std::byte* base() { return view_; }
  void forget() {
    check(fallocate(memory_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, kBytes) == 0, "fallocate");
  }

 private:
  static void answer(int /*signal*/, siginfo_t* info, void* /*context*/) {
    alignas(kLineSize) static thread_local std::byte buffer[kLineSize];
    auto* page =
        reinterpret_cast<std::byte*>(reinterpret_cast<std::uintptr_t>(info->si_addr) & ~(kLineSize - 1));
    check(pread(now_->file_, buffer, kLineSize, page - now_->view_) == kLineSize, "pread");
    now_->faults_.copy(page, buffer, kLineSize, true);
  }

  static inline BareReads* now_ = nullptr;  // what the signal handler can reach
  Descriptor memory_;
  int file_ = -1;
  std::byte* view_ = nullptr;
  uffd::UserFault faults_;
  struct sigaction before_ {};
};

// A mapping of lines in memory, registered as a region registers its own.
class Bare {
 public:
  Bare() : memory_(memfd_create("bare", MFD_CLOEXEC)) {
    check(memory_ && ftruncate(memory_.get(), kSample * kLineSize) == 0, "memfd");
    std::byte* alias = map_shared(memory_.get(), kSample * kLineSize);
    for (std::uint64_t line = 0; line < kSample; ++line) word(alias, line) = line;
    munmap(alias, kSample * kLineSize);
    view_ = map_shared(memory_.get(), kSample * kLineSize);
    check(bool(faults_.open(FaultMode::kInThread, TrackMode::kAsync)), "userfaultfd");
    check(bool(faults_.add(view_, kSample * kLineSize)), "registering");
  }
  ~Bare() {
    faults_.remove(view_, kSample * kLineSize);
    munmap(view_, kSample * kLineSize);
  }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;

  double minor_fault() {
    struct sigaction handler {
    }, before{};
    handler.sa_sigaction = continue_bare;
    handler.sa_flags = SA_SIGINFO | SA_NODEFER;
    bare_faults = &faults_;
    sigaction(SIGBUS, &handler, &before);
    madvise(view_, kSample * kLineSize, MADV_DONTNEED);
    const double result = median_of(order_, [&](std::uint64_t line) { look(view_, line); });
    sigaction(SIGBUS, &before, nullptr);
    return result;
  }
  double first_write() {
    for (std::uint64_t line = 0; line < kSample; ++line) faults_.map(view_ + line * kLineSize, true);
    faults_.write_protect(view_, kSample * kLineSize, true);
    return median_of(order_, [&](std::uint64_t line) { word(view_, line) = line; });
  }

 private:
  Descriptor memory_;
  std::byte* view_ = nullptr;
  uffd::UserFault faults_;
  std::vector<std::uint64_t> order_ = [] {
    std::vector<std::uint64_t> all(kSample);
    for (std::uint64_t i = 0; i < kSample; ++i) all[i] = i * 1021 % kSample;
    return all;
  }();
};

// --- uvm

class Uvm {
 public:
  Uvm(const std::string& path, unsigned read_ahead)
      : heap_(path, kLines, {.memory_limit = kBytes + (64 << 20), .read_ahead_max_lines = read_ahead}) {
    if (!heap_.is_new()) return;
    for (std::uint64_t line = 0; line < kLines; ++line) heap_.word(line) = line + 1;
    checkpoint();
  }

  std::byte* base() { return heap_.region().base(); }
  void checkpoint() { heap_.checkpoint(); }
  void forget() {
    heap_.region().evict_all();
    check(heap_.region().counters().resident_bytes == 0, "eviction");
  }

  double minor_fault(const std::vector<std::uint64_t>& lines) {
    for (const std::uint64_t line : lines) look(base(), line);
    heap_.region().evict_first(0, kBytes);
    return median_of(lines, [&](std::uint64_t line) { look(base(), line); });
  }
  double first_write(const std::vector<std::uint64_t>& lines) {
    for (const std::uint64_t line : lines) word(base(), line) = line + 1;
    checkpoint();
    return median_of(lines, [&](std::uint64_t line) { word(base(), line) = line + 1; });
  }

 private:
  bench::PagedHeap heap_;
};

// --- A thread that answers faults

class Handler {
 public:
  explicit Handler(int file)
      : file_(file),
        stop_(eventfd(0, EFD_CLOEXEC)),
        fd_(static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | uffd::abi::kUserModeOnly))) {
    void* memory =
        mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    check(memory != MAP_FAILED, "mmap");
    view_ = static_cast<std::byte*>(memory);
    madvise(view_, kBytes, MADV_NOHUGEPAGE);
    uffdio_api api{UFFD_API, 0, 0};
    check(fd_ && ioctl(fd_.get(), UFFDIO_API, &api) == 0, "userfaultfd");
    uffdio_register all{{reinterpret_cast<std::uintptr_t>(view_), kBytes}, UFFDIO_REGISTER_MODE_MISSING, 0};
    check(ioctl(fd_.get(), UFFDIO_REGISTER, &all) == 0, "registering");
    for (std::thread& thread : threads_) thread = std::thread([this] { serve(); });
  }
  ~Handler() {
    eventfd_write(stop_.get(), 1);
    for (std::thread& thread : threads_) thread.join();
    munmap(view_, kBytes);
  }
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;

  std::byte* base() { return view_; }
  void forget() { madvise(view_, kBytes, MADV_DONTNEED); }

 private:
  void serve() {
    auto* buffer = static_cast<std::byte*>(std::aligned_alloc(kLineSize, kLineSize));
    for (;;) {
      pollfd ready[2] = {{fd_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
      poll(ready, 2, -1);
      if (ready[1].revents != 0) break;
      uffd_msg message;
      if (read(fd_.get(), &message, sizeof message) != sizeof message) continue;
      const std::uint64_t page = message.arg.pagefault.address & ~(kLineSize - 1);
      const std::uint64_t offset = page - reinterpret_cast<std::uintptr_t>(view_);
      check(pread(file_, buffer, kLineSize, static_cast<off_t>(offset)) == kLineSize, "pread");
      uffdio_copy copy{page, reinterpret_cast<std::uintptr_t>(buffer), kLineSize, 0, 0};
      ioctl(fd_.get(), UFFDIO_COPY, &copy);
    }
    std::free(buffer);
  }

  int file_;
  Descriptor stop_, fd_;
  std::byte* view_ = nullptr;
  std::thread threads_[2];
};

// --- Measurements

// Line reads per second by two threads, each in its half of the lines.
double rate_of_two(const std::vector<std::uint64_t>& lines,
                   const std::function<void(std::uint64_t, int)>& access) {
  const Clock::time_point start = Clock::now();
  const auto half = [&](int which) {
    const std::size_t middle = lines.size() / 2;
    for (std::size_t i = which == 0 ? 0 : middle; i < (which == 0 ? middle : lines.size()); ++i)
      access(lines[i], which);
  };
  std::thread other(half, 1);
  half(0);
  other.join();
  return static_cast<double>(lines.size()) / us_since(start) * 1e6;
}

double mib_per_second(std::byte* base) {
  const Clock::time_point start = Clock::now();
  for (std::uint64_t line = 0; line < kLines; ++line) look(base, line);
  return kBytes / us_since(start) / 1.048576;
}

struct Figure {
  const char* what;
  const char* unit;
  std::vector<double> values;
};

}  // namespace

int main(int argc, char** argv) {
  int rounds = 9;
  CLI::App app("Faults of the pager beside the kernel's own paging.");
  app.add_option("--rounds", rounds, "default 9")->check(CLI::Range(3, 1000));
  CLI11_PARSE(app, argc, argv);
  const bench::ScratchFolder folder("fault_bench");
  // All read the same file, the store's, because the place of its blocks matters more than who reads them.
  const std::string heap = folder / "heap";
  { Uvm make(heap, 1); }
  const std::string scratch = folder / "scratch";
  const Descriptor cached(open(heap.c_str(), O_RDONLY | O_CLOEXEC));
  const Descriptor direct(open(heap.c_str(), O_RDONLY | O_DIRECT | O_CLOEXEC));
  check(cached && direct, "open");
  std::byte* buffers[2] = {static_cast<std::byte*>(std::aligned_alloc(kLineSize, kLineSize)),
                           static_cast<std::byte*>(std::aligned_alloc(kLineSize, kLineSize))};
  const auto read_direct = [&](std::uint64_t line, int which = 0) {
    check(pread(direct.get(), buffers[which], kLineSize, static_cast<off_t>(line * kLineSize)) == kLineSize,
          "pread");
  };

  enum {
    kBareMinor,
    kMinor,
    kMinorRatio,
    kBareWrite,
    kWrite,
    kWriteRatio,
    kDevice,
    kBareDisk,
    kDisk,
    kDiskOver,
    kDiskRatio,
    kDiskMmap,
    kDiskMmapOver,
    kDiskHandler,
    kSequential,
    kSequentialMmap,
    kSequentialHandler,
    kSequentialRatio,
    kTwo,
    kTwoDevice,
    kTwoBare,
    kTwoMmap,
    kTwoHandler,
    kTwoRatio,
    kTwoBareRatio,
    kTwoMmapRatio,
    kFigures
  };
  Figure figures[kFigures] = {
      {"minor fault, bare CONTINUE", "us", {}},
      {"minor fault, uvm", "us", {}},
      {"  uvm / bare (goal: at most 1.3)", "", {}},
      {"first write to a clean line, bare", "us", {}},
      {"first write to a clean line, uvm", "us", {}},
      {"  uvm / bare (goal: at most 1.3)", "", {}},
      {"random read of a line, pread O_DIRECT", "us", {}},
      {"random read fault, bare pread and COPY", "us", {}},
      {"random read fault, uvm", "us", {}},
      {"  uvm - pread (goal: at most 6)", "us", {}},
      {"  uvm / bare", "", {}},
      {"random read fault, mmap", "us", {}},
      {"  mmap - pread", "us", {}},
      {"random read fault, handler", "us", {}},
      {"sequential first touch, uvm", "MiB/s", {}},
      {"sequential first touch, mmap", "MiB/s", {}},
      {"sequential first touch, handler", "MiB/s", {}},
      {"  uvm / mmap (goal: at least 0.8)", "", {}},
      {"random reads, two threads, uvm", "1/s", {}},
      {"random reads, two threads, pread O_DIRECT", "1/s", {}},
      {"random reads, two threads, bare pread and COPY", "1/s", {}},
      {"random reads, two threads, mmap", "1/s", {}},
      {"random reads, two threads, handler", "1/s", {}},
      {"  uvm / pread (goal: at least 0.9)", "", {}},
      {"  uvm / bare", "", {}},
      {"  mmap / pread", "", {}},
  };
  const auto add = [&](int figure, double value) {
    figures[figure].values.push_back(value);
    return value;
  };

  for (int round = 0; round < rounds; ++round) {
    const std::vector<std::uint64_t> lines = some_lines(static_cast<std::uint64_t>(round));
    double bare_minor = 0, bare_write = 0;
    {
      Bare bare;
      bare_minor = add(kBareMinor, bare.minor_fault());
      bare_write = add(kBareWrite, bare.first_write());
    }
    const double device = add(kDevice, median_of(lines, read_direct));
    const double two_device = add(kTwoDevice, rate_of_two(lines, read_direct));
    double bare_disk = 0, two_bare = 0;
    {
      BareReads bare(direct.get());
      bare_disk = add(kBareDisk, median_of(lines, [&](std::uint64_t line) { look(bare.base(), line); }));
      bare.forget();
      two_bare = add(kTwoBare, rate_of_two(lines, [&](std::uint64_t line, int) { look(bare.base(), line); }));
    }
    {
      void* memory = mmap(nullptr, kBytes, PROT_READ, MAP_SHARED, cached.get(), 0);
      check(memory != MAP_FAILED, "mmap");
      auto* base = static_cast<std::byte*>(memory);
      const auto empty = [&] {
        madvise(base, kBytes, MADV_DONTNEED);
        check(posix_fadvise(cached.get(), 0, 0, POSIX_FADV_DONTNEED) == 0, "fadvise");
      };
      empty();
      add(kSequentialMmap, mib_per_second(base));
      madvise(base, kBytes, MADV_RANDOM);
      empty();
      add(kDiskMmapOver,
          add(kDiskMmap, median_of(lines, [&](std::uint64_t line) { look(base, line); })) - device);
      empty();
      const double two =
          add(kTwoMmap, rate_of_two(lines, [&](std::uint64_t line, int) { look(base, line); }));
      add(kTwoMmapRatio, two / two_device);
      munmap(memory, kBytes);
    }
    {
      Handler handler(direct.get());
      add(kSequentialHandler, mib_per_second(handler.base()));
      handler.forget();
      add(kDiskHandler, median_of(lines, [&](std::uint64_t line) { look(handler.base(), line); }));
      handler.forget();
      add(kTwoHandler, rate_of_two(lines, [&](std::uint64_t line, int) { look(handler.base(), line); }));
    }
    {
      Uvm uvm(scratch, 1);
      const double minor = add(kMinor, uvm.minor_fault(lines));
      add(kMinorRatio, minor / bare_minor);
      const double write = add(kWrite, uvm.first_write(lines));
      add(kWriteRatio, write / bare_write);
    }
    std::remove(scratch.c_str());
    {
      Uvm uvm(heap, uffd::RegionOptions().read_ahead_max_lines);
      const double sequential = add(kSequential, mib_per_second(uvm.base()));
      add(kSequentialRatio, sequential / figures[kSequentialMmap].values.back());
    }
    {
      Uvm uvm(heap, 1);  // otherwise each fault would read 64 KiB, since there is memory for it
      const double disk = add(kDisk, median_of(lines, [&](std::uint64_t line) { look(uvm.base(), line); }));
      add(kDiskOver, disk - device);
      add(kDiskRatio, disk / bare_disk);
      uvm.forget();
      const double two =
          add(kTwo, rate_of_two(lines, [&](std::uint64_t line, int) { look(uvm.base(), line); }));
      add(kTwoRatio, two / two_device);
      add(kTwoBareRatio, two / two_bare);
    }
  }
  std::printf("%d rounds; minimum / median / maximum\n", rounds);
  for (Figure& figure : figures) {
    std::sort(figure.values.begin(), figure.values.end());
    std::printf("%-62s %9.2f / %9.2f / %9.2f %s\n", figure.what, figure.values.front(),
                figure.values[figure.values.size() / 2], figure.values.back(), figure.unit);
  }
  for (std::byte* buffer : buffers) std::free(buffer);
  return 0;
}
