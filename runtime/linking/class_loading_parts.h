// What class_loading.cpp and its neighbours in this room ask of each other; the interface for everybody else is in
// runtime/linking/class_loading.h.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "runtime/metadata/metadata.h"
#include "runtime/metadata/status.h"
#include "runtime/metadata/thread.h"

namespace uvm::rt {

// Class file of one of uvm's own classes that join java.base ("jdk/internal/misc/UvmLauncher.class"); data()
// is null when there is none (runtime/linking/builtin_classes.cpp).
std::span<const std::byte> builtin_class_file(std::string_view path);

// The loader of the class library's modules that are not the boot loader's.
bool is_platform_loader(const Object* loader);

// Just after load_class() returned kUpcall: what the loading throws, if it does, is kept for that entry.
struct ResolutionKey;
void remember_failure_of_load(Thread& thread, const ResolutionKey& key);
// The same for the host of a class's nest: what the loading throws makes the class its own host.
void ignore_failure_of_load(Thread& thread, Class* nest_member);
// The pending exception of the search for its nest host is dropped, unless it is of the virtual machine.
void be_own_nest_host(Thread& thread, Class* nest_member);

// Whether a class's bytecode is to be verified at linking: not the boot loader's, nor accessors made by
// reflection.
bool needs_verification(const Class* c);
// Verifies it (JVMS 4.10); kUpcall while classes it depends on are loaded (runtime/linking/verification.cpp).
Status verify_class(Thread& thread, Class* c);

}  // namespace uvm::rt
