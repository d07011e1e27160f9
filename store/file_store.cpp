#include "store/file_store.h"

#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>

namespace uvm::store {

// A workspace for the duration of one call. There are more of them than rings. When all are taken the thread
// waits for one; the others give theirs back as soon as their I/O is finished.
class ClaimedWorkspace {
 public:
  explicit ClaimedWorkspace(FileStore& store) noexcept {
    for (;;) {
      for (std::size_t i = 0; i < FileStore::kWorkspaces; ++i) {
        auto& candidate = store.workspaces_[i];
        if (!try_claim(candidate.busy)) continue;
        work_ = &candidate;
        return;
      }
      sched_yield();
    }
  }
  ~ClaimedWorkspace() {
    if (work_ != nullptr) give_back(work_);
  }
  ClaimedWorkspace(const ClaimedWorkspace&) = delete;
  ClaimedWorkspace& operator=(const ClaimedWorkspace&) = delete;
  FileStore::Workspace& operator*() const { return *work_; }
  FileStore::Workspace* operator->() const { return work_; }
  // Leaves it claimed until give_back().
  FileStore::Workspace* keep() { return std::exchange(work_, nullptr); }
  static void give_back(FileStore::Workspace* work) { work->busy.store(false, std::memory_order_release); }

 private:
  FileStore::Workspace* work_ = nullptr;
};

namespace {

constexpr std::uint64_t kGrowMin = 8 << 20;
constexpr std::uint64_t kGrowMax = 64 << 20;
constexpr std::uint64_t kGrowLast = 1 << 20;  // when the device has no room for more
// Units of holes, in blocks: runs shorter than 1 MiB stay, and after one commit at most 1 GiB is released.
constexpr std::uint32_t kHoleMin = (1 << 20) / kBlockSize;
constexpr std::uint64_t kTrimMost = (1 << 30) / kBlockSize;
// Lines of one write: a long extent is split so that the device can work on its parts in parallel.
constexpr std::uint32_t kMaxWriteLines = 64;

bool is_zero(const std::byte* content) {
  std::uint64_t first = 0;
  std::memcpy(&first, content, sizeof first);
  return first == 0 && std::memcmp(content, content + sizeof first, kLineSize - sizeof first) == 0;
}

constexpr Entry kZeroEntry = kZeroBlock;
constexpr Entry kErasedEntry = kErasedBlock;

// In a batch that is being written: nothing is to be written for this line. No checksum without a block looks
// like it.
constexpr Entry kNothing = kErasedBlock;
bool is_to_write(Entry entry) { return entry != kNothing && entry != kZeroEntry; }

// When a call has several parts, the first failure counts.
void note(IoResult<void>& all, const IoResult<void>& part) noexcept {
  if (all) all = part;
}

}  // namespace

IoResult<void> FileStore::read_block(BlockNumber block, void* buffer) noexcept {
  iovec iov{buffer, kBlockSize};
  IoOp op{std::uint64_t{block} * kBlockSize, &iov, 1, kBlockSize, 0};
  device_->read({&op, 1});
  if (const int error = read_error(*device_, op); error != 0)
    return io_failure(error == EBADMSG ? EIO : error);
  bytes_read_.fetch_add(kBlockSize, std::memory_order_relaxed);
  // Past the end of a truncated file: zeroes, which no checksum accepts.
  std::memset(static_cast<std::byte*>(buffer) + op.result, 0,
              kBlockSize - static_cast<std::size_t>(op.result));
  return {};
}

IoResult<void> FileStore::read_node(BlockPointer pointer, Node& node) noexcept {
  if (const auto read = read_block(pointer.block, &node); !read) return read;
  if (block_checksum(&node) != pointer.checksum) return io_failure(EBADMSG);
  return {};
}

bool FileStore::unpack(BlockPointer pointer, const void* block, std::byte* buffer) noexcept {
  if (!codecs_) return false;  // the root says that nothing is compressed
  const CodecPool::Claim codec(*codecs_);
  return codec->unpack(block, pointer.block, buffer);
}

IoResult<void> FileStore::read_line(BlockPointer pointer, std::byte* buffer, Workspace& work) noexcept {
  if (const auto read = read_block(block_in_file(pointer.block), &work.scratch); !read) return read;
  if (!is_packed(pointer.block)) {
    std::memcpy(buffer, &work.scratch, kLineSize);
  } else if (!unpack(pointer, &work.scratch, buffer)) {
    return io_failure(EBADMSG);
  }
  if (block_checksum(buffer) != pointer.checksum) return io_failure(EBADMSG);
  return {};
}

// Reads one line by itself, with all the checks that the batch leaves out.
IoResult<void> FileStore::settle(LineNumber line, std::byte* buffer, Workspace& work,
                                 ReadStatus& status) noexcept {
  status = ReadStatus::kAbsent;
  IoResult<void> done;
  Entry tried = kUnknownEntry;
  while (line < table_.line_limit()) {
    done = table_.load(0, line, *this, work.scratch);
    if (!done) break;
    const Entry entry = table_.entry(0, line);
    if (!is_block(entry)) {
      if (block_of(entry) == kAbsentBlock && base_) return base_->read(line, 1, buffer, &status);
      if (block_of(entry) == kZeroBlock) status = ReadStatus::kOk;
      break;
    }
    done = read_line(to_pointer(entry), buffer, work);
    if (done) {
      status = ReadStatus::kOk;
      return done;
    }
    // The block may have been superseded and reused between the lookup and the read; then the entry has
    // changed.
    if (tried == entry) break;
    tried = entry;
    done = {};
  }
  std::memset(buffer, 0, kLineSize);
  if (done) return done;
  const bool damaged = done.error().sys_errno == EBADMSG;
  status = damaged ? ReadStatus::kCorrupt : ReadStatus::kIoError;
  return damaged ? IoResult<void>() : done;
}

void FileStore::plan_read(LineNumber first, std::size_t count, std::byte* buffer, Workspace& work) noexcept {
  work.first = first;
  work.buffer = buffer;
  OpBuilder builder(work.ops, work.iov, kBatch);
  for (std::size_t i = 0; i < count; ++i) {
    const LineNumber line = first + i;
    work.entries[i] = kAbsentEntry;
    if (line >= table_.line_limit()) continue;
    if (!table_.load(0, line, *this, work.scratch)) {
      work.entries[i] = kUnknownEntry;
      continue;
    }
    const Entry entry = work.entries[i] = table_.entry(0, line);
    if (!is_block(entry)) continue;
    if (i != 0 && share_block(block_of(entry), block_of(work.entries[i - 1]))) {
      work.lies_in[i] = work.lies_in[i - 1];
      work.op_of[i] = work.op_of[i - 1];
      continue;
    }
    work.lies_in[i] = static_cast<std::uint32_t>(i);
    work.op_of[i] = builder.add(block_in_file(block_of(entry)), buffer + i * kLineSize);
  }
  work.moves = builder.ops();
}

// What is left to do when the device has read the blocks.
IoResult<void> FileStore::finish_read(Workspace& work, std::size_t count, ReadStatus* status) noexcept {
  IoResult<void> done;
  const LineNumber first = work.first;
  lines_read_.fetch_add(count, std::memory_order_relaxed);
  for (const IoOp& op : work.moves) {
    if (op.result > 0)
      bytes_read_.fetch_add(static_cast<std::uint32_t>(op.result), std::memory_order_relaxed);
  }
  for (std::size_t i = 0; i < count;) {
    std::byte* content = work.buffer + i * kLineSize;
    const Entry entry = work.entries[i];
    const bool packed = is_packed(block_of(entry));
    // Save the block, because the place it was read to also belongs to a line.
    if (packed && work.lies_in[i] == i) std::memcpy(&work.packed, content, sizeof work.packed);
    // The line may have new content by now: what was read can be intact and still be out of date.
    const auto unchanged = [&](std::size_t at) {
      return first + at >= table_.line_limit() || table_.entry(0, first + at) == work.entries[at];
    };
    if (!unchanged(i)) {
      note(done, settle(first + i, content, work, status[i]));
      ++i;
      continue;
    }
    if (entry == kAbsentEntry && base_) {
      std::size_t end = i + 1;
      while (end < count && work.entries[end] == kAbsentEntry && unchanged(end)) ++end;
      note(done, base_->read(first + i, end - i, content, status + i));
      i = end;
      continue;
    }
    if (is_block(entry)) {
      const bool good = work.ops[work.op_of[i]].complete() &&
                        (!packed || unpack(to_pointer(entry), &work.packed, content)) &&
                        block_checksum(content) == to_pointer(entry).checksum;
      status[i] = ReadStatus::kOk;
      if (!good) note(done, settle(first + i, content, work, status[i]));
    } else if (entry == kUnknownEntry) {
      note(done, settle(first + i, content, work, status[i]));
    } else {
      std::memset(content, 0, kLineSize);
      status[i] = entry == kZeroEntry ? ReadStatus::kOk : ReadStatus::kAbsent;
    }
    ++i;
  }
  return done;
}

IoResult<void> FileStore::read(LineNumber first, std::size_t count, std::byte* buffer,
                               ReadStatus* status) noexcept {
  IoResult<void> all;
  const ClaimedWorkspace work(*this);
  if (!is_aligned(buffer)) {
    lines_read_.fetch_add(count, std::memory_order_relaxed);
    for (std::size_t i = 0; i < count; ++i)
      note(all, settle(first + i, buffer + i * kLineSize, *work, status[i]));
    return all;
  }
  for (std::size_t done = 0; done < count; done += kBatch) {
    const std::size_t lines = std::min(kBatch, count - done);
    plan_read(first + done, lines, buffer + done * kLineSize, *work);
    if (!work->moves.empty()) device_->read(work->moves);
    note(all, finish_read(*work, lines, status + done));
  }
  return all;
}

StartedRead* FileStore::start_read(LineNumber first, std::size_t count, std::byte* buffer) noexcept {
  if (count > kMaxStartedLines || !is_aligned(buffer)) return nullptr;
  ClaimedWorkspace work(*this);
  plan_read(first, count, buffer, *work);
  if (work->moves.empty()) return nullptr;  // nothing that would take time
  work->started = device_->start_read(work->moves);
  return work->started != nullptr ? work.keep() : nullptr;
}

std::optional<IoResult<void>> FileStore::end_read(StartedRead* read, std::size_t count, ReadStatus* status,
                                                  std::chrono::nanoseconds patience) noexcept {
  auto* work = static_cast<Workspace*>(read);
  if (!device_->end_read(work->started, work->moves, patience)) return {};
  IoResult<void> done;
  if (count != 0) done = finish_read(*work, count, status);
  ClaimedWorkspace::give_back(work);
  return done;
}

int FileStore::grow() noexcept {
  if (growing_.exchange(true, std::memory_order_acquire)) {
    while (growing_.load(std::memory_order_acquire)) sched_yield();
    return 0;
  }
  if (const BlockRun hole = allocator_.take_hole(); hole.count != 0) {
    const std::uint64_t from = std::uint64_t{hole.first} * kBlockSize;
    const int error = device_->reserve(from, from + std::uint64_t{hole.count} * kBlockSize);
    allocator_.end_hole(hole, error != 0);
    growing_.store(false, std::memory_order_release);
    return error;
  }
  const std::uint64_t bytes = allocator_.capacity() * kBlockSize;
  const std::uint64_t room = std::uint64_t{kMaxBlocks} * kBlockSize - bytes;
  const std::uint64_t step = std::clamp(bytes / 8 & ~(kGrowMin - 1), kGrowMin, kGrowMax);
  int error = ENOSPC;
  if (room != 0) {
    error = device_->reserve(bytes, bytes + std::min(step, room));
    if (error == ENOSPC) error = device_->reserve(bytes, bytes + std::min(kGrowLast, room));
  }
  allocator_.set_capacity(device_->size() / kBlockSize);
  growing_.store(false, std::memory_order_release);
  return error;
}

void FileStore::trim() noexcept {
  const std::uint64_t free = allocator_.free_blocks();
  const std::uint64_t used = allocator_.capacity() - free - allocator_.hole_blocks();
  const std::uint64_t keep = std::max(keep_free_ / kBlockSize, used / 2);
  // Wait until there is much to release: releasing space and needing it again both cost time.
  if (!can_release_ || free <= 2 * keep) return;
  std::uint64_t surplus = std::min(free - keep, kTrimMost);
  std::uint64_t below = allocator_.capacity();
  while (surplus >= kHoleMin) {
    const BlockRun run = allocator_.begin_hole(kHoleMin, static_cast<std::uint32_t>(surplus), below);
    if (run.count == 0) return;
    const std::uint64_t from = std::uint64_t{run.first} * kBlockSize;
    const int error = device_->release(from, from + std::uint64_t{run.count} * kBlockSize);
    allocator_.end_hole(run, error == 0);
    if (error != 0) {
      can_release_ = error != EOPNOTSUPP && error != ENOSYS;
      return;  // the file keeps its size
    }
    surplus -= run.count;
    below = run.first;
  }
}

IoResult<BlockRun> FileStore::allocate(std::uint32_t want) noexcept {
  for (int attempt = 0; attempt < 8; ++attempt) {
    const BlockRun run = allocator_.take(want, false);
    if (run.count != 0) return run;
    const int error = grow();
    if (error == 0) continue;
    const BlockRun crumbs = allocator_.take(want, true);
    if (crumbs.count == 0) return io_failure(error);
    return crumbs;
  }
  const BlockRun run = allocator_.take(want, true);  // other threads took the new space first
  if (run.count == 0) return io_failure(ENOSPC);
  return run;
}

// Decides what to write for each line of a batch and sets its entry: kNothing if nothing must be written or
// it cannot be, zeroes, or the checksum, whose block follows later. Fails when a line cannot be written.
IoResult<void> FileStore::choose(Transaction transaction, std::span<const LineWrite> lines, Workspace& work,
                                 bool even_unchanged) noexcept {
  IoResult<void> chosen;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const LineNumber line = lines[i].line;
    work.entries[i] = kNothing;
    if (line >= table_.line_limit()) {
      note(chosen, io_failure(EINVAL));
      continue;
    }
    if (const auto loaded = table_.load(0, line, *this, work.scratch); !loaded) {
      note(chosen, loaded);
      continue;
    }
    if (is_zero(lines[i].content)) {
      work.entries[i] = kZeroEntry;
      continue;
    }
    const std::uint32_t checksum = block_checksum(lines[i].content);
    const Entry old =
        transaction == Transaction::kCurrent ? table_.entry(0, line) : table_.pending_entry(line);
    // A line that did not change is not written. Equal checksums alone do not prove that. After a cut,
    // current must have the line all the same, so that a late write to pending does not hide it.
    const bool may_skip =
        !even_unchanged && (transaction == Transaction::kPending ||
                            !pending_.load(std::memory_order_relaxed) || table_.current_has(line));
    if (may_skip && is_block(old) && to_pointer(old).checksum == checksum &&
        read_line(to_pointer(old), work.line, work) &&
        std::memcmp(work.line, lines[i].content, kLineSize) == 0) {
      continue;
    }
    work.entries[i] = std::uint64_t{checksum} << 32;
  }
  return chosen;
}

