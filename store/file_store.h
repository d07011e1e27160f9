// FileStore: a LineStore over one heap file (format.h). See store/line_store.h for the contract.
//
// Invariants:
//   * A line's block is written before its entry is published, and its former block is reused only after the
//     entry is gone; so a reader that finds a wrong checksum and an unchanged entry has found damage.
//   * Blocks that a retained version holds are never written. The root slot of the newest good root is never
//     written.
//   * The lines of a packed block belong to one transaction: cut() falls between two blocks.
//   * After a failed flush, or a failed write of a root, no block written since the last good flush is
//     trusted: the next commit copies what it needs of them to fresh blocks, and none is reused before that
//     commit succeeds.
//
// Threads: read(), present() and write(kCurrent) from any number of threads, in the SIGBUS handler too, while
// one thread at a time calls the rest. Locks are spinlocks (base/memory.h) over code that never touches heap
// memory, so a handler never waits for its own thread. A handler of any other signal must not touch heap
// memory while its thread may be inside the store. Calls change errno; a handler saves it.
//
// Content given to write() must not change until it returns.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/file_device.h"
#include "store/format.h"
#include "store/line_store.h"
#include "store/pack.h"
#include "store/space.h"
#include "store/table.h"

namespace uvm::store {

class FileStore;

struct CreateOptions {
  // Lines absent from the new heap are read from this heap's opened version, which must stay as it is for
  // ever.
  std::shared_ptr<FileStore> base = nullptr;
};

// Which versions a commit keeps, in addition to pinned ones.
struct Retention {
  // The number of newest versions to keep, 1 to kMaxVersions (other values are clamped).
  std::uint32_t versions = 2;
  // And of those younger than this, the first of each kAgeSteps-th part of it, as far as a root has room: of
  // an hour, one version a minute. 0: none.
  std::uint64_t age_ns = 0;

  static constexpr std::uint32_t kMaxVersions = 64;
  static constexpr std::uint32_t kAgeSteps = 60;
};

struct OpenOptions {
  bool read_only = false;
  // The version to open, the newest if not given; 0 is the empty heap. When it is not the newest, the first
  // commit discards the newer ones.
  std::optional<Version> version = std::nullopt;
  std::shared_ptr<FileStore> base = nullptr;  // the base image that the heap was created with
  // Finds that image by its content when `base` is empty; not given: no image can be found.
  std::function<Result<std::shared_ptr<FileStore>>(const ContentId&)> find_base = nullptr;
  Retention keep = {};
  // Whether lines are compressed (pack.h); not given: as at the last commit. Existing lines
  // stay as they are.
  std::optional<bool> compress = std::nullopt;
  // Lines at or above this cannot be used; rounded up to whole 2^27 lines. Reserves 24.1 bytes of address
  // space per line.
  std::uint64_t line_limit = kMaxLines;
  bool direct = true;                       // false: through the page cache even where direct I/O works
  Ownership ownership = Ownership::kOwned;  // who may own it
  // Bytes of free space that the file keeps at least for what is to come, and half of what is in use. When
  // twice as much is free, a commit gives the rest back to the device.
  std::uint64_t keep_free = std::uint64_t{64} << 20;
};

// A damaged root slot in a heap that can still be opened through the other slot.
struct RootDamage {
  bool newer;  // the slot may have named versions newer than those there are now
  std::string message;
};

// What a heap file says about itself, read without opening it for use or taking its lock.
struct HeapInfo {
  HeapId heap_id;
  std::uint64_t created_ns = 0;
  ContentId base;                // null when there is none
  ContentId newest;              // content id of the newest version, null when there is none
  std::uint64_t file_bytes = 0;  // holes not counted
  std::vector<VersionInfo> versions;
  std::vector<Version> pinned;
  std::vector<std::byte> blob;  // of the newest version
  std::optional<RootDamage> root_damage;
};
Result<HeapInfo> inspect_heap(const std::string& path);

class FileStore final : public LineStore, private NodeReader {
 public:
  static Result<void> create(const std::string& path, const CreateOptions& options = {});
  static Result<std::unique_ptr<FileStore>> open(const std::string& path, const OpenOptions& options = {});

