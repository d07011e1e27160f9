#include "runtime/linking/resolution_errors.h"

#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/linking/class_loading.h"
#include "runtime/metadata/vm.h"

namespace uvm::rt {
namespace {

enum ErrorPart : std::int32_t { kKey, kErrorClass, kMessage, kCauseClass, kCauseMessage, kErrorFields };

std::int64_t number_of(const ResolutionKey& key) {
  return static_cast<std::int64_t>(gc::encode(key.insn)) << 32 | key.pool_index;
}

// The index of the entry in the array; -1 if there is none.
std::int32_t find(const ResolutionKey& key) {
  const auto* errors = static_cast<const Array*>(key.referrer->resolution_errors.get());
  for (std::int32_t i = 0; errors != nullptr && i < errors->length; i += kErrorFields) {
    if (static_cast<const Array*>(array_get(errors, i + kKey))->elements<std::int64_t>()[0] == number_of(key))
      return i;
  }
  return -1;
}

// Exceptions are made again by name, which works only for classes of the boot loader.
bool can_be_made(const Class* c) { return c->loader.bits == 0; }

// Replaces the message of an error that has none, as on HotSpot: the name of what was being resolved.
Symbol* name_of(const ResolutionKey& key) {
  ConstantPool* pool = key.referrer->pool.get();
  switch (pool->tag(key.pool_index)) {
    case PoolTag::kClass:
      return pool->class_name(key.pool_index);
    case PoolTag::kMethodType:
      return gc::decode<Symbol>(pool->entry(key.pool_index).load_raw());
    case PoolTag::kMethodHandle:
      return pool->name_of(pool->entry(key.pool_index).load_raw() & 0xffff);
    default:
      return pool->name_of(key.pool_index);
  }
}

}  // namespace

Status throw_remembered(Thread& thread, const ResolutionKey& key) {
  const std::int32_t at = find(key);
  if (at < 0) return Status::kOk;
  const auto* errors = static_cast<const Array*>(key.referrer->resolution_errors.get());
  const auto text = [&](std::int32_t field, std::string* storage) {
    const Object* message = array_get(errors, at + field);
    if (message == nullptr) return std::string_view();
    *storage = to_utf8(message);
    return std::string_view(*storage);
  };
  std::string storage;
  Object* cause = nullptr;
  if (const Object* cause_mirror = array_get(errors, at + kCauseClass); cause_mirror != nullptr) {
    const Status made = throw_new_with_cause(thread, mirrored(cause_mirror)->name->view(),
                                             text(kCauseMessage, &storage), nullptr);
    cause = thread.pending_exception();
    if (class_of(cause) != mirrored(cause_mirror)) return made;  // out of memory
    thread.java->pending_exception = nullptr;
  }
  const std::string_view name = mirrored(array_get(errors, at + kErrorClass))->name->view();
  const std::string_view message = text(kMessage, &storage);
  if (cause != nullptr) return throw_new_with_cause(thread, name, message, cause);
  return message.data() == nullptr ? throw_new(thread, name) : throw_new(thread, name, message);
}

void remember_error(Thread& thread, const ResolutionKey& key) {
  Object* exception = thread.pending_exception();
  const Class* c = class_of(exception);
  const WellKnown& known = vm()->known();
  const Class* linkage_error = boot_class(thread, "java/lang/LinkageError");
  if (linkage_error == nullptr || !c->is_subclass_of(linkage_error) || !can_be_made(c)) return;
  Array* box = new_primitive_array(thread, BasicType::kLong, 1);
  Object* message = exception->reference(known.Throwable_detailMessage);
  const bool call_site = key.insn != nullptr;
  if (message == nullptr && !call_site && box != nullptr) message = intern_symbol(thread, name_of(key));
  const std::lock_guard lock(vm()->metadata_lock);
  if (find(key) >= 0) return;  // the first error stays
  const auto* old = static_cast<const Array*>(key.referrer->resolution_errors.get());
  const std::int32_t length = old == nullptr ? 0 : old->length;
  Array* errors =
      box == nullptr ? nullptr : new_object_array(thread, known.Object.get(), length + kErrorFields);
  if (errors == nullptr) {  // no memory to keep it in; it is thrown all the same
    thread.java->pending_exception = exception;
    return;
  }
  box->elements<std::int64_t>()[0] = number_of(key);
  for (std::int32_t i = 0; i < length; i++) array_set(errors, i, array_get(old, i));
  array_set(errors, length + kKey, box);
  array_set(errors, length + kErrorClass, c->mirror_object());
  array_set(errors, length + kMessage, message);
  const Object* cause = exception->reference(known.Throwable_cause);
  if (!call_site && cause != nullptr && cause != exception && can_be_made(class_of(cause))) {
    array_set(errors, length + kCauseClass, class_of(cause)->mirror_object());
    array_set(errors, length + kCauseMessage, cause->reference(known.Throwable_detailMessage));
  }
  key.referrer->resolution_errors = errors;
}

}  // namespace uvm::rt
