// TestMachine: runs one static method, given as bytecode, on a Vm without a class library, for unit tests.
//
// What it throws is told by the name of the class that it asks the class loader for: each is served with one and the
// same stand-in, which has the fields that throwing needs.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/boot/test_vm.h"
#include "runtime/classfile/opcodes.h"
#include "runtime/execution/entry_frames.h"
#include "runtime/execution/interpreter.h"
#include "runtime/heap/class_source.h"
#include "runtime/metadata/code.h"
#include "runtime/metadata/symbol_table.h"
#include "runtime/threads/host_threads.h"
#include "runtime/threads/java_calls.h"

namespace uvm::rt {

struct Outcome {
  Slot result{};
  std::string thrown;  // internal name of the class; empty: it returned
};

class TestMachine : private ClassSource, private EntryFrames {
 public:
  TestMachine() {
    vm_->classes = this;
    vm_->entry_frames = this;
    const std::lock_guard lock(vm_->metadata_lock);
    holder_ = make_class(gc::ShapeKind::kInstance, 16);
    holder_->pool = vm_->metadata.make<ConstantPool>();
    throwable_ = make_class(gc::ShapeKind::kInstance, 64);
    make_mirror_of(throwable_);
    WellKnown& known = roots().known;
    known.Throwable = throwable_;
    known.Throwable_detailMessage = 8;
    known.Throwable_cause = 12;
    known.Throwable_stackTrace = 16;
    known.Throwable_suppressedExceptions = 20;
    known.Throwable_backtrace = 24;
    known.Throwable_depth = 28;
    known.Throwable_UNASSIGNED_STACK = known.Throwable_SUPPRESSED_SENTINEL = 32;
    known.String = make_class(gc::ShapeKind::kInstance, 32);
    known.String_value = 8;
    known.String_coder = 12;
    known.String_hash = 16;
    for (const auto& [type, shift] : {std::pair{BasicType::kBoolean, 0},
                                      {BasicType::kChar, 1},
                                      {BasicType::kFloat, 2},
                                      {BasicType::kDouble, 3},
                                      {BasicType::kByte, 0},
                                      {BasicType::kShort, 1},
                                      {BasicType::kInt, 2},
                                      {BasicType::kLong, 3}}) {
      Class* array = make_class(gc::ShapeKind::kPrimitiveArray, 16);
      array->shape.element_shift = static_cast<std::uint8_t>(shift);
      array->dimensions = 1;
      array->primitive = BasicType::kArray;
      array->component = make_class(gc::ShapeKind::kInstance, 16);
      array->component->primitive = type;
      known.primitive_arrays[static_cast<unsigned>(type)] = array;
    }
    record_ = vm_->metadata.make<JavaThread>();
    record_->id = 1;
    record_->stack_base = gc::kStacksStart;
    record_->stack_end = gc::kStacksStart + (256 << 10);
    host_.java = record_;
    host_.vm = &*vm_;
    host_.mode.store(ThreadMode::kRunning);
    host_.stack_base = gc::at_offset<Slot>(record_->stack_base);
    host_.stack_limit = gc::at_offset<Slot>(record_->stack_end - (32 << 10));
  }
  TestMachine(const TestMachine&) = delete;
  TestMachine& operator=(const TestMachine&) = delete;

  Vm& vm() { return *vm_; }
  Thread& thread() { return host_; }
  Class* holder() { return holder_; }
  Object* make_array(BasicType type, std::int32_t length) { return new_primitive_array_of(type, length); }

  // A static method of these bytes, max_stack 16, whose arguments take `argument_slots`.
  Method* make_method(const std::vector<std::uint8_t>& bytecode, unsigned argument_slots, BasicType returns) {
    auto* method = vm_->metadata.make<Method>();
    auto* bytes = vm_->metadata.make<std::uint8_t>(bytecode.size());
    std::memcpy(bytes, bytecode.data(), bytecode.size());
    method->holder = holder_;
    method->name = make_symbol("test");
    method->descriptor = make_symbol("()V");
    method->access = kAccStatic;
    method->kind = MethodKind::kUnprepared;
    method->return_type = returns;
    method->arg_slots = static_cast<std::uint16_t>(argument_slots);
    method->max_locals = static_cast<std::uint16_t>(argument_slots + 8);
    method->max_stack = 16;
    method->vtable_index = method->itable_index = -1;
    method->bytecode = bytes;
    method->bytecode_length = static_cast<std::uint16_t>(bytecode.size());
    return method;
  }

  Outcome run(Method* method, const std::vector<Slot>& arguments) {
    outcome_ = {};
    asked_for_.clear();
    record_->pending_exception = nullptr;
    // The entry frame; slot 0 of the stack stays free.
    auto* entry = reinterpret_cast<Frame*>(host_.stack_base + 1);
    *entry = Frame{};
    entry->kind = FrameKind::kEntry;
    entry->sp = kNativeSavedSlots;
    host_.frame = entry;
    EXPECT_EQ(vm_->calls->push_call(host_, method, arguments), Status::kUpcall);
    interpret(host_);
    return outcome_;
  }
  Outcome run(const std::vector<std::uint8_t>& bytecode, const std::vector<Slot>& arguments,
              BasicType returns) {
    return run(make_method(bytecode, static_cast<unsigned>(arguments.size()), returns), arguments);
  }

 private:
  Class* make_class(gc::ShapeKind kind, std::uint32_t size) {
    auto* c = vm_->metadata.make<Class>();
    c->shape.kind = kind;
    c->shape.instance_size = size;
    c->name = make_symbol("test/Class" + std::to_string(++classes_));
    c->primitive = BasicType::kObject;
    c->state = ClassState::kInitialized;
    c->primary_supers[0] = c;
    return c;
  }
  void make_mirror_of(Class* c) {
    auto* mirror = vm_->metadata.make<std::uint64_t>(8);
    c->mirror = reinterpret_cast<Object*>(mirror);
  }
  Object* new_primitive_array_of(BasicType type, std::int32_t length) {
    Class* array_class = roots().known.primitive_arrays[static_cast<unsigned>(type)].get();
    const std::uint64_t bytes = gc::align_object(
        sizeof(Array) + (static_cast<std::uint64_t>(length) << array_class->shape.element_shift));
    std::byte* memory = vm_->heap.allocate(record_->buffer, bytes);
    gc::set_header(memory, &array_class->shape);
    auto* array = reinterpret_cast<Array*>(memory);
    array->length = length;
    return array;
  }

  Class* boot_class(Thread& /*thread*/, std::string_view name) override {
    asked_for_ = name;
    return throwable_;
  }
  Status link_class(Thread& /*thread*/, Class* /*c*/) override { return Status::kOk; }
  Class* array_class_of(Thread& /*thread*/, Class* /*component*/) override { return nullptr; }
  Status returned(Thread& thread, Frame* frame, bool threw) override {
    outcome_.result = frame->operands()[8];
    if (threw || thread.pending_exception() != nullptr)
      outcome_.thrown = asked_for_.empty() ? "?" : asked_for_;
    thread.frame = nullptr;
    return Status::kOk;
  }

  TestVm vm_;
  HostThread host_;
  JavaThread* record_ = nullptr;
  Class* holder_ = nullptr;
  Class* throwable_ = nullptr;
  unsigned classes_ = 0;
  std::string asked_for_;
  Outcome outcome_;
};

}  // namespace uvm::rt
