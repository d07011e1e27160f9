// deny ERRNO CALL[,CALL...] COMMAND...: runs a command under a seccomp filter (seccomp(2)) that denies the
// named system calls with the errno: EPERM or ENOSYS, as containers' profiles do, or one that file systems
// return. A CALL may also be one request of ioctl(2), or write(2) to one of the standard streams.
// `deny --list` prints all of them. The filter comes before execve(2), so that one cannot be denied.
// Status 125: wrong usage; 126: filters do not work here; 127: no such command.
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include "uffd/kernel_abi.h"

namespace {

struct SystemCall {
  const char* name;
  long number;
  int argument = -1;        // which argument must have the value for the call to be denied; -1: none
  std::uint32_t value = 0;  // its lower half
};

#define CALL(name) \
  { #name, SYS_##name }
#define REQUEST(name) \
  { #name, SYS_ioctl, 1, static_cast < std::uint32_t>(name) }
constexpr std::uint32_t PAGEMAP_SCAN = uvm::uffd::abi::kPagemapScan;
// The system calls that uvm makes.
constexpr SystemCall kCalls[] = {
    CALL(accept4),
    CALL(access),
    CALL(arch_prctl),
    CALL(bind),
    CALL(brk),
    CALL(chdir),
    CALL(clock_gettime),
    CALL(clock_nanosleep),
    CALL(clone),
    CALL(clone3),
    CALL(close),
    CALL(connect),
    CALL(copy_file_range),
    CALL(dup),
    CALL(eventfd2),
    CALL(exit),
    CALL(fallocate),
    CALL(fchmod),
    CALL(fcntl),
    CALL(fdatasync),
    CALL(flock),
    CALL(fstat),
    CALL(fsync),
    CALL(ftruncate),
    CALL(futex),
    CALL(getcwd),
    CALL(getdents64),
    CALL(geteuid),
    CALL(getpid),
    CALL(getrandom),
    CALL(getrusage),
    CALL(getsockopt),
    CALL(gettid),
    CALL(getuid),
    CALL(io_uring_enter),
    CALL(io_uring_setup),
    CALL(ioctl),
    CALL(kill),
    CALL(link),
    CALL(linkat),
    CALL(listen),
    CALL(lseek),
    CALL(lstat),
    CALL(madvise),
    CALL(memfd_create),
    CALL(mkdir),
    CALL(mmap),
    CALL(mprotect),
    CALL(mremap),
    CALL(munmap),
    CALL(newfstatat),
    CALL(openat),
    CALL(pidfd_open),
    CALL(pidfd_send_signal),
    CALL(poll),
    CALL(prctl),
    CALL(pread64),
    CALL(preadv),
    CALL(prlimit64),
    CALL(pwrite64),
    CALL(pwritev),
    CALL(read),
    CALL(readlink),
    CALL(recvfrom),
    CALL(rename),
    CALL(renameat2),
    CALL(restart_syscall),
    CALL(rmdir),
    CALL(rseq),
    CALL(rt_sigaction),
    CALL(rt_sigprocmask),
    CALL(rt_sigtimedwait),
    CALL(sched_getaffinity),
    CALL(sched_yield),
    CALL(sendto),
    CALL(set_robust_list),
    CALL(set_tid_address),
    CALL(setsockopt),
    CALL(socket),
    CALL(stat),
    CALL(statfs),
    CALL(statx),
    CALL(syncfs),
    CALL(sysinfo),
    CALL(tgkill),
    CALL(umask),
    CALL(uname),
    CALL(unlink),
    CALL(unlinkat),
    CALL(userfaultfd),
    CALL(write),
    {"write(stdout)", SYS_write, 0, STDOUT_FILENO},
    {"write(stderr)", SYS_write, 0, STDERR_FILENO},
    REQUEST(FICLONE),
    REQUEST(PAGEMAP_SCAN),
    REQUEST(UFFDIO_API),
    REQUEST(UFFDIO_CONTINUE),
    REQUEST(UFFDIO_COPY),
    REQUEST(UFFDIO_REGISTER),
    REQUEST(UFFDIO_UNREGISTER),
    REQUEST(UFFDIO_WAKE),
    REQUEST(UFFDIO_WRITEPROTECT),
    REQUEST(UFFDIO_ZEROPAGE),
};
#undef CALL
#undef REQUEST

const SystemCall* find(const std::string& name) {
  const auto* found = std::find_if(std::begin(kCalls), std::end(kCalls),
                                   [&](const SystemCall& call) { return name == call.name; });
  return found == std::end(kCalls) ? nullptr : found;
}

// 0: none that can be asked for.
unsigned error_of(const std::string& name) {
  constexpr struct {
    const char* name;
    unsigned number;
  } kErrors[] = {{"EPERM", EPERM},           {"ENOSYS", ENOSYS}, {"EINVAL", EINVAL},
                 {"EOPNOTSUPP", EOPNOTSUPP}, {"ENOLCK", ENOLCK}, {"ENOTTY", ENOTTY}};
  for (const auto& error : kErrors) {
    if (name == error.name) return error.number;
  }
  return 0;
}

bool deny(const std::vector<SystemCall>& calls, unsigned error) {
  std::vector<sock_filter> program;
  for (const SystemCall& call : calls) {
    const std::uint8_t others = call.argument < 0 ? 1 : 3;  // instructions to skip
    program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(call.number), 0, others));
    if (call.argument >= 0) {
      const auto at = static_cast<unsigned>(offsetof(seccomp_data, args) + sizeof(__u64) * call.argument);
      program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, at));
      program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call.value, 0, 1));
    }
    program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error));
  }
  program.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "--list") == 0) {
    for (const SystemCall& call : kCalls) std::puts(call.name);
    return 0;
  }
  const unsigned error = argc < 4 ? 0 : error_of(argv[1]);
  if (error == 0) {
    std::fprintf(stderr,
                 "usage: deny EPERM|ENOSYS|EINVAL|EOPNOTSUPP|ENOLCK|ENOTTY CALL[,CALL...] COMMAND...\n");
    return 125;
  }
  std::vector<SystemCall> calls;
  std::istringstream names(argv[2]);
  for (std::string name; std::getline(names, name, ',');) {
    const SystemCall* call = find(name);
    if (call == nullptr) {
      std::fprintf(stderr, "deny: no system call %s\n", name.c_str());
      return 125;
    }
    calls.push_back(*call);
  }
  if (!deny(calls, error)) {
    std::perror("deny");
    return 126;
  }
  execvp(argv[3], argv + 3);
  std::perror(argv[3]);
  return 127;
}
