// System calls on paths of the program, for natives: on the host's files, and on the files of the program's
// class path (program_files.h), which can be read and not changed.
//
// A path is a result of host_path(). Results are those of the calls that the functions are named after: 0, or
// -1 and errno. Calls that change files by name are in undoable_files.h, those on open files in leases.h;
// both know the same files.
//
// Java threads in kRunning mode.
#pragma once

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/outside/program_files.h"

namespace uvm::rt {

enum class Links : std::uint8_t { kFollow, kNoFollow };

int file_status(const std::string& path, Links links, struct stat* status);  // stat(2), lstat(2)
int file_access(const std::string& path, int mode);                          // access(2)
int file_system_status(const std::string& path, struct statvfs* status);     // statvfs(3)
int file_real_path(const std::string& path, std::string* result);            // realpath(3)
// The names in a directory as readdir(3) returns them, including "." and "..": the host's, then the class
// path's.
int file_names(const std::string& directory, std::vector<std::string>* names);

// The file of the class path that a call on `path` refers to; nothing if it refers to one of the host.
std::optional<ProgramFile> program_file_at(const std::string& path);
// The names of the class path in a directory that the host has too, without those in `names`.
void add_program_names(const std::string& directory, std::vector<std::string>* names);

// The reason why a call may not change what is at `path`: EROFS if it is a file of the class path; 0 if it
// may.
enum class Change : std::uint8_t {
  kExisting,   // an existing file is changed, renamed or removed
  kCreate,     // a file is made, or an existing one is replaced
  kCreateNew,  // a file is made that must not exist: EEXIST if the class path has it
};
int refused_change(const std::string& path, Change change);

}  // namespace uvm::rt
