// Natives of jdk.internal.misc.Unsafe.
//
// An address is (object, byte offset in it), or (null, region offset): what Java code calls an address is
// never an address of the host. Static fields are addressed by the mirror and the field's offset in it. The
// receiver of the methods is in slot 0, so arguments start at slot 1. As on every VM, the behaviour with a
// wrong address is undefined.

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <type_traits>

#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/linking/class_loading.h"
#include "runtime/linking/initialization.h"
#include "runtime/metadata/symbol_table.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/reflection.h"
#include "runtime/natives/support.h"
#include "runtime/threads/threads.h"

namespace uvm::rt {
namespace {

std::byte* address_of(const Object* base, std::int64_t offset) {
  return base == nullptr ? gc::at_offset<std::byte>(static_cast<gc::RegionOffset>(offset))
                         : const_cast<std::byte*>(reinterpret_cast<const std::byte*>(base)) + offset;
}

std::byte* address(const NativeCall& call) { return address_of(call.object(1), call.i64(2)); }

// --- Plain access: any alignment (Unsafe.getLongUnaligned relies on that, because the platform reports
// unalignedAccess)

template <typename T>
T load(const std::byte* from) {
  T value;
  std::memcpy(&value, from, sizeof(T));
  return value;
}

template <typename T>
Status ret_value(NativeCall& call, T value) {
  if constexpr (sizeof(T) < 4) {
    return call.ret(static_cast<std::int32_t>(value));
  } else {
    return call.ret(value);
  }
}

// The value argument in a slot, as the type that the Java method declares.
template <typename T>
T argument(const NativeCall& call, unsigned slot) {
  if constexpr (std::is_same_v<T, float>) {
    return call.f32(slot);
  } else if constexpr (std::is_same_v<T, double>) {
    return call.f64(slot);
  } else if constexpr (sizeof(T) == 8) {
    return call.i64(slot);
  } else {
    return static_cast<T>(call.i32(slot));
  }
}

template <typename T>
Status get(NativeCall& call) {
  return ret_value(call, load<T>(address(call)));
}

template <typename T>
Status put(NativeCall& call) {
  const T value = argument<T>(call, 4);
  std::memcpy(address(call), &value, sizeof(T));
  return call.ret();
}

// The byte may be other than 0 or 1 if it was written as another type: like HotSpot, anything but 0 is true.
Status get_boolean(NativeCall& call) { return call.ret(load<std::uint8_t>(address(call)) != 0); }
Status put_boolean(NativeCall& call) {
  *reinterpret_cast<std::uint8_t*>(address(call)) = static_cast<std::uint8_t>(call.i32(4) & 1);
  return call.ret();
}

gc::ReferenceSlot& slot_at(NativeCall& call) { return *reinterpret_cast<gc::ReferenceSlot*>(address(call)); }

Status get_reference(NativeCall& call) { return call.ret(gc::decode<Object>(slot_at(call).bits())); }
Status put_reference(NativeCall& call) {
  slot_at(call).store(gc::encode(call.object(4)));
  return call.ret();
}
// For memory outside the heap that holds an uncompressed reference: nothing makes such memory.
Status get_uncompressed_object(NativeCall& call) {
  return throw_new(call.thread, "java/lang/InternalError", "getUncompressedObject");
}

// --- Volatile access: sequentially consistent; aligned

template <typename T>
struct BitsOf {
  using type =
      std::conditional_t<sizeof(T) == 8, std::uint64_t,
                         std::conditional_t<sizeof(T) == 4, std::uint32_t,
                                            std::conditional_t<sizeof(T) == 2, std::uint16_t, std::uint8_t>>>;
};

template <typename T>
Status get_volatile(NativeCall& call) {
  using Bits = typename BitsOf<T>::type;
  return ret_value(
      call, std::bit_cast<T>(__atomic_load_n(reinterpret_cast<Bits*>(address(call)), __ATOMIC_SEQ_CST)));
}

template <typename T>
Status put_volatile(NativeCall& call) {
  using Bits = typename BitsOf<T>::type;
  __atomic_store_n(reinterpret_cast<Bits*>(address(call)), std::bit_cast<Bits>(argument<T>(call, 4)),
                   __ATOMIC_SEQ_CST);
  return call.ret();
}

Status get_boolean_volatile(NativeCall& call) {
  return call.ret(__atomic_load_n(reinterpret_cast<std::uint8_t*>(address(call)), __ATOMIC_SEQ_CST) != 0);
}
Status put_boolean_volatile(NativeCall& call) {
  __atomic_store_n(reinterpret_cast<std::uint8_t*>(address(call)), static_cast<std::uint8_t>(call.i32(4) & 1),
                   __ATOMIC_SEQ_CST);
  return call.ret();
}

Status get_reference_volatile(NativeCall& call) {
  return call.ret(gc::decode<Object>(slot_at(call).bits_volatile()));
}
Status put_reference_volatile(NativeCall& call) {
  slot_at(call).store_volatile(gc::encode(call.object(4)));
  return call.ret();
}

// Exchanges if `expected` is there; returns what was there.
template <typename T>
T exchange(std::byte* at, T expected, T desired) {
  __atomic_compare_exchange_n(reinterpret_cast<T*>(at), &expected, desired, false, __ATOMIC_SEQ_CST,
                              __ATOMIC_SEQ_CST);
  return expected;
}

Status compare_and_set_int(NativeCall& call) {
  return call.ret(exchange(address(call), call.i32(4), call.i32(5)) == call.i32(4));
}
Status compare_and_exchange_int(NativeCall& call) {
  return call.ret(exchange(address(call), call.i32(4), call.i32(5)));
}
Status compare_and_set_long(NativeCall& call) {
  return call.ret(exchange(address(call), call.i64(4), call.i64(6)) == call.i64(4));
}
Status compare_and_exchange_long(NativeCall& call) {
  return call.ret(exchange(address(call), call.i64(4), call.i64(6)));
}
Status compare_and_set_reference(NativeCall& call) {
  const gc::ReferenceBits expected = gc::encode(call.object(4));
  return call.ret(slot_at(call).compare_exchange(expected, gc::encode(call.object(5))) == expected);
}
Status compare_and_exchange_reference(NativeCall& call) {
  return call.ret(gc::decode<Object>(
      slot_at(call).compare_exchange(gc::encode(call.object(4)), gc::encode(call.object(5)))));
}

Status load_fence(NativeCall& call) {
  __atomic_thread_fence(__ATOMIC_ACQUIRE);
  return call.ret();
}
Status store_fence(NativeCall& call) {
  __atomic_thread_fence(__ATOMIC_RELEASE);
  return call.ret();
}
Status full_fence(NativeCall& call) {
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  return call.ret();
}

// --- Memory outside the heap of objects, in the region's native segment

Status allocate_memory(NativeCall& call) {
  return call.ret(
      static_cast<std::int64_t>(vm()->native_memory.allocate(static_cast<std::uint64_t>(call.i64(1)))));
}

Status reallocate_memory(NativeCall& call) {
  gc::SegmentAllocator& memory = vm()->native_memory;
  const auto old = static_cast<gc::RegionOffset>(call.i64(1));
  const auto bytes = static_cast<std::uint64_t>(call.i64(3));
  const gc::RegionOffset fresh = memory.allocate(bytes);
  if (fresh != 0 && old != 0) {
    std::memcpy(gc::at_offset<std::byte>(fresh), gc::at_offset<std::byte>(old),
                std::min(bytes, gc::SegmentAllocator::usable_size(old)));
    memory.release(old);
  }
  return call.ret(static_cast<std::int64_t>(fresh));
}

Status free_memory(NativeCall& call) {
  vm()->native_memory.release(static_cast<gc::RegionOffset>(call.i64(1)));
  return call.ret();
}

Status set_memory(NativeCall& call) {
  std::memset(address(call), call.i32(6), static_cast<std::size_t>(call.i64(4)));
  return call.ret();
}

Status copy_memory(NativeCall& call) {
  std::memmove(address_of(call.object(4), call.i64(5)), address(call), static_cast<std::size_t>(call.i64(7)));
  return call.ret();
}

template <typename T, typename Swap>
void copy_swapped(std::byte* to, const std::byte* from, std::int64_t bytes, Swap swap) {
  const std::int64_t size = sizeof(T);
  const auto move = [&](std::int64_t at) {
    const T value = swap(load<T>(from + at));
    std::memcpy(to + at, &value, sizeof(T));
  };
  if (to <= from) {
    for (std::int64_t at = 0; at + size <= bytes; at += size) move(at);
  } else {
    for (std::int64_t at = bytes - size; at >= 0; at -= size) move(at);
  }
}

Status copy_swap_memory(NativeCall& call) {
  const std::byte* from = address(call);
  std::byte* to = address_of(call.object(4), call.i64(5));
  const std::int64_t bytes = call.i64(7);
  switch (call.i64(9)) {
    case 2:
      copy_swapped<std::uint16_t>(to, from, bytes, [](std::uint16_t v) { return __builtin_bswap16(v); });
      break;
    case 4:
      copy_swapped<std::uint32_t>(to, from, bytes, [](std::uint32_t v) { return __builtin_bswap32(v); });
      break;
    default:
      copy_swapped<std::uint64_t>(to, from, bytes, [](std::uint64_t v) { return __builtin_bswap64(v); });
      break;
  }
  return call.ret();
}

// Writing back to persistent memory (MappedByteBuffer.force of an ExtendedMapMode): UnsafeConstants says that
// there is none, so these are never reached.
Status writeback(NativeCall& call) {
  return throw_new(call.thread, "java/lang/InternalError", "writeback is not supported on this platform");
}

// --- Fields and arrays

Status object_field_offset0(NativeCall& call) {
  const Object* object = call.object(1);
  if (object == nullptr) return throw_null_pointer(call.thread);
  const Field* field = reflected_field(object);
  if (field->is_static()) return throw_new(call.thread, "java/lang/IllegalArgumentException");
  return call.ret(static_cast<std::int64_t>(field->offset));
}

Status object_field_offset1(NativeCall& call) {
  const Class* c = class_argument(call, 1);
  const Object* name = call.object(2);
  if (c == nullptr || name == nullptr) return throw_null_pointer(call.thread);
  const std::string text = to_modified_utf8(name);
  const Symbol* symbol = find_symbol(text);
  for (unsigned i = 0; symbol != nullptr && !c->is_array() && i < c->field_count; ++i) {
    if (c->fields[i].name.get() == symbol) return call.ret(static_cast<std::int64_t>(c->fields[i].offset));
  }
  return throw_new(call.thread, "java/lang/InternalError", text);
}

Status static_field_offset(NativeCall& call) {
  const Object* object = call.object(1);
  if (object == nullptr) return throw_null_pointer(call.thread);
  const Field* field = reflected_field(object);
  if (!field->is_static()) return throw_new(call.thread, "java/lang/IllegalArgumentException");
  return call.ret(static_cast<std::int64_t>(field->offset));
}

Status static_field_base(NativeCall& call) {
  const Object* object = call.object(1);
  if (object == nullptr) return throw_null_pointer(call.thread);
  const Field* field = reflected_field(object);
  if (!field->is_static()) return throw_new(call.thread, "java/lang/IllegalArgumentException");
  return call.ret(field->holder->mirror_object());
}

Status array_base_offset(NativeCall& call) {
  const Class* c = class_argument(call, 1);
  if (c == nullptr) return throw_null_pointer(call.thread);
  if (!c->is_array()) return throw_new(call.thread, "java/io/InvalidClassException", external_name(c));
  return call.ret(static_cast<std::int32_t>(gc::kArrayBase));
}

Status array_index_scale(NativeCall& call) {
  const Class* c = class_argument(call, 1);
  if (c == nullptr) return throw_null_pointer(call.thread);
  if (!c->is_array()) return throw_new(call.thread, "java/io/InvalidClassException", external_name(c));
  return call.ret(1 << c->shape.element_shift);
}

// --- Classes and objects

bool has_initializer(const Class* c) { return !c->is_array() && !c->is_primitive(); }

Status should_be_initialized(NativeCall& call) {
  const Class* c = class_argument(call, 1);
  if (c == nullptr) return throw_null_pointer(call.thread);
  return call.ret(has_initializer(c) && !c->is_initialized());
}

Status ensure_class_initialized(NativeCall& call) {
  Class* c = class_argument(call, 1);
  if (c == nullptr) return throw_null_pointer(call.thread);
  if (has_initializer(c)) UVM_TRY(ensure_initialized(call.thread, c));
  return call.ret();
}

Status allocate_instance(NativeCall& call) {
  Class* c = class_argument(call, 1);
  if (c == nullptr) return throw_null_pointer(call.thread);
  if (!has_initializer(c) || c->is_interface() || c->is_abstract() || c == known().Class.get()) {
    return throw_new(call.thread, "java/lang/InstantiationException", external_name(c));
  }
  UVM_TRY(ensure_initialized(call.thread, c));
  const Object* object = new_object(call.thread, c);
  UVM_TRY(made(object));
  return call.ret(object);
}

Status define_class0(NativeCall& call) {
  const Array* bytes = call.array(2);
  const std::int32_t offset = call.i32(3);
  const std::int32_t length = call.i32(4);
  if (bytes == nullptr) return throw_null_pointer(call.thread);
  if (offset < 0 || length < 0 || static_cast<std::int64_t>(offset) + length > bytes->length) {
    return throw_new(call.thread, "java/lang/ArrayIndexOutOfBoundsException");
  }
  DefineOptions options;
  if (call.object(1) != nullptr) options.expected_name = make_symbol(internal_name(call.object(1)));
  options.loader = call.object(5);
  options.protection_domain = call.object(6);
  Class* c = nullptr;
  UVM_TRY(define_class(call.thread, bytes->elements<std::uint8_t>() + offset,
                       static_cast<std::size_t>(length), options, &c));
  return call.ret(c->mirror_object());
}

Status throw_exception(NativeCall& call) {
  if (call.object(1) == nullptr) return throw_null_pointer(call.thread);
  return throw_object(call.thread, call.object(1));
}

// --- Threads and the system

Status park(NativeCall& call) { return park_thread(call.thread, call.i32(1) != 0, call.i64(2)); }

Status unpark(NativeCall& call) {
  if (call.object(1) != nullptr) unpark_thread(call.object(1));
  return call.ret();
}

Status get_load_average(NativeCall& call) {
  Array* averages = call.array(1);
  double values[3] = {};
  const int count = getloadavg(values, std::clamp(call.i32(2), 0, 3));
  for (int i = 0; i < count && i < averages->length; ++i) averages->elements<double>()[i] = values[i];
  return call.ret(count);
}

#define UVM_UNSAFE_ACCESS(Name, letter, type)                                             \
  {"get" Name, "(Ljava/lang/Object;J)" letter, get<type>, kLeaf},                         \
      {"put" Name, "(Ljava/lang/Object;J" letter ")V", put<type>, kLeaf},                 \
      {"get" Name "Volatile", "(Ljava/lang/Object;J)" letter, get_volatile<type>, kLeaf}, \
      {"put" Name "Volatile", "(Ljava/lang/Object;J" letter ")V", put_volatile<type>, kLeaf},

const NativeMethod kUnsafeMethods[] = {
    {"registerNatives", "()V", native_nothing, kLeaf},
    UVM_UNSAFE_ACCESS("Byte", "B", std::int8_t) UVM_UNSAFE_ACCESS("Short", "S", std::int16_t)
        UVM_UNSAFE_ACCESS("Char", "C", std::uint16_t) UVM_UNSAFE_ACCESS("Int", "I", std::int32_t)
            UVM_UNSAFE_ACCESS("Long", "J", std::int64_t) UVM_UNSAFE_ACCESS("Float", "F", float)
                UVM_UNSAFE_ACCESS("Double", "D", double){"getBoolean", "(Ljava/lang/Object;J)Z", get_boolean,
                                                         kLeaf},
    {"putBoolean", "(Ljava/lang/Object;JZ)V", put_boolean, kLeaf},
    {"getBooleanVolatile", "(Ljava/lang/Object;J)Z", get_boolean_volatile, kLeaf},
    {"putBooleanVolatile", "(Ljava/lang/Object;JZ)V", put_boolean_volatile, kLeaf},
    {"getReference", "(Ljava/lang/Object;J)Ljava/lang/Object;", get_reference, kLeaf},
    {"putReference", "(Ljava/lang/Object;JLjava/lang/Object;)V", put_reference, kLeaf},
    {"getReferenceVolatile", "(Ljava/lang/Object;J)Ljava/lang/Object;", get_reference_volatile, kLeaf},
    {"putReferenceVolatile", "(Ljava/lang/Object;JLjava/lang/Object;)V", put_reference_volatile, kLeaf},
    {"getUncompressedObject", "(J)Ljava/lang/Object;", get_uncompressed_object},
    {"compareAndSetInt", "(Ljava/lang/Object;JII)Z", compare_and_set_int, kLeaf},
    {"compareAndExchangeInt", "(Ljava/lang/Object;JII)I", compare_and_exchange_int, kLeaf},
    {"compareAndSetLong", "(Ljava/lang/Object;JJJ)Z", compare_and_set_long, kLeaf},
    {"compareAndExchangeLong", "(Ljava/lang/Object;JJJ)J", compare_and_exchange_long, kLeaf},
    {"compareAndSetReference", "(Ljava/lang/Object;JLjava/lang/Object;Ljava/lang/Object;)Z",
     compare_and_set_reference, kLeaf},
    {"compareAndExchangeReference",
     "(Ljava/lang/Object;JLjava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;",
     compare_and_exchange_reference, kLeaf},
    {"loadFence", "()V", load_fence, kLeaf},
    {"storeFence", "()V", store_fence, kLeaf},
    {"fullFence", "()V", full_fence, kLeaf},
    {"allocateMemory0", "(J)J", allocate_memory, kLeaf},
    {"reallocateMemory0", "(JJ)J", reallocate_memory, kLeaf},
    {"freeMemory0", "(J)V", free_memory, kLeaf},
    {"setMemory0", "(Ljava/lang/Object;JJB)V", set_memory, kLeaf},
    {"copyMemory0", "(Ljava/lang/Object;JLjava/lang/Object;JJ)V", copy_memory, kLeaf},
    {"copySwapMemory0", "(Ljava/lang/Object;JLjava/lang/Object;JJJ)V", copy_swap_memory, kLeaf},
    {"writeback0", "(J)V", writeback},
    {"writebackPreSync0", "()V", writeback},
    {"writebackPostSync0", "()V", writeback},
    {"objectFieldOffset0", "(Ljava/lang/reflect/Field;)J", object_field_offset0},
    {"objectFieldOffset1", "(Ljava/lang/Class;Ljava/lang/String;)J", object_field_offset1},
    {"staticFieldOffset0", "(Ljava/lang/reflect/Field;)J", static_field_offset},
    {"staticFieldBase0", "(Ljava/lang/reflect/Field;)Ljava/lang/Object;", static_field_base},
    {"arrayBaseOffset0", "(Ljava/lang/Class;)I", array_base_offset},
    {"arrayIndexScale0", "(Ljava/lang/Class;)I", array_index_scale},
    {"shouldBeInitialized0", "(Ljava/lang/Class;)Z", should_be_initialized},
    {"ensureClassInitialized0", "(Ljava/lang/Class;)V", ensure_class_initialized},
    {"allocateInstance", "(Ljava/lang/Class;)Ljava/lang/Object;", allocate_instance},
    {"defineClass0",
     "(Ljava/lang/String;[BIILjava/lang/ClassLoader;Ljava/security/ProtectionDomain;)Ljava/lang/Class;",
     define_class0},
    {"throwException", "(Ljava/lang/Throwable;)V", throw_exception},
    {"park", "(ZJ)V", park},
    {"unpark", "(Ljava/lang/Object;)V", unpark},
    {"getLoadAverage0", "([DI)I", get_load_average},
};
#undef UVM_UNSAFE_ACCESS
UVM_REGISTER_NATIVES("jdk/internal/misc/Unsafe", kUnsafeMethods)

}  // namespace
}  // namespace uvm::rt
