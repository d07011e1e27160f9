// Loading and creating classes (JVMS 5.3).
//
// Classes of the boot loader come from the builtin bundle and from the class library's image, and are
// loaded by C++ code alone. Every other loader is Java code: loading through it pushes a kLoadClass
// continuation and a call of loadClass. When that has returned a class, the dictionary has the class under
// the initiating loader, and the code that asked for it finds it there.
#include "runtime/linking/class_loading.h"

#include <vector>

#include "runtime/classfile/descriptor.h"
#include "runtime/heap/exceptions.h"
#include "runtime/heap/strings.h"
#include "runtime/jimage/jimage.h"
#include "runtime/linking/access.h"
#include "runtime/linking/archived_symbols.h"
#include "runtime/linking/array_classes.h"
#include "runtime/linking/class_builder.h"
#include "runtime/linking/class_description.h"
#include "runtime/linking/class_loading_parts.h"
#include "runtime/linking/mirrors.h"
#include "runtime/linking/modules.h"
#include "runtime/linking/resolution_errors.h"
#include "runtime/metadata/dictionary.h"
#include "runtime/metadata/member_lookup.h"
#include "runtime/metadata/roots.h"
#include "runtime/metadata/symbol_table.h"
#include "runtime/metadata/thread_sanitizer.h"
#include "runtime/metadata/vm.h"
#include "runtime/threads/java_calls.h"

