// The combinations of modes that the tests of the region run in, and a region in them.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "uffd/kernel_features.h"
#include "uffd/region.h"

namespace uvm::uffd::testing {

struct Modes {
  FaultMode fault;
  TrackMode track;
};

inline std::vector<Modes> all_modes() {
  std::vector<Modes> modes;
  for (TrackMode track : {TrackMode::kAsync, TrackMode::kSync}) {
    modes.push_back({FaultMode::kHandlerThread, track});
#if !UVM_THREAD_SANITIZER  // see region.h
    modes.push_back({FaultMode::kInThread, track});
#endif
  }
  return modes;
}

// A test in one of the modes; skipped where the kernel cannot do that, with what it can.
class InModes : public ::testing::TestWithParam<Modes> {
 protected:
  void SetUp() override {
    const KernelFeatures& kernel = kernel_features();
    const bool async = GetParam().track == TrackMode::kAsync;
    if (kernel.open_errno != 0 || (async && !kernel.async_tracking())) GTEST_SKIP() << kernel.describe();
  }
};

// One segment over all of it, paged and flushed. Null, and the test fails, when it cannot be made.
inline std::unique_ptr<Region> make_region(const Modes& modes, store::LineStore& store, std::uint64_t lines,
                                           std::uint64_t limit_lines, std::uint64_t staging_lines = 2048) {
  const SegmentSpec segment{"heap", 0, lines * kLineSize, false, true};
  RegionOptions options;
  options.segments = std::span(&segment, 1);
  options.size = segment.size;
  options.memory_limit = limit_lines * kLineSize;
  options.fault_mode = modes.fault;
  options.track_mode = modes.track;
  options.store = &store;
  options.staging_bytes = staging_lines * kLineSize;
  auto region = Region::create(options);
  EXPECT_TRUE(region) << region.error().message;
  return region ? std::move(*region) : nullptr;
}

// A checkpoint, pre-flush left out, that must succeed. Returns lines harvested.
inline std::uint64_t checkpoint(Region& region, store::LineStore& store) {
  const auto cut = region.cut();
  EXPECT_TRUE(cut);
  EXPECT_TRUE(region.flush_cut());
  EXPECT_TRUE(store.commit({}));
  return cut ? cut->lines : 0;
}

inline std::string mode_name(const ::testing::TestParamInfo<Modes>& info) {
  std::string name = info.param.fault == FaultMode::kInThread ? "InThread" : "HandlerThread";
  return name + (info.param.track == TrackMode::kAsync ? "Async" : "Sync");
}

}  // namespace uvm::uffd::testing
