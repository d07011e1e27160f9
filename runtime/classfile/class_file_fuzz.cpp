// libFuzzer: any bytes as a class file. What can be parsed is verified both ways, and each method's stack
// maps and null messages are computed whether it verified or not. The corpus is in
// tests/corpus/class_file_fuzz; the class library makes a larger one: jimage extract --dir DIR
// $JAVA_HOME/lib/modules.
#include <cstdint>
#include <cstdlib>

#include "runtime/classfile/npe_message.h"
#include "runtime/classfile/stack_maps.h"
#include "runtime/classfile/test_world.h"
#include "runtime/classfile/type_inferrer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace uvm::rt::classfile;
  ParseOptions options;
  options.trusted = size % 2 == 0;
  const auto file = parse({reinterpret_cast<const std::byte*>(data), size}, options);
  if (!file) return 0;
  const ClassFileView view(*file);
  World world;
  world.add(*file);
  WorldOracle oracle(world, *file);
  VerifyProgress progress;
  const VerifyOutcome outcome = verify(view.view(), oracle, progress);
  const bool verified = std::holds_alternative<Verified>(outcome);
  for (const MethodView& method : view.view().methods) {
    const std::size_t length = method.code.bytes.size();
    if (length == 0) continue;
    try {
      TypeInferrer(view.view(), method, oracle).run();
    } catch (const VerifyThrow&) {
      // Most inputs are expected to fail.
    }
    const auto maps = StackMaps::compute(method, *view.view().pool);
    // Verified code can be analysed.
    if (verified && !maps) std::abort();
    for (std::size_t bci = 0; bci < length && bci < 200; ++bci) {
      if (maps) (void)maps->at(bci);
      (void)npe_message(method, *view.view().pool, bci);
    }
  }
  return 0;
}
