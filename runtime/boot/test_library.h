// For unit tests: a thread and a class library in a TestVm. The library has the classes that the VM knows,
// each with the fields that the VM knows and no methods, and the exceptions that instructions throw. Tests
// add their own classes, from class files that they assemble. No other Java code runs.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/boot/test_vm.h"
#include "runtime/classfile/test_assembler.h"
#include "runtime/execution/entry_frames.h"
#include "runtime/execution/interpreter.h"
#include "runtime/heap/strings.h"
#include "runtime/linking/array_classes.h"
#include "runtime/linking/class_loading.h"
#include "runtime/linking/initialization.h"
#include "runtime/linking/mirrors.h"
#include "runtime/metadata/symbol_table.h"
#include "runtime/threads/host_threads.h"
#include "runtime/threads/java_calls.h"
#include "runtime/threads/threads.h"

namespace uvm::rt {

// The Java thread that the calling OS thread is during the lifetime of this object. No stop waits for it. A
// thread that runs Java concurrently with others is started by start_all_threads() instead.
class TestThread {
 public:
  explicit TestThread(Vm& vm) {
    host_.java = make_primordial_thread(vm);
    host_.vm = &vm;
    host_.mode = ThreadMode::kRunning;
    host_.stack_base = gc::at_offset<Slot>(host_.java->stack_base);
    host_.stack_limit = gc::at_offset<Slot>(host_.java->stack_end - kReserve);
    host_.frame = gc::at_offset<Frame>(host_.java->top_frame);
    set_current_thread(&host_);
  }
  ~TestThread() {
    set_current_thread(nullptr);
    host_.vm->heap.retire(host_.java->buffer);
    const std::lock_guard lock(threads_of(*host_.vm).lock);
    host_.java->alive = 0;
    --roots().java_thread_count;
  }
  TestThread(const TestThread&) = delete;
  TestThread& operator=(const TestThread&) = delete;

  Thread& operator*() { return host_; }
  Thread* operator->() { return &host_; }

 private:
  static constexpr std::uint64_t kReserve = 32 * 1024;
  HostThread host_;
};

// The slots of an argument or a result. A long or double is followed by an empty one.
using Slots = std::vector<Slot>;

struct Outcome {
  Slot result{};
  std::string exception;  // internal name of its class; empty: none
  std::string message;
};

class TestLibrary {
 public:
  TestLibrary(Vm& vm, Thread& thread) : vm_(vm), thread_(thread) {
    define_known();
    for (const auto& [name, super] : kThrowables) define(classfile::Assembler(name, 61, super));
  }

  // Defines a class of the boot loader and links it.
  Class* define(const classfile::Assembler& assembler) {
    const std::vector<std::byte> bytes = assembler.bytes();
    Class* c = nullptr;
    const Status status = define_class(thread_, reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                       bytes.size(), DefineOptions{}, &c);
    EXPECT_EQ(status, Status::kOk) << exception_name();
    if (status != Status::kOk) return nullptr;
    // Before java.lang.Class is defined, no class has a mirror to be linked with.
    if (roots().known.Class) {
      EXPECT_EQ(link_class(thread_, c), Status::kOk);
    }
    return c;
  }

  // Runs a method to its end.
  Outcome call(Method* method, std::span<const Slot> arguments) {
    OneCall once;
    EntryFrames* before = std::exchange(vm_.entry_frames, &once);
    Frame* entry = thread_.frame;
    if (push_call(thread_, method, arguments) == Status::kUpcall) {
      interpret(thread_);
    } else {
      EXPECT_NE(thread_.pending_exception(), nullptr);
    }
    vm_.entry_frames = before;
    thread_.frame = entry;
    Outcome outcome;
    outcome.result = entry->operands()[8];
    outcome.exception = exception_name();
    if (Object* exception = thread_.pending_exception(); exception != nullptr) {
      const Object* text = exception->reference(vm_.known().Throwable_detailMessage);
      if (text != nullptr) outcome.message = to_utf8(text);
    }
    thread_.java->pending_exception = nullptr;
    return outcome;
  }

 private:
  // Ends interpret() when the first frame above the entry frame is done.
  class OneCall final : public EntryFrames {
   public:
    Status returned(Thread& thread, Frame* /*frame*/, bool /*threw*/) override {
      thread.frame = nullptr;
      return Status::kOk;
    }
  };

