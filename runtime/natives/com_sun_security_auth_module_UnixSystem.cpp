// Natives of com.sun.security.auth.module.UnixSystem: which user runs the process.
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "runtime/heap/exceptions.h"
#include "runtime/heap/objects.h"
#include "runtime/heap/strings.h"
#include "runtime/natives/io_support.h"
#include "runtime/natives/support.h"

namespace uvm::rt {
namespace {

Status get_unix_info(NativeCall& call) {
  Thread& thread = call.thread;
  Object* self = call.object(0);
  Class* c = class_of(self);
  std::vector<gid_t> groups(static_cast<std::size_t>(std::max(::getgroups(0, nullptr), 0)));
  const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
  if (count < 0)
    return throw_new(thread, "java/lang/RuntimeException", "getgroups error: " + errno_text(errno));
  groups.resize(static_cast<std::size_t>(count));

  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 16384> buffer{};
  (void)::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found);
  if (found != nullptr && found->pw_name != nullptr) {
    const Object* name = new_string(thread, found->pw_name);
    UVM_TRY(made(name));
    self->set_reference(library_field(c, "username", "Ljava/lang/String;"), name);
  }
  self->field<std::int64_t>(library_field(c, "uid", "J")) = ::getuid();
  self->field<std::int64_t>(library_field(c, "gid", "J")) = ::getgid();
  Array* array = new_primitive_array(thread, BasicType::kLong, count);
  UVM_TRY(made(array));
  std::copy(groups.begin(), groups.end(), array->elements<std::int64_t>());
  self->set_reference(library_field(c, "groups", "[J"), array);
  return call.ret();
}

const NativeMethod kUnixSystemMethods[] = {
    {"getUnixInfo", "()V", get_unix_info},
};
UVM_REGISTER_NATIVES("com/sun/security/auth/module/UnixSystem", kUnixSystemMethods)

}  // namespace
}  // namespace uvm::rt