// Takes blocks for everything that is to be written, in as few runs as possible, and makes the operations. A
// block is for one line, or it is a packed block, recorded at the first of its lines. Fails when there is no
// room for all.
IoResult<void> FileStore::place(std::span<const LineWrite> lines, Workspace& work) noexcept {
  IoResult<void> placed;
  LinePacker& packer = work.packer;
  std::uint32_t need = 0;
  for (std::uint32_t i = 0; i < lines.size(); ++i) {
    if (is_to_write(work.entries[i]) && packer.block_of(i) == LinePacker::kNoBlock) ++need;
  }
  for (const auto& block : packer.blocks()) need += block.lines != 0 ? 1 : 0;
  OpBuilder builder(work.ops, work.iov, kMaxWriteLines);
  BlockRun run;
  for (std::uint32_t i = 0; i < lines.size(); ++i) {
    if (!is_to_write(work.entries[i])) continue;
    LinePacker::Block* packed =
        packer.block_of(i) != LinePacker::kNoBlock ? &packer.block(packer.block_of(i)) : nullptr;
    if (packed != nullptr && packed->line_in[0] != i) continue;
    if (run.count == 0) {
      if (auto more = allocate(need)) {
        run = *more;
      } else {
        note(placed, Unexpected{more.error()});
      }
    }
    --need;
    if (run.count == 0) {
      if (packed == nullptr) work.entries[i] = kNothing;
      continue;
    }
    if (packed != nullptr && run.first >= kMaxPackedBlocks) {
      need += packed->lines - 1;
      packer.dissolve(packer.block_of(i));
      packed = nullptr;
    }
    const auto* content = lines[i].content;
    if (packed != nullptr) {
      content = packer.content(packer.block_of(i));
    } else if (!is_aligned(content)) {  // it comes alone; see write()
      std::memcpy(&work.scratch, content, kLineSize);
      content = reinterpret_cast<const std::byte*>(&work.scratch);
    }
    const std::uint32_t op = builder.add(run.first, const_cast<std::byte*>(content));
    if (packed != nullptr) {
      packed->number = run.first;
      packed->op = op;
    } else {
      work.entries[i] |= run.first;
      work.op_of[i] = op;
    }
    ++run.first;
    --run.count;
  }
  work.moves = builder.ops();
  return placed;
}

