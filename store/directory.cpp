#include "store/directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <random>
#include <thread>
#include <utility>

#include "base/folder_names.h"
#include "base/printable.h"
#include "store/file_lock.h"
#include "store/owned_file.h"

namespace uvm::store {

namespace {

constexpr char kHeapFile[] = "heap";
constexpr char kImages[] = "images";
constexpr char kOtherImages[] = "images-";
constexpr char kImageLock[] = "booting";
constexpr char kImagePrefix[] = "base-";
constexpr std::size_t kMaxName = 200;
constexpr time_t kLeftoverSeconds = 600;

Unexpected<Error> failed(const std::string& what, const std::string& path) {
  return Unexpected<Error>{system_error(what, path, errno)};
}

// Makes a rename or removal in a folder durable, on file systems that can.
Result<void> sync_folder(const std::string& path) {
  const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return failed("cannot open the folder", path);
  if (fsync(folder.get()) == 0 || nothing_to_flush(errno)) return {};
  return failed("cannot flush the folder", path);
}

Result<std::vector<std::string>> names_in(const std::string& path) {
  DIR* folder = opendir(path.c_str());
  if (folder == nullptr) return failed("cannot list", path);
  std::vector<std::string> names;
  const int error = read_names(folder, &names);
  closedir(folder);
  if (error != 0) return Unexpected<Error>{system_error("cannot list", path, error)};
  std::erase_if(names, [](const std::string& name) { return name[0] == '.'; });
  std::sort(names.begin(), names.end());
  return names;
}

constexpr char kNew[] = ".new-", kRemoved[] = ".removed-";

// "images", and "images-UID" for users who were not the first in a store.
bool names_images(const std::string& name) {
  if (name == kImages) return true;
  if (!name.starts_with(kOtherImages)) return false;
  const std::string user = name.substr(sizeof kOtherImages - 1);
  return !user.empty() && std::all_of(user.begin(), user.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Whether uvm makes files of this name in a heap's folder, in this layer or in those above.
bool is_of_heap(const std::string& name) {
  for (const char* known :
       {kHeapFile, "running", "writes", "control.socket", "stats.socket", "undo-reborn"}) {
    if (name == known) return true;
  }
  unsigned long cut = 0;
  unsigned kept = 0;
  char rest = 0;
  const int parts = std::sscanf(name.c_str(), "undo.%lu.%u%c", &cut, &kept, &rest);
  return parts == 1 || parts == 2;  // runtime/outside/undo_journal.cpp
}

// The keys of the images in a folder.
Result<std::vector<std::string>> images_in(const std::string& path) {
  auto names = names_in(path);
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

// An image is never written to, so its modification time can record when it was used, to the minute. In a
// store that cannot be written the time is not needed.
void note_use(const std::string& image) {
  constexpr time_t kMinute = 60;
  struct stat info {};
  if (stat(image.c_str(), &info) == 0 && info.st_mtime + kMinute < time(nullptr))
    (void)utimensat(AT_FDCWD, image.c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
}

// An error unless everything in a heap's folder was made by uvm.
Result<void> check_contents(int parent, const std::string& name, const std::string& path) {
  const int fd = openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR* folder = fd < 0 ? nullptr : fdopendir(fd);
  if (folder == nullptr) {
    const int error = errno;
    if (fd >= 0) close(fd);
    return Unexpected<Error>{system_error("cannot list", path, error)};
  }
  std::string strange;
  std::vector<std::string> names;
  const int error = read_names(folder, &names);
  for (const std::string& found : names) {
    struct stat info {};
    const bool is_folder =
        fstatat(fd, found.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode);
    if (is_of_heap(found) && !is_folder) continue;
    strange += (strange.empty() ? "" : ", ") + found;
  }
  closedir(folder);
  if (error != 0) return Unexpected<Error>{system_error("cannot list", path, error)};
  if (strange.empty()) return {};
  return Unexpected<Error>{
      {Errc::kInvalid, 0, path + " contains what uvm has not made: " + strange + "; move that away first"}};
}

// Removes a folder of a heap's files. Uses descriptors throughout, so it does not follow a link that was put
// in the folder's place. Another process may be doing the same.
Result<void> remove_heap_folder(int parent, const std::string& name, const std::string& path) {
  {
    const int fd = openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) return failed("cannot open", path);
    DIR* folder = fdopendir(fd);
    if (folder == nullptr) {
      close(fd);
      return failed("cannot list", path);
    }
    std::vector<std::string> names;
    int error = read_names(folder, &names);
    for (const std::string& found : names) {
      if (is_of_heap(found) && unlinkat(fd, found.c_str(), 0) != 0 && errno != ENOENT) error = errno;
    }
    closedir(folder);
    if (error != 0) return Unexpected<Error>{system_error("cannot empty", path, error)};
  }
  if (unlinkat(parent, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT)
    return failed("cannot remove", path);
  return {};
}

// Removes what processes that died half-way left in a folder. It cannot be told from here whether the maker
// is alive, because it may run in another PID namespace or on another machine. So only entries that are old
// and locked by nobody are removed.
void sweep(const std::string& path) {
  DIR* listing = opendir(path.c_str());
  if (listing == nullptr) return;
  const int folder = dirfd(listing);
  std::vector<std::string> names;
  (void)read_names(listing, &names);
  for (const std::string& name : names) {
    struct stat info {};
    if ((!name.starts_with(kNew) && !name.starts_with(kRemoved)) ||
        fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0 ||
        info.st_mtime + kLeftoverSeconds > time(nullptr)) {
      continue;
    }
    const std::string leftover = path + "/" + name;
    if (heap_in_use(S_ISDIR(info.st_mode) ? leftover + "/" + kHeapFile : leftover)) continue;
    if (S_ISDIR(info.st_mode)) {
      (void)remove_heap_folder(folder, name, leftover);  // if it stays it is only a nuisance
    } else {
      unlinkat(folder, name.c_str(), 0);
    }
  }
  closedir(listing);
}

}  // namespace

std::string unique_suffix() {
  // Process ids do not help: two containers that share a store may have the same ones.
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
    return Unexpected<Error>{{Errc::kNotAStore, 0, path + " is not a folder"}};
  }
  if (access(path.c_str(), R_OK | X_OK) != 0) return failed("cannot use the store", path);
  StoreDirectory directory(path);
  sweep(path);
  sweep(directory.images());
  return directory;
}

std::string StoreDirectory::images() const {
  std::string first = path_ + "/" + kImages;
  struct stat info {};
  if (lstat(first.c_str(), &info) != 0 || info.st_uid == geteuid()) return first;
  // It may be trusted and still be inaccessible.
  if (is_owner(info.st_uid) && access(first.c_str(), W_OK | X_OK) == 0) return first;
  return path_ + "/" + kOtherImages + std::to_string(geteuid());
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
  return images() + "/" + kImagePrefix + key;
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
  } else if (printable(name) != name) {
    wrong = "it contains a control character";
  } else if (names_images(name)) {
    wrong = "the store keeps base images under it";
  }
  if (wrong == nullptr) return {};
  return Unexpected<Error>{{Errc::kInvalid, 0, "'" + printable(name) + "' cannot name a heap: " + wrong}};
}

bool StoreDirectory::has_heap(const std::string& name) const {
  struct stat info {};
  // Another user's heap may be inaccessible.
  return check_name(name) && (lstat(heap_path(name).c_str(), &info) == 0 || errno == EACCES);
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
  // Renaming replaces only an empty folder, and a heap's folder has the heap in it.
  if (made && rename(folder.c_str(), (path_ + "/" + name).c_str()) != 0) {
    made = errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR
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
  options.find_base = base_finder(options.line_limit);
  return FileStore::open(heap_path(name), options);
}

Result<std::vector<HeapEntry>> StoreDirectory::list_heaps() const {
  auto names = names_in(path_);
  if (!names) return Unexpected<Error>{names.error()};
  std::vector<HeapEntry> heaps;
  for (const std::string& name : *names) {
    struct stat info {};
    if (names_images(name) || lstat((path_ + "/" + name).c_str(), &info) != 0 || !S_ISDIR(info.st_mode))
      continue;
    HeapEntry entry{name, info.st_uid, false, {}, {}};
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
  if (!is_owner(info.st_uid)) {
    return Unexpected<Error>{{Errc::kPermission, 0,
                              path + " belongs to " + user_name(info.st_uid) +
                                  " and is left alone: run uvm as that user to remove it"}};
  }
  // Lock it, so that nobody is using it. A damaged heap, or a folder without one, is removed all the same.
  auto device = open_file_device(heap_path(name), {.create = false});
  if (!device && device.error().code == Errc::kLocked) return Unexpected<Error>{device.error()};
  const Descriptor store(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!store) return failed("cannot open the store", path_);
  if (auto known = check_contents(store.get(), name, path); !known) return known;
  // Rename it first, so that a crash half-way leaves no half heap under its name.
  const std::string gone = kRemoved + unique_suffix();
  if (renameat(store.get(), name.c_str(), store.get(), gone.c_str()) != 0)
    return failed("cannot remove heap", path);
  if (auto removed = remove_heap_folder(store.get(), gone, path_ + "/" + gone); !removed) return removed;
  return sync_folder(path_);
}

StoreDirectory::NewImage::NewImage(NewImage&& other) noexcept
    : store(std::move(other.store)), path_(std::exchange(other.path_, {})) {}

StoreDirectory::NewImage::~NewImage() {
  if (!path_.empty()) unlink(path_.c_str());
}

Result<std::string> StoreDirectory::make_images() const {
  // Another user may be faster; then try another folder.
  for (std::string path = images();; path = images()) {
    if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return failed("cannot make", path);
    if (path != images()) continue;
    const auto folder = open_folder(path, Ownership::kOwned);
    if (!folder) return Unexpected<Error>{folder.error()};
    close(*folder);
    return path;
  }
}

Result<Descriptor> StoreDirectory::lock_image(const std::string& key, std::chrono::milliseconds patience,
                                              const std::function<void()>& waits) const {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kPause{10};
  constexpr std::chrono::seconds kQuiet{1};
  const auto folder = make_images();
  if (!folder) return Unexpected<Error>{folder.error()};
  const std::string path = *folder + "/" + kImageLock;
  const auto opened = open_file(path, O_RDWR | O_CREAT, Ownership::kOwned);
  if (!opened) return Unexpected<Error>{opened.error()};
  Descriptor lock(*opened);
  // Each key locks a byte of its own.
  const auto at = static_cast<off_t>(XXH3_64bits(key.data(), key.size()) >> 2);
  const Clock::time_point start = Clock::now();
  bool told = false;
  for (;;) {
    const int error = try_lock(lock.get(), FileLock::kExclusive, at);
    if (error == 0) return lock;
    if (error != EAGAIN) return Unexpected<Error>{cannot_lock(path, error)};
    const auto waited = Clock::now() - start;
    if (waited >= patience) return Unexpected<Error>{{Errc::kLocked, 0, path + " is locked"}};
    if (!told && waited >= kQuiet) waits();
    told = told || waited >= kQuiet;
    std::this_thread::sleep_for(kPause);
  }
}

Result<StoreDirectory::NewImage> StoreDirectory::begin_image(const std::string& key,
                                                             const CreateOptions& options) const {
  if (auto good = check_name(key); !good) return Unexpected<Error>{good.error()};
  const auto folder = make_images();
  if (!folder) return Unexpected<Error>{folder.error()};
  NewImage image(*folder + "/" + kNew + unique_suffix());
  if (auto made = FileStore::create(image.path_, options); !made) return Unexpected<Error>{made.error()};
  auto store =
      FileStore::open(image.path_, {.read_only = false, .base = options.base, .keep = {.versions = 1}});
  if (!store) return Unexpected<Error>{store.error()};
  image.store = std::move(*store);
  return image;
}

Result<void> StoreDirectory::publish_image(NewImage& image, const std::string& key) const {
  if (auto good = check_name(key); !good) return good;
  if (rename(image.path_.c_str(), image_path(key).c_str()) != 0)
    return failed("cannot name", image_path(key));
  image.path_.clear();
  return sync_folder(images());
}

Result<std::shared_ptr<FileStore>> StoreDirectory::open_image(const std::string& key,
                                                              std::uint64_t line_limit,
                                                              std::shared_ptr<FileStore> base) const {
  if (auto good = check_name(key); !good) return Unexpected<Error>{good.error()};
  auto own = open_image_at(image_path(key), line_limit, base);
  if (own) note_use(image_path(key));
  const std::string first = path_ + "/" + kImages;
  if (own || own.error().code != Errc::kNotFound || images() == first) return own;
  auto roots = open_image_at(first + "/" + kImagePrefix + key, line_limit, std::move(base));
  return roots ? std::move(roots) : std::move(own);
}

StoreDirectory::BaseFinder StoreDirectory::base_finder(std::uint64_t line_limit) const {
  return [this, line_limit](const ContentId& content) -> Result<std::shared_ptr<FileStore>> {
    const auto path = find_image(content, Ownership::kOwnedOrRoot);
    if (!path) return Unexpected<Error>{path.error()};
    return open_image_at(*path, line_limit, nullptr);
  };
}

// Images name the image below by its content, which is known only once that is made. So they cannot lie over
// each other in a circle.
Result<std::shared_ptr<FileStore>> StoreDirectory::open_image_at(const std::string& path,
                                                                 std::uint64_t line_limit,
                                                                 std::shared_ptr<FileStore> base) const {
  OpenOptions options;
  options.read_only = true;
  options.line_limit = line_limit;
  options.ownership = Ownership::kOwnedOrRoot;
  options.direct = false;  // each start of a program reads the same lines: let the kernel keep them
  const std::string folder = path.substr(0, path.rfind('/'));
  const auto owned = open_folder(folder, options.ownership);
  if (!owned) return Unexpected<Error>{owned.error()};
  close(*owned);
  options.base = std::move(base);
  options.find_base = base_finder(line_limit);
  auto store = FileStore::open(path, options);
  if (!store) return Unexpected<Error>{store.error()};
  // An image gets its name only when it has its version.
  if ((*store)->current_version().version == 0) {
    const auto& damage = (*store)->root_damage();
    return Unexpected<Error>{
        {Errc::kCorrupt, 0, damage ? damage->message : path + " is damaged: it is empty"}};
  }
  return std::shared_ptr<FileStore>(std::move(*store));
}

Result<std::string> StoreDirectory::find_image(const ContentId& content, Ownership ownership) const {
  auto folders = names_in(path_);
  if (!folders) return Unexpected<Error>{folders.error()};
  std::string unreadable;
  std::optional<Error> failed;  // why an image that may be the right one cannot be used
  for (const std::string& name : *folders) {
    if (!names_images(name)) continue;
    const std::string path = path_ + "/" + name;
    const auto folder = open_folder(path, ownership);
    if (folder) close(*folder);
    if (!folder && path == images()) return Unexpected<Error>{folder.error()};
    auto keys = images_in(path);
    if (!keys && !folder) continue;  // another user's, and inaccessible
    if (!keys) return Unexpected<Error>{keys.error()};
    for (const std::string& key : *keys) {
      const std::string image = path + "/" + kImagePrefix + key;
      const auto info = inspect_heap(image);
      const bool is_it = info && info->newest == content;
      if (is_it && folder) return image;
      if (is_it) failed = folder.error();
      if (!folder) continue;
      if (!info && info.error().sys_errno != 0) failed = info.error();
      if (!info || info->newest.is_null()) unreadable += ", and " + image + " is damaged";
    }
  }
  if (failed) return Unexpected<Error>{*failed};
  return Unexpected<Error>{
      {Errc::kCorrupt, 0,
       "the base image that it was made from is not in " + images() + " any more" + unreadable}};
}

Result<std::vector<std::string>> StoreDirectory::images_of_heap(const std::string& name) const {
  std::vector<std::string> images;
  for (std::string path = heap_path(name);; path = images.back()) {
    const auto info = inspect_heap(path);
    if (!info) return Unexpected<Error>{info.error()};
    if (info->base.is_null()) return images;
    auto found = find_image(info->base, Ownership::kAny);
    if (!found) return Unexpected<Error>{found.error()};
    images.push_back(std::move(*found));
  }
}

Result<std::vector<ImageEntry>> StoreDirectory::list_images() const {
  const auto keys = images_in(images());
  if (!keys) return Unexpected<Error>{keys.error()};
  std::vector<ImageEntry> entries;
  for (const std::string& key : *keys) {
    struct stat status {};
    if (lstat(image_path(key).c_str(), &status) != 0) continue;  // removed in the meantime
    ImageEntry entry{key, status.st_mtime, {}};
    if (auto info = inspect_heap(image_path(key))) entry.info = std::move(*info);
    entries.push_back(std::move(entry));
  }
  return entries;
}

Result<void> StoreDirectory::remove_image(const std::string& key) const {
  if (auto good = check_name(key); !good) return good;
  if (unlink(image_path(key).c_str()) != 0) return failed("cannot remove", image_path(key));
  return sync_folder(images());
}

}  // namespace uvm::store
