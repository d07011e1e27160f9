// Tags of constant pool entries, JVMS table 4.4-A. The pools of the region use them too, so the values are
// part of the heap format.
#pragma once

#include <cstdint>

#include "base/persisted.h"

namespace uvm::rt {

enum class PoolTag : std::uint8_t {
  kUnusable = 0,  // index 0, the second index of a long or double, and any index beyond the pool
  kUtf8 = 1,
  kInteger = 3,
  kFloat = 4,
  kLong = 5,
  kDouble = 6,
  kClass = 7,
  kString = 8,
  kFieldref = 9,
  kMethodref = 10,
  kInterfaceMethodref = 11,
  kNameAndType = 12,
  kMethodHandle = 15,
  kMethodType = 16,
  kDynamic = 17,
  kInvokeDynamic = 18,
  kModule = 19,
  kPackage = 20,
};
UVM_PERSISTED_ENUM(PoolTag, kUnusable, kUtf8, kInteger, kFloat, kLong, kDouble, kClass, kString, kFieldref,
                   kMethodref, kInterfaceMethodref, kNameAndType, kMethodHandle, kMethodType, kDynamic,
                   kInvokeDynamic, kModule, kPackage)

}  // namespace uvm::rt
