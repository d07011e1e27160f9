#include "runtime/outside/own_writes.h"

#include <fcntl.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <span>
#include <vector>

#include "base/descriptor.h"
#include "runtime/metadata/vm.h"
#include "runtime/outside/mapped_file.h"
#include "store/owned_file.h"

namespace uvm::rt {
namespace {

constexpr std::uint64_t kMagic = 0x31'73'65'74'69'72'57'55;  // "UWrites1"
constexpr std::uint64_t kFirstBytes = 64 << 10;
constexpr std::size_t kPending = 32;
constexpr std::int64_t kWholePiece = 4096;  // bytes that a write makes as a whole, but for the end of a page
constexpr std::uint32_t kNoExtent = ~std::uint32_t{0};

// The form in the file. It belongs to one machine and one boot, so it needs no format beyond kMagic.
struct PendingWrite {
  std::uint64_t device, inode;
  std::int64_t at;  // -1: after what was written before
  std::uint64_t hash;
  std::uint64_t size;  // 0: no write is pending; written last
};
struct WrittenExtent {
  std::uint64_t device, inode;
  std::int64_t begin, end;
  std::uint32_t epoch, unused;
  std::uint64_t cut;  // + 1; 0: free. Written last
};
struct WritesHeader {
  std::uint64_t magic;
  char boot_id[40];
  std::uint64_t complete;  // 1: everything since that cut is noted
  std::uint64_t since;
  PendingWrite pending[kPending];
};
static_assert(sizeof(PendingWrite) == 40 && offsetof(PendingWrite, at) == 16 &&
              offsetof(PendingWrite, hash) == 24 && offsetof(PendingWrite, size) == 32);
static_assert(sizeof(WrittenExtent) == 48 && offsetof(WrittenExtent, begin) == 16 &&
              offsetof(WrittenExtent, end) == 24 && offsetof(WrittenExtent, epoch) == 32 &&
              offsetof(WrittenExtent, cut) == 40);
static_assert(offsetof(WritesHeader, boot_id) == 8 && offsetof(WritesHeader, complete) == 48 &&
              offsetof(WritesHeader, since) == 56 && offsetof(WritesHeader, pending) == 64);

struct WrittenFile {
  std::int64_t base = 0;  // not noted below: the cut's, or overwritten in place; -1: unknown yet
  std::int64_t top = 0;   // no extent of this cut and epoch ends beyond it
  std::uint32_t epoch = 0;
  std::vector<std::uint32_t> slots = {};  // all its slots, oldest first
};

struct WriteNotes final : HostState {
  static constexpr HostPart kPart = HostPart::kOwnWrites;

  std::mutex lock;
  MappedFile file;
  std::atomic<bool> on = false;  // the program runs, and its writes are noted
  std::uint64_t cut = 0;
  std::uint32_t used = 0;  // slots from here on are free
  std::vector<std::uint32_t> free;
  std::array<bool, kPending> pending_taken{};
  std::map<FileKey, WrittenFile> files;  // written since the cut, or with extents of earlier cuts
  std::set<FileKey> reborn;              // by this process
  // By file; held during a write, so that the place of its bytes can be determined.
  std::array<std::mutex, 16> write_locks;

