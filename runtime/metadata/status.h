// Status: how VM code that may need Java to run tells its caller what happened.
//
// The interpreter is stackless (law 3 of docs/design.md): C++ never calls Java. VM code that needs Java to
// run first (a class loader's loadClass, a class initialiser, method handle linking) pushes the frames to run
// and returns kUpcall; everything up to the interpreter loop returns kUpcall too. When those frames have
// returned, the instruction or native method that asked is executed again from its start, and now finds what
// it needs. So code that may return kUpcall must not have changed anything visible before it does.
#pragma once

#include <cstdint>

namespace uvm::rt {

enum class [[nodiscard]] Status : std::uint8_t{
    kOk,
    kThrow,   // Thread::pending_exception is set
    kUpcall,  // frames were pushed on this thread: return to the interpreter loop, to be executed again later
    kRetire,  // the VM is being torn down (suspend, torture): return to the loop, leaving no trace; executed
              // again after resume
};

// The status of code that throws and does nothing else: an exception is pending. Readers of the code, and
// tools that follow its paths, need not ask what it returned.
struct [[nodiscard]] Thrown {
  constexpr operator Status() const { return Status::kThrow; }  // NOLINT: it is a status
};

// Returns from the enclosing function with any status but kOk.
#define UVM_TRY(expression)                                                                      \
  do {                                                                                           \
    if (const ::uvm::rt::Status uvm_status = (expression); uvm_status != ::uvm::rt::Status::kOk) \
      return uvm_status;                                                                         \
  } while (0)

}  // namespace uvm::rt
