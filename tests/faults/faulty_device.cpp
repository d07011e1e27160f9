#include "faults/faulty_device.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <utility>

#include "base/memory.h"
#include "faults/fault_plan.h"

namespace uvm::faults {
namespace {

using store::Device;
using store::IoOp;
using store::kLineSize;

constexpr std::size_t kScratch = 2 << 20;     // larger transfers leave nothing when they fail
constexpr std::size_t kRemembered = 1 << 15;  // blocks

// Memory that no handler waits for: mapped once, zero until it is used.
std::byte* map_memory(std::size_t bytes) {
  void* memory =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<std::byte*>(memory);
}

class InDevice {
 public:
  InDevice() { FaultPlan::exempt = true; }
  ~InDevice() { FaultPlan::exempt = false; }
  InDevice(const InDevice&) = delete;
  InDevice& operator=(const InDevice&) = delete;
};

class FaultyDevice final : public Device {
 public:
  FaultyDevice(std::unique_ptr<Device> device, std::string path)
      : plan_(FaultPlan::instance()),
        device_(std::move(device)),
        path_(std::move(path)),
        scratch_(map_memory(kScratch)) {
    if (plan_.loses()) {
      former_ = map_memory(kRemembered * kLineSize);
      offsets_ = reinterpret_cast<std::uint64_t*>(map_memory(kRemembered * sizeof(std::uint64_t)));
    }
  }
  ~FaultyDevice() override {
    ::munmap(scratch_, kScratch);
    if (former_ != nullptr) ::munmap(former_, kRemembered * kLineSize);
    if (offsets_ != nullptr) ::munmap(offsets_, kRemembered * sizeof(std::uint64_t));
  }

  void read(std::span<IoOp> ops) noexcept override {
    const InDevice inside;
    transfer(Kind::kRead, ops);
  }

  // A failure is reported when the read ends.
  void* start_read(std::span<IoOp> ops) noexcept override { return device_->start_read(ops); }
  bool end_read(void* started, std::span<IoOp> ops, std::chrono::nanoseconds patience) noexcept override {
    const InDevice inside;
    if (!device_->end_read(started, ops, patience)) return false;
    for (IoOp& op : ops) {
      const Fate fate = plan_.note(Kind::kRead, path_.c_str());
      if (!fate.is_good()) op.result = result_of(fate, op);
    }
    return true;
  }

  void write(std::span<IoOp> ops) noexcept override {
    const InDevice inside;
    if (former_ != nullptr) {
      for (const IoOp& op : ops) remember(op);
    }
    transfer(Kind::kWrite, ops);
  }

  int flush() noexcept override {
    const InDevice inside;
    const Fate fate = plan_.note(Kind::kFlush, path_.c_str());
    if (fate.is_lost) lose_some();
    if (!fate.is_good()) return fate.error;
    const int error = device_->flush();
    if (error == 0) {
      const std::lock_guard guard(remembered_lock_);
      remembered_ = 0;
    }
    return error;
  }

  int reserve(std::uint64_t from, std::uint64_t to) noexcept override {
    const InDevice inside;
    const Fate fate = plan_.note(Kind::kReserve, path_.c_str());
    return fate.is_good() ? device_->reserve(from, to) : fate.error;
  }

  int release(std::uint64_t from, std::uint64_t to) noexcept override {
    const InDevice inside;
    const Fate fate = plan_.note(Kind::kRelease, path_.c_str());
    return fate.is_good() ? device_->release(from, to) : fate.error;
  }

  std::uint64_t size() const noexcept override { return device_->size(); }
  std::uint64_t allocated() const noexcept override { return device_->allocated(); }
  bool direct() const noexcept override { return device_->direct(); }

 private:
  // Good operations go on as they came, side by side, up to the next one that fails.
  void transfer(Kind kind, std::span<IoOp> ops) noexcept {
    while (!ops.empty()) {
      std::size_t good = 0;
      Fate fate;
      for (; good < ops.size() && fate.is_good(); good += fate.is_good() ? 1 : 0) {
        fate = plan_.note(kind, path_.c_str());
      }
      forward(kind, ops.first(good));
      if (fate.is_good()) return;
      IoOp& op = ops[good];
      if (kind == Kind::kWrite) tear(op);
      if (kind == Kind::kRead && fate.is_short) forward(kind, {&op, 1});
      op.result = result_of(fate, op);
      ops = ops.subspan(good + 1);
    }
  }

  static std::int32_t result_of(const Fate& fate, const IoOp& op) noexcept {
    return fate.is_short ? static_cast<std::int32_t>(op.length / 2) : -fate.error;
  }

  void forward(Kind kind, std::span<IoOp> ops) noexcept {
    if (ops.empty()) return;
    if (kind == Kind::kRead) {
      device_->read(ops);
    } else {
      device_->write(ops);
    }
  }

  // The first half of what is to be written, the second half of what was there.
  void tear(const IoOp& op) noexcept {
    if (op.length > kScratch) return;
    const std::lock_guard guard(scratch_lock_);
    iovec iov{scratch_, op.length};
    IoOp whole{op.offset, &iov, 1, op.length, 0};
    device_->read({&whole, 1});
    if (!whole.complete()) return;
    std::size_t done = 0;
    for (std::uint32_t i = 0; i < op.iov_count && done < op.length / 2; ++i) {
      const std::size_t part = std::min<std::size_t>(op.iov[i].iov_len, op.length / 2 - done);
      std::memcpy(scratch_ + done, op.iov[i].iov_base, part);
      done += part;
    }
    device_->write({&whole, 1});
  }

  // Before it is written.
  void remember(const IoOp& op) noexcept {
    const std::lock_guard guard(remembered_lock_);
    for (std::uint64_t offset = op.offset; offset < op.offset + op.length; offset += kLineSize) {
      if (remembered_ == kRemembered) return;
      const std::size_t slot = remembered_++;
      iovec iov{former_ + slot * kLineSize, kLineSize};
      IoOp block{offset, &iov, 1, kLineSize, 0};
      device_->read({&block, 1});
      offsets_[slot] = block.complete() ? offset : 0;
    }
  }

  // A third of them, roots too; newest first, so that a block that was written twice is as before both.
  void lose_some() noexcept {
    const std::lock_guard guard(remembered_lock_);
    for (std::size_t slot = std::exchange(remembered_, 0); slot-- > 0;) {
      if (offsets_[slot] == 0 || (offsets_[slot] / kLineSize + slot) % 3 != 0) continue;
      iovec iov{former_ + slot * kLineSize, kLineSize};
      IoOp block{offsets_[slot], &iov, 1, kLineSize, 0};
      device_->write({&block, 1});
    }
  }

  FaultPlan& plan_;
  const std::unique_ptr<Device> device_;
  const std::string path_;
  SpinLock scratch_lock_;
  std::byte* const scratch_;
  std::byte* former_ = nullptr;       // what blocks were before they were written
  std::uint64_t* offsets_ = nullptr;  // of these blocks
  std::size_t remembered_ = 0;        // how many
  SpinLock remembered_lock_;
};

}  // namespace

std::unique_ptr<Device> make_faulty(std::unique_ptr<Device> device, const std::string& path) {
  return std::make_unique<FaultyDevice>(std::move(device), path);
}

}  // namespace uvm::faults
