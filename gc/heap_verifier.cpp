#include "gc/heap_verifier.h"

#include <cstdio>

#include "gc/object_references.h"
#include "gc/region_walk.h"
#include "gc/side_bitmap.h"

namespace uvm::gc {
namespace {

std::string hex(RegionOffset offset) {
  char text[32];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(offset));
  return text;
}

}  // namespace

HeapFindings verify_heap(const HeapState& state, std::vector<AllocationBuffer> buffers, RootSource& roots,
                         std::function<bool(std::uint32_t)> known_shape,
                         const std::function<std::string(const Object*)>& name_of) {
  HeapFindings findings;
  const auto report = [&](std::string line) {
    findings.problems++;
    if (findings.text.size() < kMaxFindings) findings.text.push_back(std::move(line));
  };
  const RegionWalker walker(state, std::move(buffers), std::move(known_shape));
  SideBitmap starts(kOldStart, walker.end());
  const auto is_start = [&](std::uint32_t bits) {
    const RegionOffset offset = offset_of_bits(bits);
    return starts.covers(offset) && starts.test(offset);
  };

  for (RegionOffset region = kOldStart; region < walker.end(); region += kOldRegionSize) {
    const auto problem = walker.walk(region, [&](const Object* object) {
      findings.objects++;
      starts.set(offset_of(object));
    });
    if (problem) report("region " + hex(region) + ": at " + hex(problem->at) + ": " + problem->what);
  }
  starts.for_each(kOldStart, walker.end(), [&](RegionOffset offset) {
    auto* object = at_offset<Object>(offset);
    for_each_reference(object, [&](const ReferenceSlot& slot) {
      if (slot.bits() == 0) return;
      findings.references++;
      if (is_start(slot.bits())) return;
      report(name_of(object) + " at " + hex(offset) + ": reference at offset " +
             std::to_string(offset_of(&slot) - offset) + " to " + hex(offset_of_bits(slot.bits())) +
             ", where no object starts");
    });
  });
  roots.visit_roots([&](const Root& root) {
    if (!root.exact) return;
    findings.roots++;
    if (!is_start(root.bits)) {
      report(std::string("root, ") + root.what + ": to " + hex(offset_of_bits(root.bits)) +
             ", where no object starts");
    }
  });
  return findings;
}

}  // namespace uvm::gc