  // The same on a device; `name` is for messages.
  static Result<void> create_on(Device& device, const std::string& name, const CreateOptions& options = {});
  static Result<std::unique_ptr<FileStore>> open_on(std::unique_ptr<Device> device, const std::string& name,
                                                    const OpenOptions& options = {});
  ~FileStore() override;

  IoResult<void> read(LineNumber first, std::size_t count, std::byte* buffer,
                      ReadStatus* status) noexcept override;
  [[nodiscard]] StartedRead* start_read(LineNumber first, std::size_t count,
                                        std::byte* buffer) noexcept override;
  [[nodiscard]] std::optional<IoResult<void>> end_read(StartedRead* read, std::size_t count,
                                                       ReadStatus* status,
                                                       std::chrono::nanoseconds patience) noexcept override;
  IoResult<void> write(Transaction transaction, std::span<const LineWrite> lines) noexcept override;
  IoResult<void> erase(std::span<const LineRange> ranges) noexcept override;
  void cut() noexcept override;
  Result<VersionInfo> commit(std::span<const std::byte> blob) override;
  void abandon() override;
  [[nodiscard]] bool present(LineNumber line) const noexcept override;
  [[nodiscard]] std::vector<std::byte> blob() const override { return blob_; }
  [[nodiscard]] VersionInfo current_version() const override { return info_; }
  [[nodiscard]] std::vector<VersionInfo> versions() const override;
  [[nodiscard]] StoreCounters counters() const noexcept override;

  // The file, as in messages.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  // The base image it lies over; null when there is none.
  [[nodiscard]] const FileStore* base() const noexcept { return base_.get(); }
  // As found when it was opened.
  [[nodiscard]] const std::optional<RootDamage>& root_damage() const { return root_damage_; }
  // The heap from which a line's content is read, or in which it is missing: this one or an image below it.
  // Async-signal-safe.
  [[nodiscard]] const FileStore& owner_of(LineNumber line) const noexcept;

  // Identity of the opened version's content, or that of the last commit; null for version 0.
  [[nodiscard]] ContentId content_id() const { return content_id_; }
  [[nodiscard]] HeapId heap_id() const { return heap_id_; }

  // A pinned version is kept until it is unpinned. Durable on return. kNotFound when it is not retained;
  // kInvalid while a transaction is pending.
  Result<void> pin(Version version, bool pinned);
  [[nodiscard]] std::vector<Version> pinned() const;
  [[nodiscard]] bool has_pinned() const { return !pinned().empty(); }
  // Deletes a retained version that is not pinned, nor the opened one nor newer than that. kInvalid also
  // while a transaction is pending.
  Result<void> remove_version(Version version);
  // Another store, for reading only, of a retained version that is not newer than the opened one. It reads
  // while this one writes and commits, also when the version is no longer retained: its blocks stay until the
  // first commit after the reader is gone. The file stays open, and locked, as long as any of them is there.
  // kNotFound when the version is not retained or newer.
  Result<std::shared_ptr<FileStore>> open_reader(Version version);
  // Applies from the next commit on.
  void set_retention(Retention keep);
  static constexpr std::uint32_t kMaxPinned = 60;

  // Whether lines are compressed from now on.
  [[nodiscard]] bool compresses() const noexcept { return compress_; }

  // True when data goes past the page cache.
  [[nodiscard]] bool direct() const { return device_->direct(); }

  // Lines in one batch of I/O; longer calls are split.
  static constexpr std::size_t kBatch = 256;
  static_assert(kBatch <= LinePacker::kMaxLines);

