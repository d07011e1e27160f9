// Resolution of constant pool entries (JVMS 5.4.3), with its checks. Java threads in kRunning mode.
#pragma once

#include <cstdint>

#include "runtime/metadata/metadata.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

Status resolve_class(Thread& thread, Class* referrer, unsigned pool_index, Class** result);
Status resolve_string(Thread& thread, Class* referrer, unsigned pool_index, Object** result);
Status resolve_field(Thread& thread, Class* referrer, unsigned pool_index, bool is_static, bool is_put,
                     Method* in, Field** result);
enum class InvokeKind : std::uint8_t { kVirtual, kSpecial, kStatic, kInterface };
struct MethodReference {
  Class* holder;
  const Symbol* name;
  const Symbol* descriptor;
  Class* referrer;                   // null: access is not checked
  PoolTag tag = PoolTag::kUnusable;  // of the pool entry, if there is one
};
// The method that an invocation of that kind refers to (JVMS 5.4.3.3, 5.4.3.4, and those checks of 6.5 that
// need no receiver). The errors are those of an invoke instruction.
Status link_method(Thread& thread, const MethodReference& reference, InvokeKind kind, Method** result);
Status resolve_method(Thread& thread, Class* referrer, unsigned pool_index, InvokeKind kind, Method** result);

}  // namespace uvm::rt
