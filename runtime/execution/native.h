// Native methods: the interface between the interpreter and the C++ functions that implement them.
//
// Each Java class with natives has one file runtime/natives/<package_Class>.cpp with one declarative table:
//
//   const NativeMethod kMethods[] = {
//       {"arraycopy", "(Ljava/lang/Object;ILjava/lang/Object;II)V", arraycopy, kLeaf},
//       {"wait", "(J)V", wait},
//   };
//   UVM_REGISTER_NATIVES("java/lang/System", kMethods)
//
// Law 4: a native either completes or leaves no trace. It may be executed again from its start whenever it
// returned kUpcall or kRetire, even in another process at another base address. So it keeps nothing in host
// memory between executions; what it must remember goes into the frame's phase() and saved() slots.
//
// Calling Java: `return call.upcall(method, {args})`. When the Java method returns, the native is executed
// again with upcall_result() set; it tells the executions apart by phase(), which it sets before the upcall.
// An exception of the Java method propagates to the native's caller, unless catch_exceptions() was called:
// then it is in caught_exception(). Resolution helpers (class loading, initialisation) return kUpcall on
// their own; the native is then executed again in the same phase. No native may hold an Object* across a
// kUpcall, a kRetire or a BlockedScope: use saved().
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "base/persisted.h"
#include "runtime/metadata/frame.h"
#include "runtime/metadata/metadata.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

// Phases of natives that have no more than two (Frame::phase). Each native says what its second phase means
// and what is saved in it. A native with other phases has an enumeration of its own, with fixed numbers.
enum NativePhase : std::uint8_t {
  kFresh = 0,     // nothing is done yet
  kUnderWay = 1,  // it has been entered before
};
UVM_PERSISTED_ENUM(NativePhase, kFresh, kUnderWay)

// Frame::aux of a native frame.
enum NativeFrameBits : std::uint16_t {
  kNativeCatches = 1,    // it receives exceptions of its upcall
  kNativeCaught = 2,     // it has received one: slot 8 holds it
  kNativeNeedsLock = 4,  // synchronized: the lock is still to be taken
};
UVM_PERSISTED_ENUM(NativeFrameBits, kNativeCatches, kNativeCaught, kNativeNeedsLock)

class NativeCall {
 public:
  NativeCall(Thread& thread, Frame* frame, Slot* args) : thread(thread), frame_(frame), args_(args) {}

  Thread& thread;

  // Arguments by slot index (long and double take two); slot 0 is the receiver of an instance method.
  [[nodiscard]] Object* object(unsigned slot) const { return gc::decode<Object>(args_[slot].ref); }
  [[nodiscard]] Array* array(unsigned slot) const { return gc::decode<Array>(args_[slot].ref); }
  [[nodiscard]] std::int32_t i32(unsigned slot) const { return args_[slot].i; }
  [[nodiscard]] std::int64_t i64(unsigned slot) const { return args_[slot].l; }
  [[nodiscard]] float f32(unsigned slot) const { return args_[slot].f; }
  [[nodiscard]] double f64(unsigned slot) const { return args_[slot].d; }
  [[nodiscard]] Slot* args() const { return args_; }

  // Result. The functions return kOk so that a native can end with `return call.ret(x)`.
  Slot result{};
  Status ret() { return Status::kOk; }
  Status ret(const Object* value) {
    result.raw = gc::encode(value);
    return Status::kOk;
  }
  Status ret(bool value) {
    result.raw = value ? 1 : 0;
    return Status::kOk;
  }
  Status ret(std::int32_t value) {
    result.raw = 0;
    result.i = value;
    return Status::kOk;
  }
  Status ret(std::int64_t value) {
    result.l = value;
    return Status::kOk;
  }
  Status ret(float value) {
    result.raw = 0;
    result.f = value;
    return Status::kOk;
  }
  Status ret(double value) {
    result.d = value;
    return Status::kOk;
  }

  // --- Not for leaf natives:
  [[nodiscard]] Frame* frame() const { return frame_; }
  [[nodiscard]] Method* method() const { return frame_->method.get(); }
  [[nodiscard]] unsigned phase() const { return frame_->phase; }
  void set_phase(unsigned phase) { frame_->phase = static_cast<std::uint8_t>(phase); }
  [[nodiscard]] Object* saved(unsigned index) const {
    return gc::decode<Object>(frame_->operands()[index].ref);
  }
  void save(unsigned index, const Object* value) { frame_->operands()[index].raw = gc::encode(value); }
  Slot& saved_value(unsigned index) { return frame_->operands()[4 + index]; }  // plain values, index 0..3

  // Pushes a call of `method` with `args` (one Slot per slot; a long or double is followed by an empty one;
  // the receiver comes first; there is no dynamic dispatch: select the method beforehand) and returns kUpcall
  // (or kThrow: StackOverflowError).
  Status upcall(Method* method, std::initializer_list<Slot> args);
  Status upcall(Method* method, std::span<const Slot> args);
  [[nodiscard]] Slot upcall_result() const { return frame_->operands()[8]; }
  void catch_exceptions();                         // of the next upcall
  [[nodiscard]] Object* caught_exception() const;  // null when the upcall returned normally

 private:
  Frame* frame_;
  Slot* args_;
};

using NativeFunction = Status (*)(NativeCall& call);

enum NativeTraits : std::uint8_t {
  kFramed = 0,
  // No frame is pushed: the function must not call Java, block, or use frame(), phase(), saved(), upcall().
  // It may throw, but then the stack trace lacks the native's own line, so use it for natives that throw only
  // when misused.
  kLeaf = 1,
  // A leaf that takes the place of a method's bytecode, in classes of the boot loader.
  kIntrinsic = 2,
};

struct NativeMethod {
  std::string_view name;
  std::string_view descriptor;
  NativeFunction function;
  NativeTraits traits = kFramed;
  // Version of the meaning of its phases and saved slots, which frames in heaps contain: raise it when that
  // meaning changes. A heap with a thread inside an older version is refused (runtime/boot/heap_format.h).
  // 0: a stand-in for a native that does not exist.
  std::uint8_t protocol = 1;
};

// Registers a table under a class at static initialisation; several tables per class are allowed.
class NativeRegistration {
 public:
  NativeRegistration(std::string_view class_name, std::span<const NativeMethod> methods);
};
#define UVM_REGISTER_NATIVES(class_name, methods) \
  static const ::uvm::rt::NativeRegistration uvm_native_registration_##methods{class_name, methods};

// The stand-in for a native method that has no native: it does nothing where there is nothing to do, and
// throws UnsatisfiedLinkError otherwise. Returns its index in the table.
std::uint32_t stand_in_for(const Method* method);

// Index of a native in the (sorted, hence deterministic) table, or -1. Used by the linker of native methods.
std::int32_t find_native(std::string_view class_name, std::string_view name, std::string_view descriptor);
const NativeMethod& native_at(std::uint32_t index);
// Changes when the set of natives changes: native_index of methods must then be looked up again after a
// resume.
std::uint64_t native_table_fingerprint();

// Whether a native of the class library with this name has nothing to do: registerNatives and initIDs only
// tell the library's own C code that the class exists.
bool needs_no_native(std::string_view name);

// Common "does nothing" natives (registerNatives, initIDs): a leaf that returns at once.
Status native_nothing(NativeCall& call);

}  // namespace uvm::rt
