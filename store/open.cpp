// Creating, opening and inspecting heap files.
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "store/file_store.h"
#include "store/reader.h"

namespace uvm::store {

namespace {

constexpr std::uint64_t kInitialBytes = 1 << 20;

std::uint64_t wall_time_ns() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

std::string hex(const HeapId& id) {
  char text[33];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(id.word[0]),
                static_cast<unsigned long long>(id.word[1]));
  return text;
}

}  // namespace

Result<void> FileStore::create_on(Device& device, const std::string& name, const CreateOptions& options) {
  if (const int error = device.reserve(0, kInitialBytes); error != 0) {
    return Unexpected<Error>{system_error("cannot make room for", name, error)};
  }
  Header header{};
  header.magic = kHeaderMagic;
  header.format_version = kFormatVersion;
  header.block_size = kBlockSize;
  if (getrandom(&header.heap_id, sizeof header.heap_id, 0) != sizeof header.heap_id) {
    return Unexpected<Error>{system_error("cannot make an identity for", name, errno)};
  }
  header.created_ns = wall_time_ns();
  seal(header);
  const AlignedBuffer buffer = make_aligned(kFirstFreeBlock * kBlockSize);
  for (unsigned slot = 0; slot < 2; ++slot) {
    Root root{};
    root.magic = kRootMagic;
    root.sequence = slot + 1;
    root.heap_id = header.heap_id;
    root.file_blocks = kFirstFreeBlock;
    if (options.base) root.base = options.base->content_id();
    seal(root);
    std::memcpy(buffer.get() + kRootBlock[slot] * kBlockSize, &root, kBlockSize);
  }
  std::memcpy(buffer.get() + kHeaderBlock * kBlockSize, &header, kBlockSize);
  std::memcpy(buffer.get() + kHeaderCopyBlock * kBlockSize, &header, kBlockSize);
  iovec iov{buffer.get(), kFirstFreeBlock * kBlockSize};
  IoOp op{0, &iov, 1, kFirstFreeBlock * kBlockSize, 0};
  device.write({&op, 1});
  int error = op.error();
  if (error == 0) error = device.flush();
  if (error != 0) return Unexpected<Error>{system_error("cannot write", name, error)};
  return {};
}

Result<void> FileStore::create(const std::string& path, const CreateOptions& options) {
  auto device = open_file_device(path, {.create = true});
  if (!device) return Unexpected<Error>{device.error()};
  auto created = create_on(**device, path, options);
  if (!created) unlink(path.c_str());
  return created;
}

Result<std::unique_ptr<FileStore>> FileStore::open(const std::string& path, const OpenOptions& options) {
  auto device = open_file_device(
      path, {.read_only = options.read_only, .direct = options.direct, .ownership = options.ownership});
  if (!device) return Unexpected<Error>{device.error()};
  return open_on(std::move(*device), path, options);
}

Result<std::unique_ptr<FileStore>> FileStore::open_on(std::unique_ptr<Device> device, const std::string& name,
                                                      const OpenOptions& options) {
  std::unique_ptr<FileStore> store(new FileStore(std::move(device), name));
  if (auto loaded = store->load(options); !loaded) return Unexpected<Error>{loaded.error()};
  return store;
}

FileStore::FileStore(std::shared_ptr<Device> device, std::string name)
    : device_(std::move(device)), name_(std::move(name)) {}

FileStore::~FileStore() = default;

Result<std::shared_ptr<FileStore>> FileStore::open_reader(Version version) {
  if (find_retained(version) == nullptr || version > info_.version) {
    return Unexpected<Error>{{Errc::kNotFound, 0, name_ + " has no version " + std::to_string(version)}};
  }
  std::shared_ptr<FileStore> reader(new FileStore(device_, name_));
  // Not the id in the file now: a root that could not be flushed may be newer than the one that counts here.
  reader->heap_id_ = heap_id_;
  reader->root_ = root_;
  reader->codecs_ = codecs_;
  const OpenOptions options{
      .read_only = true, .version = version, .base = base_, .line_limit = table_.line_limit()};
  if (auto loaded = reader->load_version(options); !loaded) return Unexpected<Error>{loaded.error()};
  std::erase_if(readers_, [](const auto& known) { return known.expired(); });
  readers_.push_back(reader);
  return reader;
}

void FileStore::set_retention(Retention keep) {
  keep_ = keep;
  keep_.versions = std::clamp<std::uint32_t>(keep.versions, 1, Retention::kMaxVersions);
}

Result<void> FileStore::load(const OpenOptions& options) {
  HeapReader reader(*device_, name_);
  auto start = reader.read_start();
  if (!start) return Unexpected<Error>{start.error()};
  heap_id_ = start->header.heap_id;
  root_slot_ = start->newest;
  root_ = start->root[root_slot_];
  root_damage_ = start->root_damage;
  last_sequence_ = root_.sequence;
  return load_version(options);
}