  [[nodiscard]] WritesHeader& header() const { return *reinterpret_cast<WritesHeader*>(file.memory()); }
  [[nodiscard]] std::span<WrittenExtent> slots() const {
    return {reinterpret_cast<WrittenExtent*>(file.memory() + sizeof(WritesHeader)),
            (file.bytes() - sizeof(WritesHeader)) / sizeof(WrittenExtent)};
  }
};
WriteNotes& notes() { return vm()->state<WriteNotes>(); }

// The process may be killed between two stores, so their order matters, also for the compiler.
template <typename T>
void store_last(T& place, T value) {
  std::atomic_ref(place).store(value, std::memory_order_release);
}

std::string read_boot_id() {
  const Descriptor fd(::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC));
  char id[sizeof WritesHeader::boot_id] = {};
  return fd.get() >= 0 && ::read(fd.get(), id, sizeof id - 1) > 0 ? id : "";
}

void detach() {
  notes().file.close();
  notes().on = false;
  notes().files.clear();
  notes().reborn.clear();
}

std::uint32_t take_slot() {
  if (!notes().free.empty()) {
    const std::uint32_t slot = notes().free.back();
    notes().free.pop_back();
    return slot;
  }
  if (notes().used == notes().slots().size() && !notes().file.grow(notes().file.bytes() * 2)) {
    notes().header().complete = 0;
    notes().on = false;
    return kNoExtent;
  }
  return notes().used++;
}

void free_slot(std::uint32_t index) {
  store_last(notes().slots()[index].cut, std::uint64_t{0});
  notes().free.push_back(index);
}

void add_slot(const FileKey& key, WrittenFile& file, std::int64_t begin, std::int64_t end) {
  const std::uint32_t index = take_slot();
  if (index == kNoExtent) return;
  WrittenExtent& slot = notes().slots()[index];
  slot = {key.device, key.inode, begin, end, file.epoch, 0, 0};
  store_last(slot.cut, notes().cut + 1);
  file.slots.push_back(index);
  file.top = std::max(file.top, end);
}

WrittenFile& file_of(const FileKey& key, int fd) {
  WrittenFile& file = notes().files.try_emplace(key, WrittenFile{-1}).first->second;
  struct stat status {};
  if (file.base < 0) file.base = ::fstat(fd, &status) == 0 ? status.st_size : 0;
  return file;
}

// Extents grow only by adjacent writes: what lies between two writes may belong to others.
void note(const FileKey& key, WrittenFile& file, std::int64_t begin, std::int64_t end) {
  begin = std::max(begin, file.base);
  if (begin >= end) return;
  for (auto index = file.slots.rbegin(); index != file.slots.rend() && begin <= file.top; ++index) {
    WrittenExtent& extent = notes().slots()[*index];
    if (extent.cut != notes().cut + 1 || extent.epoch != file.epoch) break;
    if (begin > extent.end || end < extent.begin) continue;
    extent.begin = std::min(extent.begin, begin);
    store_last(extent.end, std::max(extent.end, end));
    file.top = std::max(file.top, end);
    return;
  }
  add_slot(key, file, begin, end);
}

// The start of what a write at `begin` is going to make: a write beyond the end of the file makes the hole
// before it, too.
std::int64_t begin_of_hole(const WrittenFile& file, std::int64_t begin, int fd) {
  if (begin <= file.base) return begin;
  if (!file.slots.empty()) {
    const WrittenExtent& last = notes().slots()[file.slots.back()];
    if (last.cut == notes().cut + 1 && begin >= last.begin && begin <= last.end) return begin;
  }
  struct stat status {};
  return ::fstat(fd, &status) == 0 ? std::min<std::int64_t>(begin, status.st_size) : begin;
}

bool is_of(const FileKey& key, std::uint64_t device, std::uint64_t inode) {
  return key.device == device && key.inode == inode;
}

// Whether the bytes of a write that may have happened are there.
bool lie_at(int fd, std::int64_t at, const PendingWrite& pending) {
  std::vector<char> bytes(pending.size);
  return ::pread(fd, bytes.data(), bytes.size(), at) == static_cast<ssize_t>(bytes.size()) &&
         XXH3_64bits(bytes.data(), bytes.size()) == pending.hash;
}

}  // namespace

void own_writes_attach(const std::string& folder) {
  const std::lock_guard guard(notes().lock);
  detach();
  if (folder.empty()) return;
  const auto opened = store::open_file(folder + "/writes", O_RDWR | O_CREAT, store::Ownership::kOwned);
  struct stat status {};
  if (!opened) return;
  if (::fstat(*opened, &status) != 0 ||
      !notes().file.open(*opened, std::max(kFirstBytes, static_cast<std::uint64_t>(status.st_size))))
    ::close(*opened);
}

void own_writes_begin(std::uint64_t cut) {
  const std::lock_guard guard(notes().lock);
  if (!notes().file.is_open()) return;
  const std::string boot_id = read_boot_id();
  notes().header().complete = 0;
  notes().file.shrink(kFirstBytes);  // after a run that wrote many files
  WritesHeader& header = notes().header();
  std::memset(static_cast<void*>(notes().file.memory() + sizeof header.magic), 0,
              notes().file.bytes() - sizeof header.magic);
  std::copy(boot_id.begin(), boot_id.end(), header.boot_id);
  header.magic = kMagic;
  header.since = cut;
  store_last(header.complete, std::uint64_t{boot_id.empty() ? 0U : 1U});
  notes().cut = cut;
  notes().used = 0;
  notes().free.clear();
  notes().files.clear();
  notes().reborn.clear();
  notes().pending_taken = {};
  notes().on = true;
}

