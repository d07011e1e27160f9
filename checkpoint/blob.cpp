#include "checkpoint/blob.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace uvm::checkpoint {

Result<Blob> read_blob(std::span<const std::byte> bytes) {
  Blob blob;
  if (bytes.size() < 2 * sizeof(std::uint64_t)) {
    return Unexpected{Error{.code = Errc::kInvalid, .message = "the heap has no checkpoint in it"}};
  }
  std::memcpy(&blob, bytes.data(), std::min(bytes.size(), sizeof(Blob)));
  if (blob.magic != kBlobMagic) {
    return Unexpected{Error{.code = Errc::kInvalid, .message = "the heap was not written by uvm"}};
  }
  if (blob.format > kBlobFormat) {
    return Unexpected{Error{.code = Errc::kNewerFormat,
                            .message = "the heap was written by a newer uvm (checkpoint format " +
                                       std::to_string(blob.format) + ", this one knows " +
                                       std::to_string(kBlobFormat) + ")"}};
  }
  if (bytes.size() < sizeof(Blob)) {
    return Unexpected{Error{.code = Errc::kCorrupt, .message = "the heap's checkpoint record is cut off"}};
  }
  for (char* text : {blob.image + sizeof(blob.image), blob.uvm_version + sizeof(blob.uvm_version),
                     blob.program + sizeof(blob.program), blob.java + sizeof(blob.java),
                     blob.command + sizeof(blob.command)}) {
    text[-1] = '\0';
  }
  return blob;
}

std::span<const std::byte> bytes_of(const Blob& blob) {
  return {reinterpret_cast<const std::byte*>(&blob), sizeof(Blob)};
}

}  // namespace uvm::checkpoint
