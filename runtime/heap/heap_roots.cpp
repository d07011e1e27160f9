#include "runtime/heap/heap_roots.h"

#include "runtime/heap/reference_processing.h"
#include "runtime/heap/stack_roots.h"
#include "runtime/metadata/code.h"
#include "runtime/metadata/dictionary.h"
#include "runtime/metadata/module_entries.h"
#include "runtime/metadata/monitor.h"
#include "runtime/metadata/roots.h"

namespace uvm::rt {
namespace {

using Visitor = gc::RootSource::Visitor;

template <typename T>
void give(const Visitor& visit, const Ref<T>& reference, const char* what) {
  if (reference) visit({.bits = reference.bits, .exact = true, .what = what});
}

void visit_vm(const Visitor& visit) {
  const Roots& r = roots();
  give(visit, r.main_thread_group, "main thread group");
  give(visit, r.system_thread_group, "system thread group");
  give(visit, r.out_of_memory_error, "OutOfMemoryError");
  give(visit, r.stack_overflow_error, "StackOverflowError");
  give(visit, r.boot_unnamed_module, "unnamed module of the boot loader");
  give(visit, r.java_base_module, "java.base");
  give(visit, pending_references(), "pending references");
  const RegionTable& strings = r.interned_strings;
  for (std::uint32_t i = 0; i < strings.capacity; i++) {
    if (strings.slots[i] != 0) visit({.bits = strings.slots[i], .exact = true, .what = "interned string"});
  }
  dictionary_visit_loaders([&](std::uint32_t loader) {
    visit({.bits = loader, .exact = true, .what = "loader of the dictionary"});
  });
}

void visit_modules(const Visitor& visit) {
  const ModuleState* modules = roots().modules.get();
  if (modules == nullptr) return;
  for (const Ref<ModuleEntry>& bucket : modules->modules) {
    for (const ModuleEntry* m = bucket.get(); m != nullptr; m = m->next.get()) {
      give(visit, m->object, "module");
      give(visit, m->loader, "loader of a module");
    }
  }
  for (const Ref<PackageEntry>& bucket : modules->packages) {
    for (const PackageEntry* p = bucket.get(); p != nullptr; p = p->next.get()) {
      give(visit, p->loader, "loader of a package");
    }
  }
}

void visit_pool(const Visitor& visit, ConstantPool* pool) {
  for (unsigned i = 1; i < pool->count; i++) {
    switch (pool->tag(i)) {
      case PoolTag::kString:
      case PoolTag::kMethodHandle:
      case PoolTag::kMethodType:
      case PoolTag::kDynamic: {
        const std::uint32_t resolved = pool->entry(i).resolved;
        if (resolved != 0 && resolved != kPoolNull) {
          visit({.bits = resolved, .exact = true, .what = "constant pool entry"});
        }
        break;
      }
      case PoolTag::kLong:
      case PoolTag::kDouble:
        i++;  // takes two indexes, JVMS 4.4.5
        break;
      default:
        break;
    }
  }
}

void visit_code(const Visitor& visit, const Method& method) {
  const Insn* code = method.code.get();
  if (code == nullptr) return;
  for (std::uint32_t i = 0; i < method.code_length; i++) {
    const auto bits = static_cast<gc::ReferenceBits>(code[i].b);
    switch (info_of(code[i].op).b) {
      case OperandKind::kObject:
        if (bits != 0) visit({.bits = bits, .exact = true, .what = "constant in code"});
        break;
      case OperandKind::kHandleSite:
        give(visit, gc::decode<HandleSite>(bits)->appendix, "appendix of a call site");
        break;
      default:
        break;
    }
  }
}

void visit_class(const Visitor& visit, const Class* c) {
  give(visit, c->mirror, "mirror");
  give(visit, c->loader, "loader of a class");
  give(visit, c->protection_domain, "protection domain");
  give(visit, c->init_error, "initialisation error");
  give(visit, c->class_data, "class data");
  give(visit, c->resolution_errors, "resolution errors");
  give(visit, c->signers, "signers");
  if (c->is_array()) return;
  if (ConstantPool* pool = c->pool.get(); pool != nullptr) visit_pool(visit, pool);
  for (unsigned i = 0; i < c->method_count; i++) visit_code(visit, c->methods[i]);
}

void visit_monitors(const Visitor& visit) {
  const MonitorTable& table = roots().monitors;
  for (std::uint32_t i = 0; i < table.bucket_count; i++) {
    for (const Monitor* m = gc::decode<Monitor>(table.buckets[i]); m != nullptr; m = m->next.get()) {
      const bool idle = m->owner == 0 && !m->waiters;  // then its object is that of a former use
      if (!idle) give(visit, m->object, "object of a monitor");
    }
  }
}

void visit_threads(const Visitor& visit) {
  StackRoots stacks(visit);
  for (JavaThread* thread = roots().threads.get(); thread != nullptr; thread = thread->next.get()) {
    if (thread->alive == 0) continue;
    give(visit, thread->object, "thread");
    give(visit, thread->pending_exception, "pending exception");
    give(visit, thread->wait_object, "object waited for");
    stacks.visit_stack(*thread);
  }
}

}  // namespace

void HeapRoots::visit_roots(const Visitor& visit) {
  visit_vm(visit);
  visit_modules(visit);
  for_each_class([&](const Class* c) { visit_class(visit, c); });
  visit_monitors(visit);
  visit_threads(visit);
}

std::vector<gc::AllocationBuffer> allocation_buffers() {
  std::vector<gc::AllocationBuffer> buffers;
  for (const JavaThread* t = roots().threads.get(); t != nullptr; t = t->next.get())
    buffers.push_back(t->buffer);
  return buffers;
}

}  // namespace uvm::rt
