// Natives of com.sun.management.internal: options of the VM under HotSpot's names, and diagnostic commands.
#include <map>
#include <variant>

#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/linking/class_loading.h"
#include "runtime/linking/initialization.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

// --- Options

// The values that HotSpot would give; memory is in bytes. Only options that hold in this VM too; none can be
// set.
using OptionValue = std::variant<bool, std::int64_t>;
using Options = std::map<std::string, OptionValue>;

Options options_of(const Vm& vm) {
  const auto capacity = static_cast<std::int64_t>(vm.heap.capacity());
  return {
      {"HeapDumpOnOutOfMemoryError", false},
      {"InitialHeapSize", capacity},
      {"MaxDirectMemorySize", std::int64_t{0}},  // as much as the heap
      {"MaxHeapSize", capacity},
      {"ObjectAlignmentInBytes", std::int64_t{8}},
      {"UseCompressedClassPointers", true},
      {"UseCompressedOops", true},
  };
}

Status all_names(NativeCall& call) {
  const Options options = options_of(*call.thread.vm);
  Array* names =
      new_object_array(call.thread, known().String.get(), static_cast<std::int32_t>(options.size()));
  UVM_TRY(made(names));
  std::int32_t index = 0;
  for (const auto& [name, value] : options) {
    const Object* text = new_string(call.thread, name);
    UVM_TRY(made(text));
    array_set(names, index++, text);
  }
  return call.ret(names);
}

Status option_count(NativeCall& call) {
  return call.ret(static_cast<std::int32_t>(options_of(*call.thread.vm).size()));
}

// A Boolean or Long, made without its constructor: only the field is set.
Object* box(Thread& thread, const OptionValue& value) {
  if (const bool* flag = std::get_if<bool>(&value)) {
    Object* object = new_object(thread, known().Boolean.get());
    if (object != nullptr) object->field<std::uint8_t>(known().Boolean_value) = *flag ? 1 : 0;
    return object;
  }
  Object* object = new_object(thread, known().Long.get());
  if (object != nullptr) object->field<std::int64_t>(known().Long_value) = std::get<std::int64_t>(value);
  return object;
}

// (String[] names, null for all; Flag[] result, int count): how many there are. The entry of an unknown name
// stays null.
Status get_flags(NativeCall& call) {
  Thread& thread = call.thread;
  const Array* names = call.array(0);
  Array* flags = call.array(1);
  if (flags == nullptr) return throw_null_pointer(thread);
  Class* flag_class = boot_class(thread, "com/sun/management/internal/Flag");
  Class* origin_class = boot_class(thread, "com/sun/management/VMOption$Origin");
  if (flag_class == nullptr || origin_class == nullptr) return Status::kThrow;
  UVM_TRY(ensure_initialized(thread, known().Boolean.get()));
  UVM_TRY(ensure_initialized(thread, known().Long.get()));
  UVM_TRY(ensure_initialized(thread, origin_class));
  const Object* origin = origin_class->mirror_object()->reference(
      library_field(origin_class, "DEFAULT", "Lcom/sun/management/VMOption$Origin;"));
  const Options options = options_of(*thread.vm);
  std::vector<std::string> wanted;
  if (names == nullptr) {
    for (const auto& [name, value] : options) wanted.push_back(name);
  } else {
    for (std::int32_t i = 0; i < names->length; ++i) {
      const Object* name = array_get(names, i);
      if (name == nullptr) return throw_null_pointer(thread);
      wanted.push_back(to_utf8(name));
    }
  }
  std::int32_t found = 0;
  const auto count = std::min<std::size_t>(wanted.size(), static_cast<std::size_t>(flags->length));
  for (std::size_t i = 0; i < count; ++i) {
    const auto option = options.find(wanted[i]);
    if (option == options.end()) continue;
    Object* flag = new_object(thread, flag_class);
    UVM_TRY(made(flag));
    const Object* name = new_string(thread, option->first);
    UVM_TRY(made(name));
    const Object* value = box(thread, option->second);
    UVM_TRY(made(value));
    flag->set_reference(library_field(flag_class, "name", "Ljava/lang/String;"), name);
    flag->set_reference(library_field(flag_class, "value", "Ljava/lang/Object;"), value);
    flag->set_reference(library_field(flag_class, "origin", "Lcom/sun/management/VMOption$Origin;"), origin);
    flag->field<std::uint8_t>(library_field(flag_class, "external", "Z")) = 1;
    array_set(flags, static_cast<std::int32_t>(i), flag);
    ++found;
  }
  return call.ret(found);
}

const NativeMethod kFlagMethods[] = {
    {"initialize", "()V", native_nothing, kLeaf},
    {"getAllFlagNames", "()[Ljava/lang/String;", all_names},
    {"getFlags", "([Ljava/lang/String;[Lcom/sun/management/internal/Flag;I)I", get_flags},
    {"getInternalFlagCount", "()I", option_count, kLeaf},
};
UVM_REGISTER_NATIVES("com/sun/management/internal/Flag", kFlagMethods)

Status dump_heap(NativeCall& call) {
  return throw_new(call.thread, "java/io/IOException", "heap dumps are not supported");
}

const NativeMethod kHotSpotDiagnosticMethods[] = {
    {"dumpHeap0", "(Ljava/lang/String;Z)V", dump_heap},
};
UVM_REGISTER_NATIVES("com/sun/management/internal/HotSpotDiagnostic", kHotSpotDiagnosticMethods)

// --- Diagnostic commands: there are none.

Status empty_array(NativeCall& call, std::string_view element) {
  Class* c = boot_class(call.thread, element);
  const Object* result = c == nullptr ? nullptr : new_object_array(call.thread, c, 0);
  return result == nullptr ? Status::kThrow : call.ret(result);
}

Status no_commands(NativeCall& call) { return empty_array(call, "java/lang/String"); }
Status no_command_infos(NativeCall& call) {
  return empty_array(call, "com/sun/management/internal/DiagnosticCommandInfo");
}

Status unknown_command(NativeCall& call) {
  return throw_new(call.thread, "java/lang/IllegalArgumentException", "Unknown diagnostic command");
}

const NativeMethod kDiagnosticCommandImplMethods[] = {
    {"setNotificationEnabled", "(Z)V", native_nothing, kLeaf},
    {"getDiagnosticCommands", "()[Ljava/lang/String;", no_commands},
    {"getDiagnosticCommandInfo", "([Ljava/lang/String;)[Lcom/sun/management/internal/DiagnosticCommandInfo;",
     no_command_infos},
    {"executeDiagnosticCommand", "(Ljava/lang/String;)Ljava/lang/String;", unknown_command},
};
UVM_REGISTER_NATIVES("com/sun/management/internal/DiagnosticCommandImpl", kDiagnosticCommandImplMethods)

}  // namespace
}  // namespace uvm::rt
