#include "runtime/metadata/code.h"

#include <cstring>

#include "base/die.h"
#include "runtime/metadata/thread_sanitizer.h"

namespace uvm::rt {

void replace_insn(Insn* at, const Insn& insn) {
  Insn now;
  const std::uint64_t old = __atomic_load_n(reinterpret_cast<const std::uint64_t*>(at), __ATOMIC_RELAXED);
  std::memcpy(&now, &old, sizeof now);
  if (!interchangeable(now.op, insn.op)) die("an instruction is replaced by one of another effect", 0);
  std::uint64_t bits;
  std::memcpy(&bits, &insn, sizeof bits);
  publish_metadata();
  __atomic_store_n(reinterpret_cast<std::uint64_t*>(at), bits, __ATOMIC_RELEASE);
}

int bci_of(const Method* method, const Insn* insn) {
  return method->bcis[static_cast<std::size_t>(insn - method->code.get())];
}

Insn* insn_at(const Method* method, int bci) {
  const std::uint16_t* bcis = method->bcis.get();
  std::size_t low = 0;
  std::size_t high = method->code_length;
  while (low + 1 < high) {
    const std::size_t middle = (low + high) / 2;
    (bcis[middle] <= bci ? low : high) = middle;
  }
  return method->code.get() + low;
}

}  // namespace uvm::rt