void own_writes_unknown() {
  const std::lock_guard guard(notes().lock);
  if (notes().file.is_open()) notes().header().complete = 0;
}

void own_writes_at_cut(std::uint64_t cut) {
  const std::lock_guard guard(notes().lock);
  notes().cut = cut;
  for (auto file = notes().files.begin(); file != notes().files.end();) {
    file->second.base = -1;
    file->second.top = 0;
    file = file->second.slots.empty() ? notes().files.erase(file) : std::next(file);
  }
}

void own_writes_committed(std::uint64_t cut) {
  const std::lock_guard guard(notes().lock);
  if (!notes().on) return;
  notes().header().since = cut;
  for (std::uint32_t i = 0; i < notes().used; ++i) {
    const std::uint64_t of = notes().slots()[i].cut;
    if (of != 0 && of - 1 < cut) free_slot(i);
  }
  for (auto file = notes().files.begin(); file != notes().files.end();) {
    WrittenFile& written = file->second;
    std::erase_if(written.slots, [](std::uint32_t index) { return notes().slots()[index].cut == 0; });
    // A file whose length is known is about to be written.
    file = written.slots.empty() && written.base < 0 ? notes().files.erase(file) : std::next(file);
  }
}

ssize_t own_write(int fd, const FileKey& key, OwnPlace place, std::int64_t at, const void* data,
                  std::size_t size) {
  const auto write = [&] { return at >= 0 ? ::pwrite(fd, data, size, at) : ::write(fd, data, size); };
  if (!notes().on.load(std::memory_order_relaxed) || size == 0) return write();
  const std::lock_guard order(notes().write_locks[(key.inode ^ key.device) % notes().write_locks.size()]);
  const std::int64_t begin = place == OwnPlace::kEnd ? -1 : at;
  std::int64_t hole = begin;
  std::size_t pending = kPending;
  {
    const std::lock_guard guard(notes().lock);
    const WrittenFile& file = file_of(key, fd);
    if (begin >= 0) hole = begin_of_hole(file, begin, fd);
    // Content that is overwritten in place is not noted.
    const bool in_place = begin >= 0 && begin + static_cast<std::int64_t>(size) <= file.base;
    const auto free = in_place ? notes().pending_taken.end()
                               : std::find(notes().pending_taken.begin(), notes().pending_taken.end(), false);
    if (free != notes().pending_taken.end()) {
      *free = true;
      pending = static_cast<std::size_t>(free - notes().pending_taken.begin());
      PendingWrite& p = notes().header().pending[pending];
      p = {key.device, key.inode, begin, XXH3_64bits(data, size), 0};
      store_last(p.size, std::uint64_t{size});
    }
  }
  const ssize_t written = write();
  const int error = errno;
  std::int64_t end = begin + written;
  if (begin < 0 && at < 0) {
    end = ::lseek(fd, 0, SEEK_CUR);
  } else if (begin < 0) {  // in O_APPEND mode pwrite(2) appends, and leaves the position (its manual's BUGS)
    struct stat status {};
    end = ::fstat(fd, &status) == 0 ? status.st_size : 0;
  }
  {
    const std::lock_guard guard(notes().lock);
    if (notes().on && written > 0) note(key, file_of(key, fd), begin < 0 ? end - written : hole, end);
    if (pending != kPending) {
      store_last(notes().header().pending[pending].size, std::uint64_t{0});
      notes().pending_taken[pending] = false;
    }
  }
  errno = error;
  return written;
}

void own_file_created(const FileKey& key) {
  const std::lock_guard guard(notes().lock);
  if (!notes().on) return;
  WrittenFile& file = notes().files[key];
  // The file that had this number in this epoch is gone for good: one that will be made again from a link
  // still has its number, and one that will be made from a copy began an epoch.
  std::erase_if(file.slots, [&file](std::uint32_t index) {
    if (notes().slots()[index].epoch != file.epoch) return false;
    free_slot(index);
    return true;
  });
  file.base = 0;
  file.top = 0;
  if (file.epoch != 0) add_slot(key, file, 0, 0);
}

void own_file_resized(const FileKey& key, std::int64_t old_length, std::int64_t length) {
  const std::lock_guard guard(notes().lock);
  if (!notes().on) return;
  WrittenFile& file = notes().files.try_emplace(key, WrittenFile{old_length}).first->second;
  if (file.base < 0) file.base = old_length;
  file.base = std::min(file.base, length);
  note(key, file, old_length, length);
  for (const std::uint32_t index : file.slots) {
    WrittenExtent& slot = notes().slots()[index];
    if (slot.epoch == file.epoch) store_last(slot.end, std::min(slot.end, std::max(length, slot.begin)));
  }
}

