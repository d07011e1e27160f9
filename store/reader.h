// Reading the structures of a heap file from a device and checking them: used to open, inspect and verify
// heaps. Not for signal handlers.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "store/file_device.h"
#include "store/file_store.h"
#include "store/format.h"
#include "store/pack.h"
#include "store/space.h"

namespace uvm::store {

// The four fixed blocks.
struct HeapStart {
  Header header;        // a good copy
  bool header_good[2];  // block 0, its copy
  Root root[2];
  bool root_good[2];
  // Slot of the newest good root; with the newest version of a damaged one if that is whole.
  unsigned newest = 0;
  std::optional<RootDamage> root_damage;
};

class HeapReader {
 public:
  HeapReader(Device& device, std::string name) : device_(device), name_(std::move(name)) {}

  // Errors: kNotAStore, kNewerFormat, kCorrupt (both headers or both roots bad), kIo.
  Result<HeapStart> read_start();

  Result<std::shared_ptr<const VersionRecord>> read_version(const VersionRef& ref, const HeapId& heap_id);
  Result<std::vector<Change>> read_segment(const SegmentPointer& segment);
  // A space map, or a slot map.
  Result<SpaceMap> read_space_map(BlockPointer root);

  // Reads blocks, or compressed lines, with their checksums, those that are adjacent in one operation. `good`
  // gets one entry per pointer. 0, or the errno of an operation that failed (its blocks are not good).
  int read_blocks(std::span<const BlockPointer> pointers, std::byte* buffer, std::vector<bool>& good);

  [[nodiscard]] Error corrupt(const std::string& what) const {
    return {Errc::kCorrupt, 0, name_ + " is damaged: " + what};
  }
  [[nodiscard]] Error newer_features() const {
    return {Errc::kNewerFormat, 0, name_ + " uses features of a later version of uvm"};
  }

 private:
  Result<RootDamage> repair(Root& good, const Root& bad, unsigned slot);
  int read_whole(IoOp& op);
  bool unpack(BlockNumber number, std::byte* content);
  Result<void> read_checked(BlockPointer pointer, void* buffer, const std::string& what);

  Device& device_;
  const std::string name_;
  std::unique_ptr<LineCodec> codec_;  // made when it is first needed
};

// A heap file that is read without its lock: another process may be writing to it.
struct UnlockedHeap {
  std::unique_ptr<Device> device;
  HeapReader reader;
  HeapStart start;
  [[nodiscard]] const Root& root() const { return start.root[start.newest]; }
};
// Errors: as opening a file, and as read_start().
Result<UnlockedHeap> open_unlocked(const std::string& path);

// What versions hold, worked out from their records; reads each segment and each space map once. Asking by
// rising version is cheap, since a version mostly adds one segment to those of the one before.
class HeldSets {
 public:
  explicit HeldSets(HeapReader& reader) : reader_(reader) {}

  Result<const std::vector<Change>*> changes(const SegmentPointer& segment);
  Result<const SpaceMap*> space_map(BlockPointer root);
  // `record` must stay where it is until the next call.
  Result<Holding> held(const VersionRef& ref, const VersionRecord& record);

 private:
  using Key = std::pair<std::uint64_t, std::uint64_t>;
  HeapReader& reader_;
  std::map<Key, std::vector<Change>> segments_;
  std::map<Key, SpaceMap> maps_;
  const VersionRecord* previous_ = nullptr;
  Holding previous_held_;  // without the version record
};

VersionInfo info_of(const VersionRecord& record);

// Applies the changes of a segment to what is held.
void apply_changes(std::span<const Change> changes, Holding& held);

}  // namespace uvm::store