 private:
  struct Retained {
    VersionRef ref{};
    VersionInfo info;
    std::shared_ptr<const VersionRecord> record;
    Holding held;
  };

  // Working memory of one call of read() or write(), or of a read that was started, claimed from a pool.
  struct alignas(kBlockSize) Workspace final : StartedRead {
    Node scratch;               // nodes on their way in, and bounce buffer for unaligned lines
    PackedBlock packed;         // the block that compressed lines come from
    LinePacker packer;          // lines on their way out
    std::byte line[kLineSize];  // as it is in the file, to be compared
    IoOp ops[kBatch];
    iovec iov[kBatch];
    Entry entries[kBatch];
    std::uint32_t op_of[kBatch];    // index of the op that moves each line of the batch
    std::uint32_t lies_in[kBatch];  // index of the line in whose place its block is read
    std::span<IoOp> moves;          // of ops: what is to be read or written
    // What is being read.
    LineNumber first;
    std::byte* buffer;
    void* started;  // the device's handle
    std::atomic<bool> busy;
  };
  static constexpr std::size_t kWorkspaces = 64;
  friend class ClaimedWorkspace;

  struct Attempt;  // one commit on its way (commit.cpp)

  FileStore(std::shared_ptr<Device> device, std::string name);
  Result<void> load(const OpenOptions& options);
  // As the root says that is known already.
  Result<void> load_version(const OpenOptions& options);

  IoResult<void> read_node(BlockPointer pointer, Node& node) noexcept override;
  // Never EBADMSG, which those above keep for what they find damaged.
  IoResult<void> read_block(BlockNumber block, void* buffer) noexcept;
  // One line by itself. Uses work.scratch.
  IoResult<void> read_line(BlockPointer pointer, std::byte* buffer, Workspace& work) noexcept;
  bool unpack(BlockPointer pointer, const void* block, std::byte* buffer) noexcept;
  void plan_read(LineNumber first, std::size_t count, std::byte* buffer, Workspace& work) noexcept;
  IoResult<void> finish_read(Workspace& work, std::size_t count, ReadStatus* status) noexcept;
  IoResult<void> settle(LineNumber line, std::byte* buffer, Workspace& work, ReadStatus& status) noexcept;
  IoResult<void> write_batch(Transaction transaction, std::span<const LineWrite> lines, Workspace& work,
                             bool even_unchanged) noexcept;
  IoResult<void> choose(Transaction transaction, std::span<const LineWrite> lines, Workspace& work,
                        bool even_unchanged) noexcept;
  void pack(std::span<const LineWrite> lines, Workspace& work) noexcept;
  IoResult<void> place(std::span<const LineWrite> lines, Workspace& work) noexcept;
  void publish(Transaction transaction, LineNumber line, Entry entry) noexcept;
  void supersede(Transaction transaction, LineNumber line, Entry entry) noexcept;
  void publish_block(Transaction transaction, std::span<const LineWrite> lines, Workspace& work,
                     const LinePacker::Block& block) noexcept;
  [[nodiscard]] bool is_aligned(const void* buffer) const noexcept {
    return !device_->direct() || reinterpret_cast<std::uintptr_t>(buffer) % kBlockSize == 0;
  }

  void keep_erased(LineNumber line) noexcept;
  // As of PageTable: the next line from `line` on that this heap or an image below may know of.
  IoResult<LineNumber> skip_unused(LineNumber line, Node& scratch) noexcept;
  // At most `want` blocks side by side, and at least one.
  IoResult<BlockRun> allocate(std::uint32_t want) noexcept;
  // More free blocks: a hole is filled, or the file grows. 0 or an errno.
  int grow() noexcept;
  // Returns free space to the device when there is much of it. Call it after a commit: no root that may still
  // count names what the commit freed.
  void trim() noexcept;