IoResult<void> FileStore::write_batch(Transaction transaction, std::span<const LineWrite> lines,
                                      Workspace& work, bool even_unchanged) noexcept {
  IoResult<void> done = choose(transaction, lines, work, even_unchanged);
  pack(lines, work);
  note(done, place(lines, work));
  if (!work.moves.empty()) device_->write(work.moves);

  std::uint64_t blocks = 0;
  std::uint64_t written = 0;
  for (std::uint32_t i = 0; i < lines.size(); ++i) {
    const Entry entry = work.entries[i];
    if (entry == kNothing || work.packer.block_of(i) != LinePacker::kNoBlock) continue;
    if (is_block(entry)) {
      const IoOp& op = work.ops[work.op_of[i]];
      ++blocks;
      if (!op.complete()) {
        allocator_.give_back(block_of(entry));
        note(done, io_failure(op.error()));
        continue;
      }
      ++written;
    }
    publish(transaction, lines[i].line, entry);
  }
  for (const auto& block : work.packer.blocks()) {
    if (block.number == kAbsentBlock) continue;  // dissolved, or there was no room for it
    const IoOp& op = work.ops[block.op];
    ++blocks;
    if (!op.complete()) {
      allocator_.give_back(block.number);
      note(done, io_failure(op.error()));
      continue;
    }
    written += block.lines;
    lines_compressed_.fetch_add(block.lines, std::memory_order_relaxed);
    publish_block(transaction, lines, work, block);
  }
  const unsigned current = current_tally_.load(std::memory_order_relaxed);
  auto& tally = tallies_[transaction == Transaction::kCurrent ? current : 1 - current];
  tally.bytes.fetch_add(blocks * kBlockSize, std::memory_order_relaxed);
  bytes_written_.fetch_add(blocks * kBlockSize, std::memory_order_relaxed);
  lines_written_.fetch_add(written, std::memory_order_relaxed);
  return done;
}

