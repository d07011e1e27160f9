// libFuzzer: any bytes as a jimage. Walks all of it, and looks up the names that the bytes themselves claim
// to have.
#include <cstdint>

#include "runtime/jimage/jimage.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace uvm::rt::jimage;
  auto image = JImage::view({reinterpret_cast<const std::byte*>(data), size}, "fuzz");
  if (!image) return 0;
  std::uint64_t sum = 0;
  int looked_up = 0;
  (void)image->for_each([&](const Location& location) {
    if (auto bytes = image->find(location.module, location.path())) {
      for (std::byte b : *bytes) sum += static_cast<std::uint8_t>(b);
    }
    (void)image->module_of_package(location.parent);
    return ++looked_up < 100;  // many locations may overlap one byte range
  });
  (void)image->modules();
  (void)image->module_of_package("java/lang");
  volatile std::uint64_t keep = sum;
  (void)keep;
  return 0;
}
