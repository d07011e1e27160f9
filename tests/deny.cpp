// deny ERRNO CALL[,CALL...] COMMAND...: runs a command to which the kernel denies the system calls that are
// named, by a seccomp filter (seccomp(2)) that answers with the errno, EPERM or ENOSYS, as containers'
// profiles do, or one that file systems give. The filter comes before execve(2), so that one cannot be
// denied. Status 125: it was called wrongly, 126: there can be no filter here, 127: no such command.
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

namespace {

struct SystemCall {
  const char* name;
  long number;
};

#define CALL(name) \
  { #name, SYS_##name }
// Those that uvm makes.
constexpr SystemCall kCalls[] = {
    CALL(accept4),
    CALL(access),
    CALL(bind),
    CALL(brk),
    CALL(chdir),
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
    CALL(getpid),
    CALL(getrandom),
    CALL(gettid),
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
    CALL(poll),
    CALL(prctl),
    CALL(pread64),
    CALL(preadv),
    CALL(prlimit64),
    CALL(pwrite64),
    CALL(pwritev),
    CALL(read),
    CALL(readlink),
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
    CALL(socket),
    CALL(stat),
    CALL(statx),
    CALL(syncfs),
    CALL(sysinfo),
    CALL(tgkill),
    CALL(uname),
    CALL(unlink),
    CALL(unlinkat),
    CALL(userfaultfd),
    CALL(write),
};
#undef CALL

long number_of(const std::string& name) {
  for (const SystemCall& call : kCalls) {
    if (name == call.name) return call.number;
  }
  return -1;
}

// 0: none that can be asked for.
unsigned error_of(const std::string& name) {
  constexpr struct {
    const char* name;
    unsigned number;
  } kErrors[] = {{"EPERM", EPERM},
                 {"ENOSYS", ENOSYS},
                 {"EINVAL", EINVAL},
                 {"EOPNOTSUPP", EOPNOTSUPP},
                 {"ENOLCK", ENOLCK}};
  for (const auto& error : kErrors) {
    if (name == error.name) return error.number;
  }
  return 0;
}

bool deny(const std::vector<long>& calls, unsigned error) {
  std::vector<sock_filter> program;
  program.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
  for (const long call : calls) {
    program.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<unsigned>(call), 0, 1));
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
    std::fprintf(stderr, "usage: deny EPERM|ENOSYS|EINVAL|EOPNOTSUPP|ENOLCK CALL[,CALL...] COMMAND...\n");
    return 125;
  }
  std::vector<long> calls;
  std::istringstream names(argv[2]);
  for (std::string name; std::getline(names, name, ',');) {
    calls.push_back(number_of(name));
    if (calls.back() < 0) {
      std::fprintf(stderr, "deny: no system call %s\n", name.c_str());
      return 125;
    }
  }
  if (!deny(calls, error)) {
    std::perror("deny");
    return 126;
  }
  execvp(argv[3], argv + 3);
  std::perror(argv[3]);
  return 127;
}
