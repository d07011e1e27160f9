// libFuzzer: any bytes as a bundle, and as a jar. What the bundle reader accepts is read completely.
// Checksums are made right first, since no fuzzer finds one.
#include <xxhash.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "runtime/bundle/bundle.h"
#include "runtime/bundle/jar_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace uvm::rt::bundle;
  std::vector<std::byte> bytes(size);
  if (size != 0) std::memcpy(bytes.data(), data, size);
  if (auto jar = JarReader::read(bytes, "fuzz")) {
    for (const auto& entry : jar->entries()) {
      if (entry.size < (1 << 20)) (void)jar->content(entry);
    }
  }
  if (size >= sizeof(BundleHeader)) {
    std::memset(bytes.data() + offsetof(BundleHeader, checksum), 0, 8);
    const std::uint64_t sum = XXH3_64bits(bytes.data(), size);
    std::memcpy(bytes.data() + offsetof(BundleHeader, checksum), &sum, 8);
  }
  auto view = BundleView::view(bytes, Check::kAll, "fuzz");
  if (!view) return 0;
  std::uint64_t sum = view->main_class().size() + view->find("");
  for (std::uint32_t i = 0; i < view->origin_count(); i++) {
    sum += view->origin_path(i).size();
    if (const auto manifest = view->manifest(i)) {
      for (const std::byte b : *manifest) sum += static_cast<std::uint8_t>(b);
    }
  }
  for (std::uint32_t i = 0; i < view->entry_count() && i < 1000; i++) {
    for (const std::byte b : view->data(i)) sum += static_cast<std::uint8_t>(b);
    sum += view->find(view->name(i)) + view->next(i);
  }
  volatile std::uint64_t keep = sum;
  (void)keep;
  return 0;
}
