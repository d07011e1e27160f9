#include "runtime/boot/launch.h"

#include "runtime/execution/native.h"
#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/linking/class_loading.h"
#include "runtime/linking/initialization.h"
#include "runtime/metadata/member_lookup.h"
#include "runtime/metadata/symbol_table.h"
#include "runtime/metadata/vm.h"
#include "runtime/threads/java_calls.h"

namespace uvm::rt {
namespace {

Status find_launcher(Thread& thread, Class** launcher) {
  *launcher = boot_class(thread, "jdk/internal/misc/UvmLauncher");
  if (*launcher != nullptr) return Status::kOk;
  return throw_new(thread, "java/lang/NoClassDefFoundError", "jdk/internal/misc/UvmLauncher");
}

Status call_launcher(Thread& thread, std::string_view name, std::string_view descriptor) {
  Class* launcher = nullptr;
  UVM_TRY(find_launcher(thread, &launcher));
  Method* method = find_declared_method(launcher, make_symbol(name), make_symbol(descriptor));
  if (method == nullptr) return throw_new(thread, "java/lang/NoSuchMethodError", name);
  return push_call(thread, method, {});
}

}  // namespace

Status ready_launcher(Thread& thread) {
  Class* launcher = nullptr;
  UVM_TRY(find_launcher(thread, &launcher));
  return ensure_initialized(thread, launcher);
}

Status call_seal_image(Thread& thread) { return call_launcher(thread, "sealImage", "()V"); }

Status call_prepare(Thread& thread) { return call_launcher(thread, "prepare", "()Ljava/lang/Class;"); }

Object* make_arguments(Thread& thread) {
  const std::vector<std::string>& given = thread.vm->input.arguments;
  Array* arguments =
      new_object_array(thread, thread.vm->known().String.get(), static_cast<std::int32_t>(given.size()));
  if (arguments == nullptr) return nullptr;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const Object* argument = new_string(thread, given[i]);
    if (argument == nullptr) return nullptr;
    array_set(arguments, static_cast<std::int32_t>(i), argument);
  }
  return arguments;
}

Status call_main(Thread& thread, Class* main_class, Object* arguments) {
  Method* main = lookup_method(main_class, make_symbol("main"), make_symbol("([Ljava/lang/String;)V"));
  if (main == nullptr) return throw_new(thread, "java/lang/NoSuchMethodError", "main");
  const Slot argument = slot_of(arguments);
  return push_call(thread, main, {&argument, 1});
}

}  // namespace uvm::rt
