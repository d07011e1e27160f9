// The program's class path as files: the jars and folders of its bundle, which is in the heap, under the
// paths that they had when they were packed.
//
// A jar is always the bundle's: classes are loaded from the same jar that a program opens under its path,
// whatever the host has there now. In a folder the host comes first: a file that the host has is the host's,
// because programs write into folders of their class path. What the host does not have is the bundle's; so
// are missing folders that lead to an input. file_calls.h applies this rule; this header only says what the
// bundle has.
//
// Any thread that may touch the region. Frequent answers are cached on the host, separately for each heap.
#pragma once

#include <sys/stat.h>
#include <memory>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gc/layout.h"
#include "runtime/metadata/host_state.h"

namespace uvm::rt {

struct ProgramFile {
  std::string path;  // the one given to find_program_file
  bool directory = false;
  bool jar = false;            // an input itself
  gc::RegionOffset bytes = 0;  // content, in the region; 0 of a directory
  std::uint64_t size = 0;      // bytes
  std::int64_t modified = 0;   // nanoseconds since 1970
  std::uint64_t inode = 0;     // the same for the same path in every process
};

// `path` is absolute, without ".", ".." and doubled slashes (collapse_path in path_names.h).
std::optional<ProgramFile> find_program_file(const std::string& path);
// Whether find_program_file might find it, or the folder that it is in; quick.
bool may_be_program_file(const std::string& path);
// The names in a directory, without "." and ".."; empty if there is none of that path.
std::vector<std::string> program_file_names(const std::string& directory);
// The file as stat(2) would describe it: read-only, owned by this process's user.
void describe(const ProgramFile& file, struct stat* status);
// The program's class path in the form of java.class.path: the inputs that were named, separated by colons.
std::string program_class_path();

// The state that this part keeps for a Vm; for make_vm().
std::unique_ptr<HostState> make_program_files_state();

}  // namespace uvm::rt
