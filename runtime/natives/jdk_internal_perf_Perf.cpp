// Natives of jdk.internal.perf.Perf: counters that nobody else reads. They are direct buffers on native
// memory of the region. Under way: the buffer (saved 0) is being constructed.
#include <cstring>

#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/linking/class_loading.h"
#include "runtime/linking/initialization.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/support.h"
#include "runtime/threads/clock.h"

namespace uvm::rt {
namespace {

// Makes a direct buffer of `length` bytes, which `fill` writes.
template <typename Fill>
Status make_buffer(NativeCall& call, std::int32_t length, Fill fill) {
  if (call.phase() == kFresh) {
    Class* c = nullptr;
    UVM_TRY(find_class(call.thread, "java/nio/DirectByteBuffer", nullptr, &c));
    UVM_TRY(ensure_initialized(call.thread, c));
    const Object* buffer = new_object(call.thread, c);
    UVM_TRY(made(buffer));
    const gc::RegionOffset memory = vm()->native_memory.allocate(static_cast<std::uint64_t>(length));
    if (memory == 0) return throw_out_of_memory(call.thread, "native memory");
    fill(gc::at_offset<std::byte>(memory));
    call.save(0, buffer);
    call.set_phase(kUnderWay);
    return call.upcall(
        library_method(c, "<init>", "(JI)V"),
        {slot_of(buffer), slot_of(static_cast<std::int64_t>(memory)), Slot{}, slot_of(length)});
  }
  return call.ret(call.saved(0));
}

Status create_long(NativeCall& call) {
  const std::int64_t value = call.i64(4);
  return make_buffer(call, sizeof(value), [&](std::byte* to) { std::memcpy(to, &value, sizeof(value)); });
}

Status create_byte_array(NativeCall& call) {
  const Array* value = call.array(4);
  const std::int32_t capacity = call.i32(5);
  if (call.object(1) == nullptr || value == nullptr) return throw_null_pointer(call.thread);
  if (capacity < value->length) return throw_new(call.thread, "java/lang/IllegalArgumentException");
  return make_buffer(call, capacity, [&](std::byte* to) {
    std::memset(to, 0, static_cast<std::size_t>(capacity));
    std::memcpy(to, value->elements<std::byte>(), static_cast<std::size_t>(value->length));
  });
}

Status attach(NativeCall& call) {
  return throw_new(call.thread, "java/io/IOException", "counters of other virtual machines cannot be read");
}

Status high_res_counter(NativeCall& call) { return call.ret(program_nano_time()); }
Status high_res_frequency(NativeCall& call) { return call.ret(std::int64_t{1'000'000'000}); }

const NativeMethod kPerfMethods[] = {
    {"registerNatives", "()V", native_nothing, kLeaf},
    {"createLong", "(Ljava/lang/String;IIJ)Ljava/nio/ByteBuffer;", create_long},
    {"createByteArray", "(Ljava/lang/String;II[BI)Ljava/nio/ByteBuffer;", create_byte_array},
    {"attach", "(Ljava/lang/String;II)Ljava/nio/ByteBuffer;", attach},
    {"detach", "(Ljava/nio/ByteBuffer;)V", native_nothing, kLeaf},
    {"highResCounter", "()J", high_res_counter, kLeaf},
    {"highResFrequency", "()J", high_res_frequency, kLeaf},
};
UVM_REGISTER_NATIVES("jdk/internal/perf/Perf", kPerfMethods)

}  // namespace
}  // namespace uvm::rt
