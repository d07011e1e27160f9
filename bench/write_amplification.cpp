// What the store writes to the device in addition to the dirty lines, in a file that is as full as files
// get: the store lets its file grow until a quarter of it is free. Each commit writes lines chosen at random
// from the whole heap (or, with --zipf, by Zipf 0.99), so free space becomes fragmented. Every byte of every
// write is counted at the device, below the store.
//
// Prints, for each tenth of the run, bytes written to the device per byte of dirty lines, how full the file
// is, and how large the writes are. Ends with status 1 if the last tenth wrote more than 1.2 times the dirty
// bytes.
//
//   bench/write_amplification [--lines N] [--dirty N] [--commits N] [--zipf]        in $TMPDIR (/tmp)
#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/memory.h"
#include "paged_heap.h"
#include "scratch_folder.h"
#include "store/device.h"
#include "store/file_device.h"
#include "store/file_store.h"
#include "zipf.h"

namespace {

using namespace uvm::store;  // NOLINT: a program of its own
using uvm::bench::must;

struct Traffic {
  std::atomic<std::uint64_t> bytes{0}, writes{0}, bytes_in_long_writes{0};
};

// Another device, whose writes are counted.
class CountingDevice final : public Device {
 public:
  static constexpr std::uint32_t kLong = 64 << 10;

  CountingDevice(std::unique_ptr<Device> device, Traffic& traffic)
      : device_(std::move(device)), traffic_(traffic) {}
  void read(std::span<IoOp> ops) noexcept override { device_->read(ops); }
  void write(std::span<IoOp> ops) noexcept override {
    device_->write(ops);
    for (const IoOp& op : ops) {
      traffic_.bytes += op.length;
      ++traffic_.writes;
      if (op.length >= kLong) traffic_.bytes_in_long_writes += op.length;
    }
  }
  int flush() noexcept override { return device_->flush(); }
  int reserve(std::uint64_t from, std::uint64_t to) noexcept override { return device_->reserve(from, to); }
  int release(std::uint64_t from, std::uint64_t to) noexcept override { return device_->release(from, to); }
  std::uint64_t size() const noexcept override { return device_->size(); }
  std::uint64_t allocated() const noexcept override { return device_->allocated(); }
  bool direct() const noexcept override { return device_->direct(); }

 private:
  std::unique_ptr<Device> device_;
  Traffic& traffic_;
};

class Chooser {
 public:
  Chooser(std::uint64_t lines, bool zipf) : order_(lines) {
    std::iota(order_.begin(), order_.end(), LineNumber{0});
    std::shuffle(order_.begin(), order_.end(), random_);
    if (zipf) zipf_.emplace(lines);
  }
  LineNumber operator()() { return order_[zipf_ ? (*zipf_)(random_) : random_() % order_.size()]; }

 private:
  std::mt19937_64 random_{1};
  std::vector<LineNumber> order_;
  std::optional<uvm::bench::Zipf> zipf_;
};

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t lines = 65536, dirty = 655, commits = 2000;
  bool zipf = false;
  CLI::App app{"Write amplification of the store in steady state."};
  app.add_option("--lines", lines, "of the heap (default 65536, 256 MiB)")
      ->check(CLI::Range(1024U, 1U << 24));
  app.add_option("--dirty", dirty, "lines in each commit (default 655, 1 %)")
      ->check(CLI::Range(1U, 1U << 20));
  app.add_option("--commits", commits, "default 2000")->check(CLI::Range(10U, 1U << 30));
  app.add_flag("--zipf", zipf, "lines by Zipf 0.99 instead of all alike");
  CLI11_PARSE(app, argc, argv);
  const uvm::bench::ScratchFolder folder("write_amplification");
  const std::string path = folder / "heap";
  must(FileStore::create(path));
  Traffic traffic;
  auto device = std::make_unique<CountingDevice>(must(open_file_device(path, {})), traffic);
  // No more space than steady use needs.
  const auto store = must(FileStore::open_on(std::move(device), path, {.line_limit = lines, .keep_free = 0}));

  const uvm::AlignedBuffer buffer = uvm::make_aligned(FileStore::kBatch * kLineSize);
  std::uint64_t content = 0;
  std::vector<LineWrite> writes;
  const auto write = [&] {
    if (!store->write(Transaction::kCurrent, writes)) std::exit(2);
    writes.clear();
  };
  std::mt19937_64 random(2);
  const auto add = [&](LineNumber line) {
    std::byte* at = buffer.get() + writes.size() * kLineSize;
    for (std::size_t i = 0; i < kLineSize; i += 512) {
      const std::uint64_t words[2] = {++content, random()};
      std::memcpy(at + i, words, sizeof words);
    }
    writes.push_back({line, at});
    if (writes.size() == FileStore::kBatch) write();
  };
  const auto commit = [&] {
    write();
    store->cut();
    must(store->commit({}));
  };
  for (LineNumber line = 0; line < lines; ++line) add(line);
  commit();

  std::printf("%9s  %14s  %10s  %8s  %12s  %20s\n", "COMMITS", "WRITTEN/DIRTY", "FILE MiB", "FULL %",
              "KiB A WRITE", "% IN 64 KiB AND MORE");
  Chooser choose(lines, zipf);
  double amplification = 0;
  std::vector<bool> chosen(lines);
  std::vector<LineNumber> batch;
  for (int tenth = 1; tenth <= 10; ++tenth) {
    const std::uint64_t bytes = traffic.bytes, count = traffic.writes, in_long = traffic.bytes_in_long_writes;
    std::uint64_t dirty_bytes = 0;
    for (std::uint64_t i = 0; i < commits / 10; ++i) {
      while (batch.size() < dirty) {
        const LineNumber line = choose();
        if (chosen[line]) continue;
        chosen[line] = true;
        batch.push_back(line);
      }
      std::sort(batch.begin(), batch.end());  // as a pre-flush goes through the heap
      for (const LineNumber line : batch) {
        add(line);
        chosen[line] = false;
      }
      batch.clear();
      dirty_bytes += dirty * kLineSize;
      commit();
    }
    const auto written = static_cast<double>(traffic.bytes - bytes);
    amplification = written / static_cast<double>(dirty_bytes);
    const StoreCounters counters = store->counters();
    const auto file = static_cast<double>(counters.file_bytes);
    std::printf("%9lu  %14.4f  %10.1f  %8.1f  %12.1f  %20.1f\n",
                static_cast<unsigned long>(commits / 10 * static_cast<unsigned>(tenth)), amplification,
                file / (1 << 20), 100 * (file - static_cast<double>(counters.free_bytes)) / file,
                written / 1024 / static_cast<double>(traffic.writes - count),
                100 * static_cast<double>(traffic.bytes_in_long_writes - in_long) / written);
    std::fflush(stdout);
  }
  return amplification <= 1.2 ? 0 : 1;
}
