// Natives of java.lang.Module: what the VM must know about modules.
#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/linking/modules.h"
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

Status define_module0(NativeCall& call) {
  Object* module = call.object(0);
  const bool open = call.i32(1) != 0;
  const Object* version = call.object(2);
  const Array* package_names = call.array(4);
  if (module == nullptr) {
    return throw_new(call.thread, "java/lang/NullPointerException", "Null module object");
  }
  std::vector<std::string> packages;
  if (package_names != nullptr) {
    packages.reserve(static_cast<std::size_t>(package_names->length));
    for (std::int32_t i = 0; i < package_names->length; ++i) {
      packages.push_back(internal_name(array_get(package_names, i)));
    }
  }
  return define_module(call.thread, module, open, version == nullptr ? "" : to_modified_utf8(version),
                       packages);
}

Status add_reads0(NativeCall& call) {
  if (call.object(0) == nullptr) {
    return throw_new(call.thread, "java/lang/NullPointerException", "from_module is null");
  }
  return add_module_reads(call.thread, call.object(0), call.object(1));
}

Status add_exports(NativeCall& call, ExportTarget target) {
  Object* from = call.object(0);
  const Object* package = call.object(1);
  Object* to = target == ExportTarget::kModule ? call.object(2) : nullptr;
  if (package == nullptr) return throw_new(call.thread, "java/lang/NullPointerException", "package is null");
  if (from == nullptr) return throw_new(call.thread, "java/lang/NullPointerException", "from_module is null");
  if (target == ExportTarget::kModule && to == nullptr) {
    return throw_new(call.thread, "java/lang/NullPointerException", "to_module is null");
  }
  return add_module_exports(call.thread, from, internal_name(package), target, to);
}

Status add_exports0(NativeCall& call) { return add_exports(call, ExportTarget::kModule); }
Status add_exports_to_all0(NativeCall& call) { return add_exports(call, ExportTarget::kAll); }
Status add_exports_to_all_unnamed0(NativeCall& call) { return add_exports(call, ExportTarget::kAllUnnamed); }

const NativeMethod kModuleMethods[] = {
    {"defineModule0", "(Ljava/lang/Module;ZLjava/lang/String;Ljava/lang/String;[Ljava/lang/Object;)V",
     define_module0},
    {"addReads0", "(Ljava/lang/Module;Ljava/lang/Module;)V", add_reads0},
    {"addExports0", "(Ljava/lang/Module;Ljava/lang/String;Ljava/lang/Module;)V", add_exports0},
    {"addExportsToAll0", "(Ljava/lang/Module;Ljava/lang/String;)V", add_exports_to_all0},
    {"addExportsToAllUnnamed0", "(Ljava/lang/Module;Ljava/lang/String;)V", add_exports_to_all_unnamed0},
};
UVM_REGISTER_NATIVES("java/lang/Module", kModuleMethods)

}  // namespace
}  // namespace uvm::rt
