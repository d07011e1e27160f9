#include "runtime/zip/deflate_stream.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace uvm::rt::zip {
struct HostDeflateStream {
  z_stream z{};
  std::uint64_t calls = 0;
  bool lost = false;
  ~HostDeflateStream() { ::deflateEnd(&z); }
};

namespace {

DeflateRecord& record_of(gc::RegionOffset stream) { return *gc::at_offset<DeflateRecord>(stream); }

std::size_t padded(std::size_t size) { return (size + 7) & ~std::size_t{7}; }

// zlib's adler32() with a null pointer is 1 whatever the sum; here no bytes leave it as it is.
std::uint32_t add_to_adler(std::uint32_t sum, const std::uint8_t* bytes, std::uint32_t size) {
  return size == 0 ? sum : static_cast<std::uint32_t>(::adler32(sum, bytes, size));
}

int begin_zlib(z_stream& z, int level, int strategy, bool raw) {
  constexpr int memory_level = 8;  // zlib's default
  return ::deflateInit2(&z, level, Z_DEFLATED, raw ? -MAX_WBITS : MAX_WBITS, memory_level, strategy);
}

// Executes a call; in[0 .. in_size) must be readable.
void execute(z_stream& z, DeflateEntry& entry, const std::uint8_t* in, std::uint8_t* out) {
  z.next_in = const_cast<Bytef*>(in);
  z.avail_in = entry.in_size;
  z.next_out = out;
  z.avail_out = entry.out_size;
  switch (entry.call) {
    case DeflateCall::kRun:
      entry.zlib_result = ::deflate(&z, entry.first);
      break;
    case DeflateCall::kParams:
      entry.zlib_result = ::deflateParams(&z, entry.first, entry.second);
      break;
    case DeflateCall::kDictionary:
      entry.zlib_result = ::deflateSetDictionary(&z, in, entry.in_size);
      z.avail_in = 0;
      break;
    case DeflateCall::kHeld:
      return;
  }
  entry.consumed = entry.in_size - z.avail_in;
  entry.produced = entry.out_size - z.avail_out;
}

// Makes the host's stream out of the log. Null: zlib has no memory.
std::unique_ptr<HostDeflateStream> rebuild(const DeflateRecord& record) {
  auto host = std::make_unique<HostDeflateStream>();
  const bool raw = record.raw != 0 || record.continued != 0;
  if (begin_zlib(host->z, record.level, record.strategy, raw) != Z_OK) return nullptr;
  std::vector<std::uint8_t> in, out;
  std::uint32_t check = 1;
  const auto* at = gc::at_offset<std::byte>(record.log);
  for (std::uint64_t i = 0; i < record.calls && !host->lost; ++i) {
    DeflateEntry before{};
    std::memcpy(&before, at, sizeof before);
    const std::byte* consumed = at + sizeof before;
    at = consumed + padded(before.consumed);
    if (before.call == DeflateCall::kHeld) continue;
    // Input that was offered but not consumed has no influence, except that there was some.
    in.assign(std::max<std::size_t>(before.in_size, 1), 0);
    std::memcpy(in.data(), consumed, before.consumed);
    out.resize(std::max<std::size_t>(before.out_size, 1));
    DeflateEntry now = before;
    execute(host->z, now, in.data(), out.data());
    check = add_to_adler(check, out.data(), now.produced);
    host->lost = std::memcmp(&now, &before, sizeof now) != 0;
  }
  host->lost = host->lost || check != record.output_check;
  host->calls = record.calls;
  return host;
}

void append(DeflateRecord& record, const DeflateEntry& entry, const std::uint8_t* in) {
  auto* at = gc::at_offset<std::byte>(record.log + record.log_size);
  std::memcpy(at, &entry, sizeof entry);
  if (entry.consumed != 0) std::memcpy(at + sizeof entry, in, entry.consumed);  // `in` may be null
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

// The last of the input, as far as matches reach back.
constexpr std::size_t kWindow = 32768;
constexpr std::uint8_t kEnded = 2;  // DeflateRecord::continued, once the raw stream has ended
std::vector<std::uint8_t> window_of(const DeflateRecord& record) {
  std::vector<std::uint8_t> window;
  const auto* at = gc::at_offset<std::byte>(record.log);
  for (std::uint64_t i = 0; i < record.calls; ++i) {
    DeflateEntry entry{};
    std::memcpy(&entry, at, sizeof entry);
    const auto* in = reinterpret_cast<const std::uint8_t*>(at + sizeof entry);
    at += sizeof entry + padded(entry.consumed);
    if (entry.call == DeflateCall::kHeld) continue;
    const std::size_t taken = std::min<std::size_t>(entry.consumed, kWindow);
    if (window.size() > kWindow) window.erase(window.begin(), window.end() - kWindow);
    window.insert(window.end(), in + entry.consumed - taken, in + entry.consumed);
  }
  if (window.size() > kWindow) window.erase(window.begin(), window.end() - kWindow);
  return window;
}

DeflateEntry run_call(int flush, std::size_t in_size, std::size_t out_size) {
  return {DeflateCall::kRun,
          flush,
          0,
          0,
          static_cast<std::uint32_t>(in_size),
          static_cast<std::uint32_t>(out_size),
          0,
          0};
}

// Gives out what is held.
std::size_t put_out_held(DeflateRecord& record, std::uint8_t* out, std::size_t out_size) {
  if (record.held == 0) return 0;
  const auto* first = gc::at_offset<std::uint8_t>(record.log);  // a kHeld entry
  DeflateEntry entry{};
  std::memcpy(&entry, first, sizeof entry);
  const std::size_t size = std::min<std::size_t>(record.held, out_size);
  std::memcpy(out, first + sizeof entry + (entry.consumed - record.held), size);
  record.held -= static_cast<std::uint32_t>(size);
  return size;
}

void clear(DeflateRecord& record) {
  record.level = record.current_level;
  record.strategy = record.current_strategy;
  record.adler = 1;
  record.output_check = 1;
  record.continued = 0;
  record.finishing = 0;
  record.trailer = 0;
  record.held = 0;
  record.calls = 0;
  record.log_size = 0;
}

}  // namespace

DeflateStreams::DeflateStreams(gc::SegmentAllocator& memory) : memory_(memory) {}
DeflateStreams::~DeflateStreams() = default;

// The stream on this host; null when it cannot be made.
HostDeflateStream* DeflateStreams::host_stream(gc::RegionOffset stream) {
  const DeflateRecord& record = record_of(stream);
  {
    const std::lock_guard guard(lock_);
    const auto found = streams_.find(stream);
    if (found != streams_.end() && found->second->calls == record.calls) return found->second.get();
  }
  std::unique_ptr<HostDeflateStream> made = rebuild(record);
  HostDeflateStream* result = made.get();
  const std::lock_guard guard(lock_);
  streams_[stream] = std::move(made);
  return result;
}

// Room for a call with this much input at the end of the log.
bool DeflateStreams::reserve(DeflateRecord& record, std::size_t in_size) {
  const std::uint64_t needed = record.log_size + sizeof(DeflateEntry) + padded(in_size);
  if (needed <= record.log_capacity) return true;
  const std::uint64_t capacity = std::max<std::uint64_t>(needed, record.log_capacity * 2);
  const gc::RegionOffset grown = memory_.allocate(capacity);
  if (grown == 0) return false;
  std::memcpy(gc::at_offset<std::byte>(grown), gc::at_offset<std::byte>(record.log), record.log_size);
  memory_.release(record.log);
  record.log = grown;
  record.log_capacity = capacity;
  return true;
}

void DeflateStreams::forget(gc::RegionOffset stream) {
  const std::lock_guard guard(lock_);
  streams_.erase(stream);
}

DeflateResult DeflateStreams::perform(gc::RegionOffset stream, DeflateEntry entry, const std::uint8_t* in,
                                      std::uint8_t* out) {
  HostDeflateStream* host = host_stream(stream);
  DeflateRecord& record = record_of(stream);
  if (host == nullptr || !reserve(record, entry.in_size)) return {DeflateStatus::kOutOfMemory, 0, 0};
  if (host->lost) return {DeflateStatus::kLost, 0, 0};
  execute(host->z, entry, in, out);
  append(record, entry, in);
  host->calls = record.calls;
  record.output_check = add_to_adler(record.output_check, out, entry.produced);
  if (record.continued == 0) {
    record.adler = static_cast<std::uint32_t>(host->z.adler);
  } else if (record.raw == 0 && entry.call != DeflateCall::kDictionary) {
    record.adler = add_to_adler(record.adler, in, entry.consumed);
  }
  return {status_of(entry.zlib_result), entry.consumed, entry.produced};
}

DeflateStatus DeflateStreams::give_dictionary(gc::RegionOffset stream, const std::uint8_t* dictionary,
                                              std::size_t size) {
  std::uint8_t no_output = 0;
  return perform(stream,
                 DeflateEntry{DeflateCall::kDictionary, 0, 0, 0, static_cast<std::uint32_t>(size), 0, 0, 0},
                 dictionary, &no_output)
      .status;
}

// Brings the stream to a byte boundary and begins the log anew there, with a raw stream; what that puts out
// is held.
DeflateStatus DeflateStreams::continue_anew(gc::RegionOffset stream) {
  // zlib has less than 64 KiB of input and 64 KiB of output in itself.
  constexpr std::size_t kMaxHeld = 256 * 1024;
  constexpr std::uint64_t capacity = 2 * sizeof(DeflateEntry) + kWindow + kMaxHeld;
  const gc::RegionOffset log = memory_.allocate(capacity);
  if (log == 0) return DeflateStatus::kOutOfMemory;
  std::vector<std::uint8_t> output(kMaxHeld);
  const std::uint8_t no_input = 0;
  const DeflateResult flushed =
      perform(stream, run_call(Z_SYNC_FLUSH, 0, output.size()), &no_input, output.data());
  // kNoProgress: it was at a boundary already.
  if (flushed.status != DeflateStatus::kOk && flushed.status != DeflateStatus::kNoProgress) {
    memory_.release(log);
    return flushed.status;
  }
  DeflateRecord& record = record_of(stream);
  const std::vector<std::uint8_t> window = window_of(record);
  memory_.release(record.log);
  record.log = log;
  record.log_capacity = capacity;
  record.log_size = 0;
  record.calls = 0;
  record.level = record.current_level;
  record.strategy = record.current_strategy;
  record.output_check = 1;
  record.continued = 1;
  forget(stream);
  const auto held = static_cast<std::uint32_t>(flushed.produced);
  append(record, DeflateEntry{DeflateCall::kHeld, 0, 0, 0, 0, 0, held, 0}, output.data());
  record.held = held;
  return give_dictionary(stream, window.data(), window.size());
}

DeflateStatus DeflateStreams::begin(int level, int strategy, bool raw, gc::RegionOffset* stream) {
  auto host = std::make_unique<HostDeflateStream>();
  const int result = begin_zlib(host->z, level, strategy, raw);
  if (result != Z_OK) return status_of(result);
  constexpr std::uint64_t first_capacity = 1024;
  const gc::RegionOffset memory = memory_.allocate(sizeof(DeflateRecord));
  const gc::RegionOffset log = memory_.allocate(first_capacity);
  if (memory == 0 || log == 0) {
    memory_.release(memory);
    memory_.release(log);
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
  const std::lock_guard guard(lock_);
  streams_[memory] = std::move(host);
  *stream = memory;
  return DeflateStatus::kOk;
}

DeflateResult DeflateStreams::run(gc::RegionOffset stream, const std::uint8_t* in, std::size_t in_size,
                                  std::uint8_t* out, std::size_t out_size, int flush) {
  DeflateRecord& record = record_of(stream);
  if (record.log_size > kMaxLog && record.finishing == 0) {
    if (const DeflateStatus status = continue_anew(stream); status != DeflateStatus::kOk)
      return {status, 0, 0};
  }
  const std::size_t held = put_out_held(record, out, out_size);
  if (held != 0 && held == out_size) return {DeflateStatus::kOk, 0, held};
  if (flush == Z_FINISH) record.finishing = 1;
  DeflateResult result = perform(stream, run_call(flush, in_size, out_size - held), in, out + held);
  result.produced += held;
  if (held != 0 && result.status == DeflateStatus::kNoProgress) result.status = DeflateStatus::kOk;
  if (result.status != DeflateStatus::kEnd || record.continued == 0 || record.raw != 0) return result;
  // Behind the end comes what zlib would have written: the Adler-32 of the input, highest byte first (RFC
  // 1950).
  if (record.continued != kEnded) {
    record.continued = kEnded;
    record.trailer = sizeof record.adler;
  }
  while (record.trailer != 0 && result.produced < out_size)
    out[result.produced++] = static_cast<std::uint8_t>(record.adler >> (8 * --record.trailer));
  if (record.trailer != 0) result.status = DeflateStatus::kOk;
  return result;
}

DeflateResult DeflateStreams::set_params(gc::RegionOffset stream, const std::uint8_t* in, std::size_t in_size,
                                         std::uint8_t* out, std::size_t out_size, int level, int strategy) {
  const std::size_t held = put_out_held(record_of(stream), out, out_size);
  if (held != 0 && held == out_size) return {DeflateStatus::kNoProgress, 0, held};
  DeflateResult result =
      perform(stream,
              DeflateEntry{DeflateCall::kParams, level, strategy, 0, static_cast<std::uint32_t>(in_size),
                           static_cast<std::uint32_t>(out_size - held), 0, 0},
              in, out + held);
  result.produced += held;
  if (result.status == DeflateStatus::kOk) {
    record_of(stream).current_level = level;
    record_of(stream).current_strategy = strategy;
  }
  return result;
}

DeflateStatus DeflateStreams::set_dictionary(gc::RegionOffset stream, const std::uint8_t* dictionary,
                                             std::size_t size) {
  // zlib takes one in the middle of a raw stream only.
  const DeflateRecord& record = record_of(stream);
  if (record.continued != 0 && record.raw == 0) return DeflateStatus::kBadArgument;
  return give_dictionary(stream, dictionary, size);
}

std::uint32_t DeflateStreams::adler(gc::RegionOffset stream) { return record_of(stream).adler; }

void DeflateStreams::reset(gc::RegionOffset stream) {
  forget(stream);
  clear(record_of(stream));
}

void DeflateStreams::end(gc::RegionOffset stream) {
  forget(stream);
  memory_.release(record_of(stream).log);
  memory_.release(stream);
}

void DeflateStreams::forget_all() {
  const std::lock_guard guard(lock_);
  streams_.clear();
}

}  // namespace uvm::rt::zip