  // From the next root on.
  [[nodiscard]] std::uint64_t incompatible_features() const {
    return root_.incompatible_features | (compress_ ? kFeaturePackedBlocks : 0);
  }
  [[nodiscard]] std::uint64_t compatible_features() const {
    return (root_.compatible_features & ~kFeatureCompress) | (compress_ ? kFeatureCompress : 0);
  }
  Result<void> may_publish() const;
  Result<void> relocate_untrusted();
  Result<void> attempt_commit(Attempt& attempt, std::span<const std::byte> blob);
  void collect_changes(Attempt& attempt);
  Result<bool> write_segments(Attempt& attempt);
  Result<void> write_table(Attempt& attempt);
  Result<void> write_space_map(Attempt& attempt, const BlockSet& now, SpaceMap& map);
  Result<void> write_version_record(Attempt& attempt, std::span<const std::byte> blob);
  Result<BlockNumber> take_block(Attempt& attempt);
  Result<BlockPointer> put_block(Attempt& attempt, BlockNumber block, const void* content);
  Result<void> write_out(Attempt& attempt);
  Result<void> publish_root(const std::vector<VersionRef>& refs, Version highest, std::uint64_t file_blocks);
  void adopt(Attempt& attempt);
  void end_pending();
  void roll_back(const std::vector<BlockNumber>& fresh);
  Error io_error(const std::string& what, IoError error) const;
  void distrust_unflushed();
  std::vector<const BlockSet*> held_sets() const;
  [[nodiscard]] bool has_reader(Version version) const;
  void retain_only(const std::vector<VersionRef>& refs);
  [[nodiscard]] std::vector<VersionRef> refs_to_keep(const VersionRef& newest, std::uint64_t time_ns) const;
  [[nodiscard]] const Retained* find_retained(Version version) const;

  std::shared_ptr<Device> device_;  // with the stores of open_reader()
  const std::string name_;
  std::shared_ptr<FileStore> base_;
  bool read_only_ = false;
  Retention keep_;

  HeapId heap_id_;
  std::optional<RootDamage> root_damage_;
  Root root_{};                      // the newest good root
  unsigned root_slot_ = 0;           // where it lies
  std::uint64_t last_sequence_ = 0;  // of the last root that was tried
  // By rising version; those newer than the opened one go at its first commit.
  std::vector<Retained> retained_;
  std::vector<std::weak_ptr<FileStore>> readers_;
  std::vector<Retained> only_read_;  // versions no longer retained that had a reader at the last commit
  VersionInfo info_;                 // the opened version, or the last commit
  ContentId content_id_;
  std::vector<std::byte> blob_;

  PageTable table_;
  std::vector<std::uint64_t> stale_leaves_;  // sorted: leaves with changes in segments
  std::vector<SegmentPointer> segments_;
  std::uint32_t log_changes_ = 0;
  SpaceMap space_map_, slot_map_;  // as they are in the file

  BlockAllocator allocator_;
  std::uint64_t keep_free_ = 0;
  bool can_release_ = true;
  std::atomic<bool> growing_{false};
  bool distrust_ = false;
  BlockSet untrusted_;

  bool compress_ = false;
  std::shared_ptr<CodecPool> codecs_;  // null where nothing is compressed, nor to be
  SpinLock publish_lock_;              // with codecs_: of cut(), and of what must not be divided by it

  SparseArray<Workspace> workspaces_;
  std::atomic<bool> pending_{false};
  SpinLock erased_lock_;
  std::vector<LineRange> erased_since_cut_;  // empty without pending
  // What goes into VersionInfo of the next commit: one for each of the two transactions.
  struct Tally {
    std::atomic<std::uint64_t> bytes{0};
  };
  Tally tallies_[2];
  std::atomic<unsigned> current_tally_{0};

  std::atomic<std::uint64_t> lines_read_{0}, lines_written_{0}, bytes_read_{0}, bytes_written_{0},
      flushes_{0}, lines_compressed_{0};
};

}  // namespace uvm::store