namespace uvm::rt {
namespace {

std::span<const std::byte> boot_class_file(std::string_view name) {
  std::string path(name);
  path += ".class";
  if (const auto builtin = builtin_class_file(path); builtin.data() != nullptr) return builtin;
  const std::size_t slash = name.rfind('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view package = name.substr(0, slash);
  const auto module = vm()->image->module_of_package(package);
  if (!module) return {};
  // Only those of the image's modules that the module system has defined to the boot loader provide classes
  // here.
  if (*module != "java.base") {
    const Object* defined = module_of_package(nullptr, package);
    if (defined == nullptr || defined == roots().boot_unnamed_module.get()) return {};
  }
  const auto bytes = vm()->image->find(*module, path);
  return bytes ? *bytes : std::span<const std::byte>();
}

Class* load_boot_class(Thread& thread, Symbol* name) {
  const std::lock_guard lock(vm()->metadata_lock);
  if (Class* c = dictionary_find(name, nullptr)) return c;
  const auto bytes = boot_class_file(name->view());
  if (bytes.data() == nullptr) return nullptr;
  DefineOptions options;
  options.expected_name = name;
  Class* c = nullptr;
  const Status status =
      define_class(thread, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), options, &c);
  return status == Status::kOk ? c : nullptr;
}

// A kLoadClass frame. Slot 0: the loader. 4: the name and, in its upper half, the name for error messages if
// that differs (the array whose element is being loaded). 5 and 6: the class and the pool entry that a
// failure is kept for. 7: the class that becomes the host of its own nest instead of failing. Unused slots
// are 0.
Symbol* loaded_name(Frame* frame) {
  return gc::decode<Symbol>(static_cast<std::uint32_t>(frame->operands()[4].raw));
}
Symbol* told_name(Frame* frame) {
  const auto told = static_cast<std::uint32_t>(frame->operands()[4].raw >> 32);
  return told == 0 ? loaded_name(frame) : gc::decode<Symbol>(told);
}

// Whether this thread is already loading the class through the loader: then its superclasses form a circle
// (JVMS 5.3.5).
bool being_loaded(Thread& thread, Symbol* name, Object* loader) {
  for (Frame* f = thread.frame; f != nullptr; f = thread.caller_of(f)) {
    if (f->kind == FrameKind::kLoadClass && f->operands()[0].ref == gc::encode(loader) &&
        loaded_name(f) == name) {
      return true;
    }
  }
  return false;
}

Status not_found(Thread& thread, std::string_view name, NotFound how) {
  return throw_new(
      thread,
      how == NotFound::kException ? "java/lang/ClassNotFoundException" : "java/lang/NoClassDefFoundError",
      name);
}

void load_failed(Thread& thread, Frame* frame) {
  const auto class_in = [&](unsigned slot) {
    return gc::decode<Class>(static_cast<std::uint32_t>(frame->operands()[slot].raw));
  };
  if (Class* referrer = class_in(5))
    remember_error(thread, {referrer, static_cast<unsigned>(frame->operands()[6].raw)});
  if (Class* member = class_in(7)) be_own_nest_host(thread, member);
}

Status load_named(Thread& thread, Symbol* name, Symbol* told, Object* loader, Class** result, NotFound how);

Status load_array_class(Thread& thread, Symbol* name, Object* loader, Class** result, NotFound how) {
  const std::string_view text = name->view();
  if (!classfile::is_nameable(text)) return not_found(thread, text, how);
  const std::size_t dimensions = text.find_first_not_of('[');
  const std::string_view element = text.substr(dimensions);
  Class* c = nullptr;
  if (element.front() == 'L') {
    UVM_TRY(load_named(thread, make_symbol(classfile::class_name_of(element)), name, loader, &c, how));
  } else {
    c = vm()->known().primitive_classes[static_cast<unsigned>(basic_type_of(element.front()))].get();
  }
  for (std::size_t i = 0; i < dimensions; i++) {
    c = array_class_of(thread, c);
    if (c == nullptr) return Status::kThrow;
  }
  *result = c;
  return Status::kOk;
}

Status check_super(Thread& thread, Symbol* name, Class* super) {
  const std::string sub = external_name(name->view());
  if (super->is_interface()) {
    return throw_new(thread, "java/lang/IncompatibleClassChangeError",
                     "class " + sub + " has interface " + external_name(super) + " as super class");
  }
  if ((super->access & kAccFinal) != 0) {
    return throw_new(thread, "java/lang/IncompatibleClassChangeError",
                     "class " + sub + " cannot inherit from final class " + external_name(super));
  }
  return Status::kOk;
}

// Whether `super` names the class among its permitted direct subclasses (JVMS 4.7.31), or is not sealed.
bool permits(Class* super, const Symbol* name) {
  if ((super->flags & kClassIsSealed) == 0) return true;
  for (unsigned i = 0; i < super->permitted_subclass_count; i++) {
    if (super->pool->class_name(super->permitted_subclasses[i]) == name) return true;
  }
  return false;
}

struct Supers {
  Class* super = nullptr;
  std::vector<Class*> interfaces;
};

Status load_supers(Thread& thread, const classfile::ClassFile& file, Symbol* name, Object* loader,
                   Supers* supers) {
  const std::string sub = external_name(name->view());
  if (file.super_class != 0) {
    UVM_TRY(load_class(thread, make_symbol(file.super_name), loader, &supers->super));
    UVM_TRY(check_super(thread, name, supers->super));
    if (!permits(supers->super, name)) {
      return throw_new(thread, "java/lang/IncompatibleClassChangeError",
                       "class " + sub + " cannot inherit from sealed class " + external_name(supers->super));
    }
  }
  for (const std::uint16_t index : file.interfaces) {
    Class* c = nullptr;
    UVM_TRY(load_class(thread, make_symbol(file.pool.class_name(index)), loader, &c));
    if (!c->is_interface()) {
      return throw_new(thread, "java/lang/IncompatibleClassChangeError",
                       "class " + sub + " can not implement " + external_name(c) +
                           ", because it is not an interface (" + describe_place(c) + ")");
    }
    if (!permits(c, name)) {
      return throw_new(thread, "java/lang/IncompatibleClassChangeError",
                       "class " + sub + " cannot implement sealed interface " + external_name(c));
    }
    supers->interfaces.push_back(c);
  }
  return Status::kOk;
}

// A class may only extend and implement classes that it has access to (JVMS 5.3.5).
Status check_access_to_supers(Thread& thread, const Class* c) {
  const auto denied = [&](const Class* super, const std::string& what) {
    return throw_new(thread, "java/lang/IllegalAccessError",
                     "class " + external_name(c) + " cannot access its " + what + " " + external_name(super) +
                         " (" + describe_places(c, super) + ")");
  };
  if (const Class* super = c->super.get(); super != nullptr && !is_accessible(c, super))
    return denied(super, (super->access & kAccAbstract) != 0 ? "abstract superclass" : "superclass");
  for (unsigned i = 0; i < c->interface_count; i++) {
    if (!is_accessible(c, c->interfaces[i].get())) return denied(c->interfaces[i].get(), "superinterface");
  }
  return Status::kOk;
}

// `told` is the name in error messages.
Status load_named(Thread& thread, Symbol* name, Symbol* told, Object* loader, Class** result, NotFound how) {
  if (Class* c = find_loaded_class(name, loader)) {
    *result = c;
    return Status::kOk;
  }
  if (loader == nullptr) {
    *result = load_boot_class(thread, name);
    if (*result != nullptr) return Status::kOk;
    return thread.pending_exception() != nullptr ? Status::kThrow : not_found(thread, told->view(), how);
  }
  if (being_loaded(thread, name, loader)) {
    return throw_new(thread, "java/lang/ClassCircularityError", name->view());
  }
  Object* dotted = new_string(thread, external_name(name->view()));
  if (dotted == nullptr) return Status::kThrow;
  Method* load = select_method(class_of(loader), vm()->known().ClassLoader_loadClass.get());
  Frame* frame = nullptr;
  UVM_TRY(push_continuation(thread, FrameKind::kLoadClass, &frame));
  frame->operands()[0].raw = gc::encode(loader);
  frame->operands()[4].raw = gc::encode(name);
  if (told != name) frame->operands()[4].raw |= std::uint64_t{gc::encode(told)} << 32;
  frame->aux = static_cast<std::uint16_t>(how);
  const Slot args[] = {slot_of(loader), slot_of(dotted)};
  const Status status = push_call(thread, load, args);
  if (status == Status::kThrow) pop_frame(thread);
  return status;
}

// For the boot loader the existing class is the result; for other loaders this is an error (JVMS 5.3.5).
Status already_defined(Thread& thread, Class* c, Object* loader, Class** result) {
  if (loader == nullptr) {
    *result = c;
    return Status::kOk;
  }
  // The message names the loader of the second definition, even if another loader made the first.
  const std::string place =
      c->loader.get() == loader
          ? describe_place(c)
          : external_name(c) + " is in unnamed module of loader " + describe_loader(loader);
  return throw_new(thread, "java/lang/LinkageError",
                   "loader " + describe_loader(loader) + " attempted duplicate class definition for " +
                       external_name(c) + ". (" + place + describe_parent(loader) + ")");
}

}  // namespace

bool is_platform_loader(const Object* loader) {
  return class_of(loader)->name->view() == "jdk/internal/loader/ClassLoaders$PlatformClassLoader";
}

Class* find_loaded_class(Symbol* name, Object* loader) {
  const std::lock_guard lock(vm()->metadata_lock);
  return dictionary_find(name, loader);
}

Class* boot_class(Thread& thread, std::string_view name) {
  return load_boot_class(thread, make_symbol(name));
}

Status find_class(Thread& thread, std::string_view name, Object* loader, Class** result) {
  return load_class(thread, make_symbol(name), loader, result);
}

Status load_class(Thread& thread, Symbol* name, Object* loader, Class** result, NotFound how) {
  if (!name->view().empty() && name->view().front() == '[')
    return load_array_class(thread, name, loader, result, how);
  return load_named(thread, name, name, loader, result, how);
}

Status load_class_step(Thread& thread, Frame* frame) {
  Symbol* name = loaded_name(frame);
  auto* loader = gc::decode<Object>(frame->operands()[0].ref);
  const auto how = static_cast<NotFound>(frame->aux);
  const auto* mirror = gc::decode<Object>(frame->operands()[8].ref);
  // A class with another name than the one asked for counts as not found.
  if (mirror == nullptr || mirrored(mirror)->name.get() != name) {
    (void)not_found(thread, told_name(frame)->view(), how);
    load_failed(thread, frame);
    pop_frame(thread);
    return thread.pending_exception() == nullptr ? Status::kOk : Status::kThrow;
  }
  pop_frame(thread);
  Class* c = mirrored(mirror);
  const std::lock_guard lock(vm()->metadata_lock);
  if (dictionary_find(name, loader) == nullptr) dictionary_add(name, loader, c);
  return Status::kOk;
}

void load_class_threw(Thread& thread, Frame* frame) {
  Object* cause = thread.pending_exception();
  if (static_cast<NotFound>(frame->aux) == NotFound::kError &&
      external_name(class_of(cause)) == "java.lang.ClassNotFoundException") {
    thread.java->pending_exception = nullptr;
    (void)throw_new_with_cause(thread, "java/lang/NoClassDefFoundError", told_name(frame)->view(), cause);
  }
  load_failed(thread, frame);
}

void remember_failure_of_load(Thread& thread, const ResolutionKey& key) {
  Frame* frame = thread.caller_of(thread.frame);
  if (frame->kind != FrameKind::kLoadClass) __builtin_trap();
  frame->operands()[5].raw = gc::encode(key.referrer);
  frame->operands()[6].raw = key.pool_index;
}

void ignore_failure_of_load(Thread& thread, Class* nest_member) {
  thread.caller_of(thread.frame)->operands()[7].raw = gc::encode(nest_member);
}

Status define_class(Thread& thread, const std::uint8_t* bytes, std::size_t length,
                    const DefineOptions& options, Class** result) {
  classfile::ParseOptions parse_options;
  parse_options.trusted = options.loader == nullptr && !options.hidden;
  if (options.expected_name != nullptr && !options.hidden)
    parse_options.expected_name = options.expected_name->view();
  std::string hidden_name;
  if (options.hidden) {
    // The suffix makes the name unique: it consists of the thread and the number of classes defined so far,
    // which this definition raises. When this is executed again after an upcall it differs if
    // other threads have defined classes since; nothing has kept the first name.
    char suffix[24];
    const std::uint64_t count = __atomic_load_n(&roots().classes_defined, __ATOMIC_RELAXED);
    std::snprintf(suffix, sizeof suffix, "+0x%016lx",
                  static_cast<unsigned long>(thread.java->id) << 36 | (0x800c0000UL + count * 8));
    const auto plain = classfile::parse({reinterpret_cast<const std::byte*>(bytes), length}, parse_options);
    if (!plain) return throw_new(thread, plain.error().exception_class, plain.error().message);
    hidden_name = std::string(plain->name) + suffix;
    parse_options.replacement_name = hidden_name;
  }
  auto file = classfile::parse({reinterpret_cast<const std::byte*>(bytes), length}, parse_options);
  if (!file) return throw_new(thread, file.error().exception_class, file.error().message);
  put_methods_in_order(*file);

  Symbol* name = make_symbol(file->name);
  if (Class* c = options.hidden ? nullptr : find_loaded_class(name, options.loader)) {
    return already_defined(thread, c, options.loader, result);
  }
  Supers supers;
  UVM_TRY(load_supers(thread, *file, name, options.loader, &supers));
  const VtablePlan vtable = plan_vtable(supers.super, *file, name, options.loader);
  if (const Method* m = vtable.overridden_final; m != nullptr) {
    return throw_new(thread, "java/lang/IncompatibleClassChangeError",
                     "class " + external_name(name->view()) + " overrides final method " +
                         external_name(m->holder.get()) + "." + std::string(m->name->view()) +
                         std::string(m->descriptor->view()));
  }

  const std::lock_guard lock(vm()->metadata_lock);
  // Another thread may have defined the class in the meantime, since a loader need not lock.
  if (Class* c = options.hidden ? nullptr : dictionary_find(name, options.loader)) {
    return already_defined(thread, c, options.loader, result);
  }
  Class* c =
      build_class({*file, name, supers.super, supers.interfaces, options.loader, options.hidden, vtable});
  __atomic_fetch_add(&roots().classes_defined, 1U, __ATOMIC_RELAXED);
  c->protection_domain = options.protection_domain;
  c->class_data = options.class_data;
  if (options.hidden) {
    c->flags |= kClassHidden;
    if (options.nest_host != nullptr) c->nest_host = options.nest_host;
    // Frames of hidden classes are left out of stack traces
    // (java.lang.invoke.MethodHandles.Lookup.defineHiddenClass).
    for (unsigned i = 0; i < c->method_count; i++) c->methods[i].flags |= kMethodHidden;
  }
  UVM_TRY(check_access_to_supers(thread, c));
  UVM_TRY(make_mirror(thread, c));
  enlist_class(c);
  if (!options.hidden) dictionary_add(name, options.loader, c);
  publish_metadata();
  *result = c;
  return Status::kOk;
}

Status class_of_descriptor(Thread& thread, std::string_view descriptor, Object* loader, Class** result) {
  if (descriptor.front() == '[') return find_class(thread, descriptor, loader, result);
  if (descriptor.front() == 'L') {
    return find_class(thread, descriptor.substr(1, descriptor.size() - 2), loader, result);
  }
  *result = vm()->known().primitive_classes[static_cast<unsigned>(basic_type_of(descriptor.front()))].get();
  return Status::kOk;
}

}  // namespace uvm::rt
