#include "runtime/boot/boot.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdlib>

#include "runtime/boot/heap_fingerprint.h"
#include "runtime/execution/native.h"
#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/linking/archived_symbols.h"
#include "runtime/linking/array_classes.h"
#include "runtime/linking/class_loading.h"
#include "runtime/linking/initialization.h"
#include "runtime/linking/mirrors.h"
#include "runtime/metadata/code.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/symbol_table.h"
#include "runtime/metadata/vm.h"
#include "runtime/threads/java_calls.h"
#include "runtime/threads/threads.h"

namespace uvm::rt {
namespace {

[[noreturn]] void boot_cannot_go_on(std::string_view what, std::string_view name) {
  spdlog::critical("the class library does not have the " + std::string(what) + " " + std::string(name) +
                   " that this uvm needs");
  std::abort();
}

Class* must_load(Thread& thread, std::string_view name) {
  Class* c = boot_class(thread, name);
  if (c == nullptr) boot_cannot_go_on("class", name);
  return c;
}

Field* must_find_field(Class* holder, std::string_view name, std::string_view descriptor) {
  Field* f = find_declared_field(holder, make_symbol(name), make_symbol(descriptor));
  if (f == nullptr) boot_cannot_go_on("field", std::string(holder->name->view()) + "." + std::string(name));
  return f;
}

Method* must_find_method(Class* holder, std::string_view name, std::string_view descriptor) {
  Method* m = find_declared_method(holder, make_symbol(name), make_symbol(descriptor));
  if (m == nullptr) {
    boot_cannot_go_on("method",
                      std::string(holder->name->view()) + "." + std::string(name) + std::string(descriptor));
  }
  return m;
}

void load_well_known(Thread& thread) {
  WellKnown& known = roots().known;
  // java.lang.Class first: the layout of every mirror depends on it.
  known.Object = must_load(thread, "java/lang/Object");
  known.Class = must_load(thread, "java/lang/Class");
  constexpr std::pair<BasicType, std::string_view> kPrimitives[] = {
      {BasicType::kBoolean, "boolean"}, {BasicType::kChar, "char"}, {BasicType::kFloat, "float"},
      {BasicType::kDouble, "double"},   {BasicType::kByte, "byte"}, {BasicType::kShort, "short"},
      {BasicType::kInt, "int"},         {BasicType::kLong, "long"}, {BasicType::kVoid, "void"}};
  for (const auto& [type, name] : kPrimitives) make_primitive_class(thread, type, name);
  known.Cloneable = must_load(thread, "java/lang/Cloneable");
  known.Serializable = must_load(thread, "java/io/Serializable");
  for (const auto& [type, name] : kPrimitives) {
    if (type != BasicType::kVoid)
      array_class_of(thread, known.primitive_classes[static_cast<unsigned>(type)].get());
  }
#define UVM_CLASS(id, name) known.id = must_load(thread, name);
  UVM_KNOWN_CLASSES(UVM_CLASS)
#undef UVM_CLASS
#define UVM_FIELD(id, holder, name, descriptor) \
  known.id = must_find_field(known.holder.get(), name, descriptor)->offset;
  UVM_KNOWN_FIELDS(UVM_FIELD)
#undef UVM_FIELD
#define UVM_METHOD(id, holder, name, descriptor) \
  known.id = must_find_method(known.holder.get(), name, descriptor);
  UVM_KNOWN_METHODS(UVM_METHOD)
#undef UVM_METHOD
  known.object_array = array_class_of(thread, known.Object.get());
  known.string_array = array_class_of(thread, known.String.get());
  known.class_array = array_class_of(thread, known.Class.get());
}

Status load_core(Thread& thread) {
  make_archived_symbols(thread.vm->input.java_home);
  load_well_known(thread);
  UVM_TRY(make_missing_mirrors(thread));
  // Mirrors made before their fields were known.
  const WellKnown& known = vm()->known();
  for (Class* c = roots().all_classes.get(); c != nullptr; c = c->next.get()) {
    if (c->is_array())
      c->mirror_object()->set_reference(known.Class_componentType, c->component->mirror_object());
  }
  return Status::kOk;
}

Status initialize(Thread& thread, std::string_view name) {
  return ensure_initialized(thread, must_load(thread, name));
}

// The next step is due when the call that this one pushes has returned.
Status call_as_last(Thread& thread, Method* method, std::initializer_list<Slot> args) {
  roots().boot_phase++;
  return push_call(thread, method, std::span<const Slot>(args.begin(), args.size()));
}

Status make_system_group(Thread& thread) {
  Class* group = vm()->known().ThreadGroup.get();
  Object* system = new_object(thread, group);
  if (system == nullptr) return Status::kThrow;
  roots().system_thread_group = system;
  return call_as_last(thread, must_find_method(group, "<init>", "()V"), {slot_of(system)});
}

Status make_main_group(Thread& thread) {
  Class* group = vm()->known().ThreadGroup.get();
  Object* main = new_object(thread, group);
  Object* name = new_string(thread, "main");
  if (main == nullptr || name == nullptr) return Status::kThrow;
  roots().main_thread_group = main;
  return call_as_last(thread,
                      must_find_method(group, "<init>", "(Ljava/lang/ThreadGroup;Ljava/lang/String;)V"),
                      {slot_of(main), slot_of(roots().system_thread_group.get()), slot_of(name)});
}

Status make_main_thread(Thread& thread) {
  const WellKnown& known = vm()->known();
  Object* object = new_object(thread, known.Thread.get());
  Object* name = new_string(thread, "main");
  if (object == nullptr || name == nullptr) return Status::kThrow;
  constexpr std::int32_t kNormalPriority = 5;
  // The constructor asks for the current thread, which must exist and be alive before.
  object->field<std::int64_t>(known.Thread_eetop) = static_cast<std::int64_t>(gc::offset_of(thread.java));
  object->field<std::int32_t>(known.Thread_priority) = kNormalPriority;
  thread.java->object = object;
  return call_as_last(
      thread, must_find_method(known.Thread.get(), "<init>", "(Ljava/lang/ThreadGroup;Ljava/lang/String;)V"),
      {slot_of(object), slot_of(roots().main_thread_group.get()), slot_of(name)});
}

// jdk.internal.misc.UnsafeConstants are 0 in the class file; the VM sets the values of this machine.
Status set_unsafe_constants(Thread& thread) {
  const WellKnown& known = vm()->known();
  Object* main = thread.java->object.get();
  main->field<std::int32_t>(known.Thread_threadStatus) = kStatusRunnable;
  Class* c = known.UnsafeConstants.get();
  UVM_TRY(ensure_initialized(thread, c));
  Object* mirror = c->mirror_object();
  mirror->field<std::int32_t>(must_find_field(c, "ADDRESS_SIZE0", "I")->offset) = 8;
  mirror->field<std::int32_t>(must_find_field(c, "PAGE_SIZE", "I")->offset) = 4096;
  mirror->field<std::uint8_t>(must_find_field(c, "BIG_ENDIAN", "Z")->offset) = 0;
  mirror->field<std::uint8_t>(must_find_field(c, "UNALIGNED_ACCESS", "Z")->offset) = 1;
  mirror->field<std::int32_t>(must_find_field(c, "DATA_CACHE_LINE_FLUSH_SIZE", "I")->offset) = 0;
  return Status::kOk;
}

Status make_last_resort_errors(Thread& thread) {
  for (const std::string_view name :
       {"java/lang/OutOfMemoryError", "java/lang/StackOverflowError", "java/lang/NullPointerException",
        "java/lang/ClassCastException", "java/lang/ArrayStoreException", "java/lang/ArithmeticException",
        "java/lang/IllegalMonitorStateException", "java/lang/IllegalArgumentException",
        "java/lang/ArrayIndexOutOfBoundsException", "java/lang/NegativeArraySizeException"}) {
    UVM_TRY(initialize(thread, name));
  }
  (void)throw_new(thread, "java/lang/OutOfMemoryError", "Java heap space");
  roots().out_of_memory_error = thread.java->pending_exception;
  thread.java->pending_exception = nullptr;
  return Status::kOk;
}

Status call_phase2(Thread& thread) {
  return call_as_last(thread, vm()->known().System_initPhase2.get(), {slot_of(false), slot_of(false)});
}

Status check_phase2(Thread& thread) {
  const std::int32_t result = thread.frame->operands()[8].i;
  if (result == 0) return Status::kOk;
  return throw_new(thread, "java/lang/InternalError",
                   "the module system could not be initialised: " + std::to_string(result));
}

using Step = Status (*)(Thread&);
#define UVM_INIT(name) [](Thread& t) { return initialize(t, name); }
constexpr Step kSteps[] = {
    load_core,
    UVM_INIT("java/lang/String"),
    UVM_INIT("java/lang/System"),
    UVM_INIT("java/lang/Class"),
    UVM_INIT("java/lang/ThreadGroup"),
    make_system_group,
    make_main_group,
    UVM_INIT("java/lang/Thread"),
    make_main_thread,
    UVM_INIT("java/lang/Module"),
    set_unsafe_constants,
    UVM_INIT("java/lang/Thread$State"),  // Thread.getState() calls no Java
    UVM_INIT("java/lang/reflect/Method"),
    UVM_INIT("java/lang/ref/Finalizer"),
    [](Thread& t) { return call_as_last(t, vm()->known().System_initPhase1.get(), {}); },
    make_last_resort_errors,
    UVM_INIT("java/lang/invoke/MethodHandle"),
    UVM_INIT("java/lang/invoke/ResolvedMethodName"),
    UVM_INIT("java/lang/invoke/MemberName"),
    UVM_INIT("java/lang/invoke/MethodHandleNatives"),
    call_phase2,
    check_phase2,
    [](Thread& t) { return call_as_last(t, vm()->known().System_initPhase3.get(), {}); },
};
#undef UVM_INIT

}  // namespace

void format_heap(gc::RegionOffset old_end) {
  Roots& r = roots();
  r.magic = kRootsMagic;
  r.heap_format = gc::kHeapFormat;
  r.code_format = kCodeFormat;
  r.layout_fingerprint = heap_fingerprint();
  r.native_fingerprint = native_table_fingerprint();
  r.next_thread_id = 1;
  r.metadata.top = gc::kMetadataStart;
  r.metadata.end = gc::kMetadataStart + gc::kMetadataSize;
  r.native.top = gc::kNativeStart;
  r.native.end = gc::kNativeStart + gc::kNativeSize;
  r.heap.old_end = old_end;
  r.heap.next_region = gc::kOldStart;
  r.heap.shared_top = r.heap.shared_end = gc::kOldStart;
  gc::SegmentAllocator metadata(&r.metadata, nullptr);
  r.heap.region_kinds = metadata.make<std::uint8_t>(gc::kMaxOldSize / gc::kOldRegionSize);
  auto* filler = metadata.make<gc::Shape>();
  filler->kind = gc::ShapeKind::kFiller;
  filler->instance_size = sizeof(Array);
  r.heap.filler_shape = filler;
}

Status boot_step(Thread& thread) {
  while (roots().boot_phase < std::size(kSteps)) {
    const std::uint32_t phase = roots().boot_phase;
    UVM_TRY(kSteps[phase](thread));
    if (roots().boot_phase == phase) roots().boot_phase++;
  }
  roots().boot_phase = kBootDone;
  return Status::kOk;
}

}  // namespace uvm::rt