Result<void> FileStore::load_version(const OpenOptions& options) {
  read_only_ = options.read_only;
  set_retention(options.keep);
  keep_free_ = options.keep_free;
  base_ = options.base;
  if (!base_ && !root_.base.is_null() && options.find_base) {
    auto found = options.find_base(root_.base);
    if (!found) return Unexpected<Error>{found.error()};
    base_ = std::move(*found);
  }
  const ContentId base = base_ ? base_->content_id() : ContentId{};
  if (base != root_.base) {
    const std::string wanted = root_.base.is_null() ? "no base image" : "the base image " + hex(root_.base);
    const std::string given = base.is_null() ? "none" : hex(base);
    return Unexpected<Error>{{Errc::kInvalid, 0, name_ + " needs " + wanted + ", but was given " + given}};
  }
  if (!table_.reserve(std::min(options.line_limit, kMaxLines)) || !workspaces_.reserve(kWorkspaces) ||
      !allocator_.reserve()) {
    Error error = system_error("not enough address space for", name_, ENOMEM);
    error.message += "; it is reserved, used or not: raise the limit (ulimit -v, ulimit -d)";
    return Unexpected<Error>{std::move(error)};
  }
  allocator_.set_capacity(device_->size() / kBlockSize);
  compress_ = options.compress.value_or((root_.compatible_features & kFeatureCompress) != 0);
  const bool packed = compress_ || (root_.incompatible_features & kFeaturePackedBlocks) != 0;
  if (packed && !codecs_) codecs_ = CodecPool::make();

  // An older version that cannot be read is given up: its blocks are unknown, so they count as free. Only the
  // version that is asked for must be whole.
  const Version newest = root_.version_count == 0 ? 0 : root_.versions[root_.version_count - 1].version;
  const Version wanted = options.version.value_or(newest);
  HeapReader reader(*device_, name_);
  HeldSets held(reader);
  std::shared_ptr<const VersionRecord> opened;
  for (std::uint32_t i = 0; i < root_.version_count; ++i) {
    const VersionRef& ref = root_.versions[i];
    auto record = reader.read_version(ref, heap_id_);
    if (!record && ref.version == wanted) return Unexpected<Error>{record.error()};
    if (!record) continue;
    auto set = held.held(ref, **record);
    if (set && set->blocks.end() > allocator_.capacity()) {
      set = Unexpected<Error>{
          reader.corrupt("version " + std::to_string(ref.version) + " uses blocks beyond its end")};
    }
    if (!set && ref.version == wanted) return Unexpected<Error>{set.error()};
    if (!set) continue;
    retained_.push_back({ref, info_of(**record), *record, std::move(*set)});
    if (ref.version == wanted) opened = *record;
  }
  if (wanted != 0 && !opened) {
    std::string have;
    for (const Retained& version : retained_) have += " " + std::to_string(version.ref.version);
    return Unexpected<Error>{
        {Errc::kNotFound, 0,
         name_ + " has no version " + std::to_string(wanted) + "; it has" + (have.empty() ? " none" : have)}};
  }
  for (const Retained& version : retained_) allocator_.add(version.held.blocks);
  if (!opened) return {};

  for (auto [root, map] : {std::pair(opened->space_map, &space_map_), {opened->slot_map, &slot_map_}}) {
    auto read = held.space_map(root);
    if (!read) return Unexpected<Error>{read.error()};
    *map = **read;
  }
  table_.set_root(opened->table);
  std::vector<Change> changes;
  for (std::uint32_t i = 0; i < opened->segment_count; ++i) {
    auto list = held.changes(opened->segments[i]);
    if (!list) return Unexpected<Error>{list.error()};
    for (const Change& change : **list) {
      if (change.line >= table_.line_limit()) {
        return Unexpected<Error>{
            {Errc::kInvalid, 0,
             name_ + " has lines beyond the limit of " + std::to_string(options.line_limit)}};
      }
      changes.push_back(change);
      stale_leaves_.push_back(change.line / kFanout);
    }
    log_changes_ += opened->segments[i].changes;
    segments_.push_back(opened->segments[i]);
  }
  table_.set_changes(std::move(changes));
  std::sort(stale_leaves_.begin(), stale_leaves_.end());
  stale_leaves_.erase(std::unique(stale_leaves_.begin(), stale_leaves_.end()), stale_leaves_.end());
  info_ = info_of(*opened);
  content_id_ = content_id_of(*opened);
  const auto* blob = reinterpret_cast<const std::byte*>(opened->blob);
  blob_.assign(blob, blob + opened->blob_size);
  return {};
}

Result<HeapInfo> inspect_heap(const std::string& path) {
  auto heap = open_unlocked(path);
  if (!heap) return Unexpected<Error>{heap.error()};
  const Root& root = heap->root();
  HeapInfo info;
  info.heap_id = heap->start.header.heap_id;
  info.created_ns = heap->start.header.created_ns;
  info.base = root.base;
  info.file_bytes = heap->device->allocated();
  info.root_damage = heap->start.root_damage;
  for (std::uint32_t i = 0; i < root.version_count; ++i) {
    const VersionRef& ref = root.versions[i];
    auto record = heap->reader.read_version(ref, info.heap_id);
    // Damage is left to verify_heap(), which names it. An error of the device is an error here, too.
    if (!record && record.error().sys_errno != 0) return Unexpected<Error>{record.error()};
    if (!record) continue;
    info.versions.push_back(info_of(**record));
    if ((ref.flags & kVersionPinned) != 0) info.pinned.push_back(ref.version);
    info.newest = content_id_of(**record);
    const std::span blob = std::as_bytes(std::span((*record)->blob)).first((*record)->blob_size);
    info.blob.assign(blob.begin(), blob.end());
  }
  return info;
}

}  // namespace uvm::store
