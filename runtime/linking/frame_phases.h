// What the frames of initialisation and linking keep in Frame::phase and Frame::aux. Such frames are on the
// stacks of stored heaps, and a later build has nothing else to tell how far they got.
//
// Invariant: these numbers are part of the heap format and never change; a new phase gets a new number.
#pragma once

#include <cstdint>

#include "base/persisted.h"

namespace uvm::rt {

// kClassInit, Frame::phase: the last phase that was begun (runtime/linking/initialization.cpp).
enum class ClassInitPhase : std::uint8_t { kSuper = 0, kInterfaces = 1, kInitializer = 2, kFinished = 3 };
UVM_PERSISTED_ENUM(ClassInitPhase, kSuper, kInterfaces, kInitializer, kFinished)

// kLink, Frame::aux: what is linked (runtime/linking/linkage.cpp).
enum class LinkKind : std::uint16_t {
  kMethodType = 0,
  kMethodHandle = 1,
  kDynamic = 2,
  kCallSite = 3,
  kHandleCall = 4
};
UVM_PERSISTED_ENUM(LinkKind, kMethodType, kMethodHandle, kDynamic, kCallSite, kHandleCall)

// kLink, Frame::phase.
enum class LinkPhase : std::uint8_t { kType = 0, kHaveType = 1, kLinked = 2 };
UVM_PERSISTED_ENUM(LinkPhase, kType, kHaveType, kLinked)

// kLoadClass, Frame::aux: what to throw when the class is not found (runtime/linking/class_loading.cpp).
enum class NotFound : std::uint8_t {
  kError =
      0,  // resolution (JVMS 5.4.3.1): NoClassDefFoundError, caused by the loader's ClassNotFoundException
  kException = 1,  // Class.forName: the loader's ClassNotFoundException itself
};
UVM_PERSISTED_ENUM(NotFound, kError, kException)

}  // namespace uvm::rt
