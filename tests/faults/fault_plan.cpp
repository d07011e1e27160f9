#include "faults/fault_plan.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>

namespace uvm::faults {
namespace {

constexpr std::size_t kBytes = (kKinds + 1) * sizeof(std::uint64_t);

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

[[noreturn]] void refuse(const std::string& what) {
  std::fprintf(stderr, "faulty_uvm: %s\n", what.c_str());
  _exit(99);  // no status of uvm's
}

Fate fate_of(const std::string& how) {
  static const std::map<std::string, Fate> kFates = {
      {"EIO", {EIO, false, false}},       {"ENOSPC", {ENOSPC, false, false}},
      {"EDQUOT", {EDQUOT, false, false}}, {"EROFS", {EROFS, false, false}},
      {"EMFILE", {EMFILE, false, false}}, {"short", {EIO, true, false}},
      {"lost", {EIO, false, true}}};
  const auto found = kFates.find(how);
  if (found == kFates.end()) refuse("UVM_FAULT: no fault is called " + how);
  return found->second;
}

}  // namespace

FaultPlan& FaultPlan::instance() {
  static auto& plan = *new FaultPlan;  // used until the last instruction of the process
  return plan;
}

FaultPlan::FaultPlan() : store_(variable("UVM_FAULT_STORE")) {
  const std::string file = variable("UVM_FAULT_COUNTS");
  if (file.empty() || store_.empty()) refuse("UVM_FAULT_STORE and UVM_FAULT_COUNTS must be set");
  exempt = true;
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0 || ::ftruncate(fd, kBytes) != 0) refuse("cannot make " + file);
  void* counts = ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (counts == MAP_FAILED) refuse("cannot map " + file);
  ::close(fd);
  exempt = false;
  counts_ = static_cast<std::uint64_t*>(counts);

  const std::string text = variable("UVM_FAULT");
  if (text.empty()) return;
  const std::size_t first = text.find(':'), second = text.find(':', first + 1);
  if (second == std::string::npos) refuse("UVM_FAULT is not KIND:N[+]:HOW");
  const auto* kind = std::find(kKindNames.begin(), kKindNames.end(), text.substr(0, first));
  if (kind == kKindNames.end()) refuse("UVM_FAULT: no operation is called " + text.substr(0, first));
  kind_ = static_cast<Kind>(kind - kKindNames.begin());
  char* end = nullptr;
  at_ = std::strtoull(text.c_str() + first + 1, &end, 10);
  for_ever_ = *end == '+';
  if (at_ == 0 || end + (for_ever_ ? 1 : 0) != text.c_str() + second)
    refuse("UVM_FAULT is not KIND:N[+]:HOW");
  how_ = text.substr(second + 1);
  fate_ = fate_of(how_);
}

bool FaultPlan::concerns(const char* path) const noexcept {
  return std::strncmp(path, store_.c_str(), store_.size()) == 0;
}

Fate FaultPlan::note(Kind kind, const char* path) noexcept {
  const auto index = static_cast<std::size_t>(kind);
  const std::uint64_t number = std::atomic_ref(counts_[index]).fetch_add(1) + 1;
  if (kind != kind_ || at_ == 0 || number < at_ || (number > at_ && !for_ever_)) return {};
  if (std::atomic_ref(counts_[kKinds]).fetch_add(1) == 0) {
    // For the reader of the messages of uvm. Not after each of many failures.
    char line[512];
    const int length = std::snprintf(line, sizeof line, "faulty_uvm: from here on, %s %lu of %s: %s%s\n",
                                     kKindNames[index], static_cast<unsigned long>(number), path,
                                     how_.c_str(), for_ever_ ? ", and all later ones" : "");
    if (length > 0) {
      [[maybe_unused]] const ssize_t written = ::write(
          STDERR_FILENO, line, std::min<std::size_t>(sizeof line - 1, static_cast<std::size_t>(length)));
    }
  }
  return fate_;
}

}  // namespace uvm::faults
