// java.util.zip: checksums, Inflater (runtime/zip/inflate.h) and Deflater (runtime/zip/deflate_stream.h).
//
// Inputs and outputs are arrays with an offset and a length, or addresses (offsets in the region) with a
// length; either form takes three argument slots.
#include <zlib.h>

#include <cstdint>
#include <string>

#include "runtime/execution/native.h"
#include "runtime/heap/exceptions.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/host_natives.h"
#include "runtime/natives/io_support.h"
#include "runtime/natives/native_address.h"
#include "runtime/zip/deflate_stream.h"
#include "runtime/zip/inflate.h"

namespace uvm::rt {
namespace {

struct Span {
  std::uint8_t* data;
  std::int32_t size;
};

// (byte[] array, int offset, int length)
Span array_span(NativeCall& call, unsigned slot) {
  return {call.array(slot)->elements<std::uint8_t>() + call.i32(slot + 1), call.i32(slot + 2)};
}

// (long address, int length)
Span buffer_span(NativeCall& call, unsigned slot) {
  return {reinterpret_cast<std::uint8_t*>(at_address(call.i64(slot))), call.i32(slot + 2)};
}

using SpanOf = Span (*)(NativeCall&, unsigned);

// ---------------------------------------------------------------- checksums

using Checksum = uLong (*)(uLong, const Bytef*, uInt);

template <Checksum checksum>
Status update_byte(NativeCall& call) {
  const auto byte = static_cast<Bytef>(call.i32(1));
  return call.ret(static_cast<std::int32_t>(checksum(static_cast<std::uint32_t>(call.i32(0)), &byte, 1)));
}

template <Checksum checksum>
Status update_bytes(NativeCall& call) {
  if (call.array(1) == nullptr) return throw_new(call.thread, "java/lang/NullPointerException");
  const Span bytes = array_span(call, 1);
  return call.ret(static_cast<std::int32_t>(
      checksum(static_cast<std::uint32_t>(call.i32(0)), bytes.data, static_cast<uInt>(bytes.size))));
}

// (int checksum, long address, int offset, int length)
template <Checksum checksum>
Status update_buffer(NativeCall& call) {
  const auto* bytes = reinterpret_cast<const Bytef*>(at_address(call.i64(1) + call.i32(3)));
  return call.ret(static_cast<std::int32_t>(
      checksum(static_cast<std::uint32_t>(call.i32(0)), bytes, static_cast<uInt>(call.i32(4)))));
}

const NativeMethod kCrcMethods[] = {
    {"update", "(II)I", update_byte<::crc32>, kLeaf},
    {"updateBytes0", "(I[BII)I", update_bytes<::crc32>, kLeaf},
    {"updateByteBuffer0", "(IJII)I", update_buffer<::crc32>, kLeaf},
};
UVM_REGISTER_NATIVES("java/util/zip/CRC32", kCrcMethods)

const NativeMethod kAdlerMethods[] = {
    {"update", "(II)I", update_byte<::adler32>, kLeaf},
    {"updateBytes", "(I[BII)I", update_bytes<::adler32>, kLeaf},
    {"updateByteBuffer", "(IJII)I", update_buffer<::adler32>, kLeaf},
};
UVM_REGISTER_NATIVES("java/util/zip/Adler32", kAdlerMethods)

// ---------------------------------------------------------------- Inflater

zip::InflateState& inflate_state(NativeCall& call, unsigned slot) {
  return *gc::at_offset<zip::InflateState>(static_cast<gc::RegionOffset>(call.i64(slot)));
}

Status inflater_init(NativeCall& call) {
  const gc::RegionOffset memory = vm()->native_memory.allocate(sizeof(zip::InflateState));
  if (memory == 0) return throw_out_of_memory(call.thread, "inflateInit2 returned Z_MEM_ERROR");
  zip::inflate_reset(*gc::at_offset<zip::InflateState>(memory), call.i32(0) != 0);
  return call.ret(static_cast<std::int64_t>(memory));
}

// The bytes consumed in bits 0 .. 30, the bytes produced in 31 .. 61, then two flags.
std::int64_t packed(std::size_t consumed, std::size_t produced, bool finished, bool other) {
  return static_cast<std::int64_t>(
      static_cast<std::uint64_t>(consumed) | static_cast<std::uint64_t>(produced) << 31 |
      static_cast<std::uint64_t>(finished) << 62 | static_cast<std::uint64_t>(other) << 63);
}

// (this, long stream, input, output)
template <SpanOf input, SpanOf output>
Status inflater_inflate(NativeCall& call) {
  zip::InflateState& state = inflate_state(call, 1);
  const Span in = input(call, 3), out = output(call, 6);
  const zip::InflateResult result = zip::inflate(state, in.data, static_cast<std::size_t>(in.size), out.data,
                                                 static_cast<std::size_t>(out.size));
  if (result.status == zip::InflateStatus::kDataError) {
    Object* inflater = call.object(0);
    inflater->field<std::int32_t>(field_offset(inflater, "inputConsumed", "I")) =
        static_cast<std::int32_t>(result.consumed);
    inflater->field<std::int32_t>(field_offset(inflater, "outputConsumed", "I")) =
        static_cast<std::int32_t>(result.produced);
    return throw_new(call.thread, "java/util/zip/DataFormatException", zip::message_of(state.error));
  }
  return call.ret(packed(result.consumed, result.produced, result.status == zip::InflateStatus::kEnd,
                         result.status == zip::InflateStatus::kNeedDictionary));
}

// (long stream, dictionary)
template <SpanOf input>
Status inflater_dictionary(NativeCall& call) {
  const Span dictionary = input(call, 2);
  if (!zip::inflate_set_dictionary(inflate_state(call, 0), dictionary.data,
                                   static_cast<std::size_t>(dictionary.size))) {
    return throw_new(call.thread, "java/lang/IllegalArgumentException");
  }
  return call.ret();
}

Status inflater_adler(NativeCall& call) {
  return call.ret(static_cast<std::int32_t>(inflate_state(call, 0).adler));
}

Status inflater_reset(NativeCall& call) {
  zip::InflateState& state = inflate_state(call, 0);
  zip::inflate_reset(state, state.wrapped == 0);
  return call.ret();
}

Status inflater_end(NativeCall& call) {
  vm()->native_memory.release(static_cast<gc::RegionOffset>(call.i64(0)));
  return call.ret();
}

const NativeMethod kInflaterMethods[] = {
    {"initIDs", "()V", native_nothing, kLeaf},
    {"init", "(Z)J", inflater_init},
    {"setDictionary", "(J[BII)V", inflater_dictionary<array_span>},
    {"setDictionaryBuffer", "(JJI)V", inflater_dictionary<buffer_span>},
    {"inflateBytesBytes", "(J[BII[BII)J", inflater_inflate<array_span, array_span>},
    {"inflateBytesBuffer", "(J[BIIJI)J", inflater_inflate<array_span, buffer_span>},
    {"inflateBufferBytes", "(JJI[BII)J", inflater_inflate<buffer_span, array_span>},
    {"inflateBufferBuffer", "(JJIJI)J", inflater_inflate<buffer_span, buffer_span>},
    {"getAdler", "(J)I", inflater_adler, kLeaf},
    {"reset", "(J)V", inflater_reset, kLeaf},
    {"end", "(J)V", inflater_end, kLeaf},
};
UVM_REGISTER_NATIVES("java/util/zip/Inflater", kInflaterMethods)

// ---------------------------------------------------------------- Deflater

zip::DeflateStreams& deflate_streams() { return natives_of(*vm()).deflate_streams; }

gc::RegionOffset deflate_stream(NativeCall& call, unsigned slot) {
  return static_cast<gc::RegionOffset>(call.i64(slot));
}

Status throw_deflate(NativeCall& call, zip::DeflateStatus status, const char* bad_argument) {
  switch (status) {
    case zip::DeflateStatus::kOutOfMemory:
      return throw_out_of_memory(call.thread);
    case zip::DeflateStatus::kLost:
      return throw_new(call.thread, "java/lang/InternalError",
                       "this system's zlib compresses differently: the stream cannot be continued");
    default:
      return throw_new(call.thread, bad_argument);
  }
}

Status deflater_init(NativeCall& call) {
  gc::RegionOffset stream = 0;
  const zip::DeflateStatus status =
      deflate_streams().begin(call.i32(0), call.i32(1), call.i32(2) != 0, &stream);
  if (status != zip::DeflateStatus::kOk)
    return throw_deflate(call, status, "java/lang/IllegalArgumentException");
  return call.ret(static_cast<std::int64_t>(stream));
}

// (this, long stream, input, output, int flush, int params); params: 1 | strategy << 1 | level << 3 if they
// have changed
template <SpanOf input, SpanOf output>
Status deflater_deflate(NativeCall& call) {
  const gc::RegionOffset stream = deflate_stream(call, 1);
  const Span in = input(call, 3), out = output(call, 6);
  const auto in_size = static_cast<std::size_t>(in.size), out_size = static_cast<std::size_t>(out.size);
  const std::int32_t params = call.i32(10);
  const bool changes = (params & 1) != 0;
  zip::DeflateResult result =
      changes ? deflate_streams().set_params(stream, in.data, in_size, out.data, out_size, params >> 3,
                                             params >> 1 & 3)
              : deflate_streams().run(stream, in.data, in_size, out.data, out_size, call.i32(9));
  switch (result.status) {
    case zip::DeflateStatus::kOk:
      return call.ret(packed(result.consumed, result.produced, false, false));
    case zip::DeflateStatus::kEnd:
      return call.ret(packed(result.consumed, result.produced, true, false));
    case zip::DeflateStatus::kNoProgress:
      return call.ret(changes ? packed(result.consumed, result.produced, false, true)
                              : packed(0, 0, false, false));
    default:
      return throw_deflate(call, result.status, "java/lang/InternalError");
  }
}

template <SpanOf input>
Status deflater_dictionary(NativeCall& call) {
  const Span dictionary = input(call, 2);
  const zip::DeflateStatus status = deflate_streams().set_dictionary(
      deflate_stream(call, 0), dictionary.data, static_cast<std::size_t>(dictionary.size));
  if (status != zip::DeflateStatus::kOk)
    return throw_deflate(call, status, "java/lang/IllegalArgumentException");
  return call.ret();
}

Status deflater_adler(NativeCall& call) {
  return call.ret(static_cast<std::int32_t>(zip::DeflateStreams::adler(deflate_stream(call, 0))));
}

Status deflater_reset(NativeCall& call) {
  deflate_streams().reset(deflate_stream(call, 0));
  return call.ret();
}

Status deflater_end(NativeCall& call) {
  deflate_streams().end(deflate_stream(call, 0));
  return call.ret();
}

const NativeMethod kDeflaterMethods[] = {
    {"init", "(IIZ)J", deflater_init},
    {"setDictionary", "(J[BII)V", deflater_dictionary<array_span>},
    {"setDictionaryBuffer", "(JJI)V", deflater_dictionary<buffer_span>},
    {"deflateBytesBytes", "(J[BII[BIIII)J", deflater_deflate<array_span, array_span>},
    {"deflateBytesBuffer", "(J[BIIJIII)J", deflater_deflate<array_span, buffer_span>},
    {"deflateBufferBytes", "(JJI[BIIII)J", deflater_deflate<buffer_span, array_span>},
    {"deflateBufferBuffer", "(JJIJIII)J", deflater_deflate<buffer_span, buffer_span>},
    {"getAdler", "(J)I", deflater_adler, kLeaf},
    {"reset", "(J)V", deflater_reset, kLeaf},
    {"end", "(J)V", deflater_end, kLeaf},
};
UVM_REGISTER_NATIVES("java/util/zip/Deflater", kDeflaterMethods)

}  // namespace
}  // namespace uvm::rt
