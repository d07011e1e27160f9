#include "runtime/outside/container.h"

#include <sched.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <sstream>
#include <string_view>
#include <vector>

namespace uvm::rt {
namespace {

// A mounted hierarchy of groups, and the group of this process in it.
struct Hierarchy {
  bool version2;
  std::string mount;  // the path of its highest visible group
  std::string group;  // below `mount`, beginning with a slash, or empty
};

bool contains(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (list.substr(0, comma) == word) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

// A field of mountinfo, in which blanks, tabs, line feeds and backslashes are written as \ooo (proc(5)).
std::string unescape(const std::string& field) {
  std::string text;
  for (std::size_t i = 0; i < field.size(); ++i) {
    unsigned code = 0;
    if (field[i] == '\\' && i + 3 < field.size() &&
        std::from_chars(field.data() + i + 1, field.data() + i + 4, code, 8).ptr == field.data() + i + 4) {
      text += static_cast<char>(code);
      i += 3;
    } else {
      text += field[i];
    }
  }
  return text;
}

// The group of this process in the hierarchy of `controller`; for an empty one, in that of version 2.
std::optional<std::string> own_group(const std::string& root, std::string_view controller) {
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // number:controllers:path
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string_view controllers = std::string_view(line).substr(first + 1, second - first - 1);
    const bool matches = controller.empty() ? controllers.empty() && line.compare(0, first, "0") == 0
                                            : contains(controllers, controller);
    if (matches) return line.substr(second + 1);
  }
  return std::nullopt;
}

// The last matching mount is the one on top.
std::optional<Hierarchy> find_hierarchy(const std::string& root, const std::string& controller) {
  const std::optional<std::string> group = own_group(root, controller);
  if (!group) return std::nullopt;
  std::optional<Hierarchy> found;
  std::ifstream mounts(root + "/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    std::istringstream fields(line);
    std::string skipped, top, mount, field, type, options;
    fields >> skipped >> skipped >> skipped >> top >> mount;
    while (fields >> field && field != "-") continue;
    fields >> type >> skipped >> options;
    const bool matches =
        controller.empty() ? type == "cgroup2" : type == "cgroup" && contains(options, controller);
    if (!fields || !matches) continue;
    top = unescape(top);
    if (top == "/") top.clear();
    // Without a namespace of groups a container has only its own group mounted, while the path still starts
    // at the host's; a group above the mount ("/..") cannot be seen.
    std::string below;
    if (group->compare(0, top.size(), top) == 0 && group->compare(0, 3, "/..") != 0)
      below = group->substr(top.size());
    if (below == "/" || (!below.empty() && below.front() != '/')) below.clear();
    found = Hierarchy{controller.empty(), root + unescape(mount), std::move(below)};
  }
  return found;
}

// The numbers in a file; "max" is none.
std::vector<std::int64_t> read_numbers(const std::string& path) {
  std::vector<std::int64_t> numbers;
  std::ifstream file(path);
  for (std::int64_t number = 0; file >> number;) numbers.push_back(number);
  return numbers;
}

std::optional<std::uint64_t> read_size(const std::string& path) {
  const std::vector<std::int64_t> numbers = read_numbers(path);
  if (numbers.size() != 1 || numbers[0] < 0) return std::nullopt;
  return static_cast<std::uint64_t>(numbers[0]);
}

// Visits the folder of the process's group, and of each above it.
template <typename Visit>
void for_groups(const Hierarchy& hierarchy, Visit visit) {
  for (std::string group = hierarchy.group;; group.resize(group.rfind('/'))) {
    visit(hierarchy.mount + group + "/");
    if (group.empty()) return;
  }
}

// Without a limit, version 1 reports about 2^63.
constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 60;

void limit_memory(const Hierarchy& hierarchy, ContainerLimits& limits) {
  const auto limit_by = [&](const std::string& folder, const char* file, const char* usage) {
    const std::optional<std::uint64_t> bytes = read_size(folder + file);
    if (!bytes || *bytes == 0 || *bytes > kNoLimit || (limits.memory && limits.memory->bytes <= *bytes))
      return;
    limits.memory = MemoryLimit{*bytes, read_size(folder + usage).value_or(0), folder + file};
  };
  for_groups(hierarchy, [&](const std::string& folder) {
    if (!hierarchy.version2) return limit_by(folder, "memory.limit_in_bytes", "memory.usage_in_bytes");
    limit_by(folder, "memory.max", "memory.current");
    limit_by(folder, "memory.high", "memory.current");
    if (const auto swap = read_size(folder + "memory.swap.max"); swap)
      limits.swap = std::min(*swap, limits.swap.value_or(*swap));
  });
}

void limit_processors(const Hierarchy& hierarchy, ContainerLimits& limits) {
  for_groups(hierarchy, [&](const std::string& folder) {
    std::string file = folder + (hierarchy.version2 ? "cpu.max" : "cpu.cfs_quota_us");
    std::vector<std::int64_t> quota = read_numbers(file);
    if (!hierarchy.version2) {
      for (const std::int64_t period : read_numbers(folder + "cpu.cfs_period_us")) quota.push_back(period);
    }
    if (quota.size() != 2 || quota[0] <= 0 || quota[1] <= 0) return;
    const auto count = static_cast<std::uint32_t>(std::min<std::int64_t>(
        quota[0] / quota[1] + (quota[0] % quota[1] != 0 ? 1 : 0), std::int64_t{1} << 20));
    if (limits.processors && *limits.processors <= count) return;
    limits.processors = count;
    limits.processors_source = std::move(file);
  });
}

std::uint32_t scheduled_on() {
  constexpr int kMost = 1 << 16;  // more than any kernel's CONFIG_NR_CPUS
  for (int room = 1024; room <= kMost; room *= 2) {
    cpu_set_t* set = CPU_ALLOC(static_cast<std::size_t>(room));
    const std::size_t bytes = CPU_ALLOC_SIZE(static_cast<std::size_t>(room));
    const bool known = set != nullptr && ::sched_getaffinity(0, bytes, set) == 0;
    const int count = known ? CPU_COUNT_S(bytes, set) : 0;
    CPU_FREE(set);
    if (count > 0) return static_cast<std::uint32_t>(count);
  }
  return static_cast<std::uint32_t>(std::max(::sysconf(_SC_NPROCESSORS_ONLN), 1L));
}

}  // namespace

ContainerLimits container_limits(const std::string& root) {
  ContainerLimits limits;
  const auto version2 = find_hierarchy(root, "");
  if (version2) {
    limit_memory(*version2, limits);
    limit_processors(*version2, limits);
  }
  // Version 2 may be mounted in addition to version 1, without these controllers.
  if (const auto memory = find_hierarchy(root, "memory"); memory) limit_memory(*memory, limits);
  if (const auto cpu = find_hierarchy(root, "cpu"); cpu) limit_processors(*cpu, limits);
  return limits;
}

MemoryLimit memory_limit() {
  struct sysinfo info {};
  MemoryLimit machine{0, 0, "the machine's memory"};
  if (::sysinfo(&info) == 0) {
    machine.bytes = std::uint64_t{info.totalram} * info.mem_unit;
    machine.used = std::uint64_t{info.totalram - info.freeram} * info.mem_unit;
  }
  const ContainerLimits limits = container_limits();
  const bool limited = limits.memory && (machine.bytes == 0 || limits.memory->bytes < machine.bytes);
  return limited ? *limits.memory : machine;
}

Processors available_processors() {
  const std::uint32_t places = scheduled_on();
  const ContainerLimits limits = container_limits();
  if (limits.processors && *limits.processors < places) return {*limits.processors, limits.processors_source};
  return {places, "where it may be scheduled"};
}

}  // namespace uvm::rt
