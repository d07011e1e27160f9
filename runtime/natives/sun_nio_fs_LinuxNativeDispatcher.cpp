// sun.nio.fs.LinuxNativeDispatcher, and the parts of UnixNativeDispatcher that belong to it: reading the
// table of mounted file systems.
//
// The "FILE*" that Java code holds is the offset of a copy of the table in the native segment, so that it
// survives.
#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>

#include "runtime/execution/native.h"
#include "runtime/heap/exceptions.h"
#include "runtime/metadata/vm.h"
#include "runtime/natives/io_support.h"
#include "runtime/natives/mount_table.h"
#include "runtime/natives/native_address.h"
#include "runtime/natives/support.h"
#include "runtime/outside/leases.h"

namespace uvm::rt {
namespace {

MountTable& table_of(NativeCall& call) {
  return *gc::at_offset<MountTable>(static_cast<gc::RegionOffset>(call.i64(0)));
}

// The next line, from `position` on, without its end; moves `position` past it.
std::optional<std::string> next_line(MountTable& table) {
  if (table.position >= table.size) return std::nullopt;
  const char* start = reinterpret_cast<const char*>(&table + 1) + table.position;
  const auto left = static_cast<std::size_t>(table.size - table.position);
  const auto* end = static_cast<const char*>(std::memchr(start, '\n', left));
  const std::size_t length = end == nullptr ? left : static_cast<std::size_t>(end - start);
  table.position += length + (end == nullptr ? 0 : 1);
  return std::string(start, length);
}

// fstab(5): blanks in names are written as octal escapes.
std::string unescape(const std::string& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = [&](std::size_t at) { return at < text.size() && text[at] >= '0' && text[at] <= '7'; };
    if (text[i] == '\\' && digit(i + 1) && digit(i + 2) && digit(i + 3)) {
      result += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      result += text[i];
    }
  }
  return result;
}

// (long path, long mode): a table without entries if there is no such file.
Status set_mount_entries(NativeCall& call) {
  std::ifstream file(host_path(string_at(call.i64(0))), std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  const gc::RegionOffset memory = vm()->native_memory.allocate(sizeof(MountTable) + text.size());
  if (memory == 0) return throw_out_of_memory(call.thread);
  auto* table = gc::at_offset<MountTable>(memory);
  *table = MountTable{0, text.size()};
  std::memcpy(table + 1, text.data(), text.size());
  return call.ret(static_cast<std::int64_t>(memory));
}

// (long table, UnixMountEntry entry, long buffer, int size): 0, or -1 at the end.
Status get_mount_entry(NativeCall& call) {
  MountTable& table = table_of(call);
  for (;;) {
    const std::optional<std::string> line = next_line(table);
    if (!line.has_value()) return call.ret(-1);
    if (line->empty() || line->front() == '#') continue;
    constexpr const char* fields[] = {"name", "dir", "fstype", "opts"};
    std::size_t at = 0;
    for (const char* field : fields) {
      at = std::min(line->find_first_not_of(" \t", at), line->size());
      const std::size_t end = std::min(line->find_first_of(" \t", at), line->size());
      const std::string value = unescape(line->substr(at, end - at));
      at = end;
      const Array* bytes = make_byte_array(call.thread, value.data(), value.size());
      if (bytes == nullptr) return Status::kThrow;
      Object* entry = call.object(2);
      entry->set_reference(field_offset(entry, field, "[B"), bytes);
    }
    return call.ret(0);
  }
}

Status end_mount_entries(NativeCall& call) {
  vm()->native_memory.release(static_cast<gc::RegionOffset>(call.i64(0)));
  return call.ret();
}

const NativeMethod kLinuxNativeDispatcherMethods[] = {
    {"init", "()V", native_nothing, kLeaf},
    {"setmntent0", "(JJ)J", set_mount_entries},
    {"getmntent0", "(JLsun/nio/fs/UnixMountEntry;JI)I", get_mount_entry},
    {"endmntent", "(J)V", end_mount_entries, kLeaf},
};
UVM_REGISTER_NATIVES("sun/nio/fs/LinuxNativeDispatcher", kLinuxNativeDispatcherMethods)

Status rewind(NativeCall& call) {
  table_of(call).position = 0;
  return call.ret();
}

// The length of the next line in bytes; -1 at the end.
Status line_length(NativeCall& call) {
  const std::optional<std::string> line = next_line(table_of(call));
  return call.ret(line.has_value() ? static_cast<std::int32_t>(line->size()) : -1);
}

const NativeMethod kUnixMethods[] = {
    {"rewind", "(J)V", rewind, kLeaf},
    {"getlinelen", "(J)I", line_length, kLeaf},
};
UVM_REGISTER_NATIVES("sun/nio/fs/UnixNativeDispatcher", kUnixMethods)

}  // namespace
}  // namespace uvm::rt
