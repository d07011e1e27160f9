#include "runtime/outside/program_files.h"

#include <sys/sysmacros.h>
#include <unistd.h>

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string_view>
#include <unordered_map>

#include "runtime/metadata/roots.h"
#include "runtime/metadata/vm.h"
#include "runtime/outside/program_bundle.h"

namespace uvm::rt {
namespace {

constexpr std::int64_t kNanoseconds = 1'000'000'000;
constexpr blksize_t kBlock = 4096;
constexpr blkcnt_t kStatBlock = 512;

struct Folder {
  std::string prefix;  // path and slash
  std::uint32_t origin;
};

// What the bundle says about its inputs.
struct Index {
  gc::RegionOffset bundle = 0;  // the one that this was made from
  std::unordered_map<std::string, std::uint32_t> jars;
  std::vector<Folder> folders;
  std::map<std::string, std::set<std::string>, std::less<>> above;  // directories that lead to inputs: names
};

struct ProgramFiles final : HostState {
  static constexpr HostPart kPart = HostPart::kProgramFiles;
  std::mutex lock;
  std::shared_ptr<const Index> index;
};

// Directory and last name of an absolute path other than "/".
std::pair<std::string, std::string> split(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return {slash == 0 ? "/" : path.substr(0, slash), path.substr(slash + 1)};
}

std::shared_ptr<const Index> make_index() {
  auto index = std::make_shared<Index>();
  index->bundle = roots().bundle_offset;
  const auto bundle = program_bundle();
  for (std::uint32_t i = 0; bundle.has_value() && i < bundle->origin_count(); ++i) {
    const std::string path(bundle->origin_path(i));
    if (path.empty() || path.front() != '/') continue;
    if (bundle->origin_kind(i) == bundle::OriginKind::kJar) {
      index->jars.try_emplace(path, i);
    } else {
      index->folders.push_back({path == "/" ? path : path + "/", i});
    }
    for (std::string at = path; at.size() > 1;) {
      const auto [directory, name] = split(at);
      if (!index->above[directory].insert(name).second) break;
      at = directory;
    }
  }
  return index;
}

std::shared_ptr<const Index> index_now() {
  if (vm() == nullptr) return std::make_shared<Index>();  // no program runs: a test of paths
  auto& files = vm()->state<ProgramFiles>();
  const std::lock_guard guard(files.lock);
  if (files.index == nullptr || files.index->bundle != roots().bundle_offset) files.index = make_index();
  return files.index;
}

// FNV-1a, never 0.
std::uint64_t number_of(std::string_view path) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char c : path) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash | 1;
}

gc::RegionOffset offset_of(const bundle::BundleView& bundle, std::span<const std::byte> bytes) {
  return roots().bundle_offset + static_cast<std::uint64_t>(bytes.data() - bundle.bytes().data());
}

ProgramFile directory_at(const std::string& path, std::int64_t modified) {
  return {.path = path, .directory = true, .modified = modified, .inode = number_of(path)};
}

// The part of `path` below the folder; nothing if it is not below.
std::optional<std::string_view> below(const Folder& folder, std::string_view path) {
  if (!path.starts_with(folder.prefix)) return std::nullopt;
  return path.substr(folder.prefix.size());
}

bool is_folder(const Folder& folder, std::string_view path) {
  return path == "/" ? folder.prefix == "/"
                     : path.size() + 1 == folder.prefix.size() && folder.prefix.starts_with(path);
}

// The names directly below `prefix`, which is empty or ends with a slash, in one folder.
void add_names(const bundle::BundleView& bundle, std::uint32_t origin, const std::string& prefix,
               std::set<std::string>* names) {
  for (std::uint32_t entry = bundle.lower_bound(prefix); entry < bundle.entry_count();) {
    const std::string_view name = bundle.name(entry);
    if (!name.starts_with(prefix)) break;
    const std::string_view rest = name.substr(prefix.size());
    const std::size_t slash = rest.find('/');
    if (bundle.origin(entry) == origin && !rest.empty()) names->emplace(rest.substr(0, slash));
    // Skip what lies below a directory: '0' comes after '/'.
    entry = slash == std::string_view::npos || bundle.origin(entry) != origin
                ? entry + 1
                : bundle.lower_bound(prefix + std::string(rest.substr(0, slash)) + '0');
  }
}

}  // namespace

