// Natives of com.sun.management.internal.OperatingSystemImpl, and of the class library's support of
// containers: what the host says of itself in sysinfo(2) and proc(5).
#include <dirent.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>

#include "runtime/natives/support.h"
#include "runtime/outside/container.h"
#include "runtime/threads/cpu_time.h"

namespace uvm::rt {
namespace {

struct FileCloser {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

template <typename Number>
std::int64_t as_i64(Number value) {
  return static_cast<std::int64_t>(value);
}

using SystemInfo = struct sysinfo;

Status total_memory(NativeCall& call) { return call.ret(as_i64(memory_limit().bytes)); }
Status free_memory(NativeCall& call) {
  const MemoryLimit limit = memory_limit();
  return call.ret(as_i64(limit.bytes - std::min(limit.bytes, limit.used)));
}

template <unsigned long SystemInfo::*field>
Status swap_figure(NativeCall& call) {
  SystemInfo info{};
  if (::sysinfo(&info) != 0) return call.ret(std::int64_t{-1});
  const std::uint64_t bytes = std::uint64_t{info.*field} * info.mem_unit;
  return call.ret(as_i64(std::min(bytes, container_limits().swap.value_or(bytes))));
}

Status committed_memory(NativeCall& call) {
  const File file(std::fopen("/proc/self/statm", "re"));
  unsigned long pages = 0;
  if (!file || std::fscanf(file.get(), "%lu", &pages) != 1) return call.ret(std::int64_t{-1});
  return call.ret(as_i64(pages) * sysconf(_SC_PAGESIZE));
}

Status max_descriptors(NativeCall& call) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return call.ret(std::int64_t{-1});
  return call.ret(as_i64(limit.rlim_cur));
}

Status open_descriptors(NativeCall& call) {
  DIR* directory = ::opendir("/proc/self/fd");
  if (directory == nullptr) return call.ret(std::int64_t{-1});
  std::int64_t count = 0;
  while (const dirent* entry = ::readdir(directory)) {
    if (entry->d_name[0] != '.') ++count;
  }
  ::closedir(directory);
  return call.ret(count - 1);  // without the descriptor that reads the folder
}

Status process_cpu_time(NativeCall& call) { return call.ret(process_cpu_time_ns()); }

// A load is the difference of two measurements, and no earlier one is kept.
Status load_unknown(NativeCall& call) { return call.ret(-1.0); }

Status configured_processors(NativeCall& call) {
  return call.ret(static_cast<std::int32_t>(sysconf(_SC_NPROCESSORS_CONF)));
}
Status online_processors(NativeCall& call) {
  return call.ret(static_cast<std::int32_t>(sysconf(_SC_NPROCESSORS_ONLN)));
}

const NativeMethod kOperatingSystemImplMethods[] = {
    {"initialize0", "()V", native_nothing, kLeaf},
    {"getCommittedVirtualMemorySize0", "()J", committed_memory, kLeaf},
    {"getFreeMemorySize0", "()J", free_memory, kLeaf},
    {"getFreeSwapSpaceSize0", "()J", swap_figure<&SystemInfo::freeswap>, kLeaf},
    {"getTotalMemorySize0", "()J", total_memory, kLeaf},
    {"getTotalSwapSpaceSize0", "()J", swap_figure<&SystemInfo::totalswap>, kLeaf},
    {"getMaxFileDescriptorCount0", "()J", max_descriptors, kLeaf},
    {"getOpenFileDescriptorCount0", "()J", open_descriptors, kLeaf},
    {"getProcessCpuTime0", "()J", process_cpu_time, kLeaf},
    {"getProcessCpuLoad0", "()D", load_unknown, kLeaf},
    {"getCpuLoad0", "()D", load_unknown, kLeaf},
    {"getSingleCpuLoad0", "(I)D", load_unknown, kLeaf},
    {"getHostConfiguredCpuCount0", "()I", configured_processors, kLeaf},
    {"getHostOnlineCpuCount0", "()I", online_processors, kLeaf},
};
UVM_REGISTER_NATIVES("com/sun/management/internal/OperatingSystemImpl", kOperatingSystemImplMethods)

// The natives above respect the limits of containers. What the class library finds out itself would be kept
// in the heap, and would be wrong once the heap is resumed in another container.
Status no_container(NativeCall& call) { return call.ret(false); }

const NativeMethod kContainerMethods[] = {
    {"isUseContainerSupport", "()Z", no_container, kLeaf},
};
UVM_REGISTER_NATIVES("jdk/internal/platform/CgroupMetrics", kContainerMethods)

}  // namespace
}  // namespace uvm::rt
