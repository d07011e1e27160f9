#include "runtime/heap/heap_verification.h"

#include <cstdio>
#include <cstdlib>
#include <unordered_set>

#include "runtime/heap/heap_roots.h"
#include "runtime/metadata/roots.h"

namespace uvm::rt {

gc::HeapFindings verify_heap() {
  std::unordered_set<std::uint32_t> shapes;
  for_each_class([&](const Class* c) { shapes.insert(gc::encode(c)); });
  HeapRoots roots_of_vm;
  gc::HeapFindings findings = gc::verify_heap(
      roots().heap, allocation_buffers(), roots_of_vm,
      [&](std::uint32_t bits) { return shapes.count(bits) != 0; },
      [](const gc::Object* object) { return external_name(class_of(object)); });
  for_each_class([&](const Class* c) {
    const Object* mirror = c->mirror_object();
    if (mirror == nullptr || mirrored(mirror) == c) return;
    findings.problems++;
    if (findings.text.size() < gc::kMaxFindings) {
      findings.text.push_back("mirror of " + external_name(c) + " is not its own");
    }
  });
  return findings;
}

void verify_heap_or_abort() {
  const gc::HeapFindings findings = verify_heap();
  if (findings.problems == 0) return;
  for (const std::string& line : findings.text) std::fprintf(stderr, "uvm: heap: %s\n", line.c_str());
  std::fprintf(stderr, "uvm: the heap is inconsistent: %llu problems among %llu objects\n",
               static_cast<unsigned long long>(findings.problems),
               static_cast<unsigned long long>(findings.objects));
  std::abort();
}

}  // namespace uvm::rt
