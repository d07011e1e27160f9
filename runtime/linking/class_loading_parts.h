// What class_loading.cpp and its neighbours in this room need from each other. The interface for all other
// code is runtime/linking/class_loading.h.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "runtime/metadata/metadata.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

// The class file of one of uvm's own classes that are part of java.base
// ("jdk/internal/misc/UvmLauncher.class"). data() is null if there is none
// (runtime/linking/builtin_classes.cpp).
std::span<const std::byte> builtin_class_file(std::string_view path);

// Whether this is the loader of those modules of the class library that the boot loader does not define.
bool is_platform_loader(const Object* loader);

// Called just after load_class() returned kUpcall: if loading throws, the error is kept for that entry.
struct ResolutionKey;
void remember_failure_of_load(Thread& thread, const ResolutionKey& key);
// The same for the host of a class's nest: if loading throws, the class becomes its own host.
void ignore_failure_of_load(Thread& thread, Class* nest_member);
// Drops the pending exception of the search for the nest host, unless it is a VirtualMachineError.
void be_own_nest_host(Thread& thread, Class* nest_member);

// Whether a class's bytecode must be verified at linking. Classes of the boot loader and accessors made by
// reflection need not be.
bool needs_verification(const Class* c);
// Verifies a class (JVMS 4.10). kUpcall while classes that it depends on are loaded
// (runtime/linking/verification.cpp).
Status verify_class(Thread& thread, Class* c);

}  // namespace uvm::rt
