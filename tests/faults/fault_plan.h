// FaultPlan: which operation of a run fails, and how; and the count of all operations, which the test reads.
//
//   UVM_FAULT=KIND:N[+]:HOW   the N-th operation of a kind (from 1) fails; with +, all after it, too
//   UVM_FAULT_STORE=DIR       the store: other files are left alone, except for `sync`
//   UVM_FAULT_COUNTS=FILE     created; holds one 64-bit number for each kind, the number of operations, and
//                             one more, the number that failed; up to date however the process ends
//
//   KIND      operations
//   read      transfers of a Device from its file, one each (device.h: IoOp)
//   write     transfers of a Device to its file
//   flush     Device::flush
//   reserve   Device::reserve
//   release   Device::release
//   name      mkdir, rename, unlink and the like of something in the store
//   file      opening, reading or writing files and folders of the store other than in a Device
//   sync      fsync, fdatasync and syncfs other than in a Device: folders, and what the program writes
//
//   HOW       what the operation answers
//   short     half of a transfer is done
//   lost      a flush fails with EIO, and a third of the blocks written since the last good one revert
//   EIO ...   that error: see fate_of(). A write that fails leaves a mixture of old and new content
//
// There is one for the process. note() is async-signal-safe, and may be called by several threads at once.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace uvm::faults {

enum class Kind : std::uint8_t { kRead, kWrite, kFlush, kReserve, kRelease, kName, kFile, kSync };
inline constexpr std::size_t kKinds = 8;
inline constexpr std::array<const char*, kKinds> kKindNames = {"read",    "write", "flush", "reserve",
                                                               "release", "name",  "file",  "sync"};

struct Fate {
  int error = 0;  // 0: success
  bool is_short = false;
  bool is_lost = false;
  [[nodiscard]] bool is_good() const { return error == 0; }
};

class FaultPlan {
 public:
  // Made from the environment at the first call, which comes before main(). Ends the process when the
  // variables make no sense.
  static FaultPlan& instance();

  // Counts an operation on that path, and returns how it must end.
  Fate note(Kind kind, const char* path) noexcept;

  // Whether the path lies in the store.
  [[nodiscard]] bool concerns(const char* path) const noexcept;
  // Set while this thread's calls do not count as operations: inside a Device, and the plan's own.
  static inline thread_local bool exempt = false;
  // Whether any flush shall lose what was written.
  [[nodiscard]] bool loses() const { return fate_.is_lost; }

 private:
  FaultPlan();

  Kind kind_ = Kind::kRead;
  std::uint64_t at_ = 0;  // 0: nothing fails
  bool for_ever_ = false;
  Fate fate_;
  std::string how_;
  std::string store_;
  std::uint64_t* counts_ = nullptr;  // kKinds and one, shared with the file
};

}  // namespace uvm::faults
