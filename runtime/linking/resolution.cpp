// Resolution of symbolic references (JVMS 5.4.3), lookup of members, and access control (5.4.4).
#include <algorithm>
#include <string>

#include "runtime/heap/exceptions.h"
#include "runtime/heap/strings.h"
#include "runtime/linking/access.h"
#include "runtime/linking/class_description.h"
#include "runtime/linking/class_loading.h"
#include "runtime/linking/class_loading_parts.h"
#include "runtime/linking/modules.h"
#include "runtime/linking/resolution.h"
#include "runtime/linking/resolution_errors.h"
#include "runtime/metadata/default_methods.h"
#include "runtime/metadata/member_lookup.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/thread_sanitizer.h"

namespace uvm::rt {
namespace {

void store_resolved(PoolEntry& entry, const void* target) {
  publish_metadata();
  __atomic_store_n(entry.whole(), entry.resolved_to(gc::encode(target)), __ATOMIC_RELEASE);
}

std::string_view access_word(std::uint32_t access) {
  if ((access & kAccPrivate) != 0) return "private ";
  if ((access & kAccProtected) != 0) return "protected ";
  return "";
}

Status no_such_method(Thread& thread, const Class* c, const Symbol* name, const Symbol* descriptor) {
  return throw_new(thread, "java/lang/NoSuchMethodError", describe_method(c, name, descriptor));
}

Status check_final_put(Thread& thread, Class* referrer, const Field* field, Class* resolved_in,
                       const Method* in) {
  if ((field->access & kAccFinal) == 0) return Status::kOk;
  const std::string what = std::string("Update to ") + (field->is_static() ? "static" : "non-static") +
                           " final field " + external_name(resolved_in) + "." +
                           std::string(field->name->view()) + " attempted from a different ";
  if (field->holder.get() != referrer) {
    return throw_new(thread, "java/lang/IllegalAccessError",
                     what + "class (" + external_name(referrer) + ") than the field's declaring class");
  }
  // Class files before 53 may write finals in any method of the class (JVMS 6.5 putfield).
  if (referrer->major_version < 53 || in == nullptr) return Status::kOk;
  const bool initializer = field->is_static() ? (in->flags & kMethodIsClassInit) != 0 : in->is_initializer();
  if (initializer) return Status::kOk;
  return throw_new(thread, "java/lang/IllegalAccessError",
                   what + "method (" + std::string(in->name->view()) + ") than the initializer method " +
                       (field->is_static() ? "<clinit>" : "<init>") + " ");
}

Status check_access_to_method(Thread& thread, Class* referrer, const Method* m, Class* resolved_in) {
  if (m->is_private() && m->holder.get() != referrer) {
    Class* host = nullptr;
    UVM_TRY(nest_host_of(thread, referrer, &host));
    UVM_TRY(nest_host_of(thread, m->holder.get(), &host));
  }
  // An array's clone is public (JLS 10.7), although Object's is protected.
  const bool array_clone = resolved_in->is_array() && m->name->view() == "clone";
  if (array_clone || can_access_member(referrer, m->holder.get(), m->access, resolved_in)) return Status::kOk;
  return throw_new(thread, "java/lang/IllegalAccessError",
                   "class " + external_name(referrer) + " tried to access " +
                       std::string(access_word(m->access)) + "method " +
                       describe_method(m->holder.get(), m->name.get(), m->descriptor.get()) + " (" +
                       describe_places(referrer, m->holder.get()) + ")");
}

// What JVMS 6.5 invokespecial requires of the method that was found.
Status check_special_reference(Thread& thread, const MethodReference& ref, const Method* m) {
  const Class* c = ref.holder;
  if (m->is_initializer() && m->holder.get() != c) {
    // Initialisers are not inherited (JVMS 2.9.1), and this one was found in a superclass.
    std::string method = describe_method(c, ref.name, ref.descriptor);
    const std::string holder = external_name(c) + ".";
    method.erase(method.find(" " + holder) + 1, holder.size());
    return throw_new(thread, "java/lang/NoSuchMethodError",
                     external_name(c) + ": method " + method + " not found");
  }
  const Class* referrer = ref.referrer;
  if (referrer == nullptr || !c->is_interface() || referrer == c) return Status::kOk;
  if ((referrer->flags & kClassMagicAccessor) != 0) return Status::kOk;
  for (unsigned i = 0; i < referrer->interface_count; i++) {
    if (referrer->interfaces[i].get() == c) return Status::kOk;
  }
  return throw_new(
      thread, "java/lang/IncompatibleClassChangeError",
      "Interface method reference: " + describe_method(m->holder.get(), ref.name, ref.descriptor) +
          ", is in an indirect superinterface of " + external_name(referrer));
}

// Zero: not resolved yet. Other threads may be resolving it without a lock.
std::uint32_t nest_host_bits(const Class* c) { return __atomic_load_n(&c->nest_host.bits, __ATOMIC_ACQUIRE); }

}  // namespace

bool is_accessible(const Class* from, const Class* to) {
  const Class* element = to->is_array() ? to->element.get() : to;
  if (element->is_primitive() || from == element || roots().modules.bits == 0) return true;
  if ((from->flags & kClassMagicAccessor) != 0) return true;
  if ((element->access & kAccPublic) != 0) return module_allows_access(from, element);
  return same_package(from, element);
}

bool can_access_member(const Class* from, const Class* holder, std::uint32_t access,
                       const Class* resolved_in) {
  if (from == holder || (access & kAccPublic) != 0 || (from->flags & kClassMagicAccessor) != 0) return true;
  if ((access & kAccProtected) != 0) {
    if (same_package(from, holder)) return true;
    if (from->is_subclass_of(holder)) {
      return (access & kAccStatic) != 0 || from == resolved_in || resolved_in->is_subclass_of(from) ||
             from->is_subclass_of(resolved_in);
    }
    return false;
  }
  if ((access & kAccPrivate) != 0) {
    const std::uint32_t host = nest_host_bits(from);
    return host != 0 && host == nest_host_bits(holder);
  }
  return same_package(from, holder);
}

// JVMS 5.4.4 nest host: a class is its own host if it names one that does not list it or is in another
// package.
Status nest_host_of(Thread& thread, Class* c, Class** host) {
  if (nest_host_bits(c) == 0) {
    Class* found = c;
    if (c->nest_host_index != 0) {
      Class* candidate = nullptr;
      const Status status = resolve_class(thread, c, c->nest_host_index, &candidate);
      if (status == Status::kUpcall) ignore_failure_of_load(thread, c);
      if (status == Status::kThrow) be_own_nest_host(thread, c);
      if (status == Status::kThrow && thread.pending_exception() != nullptr) return status;
      if (status == Status::kUpcall || status == Status::kRetire) return status;
      if (status == Status::kOk && same_package(candidate, c)) {
        for (unsigned i = 0; i < candidate->nest_member_count; i++) {
          if (candidate->pool->class_name(candidate->nest_members[i]) == c->name.get()) found = candidate;
        }
      }
    }
    __atomic_store_n(&c->nest_host.bits, gc::encode(found), __ATOMIC_RELEASE);
  }
  *host = gc::decode<Class>(nest_host_bits(c));
  return Status::kOk;
}

void be_own_nest_host(Thread& thread, Class* nest_member) {
  const Class* fatal = boot_class(thread, "java/lang/VirtualMachineError");
  if (fatal == nullptr || class_of(thread.pending_exception())->is_subclass_of(fatal)) return;
  thread.java->pending_exception = nullptr;
  __atomic_store_n(&nest_member->nest_host.bits, gc::encode(nest_member), __ATOMIC_RELEASE);
}

Status check_access_to_class(Thread& thread, const Class* referrer, const Class* c) {
  if (is_accessible(referrer, c)) return Status::kOk;
  return throw_new(thread, "java/lang/IllegalAccessError",
                   "failed to access class " + external_name(c) + " from class " + external_name(referrer) +
                       " (" + describe_places(c, referrer) + ")");
}

Status resolve_class(Thread& thread, Class* referrer, unsigned pool_index, Class** result) {
  PoolEntry& entry = referrer->pool->entry(pool_index);
  if (const std::uint32_t known = entry.load_resolved(); known != 0) {
    *result = gc::decode<Class>(known);
    return Status::kOk;
  }
  const ResolutionKey key{referrer, pool_index};
  UVM_TRY(throw_remembered(thread, key));
  const Status status =
      load_class(thread, referrer->pool->class_name(pool_index), referrer->loader.get(), result);
  if (status == Status::kUpcall) remember_failure_of_load(thread, key);
  if (status == Status::kThrow) remember_error(thread, key);
  UVM_TRY(status);
  if (check_access_to_class(thread, referrer, *result) != Status::kOk) {
    remember_error(thread, key);
    return Status::kThrow;
  }
  store_resolved(entry, *result);
  return Status::kOk;
}

Status resolve_string(Thread& thread, Class* referrer, unsigned pool_index, Object** result) {
  PoolEntry& entry = referrer->pool->entry(pool_index);
  if (const std::uint32_t known = entry.load_resolved(); known != 0) {
    *result = gc::decode<Object>(known);
    return Status::kOk;
  }
  *result = intern_symbol(thread, gc::decode<Symbol>(entry.load_raw()));
  if (*result == nullptr) return Status::kThrow;
  store_resolved(entry, *result);
  return Status::kOk;
}

Status resolve_field(Thread& thread, Class* referrer, unsigned pool_index, bool is_static, bool is_put,
                     Method* in, Field** result) {
  ConstantPool* pool = referrer->pool.get();
  Class* c = nullptr;
  UVM_TRY(resolve_class(thread, referrer, pool->class_index(pool_index), &c));
  const Symbol* name = pool->name_of(pool_index);
  Field* field = lookup_field(c, name, pool->descriptor_of(pool_index));
  if (field == nullptr) return throw_new(thread, "java/lang/NoSuchFieldError", name->view());
  if ((field->access & kAccPrivate) != 0 && field->holder.get() != referrer) {
    Class* host = nullptr;
    UVM_TRY(nest_host_of(thread, referrer, &host));
    UVM_TRY(nest_host_of(thread, field->holder.get(), &host));
  }
  if (!can_access_member(referrer, field->holder.get(), field->access, c)) {
    return throw_new(thread, "java/lang/IllegalAccessError",
                     "class " + external_name(referrer) + " tried to access " +
                         std::string(access_word(field->access)) + "field " +
                         external_name(field->holder.get()) + "." + std::string(name->view()) + " (" +
                         describe_places(referrer, field->holder.get()) + ")");
  }
  if (field->is_static() != is_static) {
    return throw_new(thread, "java/lang/IncompatibleClassChangeError",
                     std::string("Expected ") + (is_static ? "static" : "non-static") + " field " +
                         external_name(c) + "." + std::string(name->view()));
  }
  if (is_put) UVM_TRY(check_final_put(thread, referrer, field, c, in));
  *result = field;
  return Status::kOk;
}

Status link_method(Thread& thread, const MethodReference& ref, InvokeKind kind, Method** result) {
  Class* c = ref.holder;
  constexpr std::string_view kChanged = "java/lang/IncompatibleClassChangeError";
  if (kind == InvokeKind::kVirtual && c->is_interface())
    return throw_new(thread, kChanged, "Found interface " + external_name(c) + ", but class was expected");
  if (kind == InvokeKind::kInterface && !c->is_interface())
    return throw_new(thread, kChanged, "Found class " + external_name(c) + ", but interface was expected");
  const PoolTag wanted = c->is_interface() ? PoolTag::kInterfaceMethodref : PoolTag::kMethodref;
  if (ref.tag != PoolTag::kUnusable && ref.tag != wanted) {
    return throw_new(thread, kChanged,
                     "Method " + describe_method(c, ref.name, ref.descriptor) + " must be " +
                         (c->is_interface() ? "InterfaceMethodref" : "Methodref") + " constant");
  }
  Method* m = c->is_interface() ? lookup_interface_method(c, ref.name, ref.descriptor)
                                : lookup_method(c, ref.name, ref.descriptor);
  if (m == nullptr) return no_such_method(thread, c, ref.name, ref.descriptor);
  if (ref.referrer != nullptr) UVM_TRY(check_access_to_method(thread, ref.referrer, m, c));
  const bool wrong_static = m->is_static() != (kind == InvokeKind::kStatic);
  const auto described = [&] { return describe_method(m->holder.get(), ref.name, ref.descriptor); };
  if (wrong_static && kind != InvokeKind::kStatic && c->is_interface())
    return throw_new(thread, kChanged, "Expected instance not static method " + described());
  if (kind == InvokeKind::kSpecial) UVM_TRY(check_special_reference(thread, ref, m));
  if (wrong_static) {
    return throw_new(
        thread, kChanged,
        (kind == InvokeKind::kStatic ? "Expected static method " : "Expecting non-static method ") +
            described());
  }
  *result = m;
  return Status::kOk;
}

Status resolve_method(Thread& thread, Class* referrer, unsigned pool_index, InvokeKind kind,
                      Method** result) {
  ConstantPool* pool = referrer->pool.get();
  Class* c = nullptr;
  UVM_TRY(resolve_class(thread, referrer, pool->class_index(pool_index), &c));
  return link_method(
      thread,
      {c, pool->name_of(pool_index), pool->descriptor_of(pool_index), referrer, pool->tag(pool_index)}, kind,
      result);
}

}  // namespace uvm::rt