// Sets a line's new entry and gives back what the line had in this transaction. Where lines share blocks, no
// cut may come in between: the slot may be in a block that the version to be committed holds for other lines,
// and some versions later that block is free and belongs to another line.
void FileStore::publish(Transaction transaction, LineNumber line, Entry entry) noexcept {
  if (transaction == Transaction::kPending) keep_erased(line);
  std::unique_lock<SpinLock> guard(publish_lock_, std::defer_lock);
  if (codecs_) guard.lock();
  supersede(transaction, line, entry);
}

void FileStore::supersede(Transaction transaction, LineNumber line, Entry entry) noexcept {
  if (const BlockNumber superseded = table_.put(transaction, line, entry); superseded != 0)
    allocator_.give_back(superseded);
}

// Chooses the lines of a batch that are written compressed.
void FileStore::pack(std::span<const LineWrite> lines, Workspace& work) noexcept {
  work.packer.begin();
  for (std::uint32_t i = 0; i < lines.size(); ++i) {
    // A single line has nothing to share a block with.
    if (!compress_ || !is_to_write(work.entries[i]) || lines.size() == 1) {
      work.packer.leave_out(i);
      continue;
    }
    const CodecPool::Claim codec(*codecs_);
    work.packer.add(i, lines[i].content, *codec);
  }
  work.packer.finish();
}

