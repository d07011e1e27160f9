// HeapVerifier: checks that the heap is what its layout says (gc/heap.h, gc/object.h), for tests and
// diagnosis.
//
// Every region is a sequence of objects and fillers, every header names a known class, every array ends in
// its region, every reference field and every root is null or the start of an object. Only while the program
// is stopped; reads the whole heap through the region, so absent lines come in; writes nothing to it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gc/heap.h"
#include "gc/root_source.h"

namespace uvm::gc {

struct HeapFindings {
  std::uint64_t objects = 0;
  std::uint64_t references = 0;  // not null, in objects
  std::uint64_t roots = 0;       // exact ones
  std::uint64_t problems = 0;
  std::vector<std::string> text;  // the first kMaxFindings problems, one line each
};
inline constexpr std::size_t kMaxFindings = 50;

// `known_shape` says whether reference bits are those of a class that objects can have; `name_of` names the
// class of an object whose header is good, for messages.
HeapFindings verify_heap(const HeapState& state, std::vector<AllocationBuffer> buffers, RootSource& roots,
                         std::function<bool(std::uint32_t)> known_shape,
                         const std::function<std::string(const Object*)>& name_of);

}  // namespace uvm::gc
