// Blob: what a version says about itself, apart from its lines. Stored by LineStore::commit with every
// checkpoint, so it is part of the same atomic change; read before the heap is mapped, and by tools that
// never map it.
//
// Invariant: a plain struct, written whole. A reader accepts the magic and a format it knows, nothing else.
// Fields that a layer above defines (program hash, image identity, code format, class library, command line)
// are opaque here.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include "store/line_store.h"

namespace uvm::checkpoint {

inline constexpr std::uint64_t kBlobMagic = 0x31626f6c426d7675;  // "uvmBlob1"
inline constexpr std::uint32_t kBlobFormat = 1;

enum BlobFlags : std::uint32_t {
  kBlobFinished = 1,   // the program has ended; exit_code says how
  kBlobImage = 2,      // a base image: a booted VM without a program
  kBlobSuspended = 4,  // its process left on request right after it; the program did nothing since
};

struct Blob {
  std::uint64_t magic = kBlobMagic;
  std::uint32_t format = kBlobFormat;
  std::uint32_t flags = 0;                      // BlobFlags
  std::uint32_t heap_format = 0;                // layout of the region (gc/layout.h)
  std::uint32_t code_format = 0;                // internal code of methods
  std::uint64_t region_size = 0;                // bytes of address space
  std::uint64_t heap_size = 0;                  // bytes of the virtual heap for objects
  std::uint64_t wall_time_ns = 0;               // CLOCK_REALTIME at the cut
  std::array<std::uint8_t, 16> program_hash{};  // content hash of the bundle; zero for images
  std::int32_t exit_code = 0;                   // kBlobFinished
  std::uint32_t reserved0 = 0;
  char image[64] = {};             // identity of the base image under it, NUL-terminated; empty: none
  char uvm_version[64] = {};       // that wrote it
  char program[512] = {};          // path of the bundle, as far as it fits, for people
  std::uint64_t java_content = 0;  // which class library it was made with; 0: an older uvm did not record it
  std::uint64_t command_hash = 0;  // of the command line that began the run; 0: the same
  char java[104] = {};             // the class library, as far as it fits, for people
  char command[104] = {};          // the command line, as far as it fits, for people
  std::uint8_t reserved[32] = {};
};
static_assert(offsetof(Blob, magic) == 0 && offsetof(Blob, format) == 8 && offsetof(Blob, flags) == 12 &&
              offsetof(Blob, heap_format) == 16 && offsetof(Blob, code_format) == 20 &&
              offsetof(Blob, region_size) == 24 && offsetof(Blob, heap_size) == 32 &&
              offsetof(Blob, wall_time_ns) == 40 && offsetof(Blob, program_hash) == 48 &&
              offsetof(Blob, exit_code) == 64 && offsetof(Blob, image) == 72 &&
              offsetof(Blob, uvm_version) == 136 && offsetof(Blob, program) == 200 &&
              offsetof(Blob, java_content) == 712 && offsetof(Blob, command_hash) == 720 &&
              offsetof(Blob, java) == 728 && offsetof(Blob, command) == 832 &&
              offsetof(Blob, reserved) == 936);
static_assert(sizeof(Blob) == 968 && std::is_trivially_copyable_v<Blob>);
static_assert(sizeof(Blob) <= store::kMaxBlob);

// kInvalid: not a blob of uvm; kNewerFormat.
Result<Blob> read_blob(std::span<const std::byte> bytes);
std::span<const std::byte> bytes_of(const Blob& blob);

// Copies as much of `text` as fits, NUL-terminated.
template <std::size_t N>
void set_text(char (&field)[N], std::string_view text) {
  const std::size_t length = text.size() < N ? text.size() : N - 1;
  for (std::size_t i = 0; i < N; ++i) field[i] = i < length ? text[i] : '\0';
}

}  // namespace uvm::checkpoint
