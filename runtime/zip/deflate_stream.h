// DeflateStream: the stream of a java.util.zip.Deflater, which zlib computes on the host and the region can
// rebuild.
//
// zlib's state has host pointers, and its future output cannot be computed from the past output alone. So the
// region keeps all calls since the stream began, with their input. Replayed into a fresh zlib stream they
// produce the same state, because deflate is deterministic. After a resume that happens at the first use.
// Every replayed call is compared with what it did the first time; another zlib that compresses differently
// is found out, and the stream then answers kLost.
//
// The record is bounded. When it is full (kMaxLog), the stream is flushed to a byte boundary, as with
// Z_SYNC_FLUSH, and continues as a separate raw stream that knows the last 32 KiB of input; the trailer that
// zlib would have written is then written here. So up to kMaxLog of input the output is zlib's to the byte,
// and after that it is some bytes longer. Only what is consumed after Z_FINISH, one input of the Deflater, is
// kept whatever its size.
//
// Who may call: Java threads in kRunning mode, one at a time per stream (Deflater locks).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/persisted.h"
#include "gc/layout.h"
#include "gc/segment_allocator.h"

namespace uvm::rt::zip {

inline constexpr std::uint64_t kMaxLog = std::uint64_t{16} << 20;  // bytes; replayed in less than a second

// In the native segment; its offset is the address that Java code holds.
struct DeflateRecord {
  std::int32_t level;  // of the stream's begin
  std::int32_t strategy;
  std::int32_t current_level;  // after deflateParams
  std::int32_t current_strategy;
  std::uint8_t raw;
  std::uint8_t continued;      // 1: the log begins in mid-stream; 2: and the stream has ended
  std::uint8_t finishing;      // Z_FINISH was given
  std::uint8_t trailer;        // continued stream that has ended: trailer bytes still to be written
  std::uint32_t adler;         // as zlib reports it: of the input, or the dictionary's id
  std::uint32_t output_check;  // Adler-32 of all output
  std::uint32_t held;          // bytes of output that the program has not taken yet; the log has them
  std::uint64_t calls;
  gc::RegionOffset log;    // native segment
  std::uint64_t log_size;  // bytes
  std::uint64_t log_capacity;
};
UVM_PERSISTED(DeflateRecord, level, strategy, current_level, current_strategy, raw, continued, finishing,
              trailer, adler, output_check, held, calls, log, log_size, log_capacity)
static_assert(sizeof(DeflateRecord) == 64, "part of the heap format");

enum class DeflateStatus : std::uint8_t { kOk, kEnd, kNoProgress, kBadArgument, kOutOfMemory, kLost };

struct DeflateResult {
  DeflateStatus status;
  std::size_t consumed;
  std::size_t produced;
};

// kHeld is not a call: it is output of zlib that the program has not taken yet.
enum class DeflateCall : std::uint32_t { kRun = 0, kParams = 1, kDictionary = 2, kHeld = 3 };
UVM_PERSISTED_ENUM(DeflateCall, kRun, kParams, kDictionary, kHeld)

// One call in the log; its consumed input (the held output) follows, padded to 8 bytes.
struct DeflateEntry {
  DeflateCall call;
  std::int32_t first;   // flush, or level
  std::int32_t second;  // strategy
  std::int32_t zlib_result;
  std::uint32_t in_size, out_size;  // offered
  std::uint32_t consumed, produced;
};
UVM_PERSISTED(DeflateEntry, call, first, second, zlib_result, in_size, out_size, consumed, produced)
static_assert(sizeof(DeflateEntry) == 32, "part of the heap format");

struct HostDeflateStream;

// All streams of a heap, in this process.
class DeflateStreams {
 public:
  // `memory` allocates in the native segment.
  explicit DeflateStreams(gc::SegmentAllocator& memory);
  ~DeflateStreams();
  DeflateStreams(const DeflateStreams&) = delete;
  DeflateStreams& operator=(const DeflateStreams&) = delete;

  // A new stream; 0 if there is no memory. `level` -1 .. 9, `strategy` 0 .. 2 (zlib.h); other values give
  // kBadArgument.
  DeflateStatus begin(int level, int strategy, bool raw, gc::RegionOffset* stream);
  // Like zlib's deflate(). Here and below `in` may be null when there is no input.
  DeflateResult run(gc::RegionOffset stream, const std::uint8_t* in, std::size_t in_size, std::uint8_t* out,
                    std::size_t out_size, int flush);
  // Like zlib's deflateParams(): may first compress pending input with the old parameters. kNoProgress: call
  // again with more room.
  DeflateResult set_params(gc::RegionOffset stream, const std::uint8_t* in, std::size_t in_size,
                           std::uint8_t* out, std::size_t out_size, int level, int strategy);
  DeflateStatus set_dictionary(gc::RegionOffset stream, const std::uint8_t* dictionary, std::size_t size);
  static std::uint32_t adler(gc::RegionOffset stream);
  // Starts again with the current parameters, and forgets the calls.
  void reset(gc::RegionOffset stream);
  void end(gc::RegionOffset stream);

  // Drops this process's zlib streams; the next use of each rebuilds it. For tests.
  void forget_all();

 private:
  HostDeflateStream* host_stream(gc::RegionOffset stream);
  bool reserve(DeflateRecord& record, std::size_t in_size);
  void forget(gc::RegionOffset stream);
  DeflateResult perform(gc::RegionOffset stream, DeflateEntry entry, const std::uint8_t* in,
                        std::uint8_t* out);
  DeflateStatus give_dictionary(gc::RegionOffset stream, const std::uint8_t* dictionary, std::size_t size);
  DeflateStatus continue_anew(gc::RegionOffset stream);

  gc::SegmentAllocator& memory_;
  std::mutex lock_;  // guards the map; a stream itself is used by one thread at a time
  std::unordered_map<gc::RegionOffset, std::unique_ptr<HostDeflateStream>> streams_;
};

}  // namespace uvm::rt::zip