std::uint32_t own_next_epoch(const FileKey& key) {
  const std::lock_guard guard(notes().lock);
  const auto file = notes().files.find(key);
  return file == notes().files.end() ? 1 : file->second.epoch + 1;
}

void own_epoch_begins(const FileKey& key, std::uint32_t epoch, std::int64_t length) {
  const std::lock_guard guard(notes().lock);
  if (!notes().on) return;
  WrittenFile& file = notes().files[key];
  file.epoch = epoch;
  file.base = length;
  file.top = 0;
  add_slot(key, file, length, length);
}

std::optional<std::vector<Extent>> own_writes_since(std::uint64_t cut, const struct stat& status, int fd,
                                                    std::int64_t length) {
  const std::lock_guard guard(notes().lock);
  if (!notes().file.is_open()) return std::nullopt;
  const FileKey key = key_of(status);
  if (notes().reborn.contains(key)) return std::vector<Extent>{{0, status.st_size}};
  const WritesHeader& header = notes().header();
  if (header.magic != kMagic || header.complete != 1 || cut < header.since ||
      std::strncmp(header.boot_id, read_boot_id().c_str(), sizeof header.boot_id) != 0)
    return std::nullopt;
  std::vector<Extent> extents;
  std::uint32_t epoch = 0;
  for (const WrittenExtent& slot : notes().slots()) {
    if (slot.cut == 0 || slot.cut - 1 < cut || !is_of(key, slot.device, slot.inode)) continue;
    if (slot.epoch > epoch) extents.clear();
    if (slot.epoch < epoch) continue;
    epoch = slot.epoch;
    extents.push_back({slot.begin, slot.end});
  }
  std::int64_t last = length;
  for (const Extent& extent : extents) last = std::max(last, extent.end);
  for (const PendingWrite& pending : header.pending) {
    if (pending.size == 0 || !is_of(key, pending.device, pending.inode) || last >= status.st_size) continue;
    const auto size = static_cast<std::int64_t>(pending.size);
    const std::int64_t places[] = {pending.at, last, status.st_size - size};
    const auto* at = std::find_if(std::begin(places), std::end(places), [&](std::int64_t place) {
      return place >= 0 && size > 0 && size <= status.st_size && lie_at(fd, place, pending);
    });
    if (at != std::end(places)) {
      extents.push_back({*at, *at + size});
    } else if (size <= 0 || size > kWholePiece || status.st_size - last < size) {
      return std::nullopt;  // part of it may have been written
    }
  }
  std::sort(extents.begin(), extents.end(),
            [](const Extent& a, const Extent& b) { return a.begin < b.begin; });
  return extents;
}

void own_writes_cut_back(const FileKey& key, std::int64_t length) {
  const std::lock_guard guard(notes().lock);
  if (!notes().file.is_open()) return;
  std::uint32_t epoch = 0;  // the last one; those before say what undoing brings back
  for (const WrittenExtent& slot : notes().slots()) {
    if (slot.cut != 0 && is_of(key, slot.device, slot.inode)) epoch = std::max(epoch, slot.epoch);
  }
  for (WrittenExtent& slot : notes().slots()) {
    if (slot.cut == 0 || slot.epoch != epoch || !is_of(key, slot.device, slot.inode)) continue;
    slot.begin = std::min(slot.begin, length);
    slot.end = std::min(slot.end, length);
  }
  for (PendingWrite& pending : notes().header().pending) {
    if (is_of(key, pending.device, pending.inode)) pending.size = 0;
  }
}

void own_epoch_undone(const FileKey& key, std::uint32_t epoch, bool gone) {
  const std::lock_guard guard(notes().lock);
  if (!notes().file.is_open()) return;
  for (WrittenExtent& slot : notes().slots()) {
    if (slot.cut == 0 || !is_of(key, slot.device, slot.inode) || slot.epoch < epoch) continue;
    if (gone) {
      store_last(slot.cut, std::uint64_t{0});
    } else {
      slot.epoch = epoch - 1;
    }
  }
}

void own_file_reborn(const FileKey& key) {
  const std::lock_guard guard(notes().lock);
  notes().reborn.insert(key);
}

std::unique_ptr<HostState> make_own_writes_state() { return std::make_unique<WriteNotes>(); }

}  // namespace uvm::rt
