#include "store/pmem_device.h"

#include <utility>

#include "base/file_space.h"
#include "pmem/pmem_file.h"
#include "store/format.h"

namespace uvm::store {
namespace {

class PmemDevice final : public Device {
 public:
  explicit PmemDevice(std::unique_ptr<pmem::PmemFile> file) : file_(std::move(file)) {}

  void read(std::span<IoOp> ops) noexcept override {
    for (IoOp& op : ops) op.result = file_->read(op.offset, {op.iov, op.iov_count});
  }
  // Each write ends with its own drain; one in flush() would not cover the writes of other threads.
  void write(std::span<IoOp> ops) noexcept override {
    for (IoOp& op : ops) op.result = file_->write(op.offset, {op.iov, op.iov_count});
    file_->drain();
  }
  int flush() noexcept override { return file_->flush(); }
  int reserve(std::uint64_t from, std::uint64_t to) noexcept override { return file_->reserve(from, to); }
  int release(std::uint64_t from, std::uint64_t to) noexcept override {
    return punch_hole(file_->descriptor(), from, to);
  }
  std::uint64_t size() const noexcept override { return file_->size(); }
  std::uint64_t allocated() const noexcept override { return allocated_bytes(file_->descriptor()); }
  bool direct() const noexcept override { return false; }  // any alignment will do

 private:
  std::unique_ptr<pmem::PmemFile> file_;
};

}  // namespace

Result<std::unique_ptr<Device>> make_pmem_device(int fd, const std::string& path) {
  auto file = pmem::PmemFile::open(fd, path);
  if (!file) return Unexpected<Error>{file.error()};
  return std::unique_ptr<Device>(std::make_unique<PmemDevice>(std::move(*file)));
}

}  // namespace uvm::store