// Publishes the lines of a packed block. A cut may come before or after them but not in between: a thread
// that slept there would find, two commits later, that no version needs the block any more, and would put its
// remaining lines into a free block.
void FileStore::publish_block(Transaction transaction, std::span<const LineWrite> lines, Workspace& work,
                              const LinePacker::Block& block) noexcept {
  allocator_.fill_slots(block.number, block.lines);
  if (transaction == Transaction::kPending) {
    for (std::uint32_t slot = 0; slot < block.lines; ++slot) keep_erased(lines[block.line_in[slot]].line);
  }
  std::lock_guard guard(publish_lock_);
  for (std::uint32_t slot = 0; slot < block.lines; ++slot) {
    const Entry entry = work.entries[block.line_in[slot]] | packed_number(block.number, slot);
    supersede(transaction, lines[block.line_in[slot]].line, entry);
  }
}

IoResult<void> FileStore::write(Transaction transaction, std::span<const LineWrite> lines) noexcept {
  if (read_only_) return io_failure(EROFS);
  const ClaimedWorkspace work(*this);
  IoResult<void> done;
  while (!lines.empty()) {
    std::size_t count = 0;
    while (count < std::min(lines.size(), kBatch) && is_aligned(lines[count].content)) ++count;
    count = std::max<std::size_t>(count, 1);  // an unaligned line goes alone, through the scratch block
    note(done, write_batch(transaction, lines.first(count), *work, false));
    lines = lines.subspan(count);
  }
  return done;
}

