#include "runtime/outside/file_facts.h"

#include <fcntl.h>
#include <sys/sysmacros.h>

#include <cerrno>

namespace uvm::rt {
namespace {

timespec time_of(const statx_timestamp& time) { return {time.tv_sec, static_cast<long>(time.tv_nsec)}; }

}  // namespace

int find_facts(int directory, const char* path, int flags, FileFacts* facts) {
  struct statx found {};
  if (::statx(directory, path, flags, STATX_BASIC_STATS | STATX_BTIME, &found) != 0) {
    // A filter of system calls may not know statx(2).
    if (errno != ENOSYS && errno != EPERM) return -1;
    facts->birth = 0;
    return ::fstatat(directory, path, &facts->status, flags);
  }
  struct stat& status = facts->status;
  status = {};
  status.st_dev = makedev(found.stx_dev_major, found.stx_dev_minor);
  status.st_ino = found.stx_ino;
  status.st_mode = found.stx_mode;
  status.st_nlink = found.stx_nlink;
  status.st_uid = found.stx_uid;
  status.st_gid = found.stx_gid;
  status.st_rdev = makedev(found.stx_rdev_major, found.stx_rdev_minor);
  status.st_size = static_cast<off_t>(found.stx_size);
  status.st_blksize = static_cast<blksize_t>(found.stx_blksize);
  status.st_blocks = static_cast<blkcnt_t>(found.stx_blocks);
  status.st_atim = time_of(found.stx_atime);
  status.st_mtim = time_of(found.stx_mtime);
  status.st_ctim = time_of(found.stx_ctime);
  const bool born = (found.stx_mask & STATX_BTIME) != 0;
  facts->birth =
      born ? std::int64_t{found.stx_btime.tv_sec} * 1'000'000'000 + found.stx_btime.tv_nsec : std::int64_t{0};
  return 0;
}

int find_facts(int fd, FileFacts* facts) { return find_facts(fd, "", AT_EMPTY_PATH, facts); }

}  // namespace uvm::rt
