#include "uffd/store_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <random>
#include <utility>

#include "pmem/descriptor.h"
#include "pmem/owned_file.h"

namespace uvm::store {

namespace {

constexpr char kHeapFile[] = "heap";
constexpr char kImages[] = "images";
constexpr char kImagePrefix[] = "base-";
constexpr std::size_t kMaxName = 200;
constexpr time_t kLeftoverSeconds = 600;

Unexpected<Error> failed(const std::string& what, const std::string& path) {
  return Unexpected<Error>{system_error(what, path, errno)};
}

// Makes a rename or removal in a folder durable.
Result<void> sync_folder(const std::string& path) {
  const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || fsync(folder.get()) != 0) return failed("cannot flush the folder", path);
  return {};
}

Result<std::vector<std::string>> names_in(const std::string& path) {
  DIR* folder = opendir(path.c_str());
  if (folder == nullptr) return failed("cannot list", path);
  std::vector<std::string> names;
  while (const dirent* entry = readdir(folder)) {
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
  }
  closedir(folder);
  std::sort(names.begin(), names.end());
  return names;
}

constexpr char kNew[] = ".new-", kRemoved[] = ".removed-";

// Removes a folder of plain files, by descriptors throughout: a link put in its place is not followed.
// Another process may be doing the same.
Result<void> remove_flat_folder(int parent, const std::string& name, const std::string& path) {
  {
    const int fd = openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return failed("cannot open", path);
    DIR* folder = fdopendir(fd);
    if (folder == nullptr) {
      close(fd);
      return failed("cannot list", path);
    }
    int error = 0;
    while (const dirent* entry = readdir(folder)) {
      if (std::strcmp(entry->d_name, ".") == 0 || std::strcmp(entry->d_name, "..") == 0) continue;
      if (unlinkat(fd, entry->d_name, 0) != 0 && errno != ENOENT) error = errno;
    }
    closedir(folder);
    if (error != 0) return Unexpected<Error>{system_error("cannot empty", path, error)};
  }
  if (unlinkat(parent, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT)
    return failed("cannot remove", path);
  return {};
}

// Clears away what processes that died in the middle left in a folder. Nobody can tell from here whether the
// maker lives, for it may run in another PID namespace or on another machine. So it must be old, and locked
// by nobody.
void sweep(const std::string& path) {
  DIR* listing = opendir(path.c_str());
  if (listing == nullptr) return;
  const int folder = dirfd(listing);
  while (const dirent* entry = readdir(listing)) {
    const std::string name = entry->d_name;
    struct stat info {};
    if ((!name.starts_with(kNew) && !name.starts_with(kRemoved)) ||
        fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0 ||
        info.st_mtime + kLeftoverSeconds > time(nullptr)) {
      continue;
    }
    const std::string leftover = path + "/" + name;
    if (heap_in_use(S_ISDIR(info.st_mode) ? leftover + "/" + kHeapFile : leftover)) continue;
    if (S_ISDIR(info.st_mode)) {
      (void)remove_flat_folder(folder, name, leftover);  // a nuisance at most if it stays
    } else {
      unlinkat(folder, name.c_str(), 0);
    }
  }
  closedir(listing);
}

}  // namespace

std::string unique_suffix() {
  // Process ids are no help: two containers that share a store have the same ones.
  std::random_device random;
  char text[17];
  std::snprintf(text, sizeof text, "%08x%08x", random(), random());
  return text;
}

Result<StoreDirectory> StoreDirectory::open(const std::string& path, bool create) {
  if (path.empty()) return Unexpected<Error>{{Errc::kInvalid, 0, "the path of the store is empty"}};
  if (create) {
    for (std::size_t slash = path.find('/', 1);; slash = path.find('/', slash + 1)) {
      const std::string part = path.substr(0, slash);
      if (mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) {
        const int error = errno;
        struct stat info {};
        if (stat(part.c_str(), &info) != 0)
          return Unexpected<Error>{system_error("cannot make", part, error)};
      }
      if (slash == std::string::npos) break;
    }
  }
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return failed("cannot open the store", path);
  if (!S_ISDIR(info.st_mode)) {
    return Unexpected<Error>{{Errc::kNotAStore, 0, path + " is not a folder, so it is no store"}};
  }
  if (access(path.c_str(), R_OK | X_OK) != 0) return failed("cannot use the store", path);
  sweep(path);
  sweep(path + "/" + kImages);
  return StoreDirectory(path);
}

std::string StoreDirectory::heap_path(const std::string& name) const {
  return heap_folder(name) + "/" + kHeapFile;
}

std::string StoreDirectory::heap_folder(const std::string& name) const { return path_ + "/" + name; }

bool StoreDirectory::is_pinned(const std::string& name) const {
  const auto info = inspect_heap(heap_path(name));
  return info && !info->pinned.empty();
}

std::string StoreDirectory::image_path(const std::string& key) const {
  return path_ + "/" + kImages + "/" + kImagePrefix + key;
}

Result<void> StoreDirectory::check_name(const std::string& name) {
  const char* wrong = nullptr;
  if (name.empty()) {
    wrong = "it is empty";
  } else if (name.size() > kMaxName) {
    wrong = "it is longer than 200 bytes";
  } else if (name[0] == '.') {
    wrong = "it begins with a dot";
  } else if (name.find('/') != std::string::npos) {
    wrong = "it contains a slash";
  } else if (std::any_of(name.begin(), name.end(),
                         [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; })) {
    wrong = "it contains a control character";
  } else if (name == kImages) {
    wrong = "the store keeps base images under it";
  }
  if (wrong == nullptr) return {};
  return Unexpected<Error>{{Errc::kInvalid, 0, "'" + name + "' cannot name a heap: " + wrong}};
}

bool StoreDirectory::has_heap(const std::string& name) const {
  struct stat info {};
  return check_name(name) && lstat(heap_path(name).c_str(), &info) == 0;
}

Result<void> StoreDirectory::create_heap(const std::string& name, const CreateOptions& options) const {
  if (auto good = check_name(name); !good) return good;
  if (has_heap(name))
    return Unexpected<Error>{{Errc::kInvalid, EEXIST, "heap '" + name + "' exists already"}};
  const std::string temporary = kNew + unique_suffix();
  const std::string folder = path_ + "/" + temporary;
  if (mkdir(folder.c_str(), 0700) != 0) return failed("cannot make a heap in", path_);
  auto made = FileStore::create(folder + "/" + kHeapFile, options);
  if (made) made = sync_folder(folder);
  if (made &&
      renameat2(AT_FDCWD, folder.c_str(), AT_FDCWD, (path_ + "/" + name).c_str(), RENAME_NOREPLACE) != 0) {
    made = errno == EEXIST
               ? Unexpected<Error>{{Errc::kInvalid, EEXIST, path_ + "/" + name + " exists already"}}
               : failed("cannot name a heap in", path_);
  }
  if (!made) {
    unlink((folder + "/" + kHeapFile).c_str());
    rmdir(folder.c_str());
    return made;
  }
  return sync_folder(path_);
}

Result<std::unique_ptr<FileStore>> StoreDirectory::open_heap(const std::string& name,
                                                             OpenOptions options) const {
  if (auto good = check_name(name); !good) return Unexpected<Error>{good.error()};
  const auto folder = open_folder(heap_folder(name), options.ownership);
  if (!folder) return Unexpected<Error>{folder.error()};
  close(*folder);
  const std::string path = heap_path(name);
  if (!options.base) {
    auto info = inspect_heap(path);
    if (!info) return Unexpected<Error>{info.error()};
    if (!info->base.is_null()) {
      const auto key = find_image(info->base);
      if (!key) return Unexpected<Error>{key.error()};
      auto image = open_image(*key, options.line_limit);
      if (!image) return Unexpected<Error>{image.error()};
      options.base = std::move(*image);
    }
  }
  return FileStore::open(path, options);
}

Result<std::vector<HeapEntry>> StoreDirectory::list_heaps() const {
  auto names = names_in(path_);
  if (!names) return Unexpected<Error>{names.error()};
  std::vector<HeapEntry> heaps;
  for (const std::string& name : *names) {
    struct stat info {};
    if (name == kImages || lstat((path_ + "/" + name).c_str(), &info) != 0 || !S_ISDIR(info.st_mode))
      continue;
    HeapEntry entry{name, false, {}, {}};
    auto inspected = inspect_heap(heap_path(name));
    if (inspected) {
      entry.info = std::move(*inspected);
    } else {
      entry.error = inspected.error();
    }
    entry.in_use = heap_in_use(heap_path(name));
    heaps.push_back(std::move(entry));
  }
  return heaps;
}

Result<void> StoreDirectory::remove_heap(const std::string& name) const {
  if (auto good = check_name(name); !good) return good;
  const std::string path = path_ + "/" + name;
  struct stat info {};
  if (lstat(path.c_str(), &info) != 0) return failed("cannot remove heap", path);
  if (!S_ISDIR(info.st_mode)) {
    return Unexpected<Error>{{Errc::kInvalid, 0, path + " is not the folder of a heap; it is left alone"}};
  }
  // The lock, so that nobody is using it; a damaged heap or a folder without one goes all the same.
  auto device = open_file_device(heap_path(name), {.create = false});
  if (!device && device.error().code == Errc::kLocked) return Unexpected<Error>{device.error()};
  const Descriptor store(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!store) return failed("cannot open the store", path_);
  // First out of its name, so that a crash in the middle leaves no half heap there.
  const std::string gone = kRemoved + unique_suffix();
  if (renameat(store.get(), name.c_str(), store.get(), gone.c_str()) != 0)
    return failed("cannot remove heap", path);
  if (auto removed = remove_flat_folder(store.get(), gone, path_ + "/" + gone); !removed) return removed;
  return sync_folder(path_);
}

StoreDirectory::NewImage::NewImage(NewImage&& other) noexcept
    : store(std::move(other.store)), path_(std::exchange(other.path_, {})) {}

StoreDirectory::NewImage::~NewImage() {
  if (!path_.empty()) unlink(path_.c_str());
}

Result<StoreDirectory::NewImage> StoreDirectory::begin_image(const std::string& key) const {
  if (auto good = check_name(key); !good) return Unexpected<Error>{good.error()};
  const std::string folder = path_ + "/" + kImages;
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) return failed("cannot make", folder);
  NewImage image(folder + "/" + kNew + unique_suffix());
  if (auto made = FileStore::create(image.path_); !made) return Unexpected<Error>{made.error()};
  auto store = FileStore::open(image.path_, {.read_only = false, .keep = {.versions = 1}});
  if (!store) return Unexpected<Error>{store.error()};
  image.store = std::move(*store);
  return image;
}