// Ranges without entries that were erased after the cut are only noted. If pending gets such a line
// afterwards, current must record that it is erased.
void FileStore::keep_erased(LineNumber line) noexcept {
  std::lock_guard guard(erased_lock_);
  for (const LineRange& range : erased_since_cut_) {
    if (line < range.first || line - range.first >= range.count || table_.current_has(line)) continue;
    table_.put(Transaction::kCurrent, line, base_ && base_->present(line) ? kErasedEntry : kAbsentEntry);
    return;
  }
}

IoResult<LineNumber> FileStore::skip_unused(LineNumber line, Node& scratch) noexcept {
  const auto next = table_.skip_unused(line, *this, scratch);
  if (!base_ || !next || *next == line || line >= base_->table_.line_limit()) return next;
  const auto below = base_->skip_unused(line, scratch);
  return below ? std::min(*next, *below) : below;
}

IoResult<void> FileStore::erase(std::span<const LineRange> ranges) noexcept {
  if (read_only_) return io_failure(EROFS);
  const ClaimedWorkspace work(*this);
  const bool after_cut = pending_.load(std::memory_order_relaxed);
  IoResult<void> done;
  for (const LineRange& range : ranges) {
    if (range.first >= table_.line_limit()) continue;
    const LineNumber end = range.first + std::min(range.count, table_.line_limit() - range.first);
    for (LineNumber line = range.first; line < end;) {
      if (const auto used = skip_unused(line, work->scratch); used && *used != line) {
        const LineNumber next = std::min(*used, end);
        if (after_cut) {
          std::lock_guard guard(erased_lock_);
          erased_since_cut_.push_back({line, next - line});
        }
        line = next;
        continue;
      }
      if (const auto loaded = table_.load(0, line, *this, work->scratch); !loaded) {
        note(done, loaded);
        line = (line / kFanout + 1) * kFanout;
        continue;
      }
      const Entry now = base_ && base_->present(line) ? kErasedEntry : kAbsentEntry;
      const Entry old = table_.entry(0, line);
      if (old != now || after_cut) publish(Transaction::kCurrent, line, now);
      ++line;
    }
  }
  return done;
}

bool FileStore::present(LineNumber line) const noexcept {
  if (line >= table_.line_limit()) return false;
  auto& self = const_cast<FileStore&>(*this);  // loading an entry has no visible effect
  Entry entry = table_.entry(0, line);
  if (entry == kUnknownEntry) {
    const ClaimedWorkspace work(self);
    if (!self.table_.load(0, line, self, work->scratch)) return true;  // read() reports what is wrong
    entry = table_.entry(0, line);
  }
  if (entry == kAbsentEntry && base_) return base_->present(line);
  return is_content(entry);
}

const FileStore& FileStore::owner_of(LineNumber line) const noexcept {
  const bool shows_through = base_ && line < table_.line_limit() && table_.entry(0, line) == kAbsentEntry;
  return shows_through ? base_->owner_of(line) : *this;
}

StoreCounters FileStore::counters() const noexcept {
  StoreCounters result;
  result.lines_read = lines_read_.load(std::memory_order_relaxed);
  result.lines_written = lines_written_.load(std::memory_order_relaxed);
  result.bytes_read = bytes_read_.load(std::memory_order_relaxed);
  result.bytes_written = bytes_written_.load(std::memory_order_relaxed);
  result.lines_compressed = lines_compressed_.load(std::memory_order_relaxed);
  result.flushes = flushes_.load(std::memory_order_relaxed);
  result.file_bytes = device_->allocated();
  result.free_bytes = allocator_.free_blocks() * kBlockSize;
  return result;
}

std::vector<Version> FileStore::pinned() const {
  std::vector<Version> result;
  for (const Retained& version : retained_) {
    if ((version.ref.flags & kVersionPinned) != 0) result.push_back(version.info.version);
  }
  return result;
}

std::vector<VersionInfo> FileStore::versions() const {
  std::vector<VersionInfo> result;
  for (const Retained& version : retained_) result.push_back(version.info);
  return result;
}

}  // namespace uvm::store
