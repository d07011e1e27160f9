// The program's class path as files: the jars and folders of its bundle, which lies in the heap, under the
// paths that they had when they were packed.
//
// A jar is always the bundle's: what classes are loaded from and what a program opens under its path are the
// same, whatever the host has there now. In a folder the host comes first: a file that it has is the host's,
// for programs write into folders of their class path; what it does not have is the bundle's, and so are
// folders that lead to an input and are gone. file_calls.h applies this rule; here is only what the bundle
// has.
//
// Any thread that may touch the region. What is asked often is kept on the host, and made anew for each heap.
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
  std::string path;  // that find_program_file was asked for
  bool directory = false;
  bool jar = false;            // an input itself
  gc::RegionOffset bytes = 0;  // content, in the region; 0 of a directory
  std::uint64_t size = 0;      // bytes
  std::int64_t modified = 0;   // nanoseconds since 1970
  std::uint64_t inode = 0;     // the same for the same path in every process
};

// `path` is absolute, without ".", ".." and doubled slashes (path_names.h: collapse_path).
std::optional<ProgramFile> find_program_file(const std::string& path);
// Whether find_program_file could find it, or the folder that it is in; quick.
bool may_be_program_file(const std::string& path);
// The names in a directory, without "." and ".."; empty if there is none of that path.
std::vector<std::string> program_file_names(const std::string& directory);
// As stat(2) would describe it: read-only, owned by this process's user.
void describe(const ProgramFile& file, struct stat* status);
// The program's class path as java.class.path has it: the inputs that were named, separated by colons.
std::string program_class_path();

// What this part keeps of a Vm; for make_vm().
std::unique_ptr<HostState> make_program_files_state();

}  // namespace uvm::rt
