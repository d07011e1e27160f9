// libFuzzer: any bytes as a bundle, and as a jar. What the bundle reader accepts is read completely.
// Checksums are corrected first, because no fuzzer guesses them.
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
    const auto put = [&](std::size_t at, std::uint64_t value) { std::memcpy(bytes.data() + at, &value, 8); };
    BundleHeader header;
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.data <= size) {
      put(offsetof(BundleHeader, data_checksum), XXH3_64bits(bytes.data() + header.data, size - header.data));
      put(offsetof(BundleHeader, checksum), 0);
      put(offsetof(BundleHeader, checksum), XXH3_64bits(bytes.data(), header.data));
    }
  }
  auto view = BundleView::view(bytes, Check::kAll, "fuzz");
  if (!view) return 0;
  std::uint64_t sum = view->main_class().size() + view->find("");
  for (std::uint32_t i = 0; i < view->origin_count(); i++) {
    sum += view->origin_path(i).size();
    for (const std::byte b : view->jar(i)) sum += static_cast<std::uint8_t>(b);
    sum += view->manifest(i);
  }
  for (std::uint32_t i = 0; i < view->entry_count() && i < 1000; i++) {
    for (const std::byte b : view->stored(i)) sum += static_cast<std::uint8_t>(b);
    if (view->size(i) < (1U << 20)) sum += view->content(i).has_value() ? 1 : 0;
    sum += view->find(view->name(i)) + view->next(i) + view->lower_bound(view->name(i));
  }
  volatile std::uint64_t keep = sum;
  (void)keep;
  return 0;
}
