// What is known of a file: what stat(2) says, and when it was made, by one system call.
//
// Any thread.
#pragma once

#include <sys/stat.h>

#include <cstdint>

namespace uvm::rt {

struct FileFacts {
  struct stat status {};
  std::int64_t birth = 0;  // ns since 1970; 0: the file system does not tell
};

// `flags` as of fstatat(2). 0, or -1 and errno.
int find_facts(int directory, const char* path, int flags, FileFacts* facts);
// The same of an open file.
int find_facts(int fd, FileFacts* facts);

}  // namespace uvm::rt
