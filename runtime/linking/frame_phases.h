// What the frames of initialisation and linking keep in Frame::phase and Frame::aux. Such frames lie on the stacks of
// heaps and are gone on with by later builds, which have no other way to tell how far they are.
//
// Invariant: part of the heap format. The numbers stand; a new phase gets a new number.
#pragma once

#include <cstdint>

#include "base/persisted.h"

namespace uvm::rt {

// kClassInit, Frame::phase: what was begun last (runtime/linking/initialization.cpp).
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

// kLoadClass, Frame::aux: what a class that is not there means (runtime/linking/class_loading.cpp).
enum class NotFound : std::uint8_t {
  kError =
      0,  // resolution (JVMS 5.4.3.1): NoClassDefFoundError, a loader's ClassNotFoundException as its cause
  kException = 1,  // Class.forName: the loader's ClassNotFoundException itself
};
UVM_PERSISTED_ENUM(NotFound, kError, kException)

}  // namespace uvm::rt
