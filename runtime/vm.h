// Vm: the host side of one running virtual machine: what belongs to the process, not to the heap.
//
// A Vm is made over a mapped region (fresh or resumed) and destroyed with it; several may follow each other
// in one process (suspend and resume, torture). Everything that must survive is in the region; what is here
// is derived.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gc/heap.h"
#include "gc/segment_allocator.h"
#include "runtime/roots.h"
#include "runtime/status.h"
#include "runtime/thread.h"
#include "runtime/thread_memory.h"
#include "runtime/well_known.h"

namespace uvm::rt {

namespace jimage {
class JImage;
}

// What the outside gives a program; used by natives of System, UvmLauncher and the launcher itself.
struct ProgramInput {
  std::string java_home;   // of the class library
  std::string main_class;  // external form
  std::vector<std::string> arguments;
  std::vector<std::pair<std::string, std::string>> properties;  // -D
  // System properties that tell the module system of --add-opens and the like: heeded while the class library
  // boots, if it `boots` for this program, else afterwards.
  std::vector<std::pair<std::string, std::string>> module_properties;
  bool boots = false;
};

class Vm {
 public:
  Vm(uffd::Region* region, const jimage::JImage* image, ProgramInput input);
  ~Vm();
  Vm(const Vm&) = delete;
  Vm& operator=(const Vm&) = delete;

  gc::Heap heap;
  gc::SegmentAllocator metadata;
  gc::SegmentAllocator native_memory;
  uffd::Region* region;  // null in unit tests on plain memory
  const jimage::JImage* image;
  ProgramInput input;

  [[nodiscard]] const WellKnown& known() const { return roots().known; }

  // Guards class definition, linking, the dictionary, symbol and string tables. Held briefly, never across a
  // safepoint, an upcall or a blocking call.
  std::recursive_mutex metadata_lock;

  // --- Threads of this process: see runtime/safepoint.h
  std::mutex threads_lock;
  std::condition_variable threads_changed;
  std::vector<Thread*> threads;  // host threads, while they run
  ThreadMemory thread_memory;
  std::atomic<bool> stop_requested{false};
  std::atomic<bool> retiring{false};

  // Asks for a checkpoint soon; set by whoever makes them.
  std::function<void()> request_checkpoint = [] {};

