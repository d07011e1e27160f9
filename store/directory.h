// StoreDirectory: the folder that holds heaps, one per program, and the base images.
//
//   DIR/NAME/heap             a heap
//   DIR/images/base-KEY       a base image: a heap file that is never changed once it has this name
//   DIR/images/booting        empty; processes that make images lock its bytes
//   DIR/.*, DIR/images/.*     something being made or removed; left over from a crash when it is
//                             ten minutes old and nobody has it open
//
// A base image may lie over another, as a heap does.
//
// images/ belongs to the first user; others have images-UID/. An image is read from any such folder that
// belongs to this user or to root.
//
// Heaps and images appear and vanish by a rename, so a crash leaves either all of one or nothing under its
// name. Heaps are independent: damage to one leaves the others alone. Damage or an unknown format of one
// shows up as the error of its entry, not of the list. Removal never follows a symbolic link.
//
// A StoreDirectory has no state but its path; several processes use the same folder at the same time.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <ctime>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/descriptor.h"
#include "store/file_store.h"
#include "store/line_store.h"

namespace uvm::store {

struct HeapEntry {
  std::string name;
  uid_t owner = 0;
  bool in_use = false;           // a process has it open
  std::optional<HeapInfo> info;  // none when `error` tells why
  std::optional<Error> error;
};

struct ImageEntry {
  std::string key;
  std::time_t last_used = 0;     // to the minute, seconds since 1970
  std::optional<HeapInfo> info;  // none when it cannot be read
};

// A suffix that makes a name unique among all processes, in any namespace and on any machine.
std::string unique_suffix();

class StoreDirectory {
 public:
  // The folder must exist, or is made (with those above it, for the user alone) when `create` is true.
  // Errors: kNotFound, kPermission, kNotAStore (it is no folder), kIo.
  static Result<StoreDirectory> open(const std::string& path, bool create);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string heap_path(const std::string& name) const;
  [[nodiscard]] std::string heap_folder(const std::string& name) const;
  // Whether versions of the heap are pinned; false for a heap that is too damaged to tell.
  [[nodiscard]] bool is_pinned(const std::string& name) const;
  [[nodiscard]] std::string image_path(const std::string& key) const;

  // A name of a heap: 1 to 200 bytes, no '/' nor control characters, not beginning with '.', not "images" nor
  // "images-NUMBER".
  // Keys of images: the same. kInvalid says what is wrong.
  static Result<void> check_name(const std::string& name);

  // kInvalid when the name is taken.
  Result<void> create_heap(const std::string& name, const CreateOptions& options = {}) const;
  [[nodiscard]] bool has_heap(const std::string& name) const;

  // A heap that needs a base image gets it from the store when `options.base` is empty; kCorrupt when no
  // image there has the content that the heap was made from, kPermission when only another user's has.
  Result<std::unique_ptr<FileStore>> open_heap(const std::string& name, OpenOptions options = {}) const;

  // Heaps by name.
  [[nodiscard]] Result<std::vector<HeapEntry>> list_heaps() const;

  // kLocked while a process has it open, kPermission when it is another user's, kInvalid when its
  // folder has files that uvm does not make. In these cases nothing is changed.
  Result<void> remove_heap(const std::string& name) const;

  // Base images. One is made in three steps: begin_image() makes an empty heap under a temporary name;
  // the caller fills it, commits, and closes it by destroying `store`; publish_image() gives it its name,
  // replacing a former one. An image that is not published is removed with its NewImage.
  class NewImage {
   public:
    explicit NewImage(std::string path) : path_(std::move(path)) {}
    NewImage(NewImage&& other) noexcept;
    NewImage& operator=(NewImage&&) = delete;
    ~NewImage();

    std::unique_ptr<FileStore> store;

   private:
    friend class StoreDirectory;
    std::string path_;  // empty: published
  };
  // The lock for making the image with that key, held as long as the descriptor is open. Others wait for the
  // process that makes it; kLocked after `patience`. `waits` is called after a second.
  Result<Descriptor> lock_image(const std::string& key, std::chrono::milliseconds patience,
                                const std::function<void()>& waits) const;
  Result<NewImage> begin_image(const std::string& key, const CreateOptions& options = {}) const;
  Result<void> publish_image(NewImage& image, const std::string& key) const;

  // For reading only; processes share it. kNotFound when there is none, kCorrupt when nothing is in it.
  // `base` is the image that it was made from, which is searched for if it is not given. Records the time
  // of use, to the minute.
  Result<std::shared_ptr<FileStore>> open_image(const std::string& key, std::uint64_t line_limit = kMaxLines,
                                                std::shared_ptr<FileStore> base = nullptr) const;
  // Those in this user's folder, by key.
  [[nodiscard]] Result<std::vector<ImageEntry>> list_images() const;
  Result<void> remove_image(const std::string& key) const;
  // Paths of the base image that a heap was made from, of the one below that, and so on: for
  // inspection, whoever owns them. kCorrupt as above.
  [[nodiscard]] Result<std::vector<std::string>> images_of_heap(const std::string& name) const;

 private:
  explicit StoreDirectory(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] Result<std::string> find_image(const ContentId& content,
                                               Ownership ownership) const;  // its path
  using BaseFinder = decltype(OpenOptions::find_base);
  [[nodiscard]] BaseFinder base_finder(std::uint64_t line_limit) const;
  [[nodiscard]] Result<std::shared_ptr<FileStore>> open_image_at(const std::string& path,
                                                                 std::uint64_t line_limit,
                                                                 std::shared_ptr<FileStore> base) const;
  [[nodiscard]] std::string images() const;  // this user's folder of images, which need not be there yet
  [[nodiscard]] Result<std::string> make_images() const;  // its path

  std::string path_;
};

}  // namespace uvm::store
