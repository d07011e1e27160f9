#include "pmem/libpmem.h"

#include <dlfcn.h>

namespace uvm::pmem {
namespace {

template <typename Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

}  // namespace

const LibPmem* LibPmem::load() {
  static const LibPmem* const loaded = []() -> const LibPmem* {
    void* library = dlopen("libpmem.so.1", RTLD_NOW | RTLD_LOCAL);  // stays for the life of the process
    static LibPmem functions;
    const bool complete = library != nullptr && find(library, "pmem_map_file", functions.map_file) &&
                          find(library, "pmem_unmap", functions.unmap) &&
                          find(library, "pmem_memcpy", functions.memcpy) &&
                          find(library, "pmem_drain", functions.drain);
    return complete ? &functions : nullptr;
  }();
  return loaded;
}

}  // namespace uvm::pmem