  std::uint64_t torture_interval = 0;  // safepoints between two torture resumes, 0 off
};

// The VM of this process; null when none.
Vm* vm();

// ---------------------------------------------------------------- objects (runtime/objects.cpp)
// All return null with an OutOfMemoryError pending when the heap is full.
Object* new_object(Thread& thread, Class* c);  // zeroed; class must be initialised or exempt
Array* new_array(Thread& thread, Class* array_class,
                 std::int32_t length);  // length >= 0; too large: OutOfMemoryError
Array* new_primitive_array(Thread& thread, BasicType element, std::int32_t length);
Array* new_object_array(Thread& thread, Class* component, std::int32_t length);
Object* clone_object(Thread& thread, Object* original);
Class* box_class(BasicType type);  // java.lang.Integer ...; null for types that are not primitive, and void
Object* box(Thread& thread, BasicType type, Slot value);  // not cached
BasicType unbox(const Object* boxed, Slot* value);        // kVoid when it is no box

inline Object* array_get(const Array* array, std::int32_t index) {
  return gc::decode<Object>(array->elements<std::uint32_t>()[index]);
}
inline void array_set(Array* array, std::int32_t index, const Object* value) {
  array->elements<std::uint32_t>()[index] = gc::encode(value);
}

// ---------------------------------------------------------------- strings (runtime/strings.cpp)
Object* new_string(Thread& thread, std::string_view utf8);  // UTF-8 or modified UTF-8; bad bytes: U+FFFD
Object* new_string_utf16(Thread& thread, std::u16string_view units);
std::string to_utf8(const Object* string);  // real UTF-8, lone surrogates as '?'
std::u16string to_utf16(const Object* string);
std::string to_modified_utf8(const Object* string);
Object* intern(Thread& thread, Object* string);         // String.intern
Object* intern_symbol(Thread& thread, Symbol* symbol);  // string constant of a pool
bool string_equals(const Object* string, std::string_view modified_utf8);
std::int32_t string_length(const Object* string);  // UTF-16 units

// ---------------------------------------------------------------- symbols (runtime/symbol_table.cpp)
Symbol* make_symbol(std::string_view modified_utf8);
Symbol* find_symbol(std::string_view modified_utf8);  // null: no such symbol yet

// ---------------------------------------------------------------- exceptions (runtime/exceptions.cpp)
// They make the exception without running Java (the constructors concerned only store the message), fill in
// its stack trace, and set it pending. `class_name` is an internal name of java.base, e.g.
// "java/lang/Error".
Thrown throw_new(Thread& thread, std::string_view class_name, std::string_view message);
Thrown throw_new(Thread& thread, std::string_view class_name);  // no message
Thrown throw_new_with_cause(Thread& thread, std::string_view class_name, std::string_view message,
                            Object* cause);
Thrown throw_object(Thread& thread, Object* throwable);
Thrown throw_null_pointer(Thread& thread);  // message comes from getExtendedNPEMessage
Thrown throw_out_of_memory(Thread& thread, std::string_view message = "Java heap space");
Thrown throw_errno(Thread& thread, std::string_view class_name, std::string_view what,
                   int error);  // "what: strerror"
void fill_in_stack_trace(Thread& thread, Object* throwable);
// Walks Java and native frames, innermost first, until `visit` returns false. bci is -2 for natives.
void walk_frames(Thread& thread, const std::function<bool(Frame*, Method*, int bci)>& visit);
int line_of(const Method* method, int bci);  // -1 unknown, -2 native

// ---------------------------------------------------------------- classes (runtime/class_loading.cpp and
// others) Names are internal ("java/lang/String", "[I", "[Ljava/lang/String;"). Loading through a Java class
// loader returns kUpcall until done (runtime/status.h).
enum class NotFound : std::uint8_t {
  kError,  // resolution (JVMS 5.4.3.1): NoClassDefFoundError, a loader's ClassNotFoundException as its cause
  kException,  // Class.forName: the loader's ClassNotFoundException itself
};
Status load_class(Thread& thread, Symbol* name, Object* loader, Class** result,
                  NotFound not_found = NotFound::kError);
Status find_class(Thread& thread, std::string_view name, Object* loader, Class** result);
Class* find_loaded_class(Symbol* name, Object* loader);  // recorded with `loader` as initiating loader; null
Class* boot_class(Thread& thread, std::string_view name);  // boot loader only; null if there is none
Class* array_class_of(Thread& thread, Class* component);   // class of component[]
struct DefineOptions {
  Object* loader = nullptr;
  Object* protection_domain = nullptr;
  Symbol* expected_name = nullptr;  // null: whatever the file says
  bool hidden = false;
  Class* nest_host = nullptr;     // hidden classes: lookup class when they join its nest
  Class* lookup_class = nullptr;  // hidden classes
  Object* class_data = nullptr;
  const char* source = nullptr;  // for logging
};
// Defines a class from class file bytes (copied; they need not stay). May return kUpcall to load supers.
Status define_class(Thread& thread, const std::uint8_t* bytes, std::size_t length,
                    const DefineOptions& options, Class** result);
Status link_class(Thread& thread, Class* c);             // verify, prepare
Status ensure_initialized(Thread& thread, Class* c);     // JVMS 5.5; kUpcall while the initialiser runs
bool is_accessible(const Class* from, const Class* to);  // JVMS 5.4.4 for classes, packages and modules
Status check_access_to_class(Thread& thread, const Class* referrer, const Class* c);  // IllegalAccessError
bool same_package(const Class* a, const Class* b);
std::string_view package_of(const Class* c);  // internal form, "" unnamed
// java.lang.Class of a descriptor ("I", "Ljava/lang/String;", "[J"), seen from `accessor`'s loader.
Status class_of_descriptor(Thread& thread, std::string_view descriptor, Object* loader, Class** result);

// ---------------------------------------------------------------- members (runtime/resolution.cpp)
Method* lookup_method(Class* c, const Symbol* name, const Symbol* descriptor);  // 5.4.3.3 without checks
Method* lookup_interface_method(Class* c, const Symbol* name,
                                const Symbol* descriptor);                    // 5.4.3.4 without checks
Field* lookup_field(Class* c, const Symbol* name, const Symbol* descriptor);  // 5.4.3.2 without checks
// The method that an invocation of `resolved` on an object of `receiver_class` runs (JVMS 5.4.6); null:
// abstract.
Method* select_method(Class* receiver_class, Method* resolved);
Status resolve_class(Thread& thread, Class* referrer, unsigned pool_index, Class** result);
Status resolve_string(Thread& thread, Class* referrer, unsigned pool_index, Object** result);
Status resolve_field(Thread& thread, Class* referrer, unsigned pool_index, bool is_static, bool is_put,
                     Method* in, Field** result);
enum class InvokeKind : std::uint8_t { kVirtual, kSpecial, kStatic, kInterface };
struct MethodReference {
  Class* holder;
  const Symbol* name;
  const Symbol* descriptor;
  Class* referrer;                   // null: anybody may access it
  PoolTag tag = PoolTag::kUnusable;  // of the pool entry, if there is one
};
// The method that an invocation of that kind refers to (JVMS 5.4.3.3, 5.4.3.4, and the checks of 6.5 that
// need no receiver). The errors are those of an invoke instruction.
Status link_method(Thread& thread, const MethodReference& reference, InvokeKind kind, Method** result);
Status resolve_method(Thread& thread, Class* referrer, unsigned pool_index, InvokeKind kind, Method** result);
bool can_access_member(const Class* from, const Class* holder, std::uint32_t member_access,
                       const Class* resolved_in);
Status nest_host_of(Thread& thread, Class* c, Class** host);

// ---------------------------------------------------------------- frames (runtime/interpreter.cpp)
// Pushes a frame for `method` above the current one; `args` as NativeCall::upcall. kUpcall, or kThrow (stack
// overflow).
Status push_call(Thread& thread, Method* method, std::span<const Slot> args);

}  // namespace uvm::rt
