// PagedHeap: a region of one segment, paged and flushed, on a store in a file. Ends the program if it cannot
// be made.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "store/file_store.h"
#include "uffd/region.h"

namespace uvm::bench {

template <typename T>
T must(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s\n", result.error().message.c_str());
    std::exit(2);
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

class PagedHeap {
 public:
  // Opens the file with its content, or creates it. Segments, size and store of the options are set here.
  PagedHeap(const std::string& path, std::uint64_t lines, uffd::RegionOptions options)
      : is_new_(access(path.c_str(), F_OK) != 0) {
    if (is_new_) must(store::FileStore::create(path));
    store_ = must(store::FileStore::open(path));
    const uffd::SegmentSpec segment{"heap", 0, lines * uffd::kLineSize, false, true};
    options.segments = std::span(&segment, 1);
    options.size = segment.size;
    options.store = store_.get();
    region_ = must(uffd::Region::create(options));
  }

  [[nodiscard]] bool is_new() const { return is_new_; }
  uffd::Region& region() { return *region_; }
  store::FileStore& store() { return *store_; }
  volatile std::uint64_t& word(std::uint64_t line) {
    return *reinterpret_cast<volatile std::uint64_t*>(region_->base() + line * uffd::kLineSize);
  }
  // While no thread writes.
  void checkpoint() {
    const auto flushed = region_->preflush(~std::uint64_t{0});
    if (flushed && region_->cut() && region_->flush_cut() && store_->commit({})) return;
    std::fprintf(stderr, "the checkpoint failed\n");
    std::exit(2);
  }

 private:
  bool is_new_;
  std::unique_ptr<store::FileStore> store_;
  std::unique_ptr<uffd::Region> region_;
};

}  // namespace uvm::bench
