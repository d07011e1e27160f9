// Build tool: uvm_pack_builtin OUTPUT FOLDER packs compiled classes into the bundle that goes into uvm.
// Separate from uvmc because uvmc is linked with the result.
#include <cstdio>

#include "runtime/bundle/bundle_writer.h"
#include "runtime/bundle/pack.h"

int main(int argc, char** argv) {
  using namespace uvm::rt::bundle;
  if (argc != 3) {
    std::fprintf(stderr, "usage: uvm_pack_builtin OUTPUT FOLDER\n");
    return 2;
  }
  PackOptions options;
  options.inputs = {argv[2]};
  options.origin_path = "java.base";  // not the build folder: builds are reproducible
  auto packed = pack(options);
  if (!packed) {
    std::fprintf(stderr, "uvm_pack_builtin: %s\n", packed.error().message.c_str());
    return 1;
  }
  auto written = write_file(argv[1], packed->bytes);
  if (!written) std::fprintf(stderr, "uvm_pack_builtin: %s\n", written.error().message.c_str());
  return written ? 0 : 1;
}
