// Error: the reason why something failed, for callers and for people; and Result<T>, a value or an Error.
//
// Any layer may use it. Folders whose failures are of another kind have an Error of their own (bundle,
// jimage).
#pragma once

#include <cerrno>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace uvm {

enum class Errc : std::uint8_t {
  kIo,           // a system call failed: see sys_errno
  kNoSpace,      // ENOSPC or EDQUOT
  kCorrupt,      // checksum or structure wrong
  kLocked,       // another process has the heap open
  kNotFound,     // no such heap or version
  kNewerFormat,  // written by a later uvm
  kNotAStore,    // the file is something else
  kPermission,   // EACCES, EPERM, EROFS
  kInvalid,      // the caller's argument is out of range
};

struct Error {
  Errc code;
  int sys_errno = 0;    // 0 when no system call failed
  std::string message;  // what, where and what to do, for people
};

template <typename T>
using Result = BasicResult<T, Error>;

// For code that runs in signal handlers and so cannot build a message: an errno, never 0. EBADMSG says that
// the data read is damaged.
struct IoError {
  int sys_errno;
};

template <typename T>
using IoResult = BasicResult<T, IoError>;

inline Unexpected<IoError> io_failure(int sys_errno) { return {{sys_errno}}; }

// As small as an int, because every fault returns one.
template <>
class [[nodiscard]] BasicResult<void, IoError> {
 public:
  BasicResult() = default;
  BasicResult(Unexpected<IoError> error)  // NOLINT: by intent
      : error_{error.error.sys_errno != 0 ? error.error.sys_errno : EIO} {}

  [[nodiscard]] bool has_value() const { return error_.sys_errno == 0; }
  explicit operator bool() const { return has_value(); }
  [[nodiscard]] const IoError& error() const { return error_; }

 private:
  IoError error_{0};
};

// The error of a failed system call: "<what> <path>: <strerror>", with the code that fits the errno; without
// a path, "<what>: <strerror>".
Error system_error(const std::string& what, const std::string& path, int sys_errno);
Error system_error(const std::string& what, int sys_errno);

}  // namespace uvm