std::optional<ProgramFile> find_program_file(const std::string& path) {
  const auto index = index_now();
  if (index->above.empty()) return std::nullopt;
  const auto bundle = program_bundle();
  if (!bundle.has_value()) return std::nullopt;
  if (const auto jar = index->jars.find(path); jar != index->jars.end()) {
    const auto bytes = bundle->jar(jar->second);
    return ProgramFile{.path = path,
                       .jar = true,
                       .bytes = offset_of(*bundle, bytes),
                       .size = bytes.size(),
                       .modified = bundle->origin_modified(jar->second),
                       .inode = number_of(path)};
  }
  for (const Folder& folder : index->folders) {
    if (is_folder(folder, path)) return directory_at(path, bundle->origin_modified(folder.origin));
    const auto name = below(folder, path);
    if (!name.has_value()) continue;
    const auto file = bundle->find_in(folder.origin, *name);
    if (file != bundle::kNone) {
      const auto bytes = bundle->stored(file);
      return ProgramFile{.path = path,
                         .bytes = offset_of(*bundle, bytes),
                         .size = bytes.size(),
                         .modified = bundle->modified(file),
                         .inode = number_of(path)};
    }
    const auto directory = bundle->find_in(folder.origin, std::string(*name) + '/');
    if (directory != bundle::kNone) return directory_at(path, bundle->modified(directory));
  }
  if (index->above.find(path) != index->above.end()) return directory_at(path, 0);
  return std::nullopt;
}

bool may_be_program_file(const std::string& path) {
  if (path.empty() || path.front() != '/') return false;
  const auto index = index_now();
  if (index->above.empty()) return false;
  if (index->jars.find(path) != index->jars.end() || index->above.find(path) != index->above.end())
    return true;
  for (const Folder& folder : index->folders) {
    if (is_folder(folder, path) || below(folder, path).has_value()) return true;
  }
  return path != "/" && index->above.find(split(path).first) != index->above.end();
}

std::vector<std::string> program_file_names(const std::string& directory) {
  const auto index = index_now();
  std::set<std::string> names;
  if (const auto above = index->above.find(directory); above != index->above.end()) names = above->second;
  const auto bundle = program_bundle();
  for (const Folder& folder : index->folders) {
    if (!bundle.has_value()) break;
    if (is_folder(folder, directory)) {
      add_names(*bundle, folder.origin, "", &names);
    } else if (const auto name = below(folder, directory); name.has_value()) {
      add_names(*bundle, folder.origin, std::string(*name) + '/', &names);
    }
  }
  return {names.begin(), names.end()};
}

void describe(const ProgramFile& file, struct stat* status) {
  *status = {};
  status->st_dev = makedev(0, 0x75766d);  // of no file system: minor numbers of the kernel have 20 bits
  status->st_ino = file.inode;
  status->st_mode = file.directory ? S_IFDIR | 0555 : S_IFREG | 0444;
  status->st_nlink = file.directory ? 2 : 1;
  status->st_uid = ::geteuid();
  status->st_gid = ::getegid();
  status->st_size = static_cast<off_t>(file.size);
  status->st_blksize = kBlock;
  status->st_blocks = (status->st_size + kStatBlock - 1) / kStatBlock;
  status->st_mtim.tv_sec = file.modified / kNanoseconds;
  status->st_mtim.tv_nsec = file.modified % kNanoseconds;
  if (status->st_mtim.tv_nsec < 0) {  // before 1970
    status->st_mtim.tv_sec -= 1;
    status->st_mtim.tv_nsec += kNanoseconds;
  }
  status->st_atim = status->st_mtim;
  status->st_ctim = status->st_mtim;
}

std::string program_class_path() {
  std::string result;
  const auto bundle = program_bundle();
  for (std::uint32_t i = 0; bundle.has_value() && i < bundle->origin_count(); ++i) {
    if (!bundle->origin_is_named(i)) continue;
    if (!result.empty()) result += ':';
    result += bundle->origin_path(i);
  }
  return result;
}

std::unique_ptr<HostState> make_program_files_state() { return std::make_unique<ProgramFiles>(); }

}  // namespace uvm::rt
