// Session: one life of a VM in this process: an open heap, its region at some address, the Vm over it, and
// the checkpointer. A process that is suspended has one; torture mode has many, one after the other.
//
// Used by the supervising thread only, apart from Program's functions, which the checkpointing thread calls.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>

#include "checkpoint/checkpointer.h"
#include "runtime/jimage/jimage.h"
#include "runtime/metadata/vm.h"
#include "store/file_store.h"
#include "uffd/region.h"

namespace uvm::tools {

struct SessionOptions {
  std::string name;          // of the heap, for messages
  std::string folder;        // of the heap, for the undo journal; empty: none
  std::uint64_t memory = 0;  // bytes
  bool handler_thread = false;
  void* address_hint = nullptr;
  const rt::jimage::JImage* image = nullptr;
  rt::ProgramInput input;
  checkpoint::Blob blob;  // what every version of the session says about itself
  checkpoint::CheckpointerOptions checkpoints;
  std::uint64_t torture_interval = 0;
  bool verify_heap = false;
};

// Lines of a heap file that a region can have.
std::uint64_t line_limit();

class Session final : private checkpoint::Program {
 public:
  // Maps the heap. Nothing runs yet.
  static Result<std::unique_ptr<Session>> open(std::unique_ptr<store::FileStore> store,
                                               SessionOptions options);
  // Precondition: no Java thread exists (retired, or never started).
  ~Session() override;

  uffd::Region& region() { return *region_; }
  store::FileStore& store() { return *store_; }
  rt::Vm& vm() { return *vm_; }
  checkpoint::Checkpointer& checkpointer() { return *checkpointer_; }

  // Whether the heap's file is still where it was opened. kNotFound: others removed or renamed it, and
  // nothing that is written to it can be resumed.
  [[nodiscard]] Result<void> find_heap() const;

  // With SessionOptions::verify_heap, which does the same before each cut: checks the whole heap. If
  // something is wrong, reports it and aborts. Precondition: nothing runs.
  void verify_heap();

  // Makes the next versions say that the program has ended.
  void set_finished(int exit_code);
  // From the next version on: whether this process leaves right after it.
  void set_suspended(bool suspended);

 private:
  Session() = default;
  static void on_damage(void* context, store::LineNumber line, store::ReadStatus status);
  static void on_store_failure(void* context, int sys_errno, bool fatal);
  void begin() override;
  void stop() override;
  void resume() override;
  void retire() override;
  void before_cut() override;
  checkpoint::Blob blob() override;
  Result<void> before_commit() override;
  void settled(const Result<checkpoint::Record>& outcome) override;

  std::string name_;
  dev_t device_ = 0;   // of the heap's file,
  ino_t inode_ = 0;    // and its number there
  std::string aside_;  // what is appended to the name of a base image that is damaged
  std::unique_ptr<store::FileStore> store_;
  std::unique_ptr<uffd::Region> region_;
  std::unique_ptr<rt::Vm> vm_;
  bool verify_heap_ = false;
  checkpoint::Blob blob_;
  std::unique_ptr<checkpoint::Checkpointer> checkpointer_;
};

}  // namespace uvm::tools
