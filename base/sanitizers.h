// Which sanitizers this build is instrumented with: UVM_THREAD_SANITIZER and UVM_ADDRESS_SANITIZER are 1 or
// 0. Use them only where code cannot be the same. Any layer may use it.
#pragma once

#if defined(__SANITIZE_THREAD__)  // gcc
#define UVM_THREAD_SANITIZER 1
#elif defined(__has_feature)  // clang
#if __has_feature(thread_sanitizer)
#define UVM_THREAD_SANITIZER 1
#endif
#endif
#if !defined(UVM_THREAD_SANITIZER)
#define UVM_THREAD_SANITIZER 0
#endif

#if defined(__SANITIZE_ADDRESS__)
#define UVM_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define UVM_ADDRESS_SANITIZER 1
#endif
#endif
#if !defined(UVM_ADDRESS_SANITIZER)
#define UVM_ADDRESS_SANITIZER 0
#endif

namespace uvm {

// Everything is many times slower with them, so long tests do a fraction of their rounds.
inline constexpr bool kSanitized = UVM_ADDRESS_SANITIZER || UVM_THREAD_SANITIZER;

}  // namespace uvm
