#include "runtime/outside/file_calls.h"

#include <dirent.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "runtime/outside/leases.h"
#include "runtime/outside/path_names.h"

namespace uvm::rt {
namespace {

// A path in the form that program_files.h needs.
std::string absolute(const std::string& path) {
  if (path.empty() || path.front() == '/') return collapse_path(path);
  const std::string directory = program_directory();
  return directory.empty() ? path : collapse_path(directory + "/" + path);
}

bool is_missing(int error) { return error == ENOENT || error == ENOTDIR; }

bool host_has(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 || !is_missing(errno);
}

int failed(int error) {
  errno = error;
  return -1;
}

// `call` asks the host; `ours` answers for a file of the class path.
template <typename Call, typename Ours>
int first_of(const std::string& path, Call call, Ours ours) {
  const std::string name = absolute(path);
  if (!may_be_program_file(name)) return call();
  const auto file = find_program_file(name);
  if (file.has_value() && file->jar) return ours(*file, name);
  const int result = call();
  if (result == 0 || !is_missing(errno) || !file.has_value() || host_has(name)) return result;
  return ours(*file, name);
}

}  // namespace

std::optional<ProgramFile> program_file_at(const std::string& path) {
  const std::string name = absolute(path);
  if (!may_be_program_file(name)) return std::nullopt;
  auto file = find_program_file(name);
  if (file.has_value() && !file->jar && host_has(name)) file.reset();
  return file;
}

int file_status(const std::string& path, Links links, struct stat* status) {
  return first_of(
      path,
      [&] { return links == Links::kFollow ? ::stat(path.c_str(), status) : ::lstat(path.c_str(), status); },
      [&](const ProgramFile& file, const std::string&) {
        describe(file, status);
        return 0;
      });
}

int file_access(const std::string& path, int mode) {
  return first_of(
      path, [&] { return ::access(path.c_str(), mode); },
      [&](const ProgramFile& file, const std::string&) {
        if ((mode & W_OK) != 0) return failed(EROFS);
        return (mode & X_OK) != 0 && !file.directory ? failed(EACCES) : 0;
      });
}

int file_system_status(const std::string& path, struct statvfs* status) {
  return first_of(
      path, [&] { return ::statvfs(path.c_str(), status); },
      [&](const ProgramFile&, const std::string&) {
        *status = {};  // nothing is free there
        status->f_bsize = 4096;
        status->f_frsize = 4096;
        status->f_flag = ST_RDONLY;
        status->f_namemax = NAME_MAX;
        return 0;
      });
}

int file_real_path(const std::string& path, std::string* result) {
  return first_of(
      path,
      [&] {
        char buffer[PATH_MAX];
        if (::realpath(path.c_str(), buffer) == nullptr) return -1;
        *result = buffer;
        return 0;
      },
      [&](const ProgramFile&, const std::string& name) {
        *result = name;
        return 0;
      });
}

int file_names(const std::string& directory, std::vector<std::string>* names) {
  return first_of(
      directory,
      [&] {
        DIR* stream = ::opendir(directory.c_str());
        if (stream == nullptr) return -1;
        errno = 0;
        while (const dirent* entry = ::readdir(stream)) names->emplace_back(entry->d_name);
        const int error = errno;
        ::closedir(stream);
        if (error != 0) return failed(error);
        add_program_names(directory, names);
        return 0;
      },
      [&](const ProgramFile& file, const std::string&) {
        if (!file.directory) return failed(ENOTDIR);
        *names = {".", ".."};
        add_program_names(directory, names);
        return 0;
      });
}

void add_program_names(const std::string& directory, std::vector<std::string>* names) {
  const std::string name = absolute(directory);
  if (!may_be_program_file(name)) return;
  std::vector<std::string> ours = program_file_names(name);
  std::vector<std::string> known = *names;
  std::sort(known.begin(), known.end());
  for (std::string& one : ours) {
    if (!std::binary_search(known.begin(), known.end(), one)) names->push_back(std::move(one));
  }
}

int refused_change(const std::string& path, Change change) {
  const std::string name = absolute(path);
  if (!may_be_program_file(name)) return 0;
  const auto file = find_program_file(name);
  if (file.has_value() && file->jar) return change == Change::kCreateNew ? EEXIST : EROFS;
  if (host_has(name)) return 0;
  if (file.has_value() && change == Change::kExisting) return EROFS;
  if (file.has_value() && change == Change::kCreateNew) return EEXIST;
  // Nothing can be made in a folder that only the class path has.
  const std::string parent = name.substr(0, std::max<std::size_t>(name.rfind('/'), 1));
  return change != Change::kExisting && !host_has(parent) && find_program_file(parent).has_value() ? EROFS
                                                                                                   : 0;
}

}  // namespace uvm::rt