Result<void> StoreDirectory::publish_image(NewImage& image, const std::string& key) const {
  if (auto good = check_name(key); !good) return good;
  if (rename(image.path_.c_str(), image_path(key).c_str()) != 0)
    return failed("cannot name", image_path(key));
  image.path_.clear();
  return sync_folder(path_ + "/" + kImages);
}

Result<std::shared_ptr<FileStore>> StoreDirectory::open_image(const std::string& key,
                                                              std::uint64_t line_limit) const {
  if (auto good = check_name(key); !good) return Unexpected<Error>{good.error()};
  OpenOptions options;
  options.read_only = true;
  options.line_limit = line_limit;
  options.ownership = Ownership::kOwnedOrRoot;
  options.direct = false;  // each start of a program reads the same lines: let the kernel keep them
  auto store = FileStore::open(image_path(key), options);
  if (!store) return Unexpected<Error>{store.error()};
  // It got its name when it had its version.
  if ((*store)->current_version().version == 0) {
    const auto& damage = (*store)->root_damage();
    return Unexpected<Error>{
        {Errc::kCorrupt, 0, damage ? damage->message : image_path(key) + " is damaged: nothing is in it"}};
  }
  return std::shared_ptr<FileStore>(std::move(*store));
}

Result<std::string> StoreDirectory::find_image(const ContentId& content) const {
  auto keys = list_images();
  if (!keys) return Unexpected<Error>{keys.error()};
  std::string unreadable;
  std::optional<Error> failed;  // of an image that may be the one
  for (const std::string& key : *keys) {
    const auto info = inspect_heap(image_path(key));
    if (info && info->newest == content) return key;
    if (!info && info.error().sys_errno != 0) failed = info.error();
    if (!info || info->newest.is_null()) unreadable += ", and " + image_path(key) + " is damaged";
  }
  if (failed) return Unexpected<Error>{*failed};
  return Unexpected<Error>{
      {Errc::kCorrupt, 0,
       "the base image that it was made from is not in " + path_ + "/" + kImages + " any more" + unreadable}};
}

Result<std::string> StoreDirectory::image_of_heap(const std::string& name) const {
  const auto info = inspect_heap(heap_path(name));
  if (!info) return Unexpected<Error>{info.error()};
  if (info->base.is_null()) return std::string();
  const auto key = find_image(info->base);
  if (!key) return Unexpected<Error>{key.error()};
  return image_path(*key);
}

Result<std::vector<std::string>> StoreDirectory::list_images() const {
  auto names = names_in(path_ + "/" + kImages);
  if (!names) {
    if (names.error().code == Errc::kNotFound) return std::vector<std::string>{};
    return names;
  }
  std::vector<std::string> keys;
  for (const std::string& name : *names) {
    if (name.starts_with(kImagePrefix)) keys.push_back(name.substr(sizeof kImagePrefix - 1));
  }
  return keys;
}

Result<void> StoreDirectory::remove_image(const std::string& key) const {
  if (auto good = check_name(key); !good) return good;
  if (unlink(image_path(key).c_str()) != 0) return failed("cannot remove", image_path(key));
  return sync_folder(path_ + "/" + kImages);
}

}  // namespace uvm::store
