#include "runtime/classfile/class_file.h"

#include <utility>

#include "runtime/classfile/class_parser.h"

namespace uvm::rt::classfile {

BasicResult<ClassFile, ClassFormatFailure> parse(std::span<const std::byte> bytes,
                                                 const ParseOptions& options) {
  try {
    return ClassParser(bytes, options).run();
  } catch (Failed& failed) {
    return Unexpected<ClassFormatFailure>{std::move(failed.failure)};
  }
}

}  // namespace uvm::rt::classfile
