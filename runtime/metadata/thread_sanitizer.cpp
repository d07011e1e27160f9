#include "runtime/metadata/thread_sanitizer.h"

#include "gc/layout.h"

#if UVM_THREAD_SANITIZER
// tsan_interface_ann.cpp of compiler-rt; declared in no header.
extern "C" void AnnotateBenignRaceSized(const char* file, int line, const volatile void* address,
                                        std::size_t size, const char* description);
#endif

namespace uvm::rt {

void expect_java_races([[maybe_unused]] std::byte* region_base) {
#if UVM_THREAD_SANITIZER
  AnnotateBenignRaceSized(__FILE__, __LINE__, region_base + gc::kOldStart, gc::kMaxOldSize, "objects");
  AnnotateBenignRaceSized(__FILE__, __LINE__, region_base + gc::kNativeStart, gc::kNativeSize,
                          "Unsafe memory");
#endif
}

}  // namespace uvm::rt
