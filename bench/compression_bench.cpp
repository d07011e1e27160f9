// What --compress does to a heap that a program has left behind: its lines are copied to two new heaps, one
// as it is and one compressed, which are then read and overwritten in turns.
//
//   bench/compression_bench STORE NAME [--rounds N]          copies in $TMPDIR (/tmp)
//
// Prints, plain and compressed: bytes that the lines take in the file, bytes written to the device per byte
// of lines, MiB of lines per second for writing all of them (one thread, commit included) and for reading
// them in runs of 64, and microseconds for reading one at random. Then prints the byte figures again after 40
// commits that each rewrite a tenth of the lines, chosen at random, so that shared blocks have lost some of
// their lines.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "base/memory.h"
#include "paged_heap.h"
#include "scratch_folder.h"
#include "store/directory.h"
#include "store/file_store.h"

namespace {

using namespace uvm::store;  // NOLINT: a program of its own
using uvm::bench::must;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kRun = 64;
constexpr int kCommits = 40;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}
double mebibytes(std::uint64_t lines) { return static_cast<double>(lines * kLineSize) / (1 << 20); }

struct Lines {
  std::vector<LineNumber> number;
  uvm::AlignedBuffer content;
};

Lines read_all(FileStore& store) {
  std::vector<LineNumber> numbers;
  const std::uint64_t lines = store.current_version().lines;
  for (LineNumber line = 0; line < kMaxLines && numbers.size() < lines; ++line) {
    if (store.present(line) && &store.owner_of(line) == &store) numbers.push_back(line);
  }
  Lines result{std::move(numbers), uvm::make_aligned((lines + 1) * kLineSize)};
  for (std::size_t i = 0; i < result.number.size(); ++i) {
    ReadStatus status = ReadStatus::kOk;
    if (store.read(result.number[i], 1, result.content.get() + i * kLineSize, &status) &&
        status == ReadStatus::kOk)
      continue;
    std::fprintf(stderr, "line %lu cannot be read\n", static_cast<unsigned long>(result.number[i]));
    std::exit(2);
  }
  return result;
}

void must_read(const uvm::IoResult<void>& done) {
  if (done) return;
  std::fprintf(stderr, "read: %s\n", std::strerror(done.error().sys_errno));
  std::exit(2);
}

class Copy {
 public:
  Copy(const std::string& path, bool compress, const Lines& lines) : lines_(lines) {
    must(FileStore::create(path));
    store_ = must(FileStore::open(path, {.keep = {.versions = 1}, .compress = compress}));
  }

  // MiB per second. Lines are numbered one after the other here.
  double write_all() {
    const Clock::time_point start = Clock::now();
    std::vector<LineWrite> writes;
    for (std::size_t i = 0; i < lines_.number.size(); ++i) {
      writes.push_back({i, lines_.content.get() + i * kLineSize});
      if (writes.size() == 256 || i + 1 == lines_.number.size()) write(writes);
    }
    commit();
    return mebibytes(lines_.number.size()) / seconds_since(start);
  }
  double read_runs() {
    const uvm::AlignedBuffer buffer = uvm::make_aligned(kRun * kLineSize);
    ReadStatus status[kRun];
    const Clock::time_point start = Clock::now();
    for (std::size_t i = 0; i + kRun <= lines_.number.size(); i += kRun)
      must_read(store_->read(i, kRun, buffer.get(), status));
    return mebibytes(lines_.number.size() / kRun * kRun) / seconds_since(start);
  }
  double read_one() {
    constexpr int kReads = 4000;
    const uvm::AlignedBuffer buffer = uvm::make_aligned(kLineSize);
    std::mt19937_64 random(1);
    ReadStatus status = ReadStatus::kOk;
    const Clock::time_point start = Clock::now();
    for (int i = 0; i < kReads; ++i)
      must_read(store_->read(random() % lines_.number.size(), 1, buffer.get(), &status));
    return seconds_since(start) * 1e6 / kReads;
  }
  void overwrite() {
    std::mt19937_64 random(2);
    std::vector<LineWrite> writes;
    const uvm::AlignedBuffer changed = uvm::make_aligned(256 * kLineSize);
    for (int commits = 0; commits < kCommits; ++commits) {
      for (std::size_t i = 0; i < lines_.number.size(); ++i) {
        if (random() % 10 != 0) continue;
        // Change one word, so that the line is not found unchanged.
        std::byte* content = changed.get() + writes.size() * kLineSize;
        std::copy_n(lines_.content.get() + i * kLineSize, kLineSize, content);
        content[random() % kLineSize] = static_cast<std::byte>(random());
        writes.push_back({i, content});
        if (writes.size() == 256) write(writes);
      }
      write(writes);
      commit();
    }
  }
  [[nodiscard]] std::uint64_t used() const {
    const StoreCounters counters = store_->counters();
    return counters.file_bytes - counters.free_bytes;
  }
  [[nodiscard]] double amplification() const {
    return static_cast<double>(store_->counters().bytes_written) / static_cast<double>(written_ * kLineSize);
  }

 private:
  void write(std::vector<LineWrite>& writes) {
    if (const auto done = store_->write(Transaction::kCurrent, writes); !done) {
      std::fprintf(stderr, "write: %s\n", std::strerror(done.error().sys_errno));
      std::exit(2);
    }
    written_ += writes.size();
    writes.clear();
  }
  void commit() {
    store_->cut();
    must(store_->commit({}));
  }

  const Lines& lines_;
  std::unique_ptr<FileStore> store_;
  std::uint64_t written_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  std::string store, name;
  int rounds = 5;
  CLI::App app("A program's heap, plain and compressed.");
  app.add_option("store", store, "folder of heaps")->required();
  app.add_option("name", name, "of the heap")->required();
  app.add_option("--rounds", rounds, "of which the median counts (default 5)")->check(CLI::Range(1, 1000));
  CLI11_PARSE(app, argc, argv);
  const StoreDirectory directory = must(StoreDirectory::open(store, false));
  const auto heap = must(directory.open_heap(name, {.read_only = true}));
  const Lines lines = read_all(*heap);
  std::printf("%s: %lu lines of its own, %.0f MiB\n", name.c_str(),
              static_cast<unsigned long>(lines.number.size()), mebibytes(lines.number.size()));
  std::printf("%-11s %9s %9s %12s %12s %12s %14s %12s\n", "", "MiB used", "written", "write MiB/s",
              "runs MiB/s", "one, us", "later MiB used", "written");
  for (const bool compress : {false, true}) {
    std::vector<double> write, runs, one;
    std::uint64_t used = 0;
    double amplification = 0;
    std::unique_ptr<Copy> copy;
    std::unique_ptr<uvm::bench::ScratchFolder> folder;
    for (int round = 0; round < rounds; ++round) {
      copy.reset();
      folder = std::make_unique<uvm::bench::ScratchFolder>("compression_bench");
      copy = std::make_unique<Copy>(*folder / "heap", compress, lines);
      write.push_back(copy->write_all());
      runs.push_back(copy->read_runs());
      one.push_back(copy->read_one());
      used = copy->used();
      amplification = copy->amplification();
    }
    copy->overwrite();
    const auto median = [](std::vector<double>& values) {
      std::sort(values.begin(), values.end());
      return values[values.size() / 2];
    };
    std::printf("%-11s %9.1f %9.3f %12.0f %12.0f %12.1f %14.1f %12.3f\n", compress ? "compressed" : "plain",
                static_cast<double>(used) / (1 << 20), amplification, median(write), median(runs),
                median(one), static_cast<double>(copy->used()) / (1 << 20), copy->amplification());
  }
  return 0;
}
