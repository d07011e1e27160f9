// The VM's part of java.lang.invoke: method handles and MemberName.
#pragma once

#include "runtime/classfile/class_file.h"
#include "runtime/linking/resolution.h"
#include "runtime/metadata/metadata.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

using classfile::RefKind;

// The position of the RefKind in the flags of a java.lang.invoke.MemberName.
inline constexpr unsigned kRefKindShift = 24;

constexpr std::uint32_t bits_of(RefKind kind) { return static_cast<std::uint32_t>(kind) << kRefKindShift; }

// The method that a method handle of that kind refers to; its class is linked. The errors are those of the
// invoke instruction that the handle behaves like.
Status link_handle_method(Thread& thread, const MethodReference& reference, RefKind kind, Method** result);

// Makes a java.lang.invoke.MemberName (not null) name `method` as an invocation on its own class would find
// it: class, flags, and a ResolvedMethodName. Its name and type stay null; MethodHandleNatives.expand fills
// them in on demand.
Status init_member_name(Thread& thread, Object* member_name, Method* method);

}  // namespace uvm::rt
