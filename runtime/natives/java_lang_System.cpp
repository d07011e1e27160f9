// Natives of java.lang.System.
#include <cstring>

#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/support.h"
#include "runtime/threads/clock.h"

namespace uvm::rt {
namespace {

Status set_stream(NativeCall& call, std::uint32_t field) {
  known().System->mirror->set_reference(field, call.object(0));
  return call.ret();
}

Status set_in(NativeCall& call) { return set_stream(call, known().System_in); }
Status set_out(NativeCall& call) { return set_stream(call, known().System_out); }
Status set_err(NativeCall& call) { return set_stream(call, known().System_err); }

Status current_time_millis(NativeCall& call) { return call.ret(program_wall_time_ns() / 1'000'000); }

Status nano_time(NativeCall& call) { return call.ret(program_nano_time()); }

// "int" or "object array": how the messages of arraycopy name arrays.
std::string element_kind(const Class* array_class) {
  const Class* component = array_class->component.get();
  return component->is_primitive() ? std::string(component->name->view()) : "object array";
}

// Throws with a message for the first bound that is violated; they are checked in this order.
Status throw_bounds(Thread& thread, const Array* from, std::int32_t from_index, const Array* to,
                    std::int32_t to_index, std::int32_t length) {
  const std::string from_array = element_kind(class_of(from)) + "[" + std::to_string(from->length) + "]";
  const std::string to_array = element_kind(class_of(to)) + "[" + std::to_string(to->length) + "]";
  const auto sum = [](std::int32_t a, std::int32_t b) {
    return std::to_string(static_cast<std::uint32_t>(a) + static_cast<std::uint32_t>(b));
  };
  std::string message = "arraycopy: ";
  if (from_index < 0) {
    message += "source index " + std::to_string(from_index) + " out of bounds for " + from_array;
  } else if (to_index < 0) {
    message += "destination index " + std::to_string(to_index) + " out of bounds for " + to_array;
  } else if (length < 0) {
    message += "length " + std::to_string(length) + " is negative";
  } else if (static_cast<std::int64_t>(from_index) + length > from->length) {
    message += "last source index " + sum(from_index, length) + " out of bounds for " + from_array;
  } else {
    message += "last destination index " + sum(to_index, length) + " out of bounds for " + to_array;
  }
  return throw_new(thread, "java/lang/ArrayIndexOutOfBoundsException", message);
}

Status throw_store(Thread& thread, const std::string& message) {
  return throw_new(thread, "java/lang/ArrayStoreException", "arraycopy: " + message);
}

// Copies references one by one up to the first that does not fit.
Status copy_checked(Thread& thread, const Array* from, std::int32_t from_index, Array* to,
                    std::int32_t to_index, std::int32_t length) {
  const Class* source_type = class_of(from)->component.get();
  const Class* bound = class_of(to)->component.get();
  for (std::int32_t i = 0; i < length; ++i) {
    const Object* element = array_get(from, from_index + i);
    if (element != nullptr && !class_of(element)->is_subclass_of(bound)) {
      if (!bound->is_subclass_of(source_type)) {
        return throw_store(thread, "type mismatch: can not copy " + external_name(source_type) + "[] into " +
                                       external_name(bound) + "[]");
      }
      return throw_store(thread, "element type mismatch: can not cast one of the elements of " +
                                     external_name(source_type) +
                                     "[] to the type of the destination array, " + external_name(bound));
    }
    array_set(to, to_index + i, element);
  }
  return Status::kOk;
}

Status arraycopy(NativeCall& call) {
  Thread& thread = call.thread;
  const Array* from = call.array(0);
  const std::int32_t from_index = call.i32(1);
  Array* to = call.array(2);
  const std::int32_t to_index = call.i32(3);
  const std::int32_t length = call.i32(4);
  if (from == nullptr || to == nullptr) return throw_null_pointer(thread);

  const Class* from_class = class_of(from);
  const Class* to_class = class_of(to);
  if (!from_class->is_array()) {
    return throw_store(thread, "source type " + external_name(from_class) + " is not an array");
  }
  const bool references = from_class->shape.kind == gc::ShapeKind::kReferenceArray;
  if (from_class != to_class) {
    if (!to_class->is_array()) {
      return throw_store(thread, "destination type " + external_name(to_class) + " is not an array");
    }
    if (!references || to_class->shape.kind != gc::ShapeKind::kReferenceArray) {
      return throw_store(thread, "type mismatch: can not copy " + element_kind(from_class) + "[] into " +
                                     element_kind(to_class) + "[]");
    }
  }
  if (from_index < 0 || to_index < 0 || length < 0 ||
      static_cast<std::int64_t>(from_index) + length > from->length ||
      static_cast<std::int64_t>(to_index) + length > to->length) {
    return throw_bounds(thread, from, from_index, to, to_index, length);
  }
  if (length == 0) return call.ret();
  if (from_class != to_class && !from_class->component->is_subclass_of(to_class->component.get())) {
    return copy_checked(thread, from, from_index, to, to_index, length);
  }
  if (references) {
    gc::ReferenceSlot::copy(to->slots() + to_index, from->slots() + from_index,
                            static_cast<std::size_t>(length));
    return call.ret();
  }
  const unsigned shift = from_class->shape.element_shift;
  std::memmove(to->elements<std::byte>() + (static_cast<std::size_t>(to_index) << shift),
               from->elements<std::byte>() + (static_cast<std::size_t>(from_index) << shift),
               static_cast<std::size_t>(length) << shift);
  return call.ret();
}

Status identity_hash_code(NativeCall& call) {
  const Object* object = call.object(0);
  return call.ret(object == nullptr ? 0 : static_cast<std::int32_t>(object->identity_hash));
}

Status map_library_name(NativeCall& call) {
  const Object* name = call.object(0);
  if (name == nullptr) return throw_null_pointer(call.thread);
  if (string_length(name) > 240) {
    return throw_new(call.thread, "java/lang/IllegalArgumentException", "name too long");
  }
  const Object* result = new_string_utf16(call.thread, u"lib" + to_utf16(name) + u".so");
  UVM_TRY(made(result));
  return call.ret(result);
}

const NativeMethod kSystemMethods[] = {
    {"registerNatives", "()V", native_nothing, kLeaf},
    {"setIn0", "(Ljava/io/InputStream;)V", set_in, kLeaf},
    {"setOut0", "(Ljava/io/PrintStream;)V", set_out, kLeaf},
    {"setErr0", "(Ljava/io/PrintStream;)V", set_err, kLeaf},
    {"currentTimeMillis", "()J", current_time_millis, kLeaf},
    {"nanoTime", "()J", nano_time, kLeaf},
    {"arraycopy", "(Ljava/lang/Object;ILjava/lang/Object;II)V", arraycopy, kLeaf},
    {"identityHashCode", "(Ljava/lang/Object;)I", identity_hash_code, kLeaf},
    {"mapLibraryName", "(Ljava/lang/String;)Ljava/lang/String;", map_library_name},
};
UVM_REGISTER_NATIVES("java/lang/System", kSystemMethods)

}  // namespace
}  // namespace uvm::rt
