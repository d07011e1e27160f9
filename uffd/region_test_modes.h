// The combinations of modes that the tests of the region run in.
#pragma once

#include <gtest/gtest.h>

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

inline std::string mode_name(const ::testing::TestParamInfo<Modes>& info) {
  std::string name = info.param.fault == FaultMode::kInThread ? "InThread" : "HandlerThread";
  return name + (info.param.track == TrackMode::kAsync ? "Async" : "Sync");
}

}  // namespace uvm::uffd::testing