  static constexpr std::pair<std::string_view, std::string_view> kThrowables[] = {
      {"java/lang/ArithmeticException", "java/lang/RuntimeException"},
      {"java/lang/ArrayStoreException", "java/lang/RuntimeException"},
      {"java/lang/ClassCastException", "java/lang/RuntimeException"},
      {"java/lang/IllegalArgumentException", "java/lang/RuntimeException"},
      {"java/lang/IllegalMonitorStateException", "java/lang/RuntimeException"},
      {"java/lang/IndexOutOfBoundsException", "java/lang/RuntimeException"},
      {"java/lang/ArrayIndexOutOfBoundsException", "java/lang/IndexOutOfBoundsException"},
      {"java/lang/NegativeArraySizeException", "java/lang/RuntimeException"},
      {"java/lang/NullPointerException", "java/lang/RuntimeException"},
      {"java/lang/InterruptedException", "java/lang/Exception"},
      {"java/lang/StackOverflowError", "java/lang/Error"},
      {"java/lang/OutOfMemoryError", "java/lang/Error"},
      {"java/lang/LinkageError", "java/lang/Error"},
      {"java/lang/IncompatibleClassChangeError", "java/lang/LinkageError"},
      {"java/lang/AbstractMethodError", "java/lang/IncompatibleClassChangeError"},
  };

  std::string exception_name() {
    const Object* exception = thread_.pending_exception();
    return exception == nullptr ? "" : std::string(class_of(exception)->name->view());
  }

  static std::string_view super_of(std::string_view name) {
    if (name == "java/lang/Object") return "";
    if (name == "java/lang/Error" || name == "java/lang/Exception") return "java/lang/Throwable";
    if (name == "java/lang/RuntimeException" || name == "java/lang/reflect/InvocationTargetException")
      return "java/lang/Exception";
    return "java/lang/Object";
  }
  // Which of the known fields are static.
  static bool is_static(std::string_view name) {
    return name == "COMPACT_STRINGS" || name == "in" || name == "out" || name == "err" ||
           name == "UNASSIGNED_STACK" || name == "SUPPRESSED_SENTINEL";
  }

  Class* define_known_class(std::string_view name) {
    classfile::Assembler a(name, 61, super_of(name));
    if (name == "java/lang/Cloneable" || name == "java/io/Serializable")
      a.flags = kAccPublic | kAccInterface | kAccAbstract;
    for (const auto& [holder, field, descriptor] : known_fields()) {
      if (holder == name)
        a.add_field(kAccPublic | (is_static(field) ? unsigned{kAccStatic} : 0U), field, descriptor);
    }
    return define(a);
  }

  struct KnownField {
    std::string_view holder, name, descriptor;
  };
  static const std::vector<KnownField>& known_fields() {
    static const std::vector<KnownField> fields = [] {
      std::map<std::string_view, std::string_view> names;
#define UVM_CLASS(id, name) names[#id] = name;
      UVM_KNOWN_CLASSES(UVM_CLASS)
#undef UVM_CLASS
      std::vector<KnownField> list;
#define UVM_FIELD(id, holder, name, descriptor) list.push_back({names[#holder], name, descriptor});
      UVM_KNOWN_FIELDS(UVM_FIELD)
#undef UVM_FIELD
      return list;
    }();
    return fields;
  }

  // In the order of boot (runtime/boot/boot.cpp), because every mirror has the layout of java.lang.Class.
  void define_known() {
    WellKnown& known = roots().known;
    known.Object = define_known_class("java/lang/Object");
    known.Class = define_known_class("java/lang/Class");
    constexpr std::pair<BasicType, std::string_view> kPrimitives[] = {
        {BasicType::kBoolean, "boolean"}, {BasicType::kChar, "char"}, {BasicType::kFloat, "float"},
        {BasicType::kDouble, "double"},   {BasicType::kByte, "byte"}, {BasicType::kShort, "short"},
        {BasicType::kInt, "int"},         {BasicType::kLong, "long"}, {BasicType::kVoid, "void"}};
    for (const auto& [type, name] : kPrimitives) make_primitive_class(thread_, type, name);
    EXPECT_EQ(make_missing_mirrors(thread_), Status::kOk);
    known.Cloneable = define_known_class("java/lang/Cloneable");
    known.Serializable = define_known_class("java/io/Serializable");
    for (const auto& [type, name] : kPrimitives) {
      if (type != BasicType::kVoid)
        array_class_of(thread_, known.primitive_classes[static_cast<unsigned>(type)].get());
    }
    known.Throwable = define_known_class("java/lang/Throwable");
    known.Exception = define_known_class("java/lang/Exception");
#define UVM_CLASS(id, name) \
  if (!known.id) known.id = define_known_class(name);
    UVM_KNOWN_CLASSES(UVM_CLASS)
#undef UVM_CLASS
#define UVM_FIELD(id, holder, name, descriptor) \
  known.id = find_declared_field(known.holder.get(), make_symbol(name), make_symbol(descriptor))->offset;
    UVM_KNOWN_FIELDS(UVM_FIELD)
#undef UVM_FIELD
    for (Class* c : {known.Object.get(), known.Class.get()}) EXPECT_EQ(link_class(thread_, c), Status::kOk);
  }

  Vm& vm_;
  Thread& thread_;
};

inline Method* method_named(Class* c, std::string_view name, std::string_view descriptor) {
  return find_declared_method(c, make_symbol(name), make_symbol(descriptor));
}

}  // namespace uvm::rt
