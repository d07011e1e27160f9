#include "runtime/zip/deflate_stream.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "runtime/vm.h"

namespace uvm::rt::zip {
namespace {

enum class Call : std::uint32_t { kRun, kParams, kDictionary };

// One call in the log; its consumed input follows, padded to 8 bytes.
struct Entry {
  Call call;
  std::int32_t first;   // flush, or level
  std::int32_t second;  // strategy
  std::int32_t zlib_result;
  std::uint32_t in_size, out_size;  // offered
  std::uint32_t consumed, produced;
};
static_assert(sizeof(Entry) == 32, "part of the heap format");

struct HostStream {
  z_stream z{};
  std::uint64_t calls = 0;
  bool lost = false;
  ~HostStream() { ::deflateEnd(&z); }
};

std::mutex g_lock;  // guards the map; a stream itself is used by one thread at a time
std::unordered_map<gc::RegionOffset, std::unique_ptr<HostStream>> g_streams;

DeflateRecord& record_of(gc::RegionOffset stream) { return *gc::at_offset<DeflateRecord>(stream); }

std::size_t padded(std::size_t size) { return (size + 7) & ~std::size_t{7}; }

int begin(z_stream& z, int level, int strategy, bool raw) {
  constexpr int memory_level = 8;  // zlib's default
  return ::deflateInit2(&z, level, Z_DEFLATED, raw ? -MAX_WBITS : MAX_WBITS, memory_level, strategy);
}

// Executes a call; in[0 .. in_size) must be readable.
void execute(z_stream& z, Entry& entry, const std::uint8_t* in, std::uint8_t* out) {
  z.next_in = const_cast<Bytef*>(in);
  z.avail_in = entry.in_size;
  z.next_out = out;
  z.avail_out = entry.out_size;
  switch (entry.call) {
    case Call::kRun:
      entry.zlib_result = ::deflate(&z, entry.first);
      break;
    case Call::kParams:
      entry.zlib_result = ::deflateParams(&z, entry.first, entry.second);
      break;
    case Call::kDictionary:
      entry.zlib_result = ::deflateSetDictionary(&z, in, entry.in_size);
      z.avail_in = 0;
      break;
  }
  entry.consumed = entry.in_size - z.avail_in;
  entry.produced = entry.out_size - z.avail_out;
}

// Makes the host's stream out of the log. Null: zlib has no memory.
std::unique_ptr<HostStream> rebuild(const DeflateRecord& record) {
  auto host = std::make_unique<HostStream>();
  if (begin(host->z, record.level, record.strategy, record.raw != 0) != Z_OK) return nullptr;
  std::vector<std::uint8_t> in, out;
  uLong check = ::adler32(0, nullptr, 0);
  const auto* at = gc::at_offset<std::byte>(record.log);
  for (std::uint64_t i = 0; i < record.calls && !host->lost; ++i) {
    Entry before{};
    std::memcpy(&before, at, sizeof before);
    // Input that was offered but not consumed has no influence, except that there was some.
    in.assign(std::max<std::size_t>(before.in_size, 1), 0);
    std::memcpy(in.data(), at + sizeof before, before.consumed);
    out.resize(std::max<std::size_t>(before.out_size, 1));
    at += sizeof before + padded(before.consumed);
    Entry now = before;
    execute(host->z, now, in.data(), out.data());
    check = ::adler32(check, out.data(), now.produced);
    host->lost = std::memcmp(&now, &before, sizeof now) != 0;
  }
  host->lost = host->lost || check != record.output_check;
  host->calls = record.calls;
  return host;
}

// The stream on this host; null when it cannot be made.
HostStream* host_stream(gc::RegionOffset stream) {
  const DeflateRecord& record = record_of(stream);
  {
    const std::lock_guard guard(g_lock);
    const auto found = g_streams.find(stream);
    if (found != g_streams.end() && found->second->calls == record.calls) return found->second.get();
  }
  std::unique_ptr<HostStream> made = rebuild(record);
  HostStream* result = made.get();
  const std::lock_guard guard(g_lock);
  g_streams[stream] = std::move(made);
  return result;
}

// Room for a call with this much input at the end of the log.
bool reserve(DeflateRecord& record, std::size_t in_size) {
  const std::uint64_t needed = record.log_size + sizeof(Entry) + padded(in_size);
  if (needed <= record.log_capacity) return true;
  const std::uint64_t capacity = std::max<std::uint64_t>(needed, record.log_capacity * 2);
  const gc::RegionOffset grown = vm()->native_memory.allocate(capacity);
  if (grown == 0) return false;
  std::memcpy(gc::at_offset<std::byte>(grown), gc::at_offset<std::byte>(record.log), record.log_size);
  vm()->native_memory.release(record.log);
  record.log = grown;
  record.log_capacity = capacity;
  return true;
}

void append(DeflateRecord& record, const Entry& entry, const std::uint8_t* in) {
  auto* at = gc::at_offset<std::byte>(record.log + record.log_size);
  std::memcpy(at, &entry, sizeof entry);
  std::memcpy(at + sizeof entry, in, entry.consumed);
  record.log_size += sizeof entry + padded(entry.consumed);
  ++record.calls;
}

DeflateStatus status_of(int zlib_result) {
  switch (zlib_result) {
    case Z_OK:
      return DeflateStatus::kOk;
    case Z_STREAM_END:
      return DeflateStatus::kEnd;
    case Z_BUF_ERROR:
      return DeflateStatus::kNoProgress;
    case Z_MEM_ERROR:
      return DeflateStatus::kOutOfMemory;
    default:
      return DeflateStatus::kBadArgument;
  }
}

DeflateResult perform(gc::RegionOffset stream, Entry entry, const std::uint8_t* in, std::uint8_t* out) {
  HostStream* host = host_stream(stream);
  DeflateRecord& record = record_of(stream);
  if (host == nullptr || !reserve(record, entry.in_size)) return {DeflateStatus::kOutOfMemory, 0, 0};
  if (host->lost) return {DeflateStatus::kLost, 0, 0};
  execute(host->z, entry, in, out);
  append(record, entry, in);
  host->calls = record.calls;
  record.output_check = static_cast<std::uint32_t>(::adler32(record.output_check, out, entry.produced));
  record.adler = static_cast<std::uint32_t>(host->z.adler);
  return {status_of(entry.zlib_result), entry.consumed, entry.produced};
}

void forget(gc::RegionOffset stream) {
  const std::lock_guard guard(g_lock);
  g_streams.erase(stream);
}

void clear(DeflateRecord& record) {
  record.level = record.current_level;
  record.strategy = record.current_strategy;
  record.adler = 1;
  record.output_check = 1;
  record.calls = 0;
  record.log_size = 0;
}

}  // namespace

DeflateStatus deflate_begin(int level, int strategy, bool raw, gc::RegionOffset* stream) {
  auto host = std::make_unique<HostStream>();
  const int result = begin(host->z, level, strategy, raw);
  if (result != Z_OK) return status_of(result);
  constexpr std::uint64_t first_capacity = 1024;
  const gc::RegionOffset memory = vm()->native_memory.allocate(sizeof(DeflateRecord));
  const gc::RegionOffset log = vm()->native_memory.allocate(first_capacity);
  if (memory == 0 || log == 0) {
    vm()->native_memory.release(memory);
    vm()->native_memory.release(log);
    return DeflateStatus::kOutOfMemory;
  }
  DeflateRecord& record = record_of(memory);
  record = DeflateRecord{};
  record.current_level = level;
  record.current_strategy = strategy;
  record.raw = raw ? 1 : 0;
  record.log = log;
  record.log_capacity = first_capacity;
  clear(record);
  record.adler = static_cast<std::uint32_t>(host->z.adler);
  const std::lock_guard guard(g_lock);
  g_streams[memory] = std::move(host);
  *stream = memory;
  return DeflateStatus::kOk;
}

DeflateResult deflate_run(gc::RegionOffset stream, const std::uint8_t* in, std::size_t in_size,
                          std::uint8_t* out, std::size_t out_size, int flush) {
  return perform(stream,
                 Entry{Call::kRun, flush, 0, 0, static_cast<std::uint32_t>(in_size),
                       static_cast<std::uint32_t>(out_size), 0, 0},
                 in, out);
}

DeflateResult deflate_params(gc::RegionOffset stream, const std::uint8_t* in, std::size_t in_size,
                             std::uint8_t* out, std::size_t out_size, int level, int strategy) {
  const DeflateResult result =
      perform(stream,
              Entry{Call::kParams, level, strategy, 0, static_cast<std::uint32_t>(in_size),
                    static_cast<std::uint32_t>(out_size), 0, 0},
              in, out);
  if (result.status == DeflateStatus::kOk) {
    record_of(stream).current_level = level;
    record_of(stream).current_strategy = strategy;
  }
  return result;
}

DeflateStatus deflate_dictionary(gc::RegionOffset stream, const std::uint8_t* dictionary, std::size_t size) {
  std::uint8_t no_output = 0;
  return perform(stream, Entry{Call::kDictionary, 0, 0, 0, static_cast<std::uint32_t>(size), 0, 0, 0},
                 dictionary, &no_output)
      .status;
}

std::uint32_t deflate_adler(gc::RegionOffset stream) { return record_of(stream).adler; }

void deflate_reset(gc::RegionOffset stream) {
  forget(stream);
  clear(record_of(stream));
}

void deflate_end(gc::RegionOffset stream) {
  forget(stream);
  vm()->native_memory.release(record_of(stream).log);
  vm()->native_memory.release(stream);
}

void forget_host_streams() {
  const std::lock_guard guard(g_lock);
  g_streams.clear();
}

}  // namespace uvm::rt::zip
