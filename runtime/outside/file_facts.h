// Facts about a file, from one system call: the fields of stat(2), and when the file was made.
//
// Any thread.
#pragma once

#include <sys/stat.h>

#include <cstdint>

namespace uvm::rt {

struct FileFacts {
  struct stat status {};
  std::int64_t birth = 0;  // ns since 1970; 0: the file system does not record it
};

// `flags` as for fstatat(2). 0, or -1 and errno.
int find_facts(int directory, const char* path, int flags, FileFacts* facts);
// The same for an open file.
int find_facts(int fd, FileFacts* facts);

}  // namespace uvm::rt
