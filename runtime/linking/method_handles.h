// Method handles: the VM's part of java.lang.invoke.
#pragma once

#include "runtime/linking/resolution.h"
#include "runtime/metadata/metadata.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

// JVMS table 5.4.3.5-A.
enum ReferenceKind : std::uint32_t {
  kGetField = 1,
  kGetStatic,
  kPutField,
  kPutStatic,
  kInvokeVirtual,
  kInvokeStatic,
  kInvokeSpecial,
  kNewInvokeSpecial,
  kInvokeInterface,
};

// The method that a method handle of that kind refers to, its class linked. The errors are those of the
// invoke instruction that the handle behaves like.
Status link_handle_method(Thread& thread, const MethodReference& reference, ReferenceKind kind,
                          Method** result);

// Makes a java.lang.invoke.MemberName (not null) name `method` as an invocation on its own class finds it:
// class, flags, and a ResolvedMethodName. Its name and type stay null; MethodHandleNatives.expand fills them
// in when they are asked.
Status init_member_name(Thread& thread, Object* member_name, Method* method);

}  // namespace uvm::rt
